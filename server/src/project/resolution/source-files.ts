/** From the path that a specifier stands for to the source file that is meant. */
import path from 'node:path';
import type { Host } from './host.js';

const SOURCE = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** TypeScript's sources are imported by the names that they will have when compiled. */
const COMPILED: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.js', '.jsx'],
  '.jsx': ['.tsx', '.jsx'],
  '.mjs': ['.mts', '.mjs'],
  '.cjs': ['.cts', '.cjs'],
};

/** Directories that compilers write to. */
const OUTPUT = new Set(['dist', 'build', 'out', 'lib', 'es', 'esm', 'cjs', 'types', 'typings', '.output']);

const DECLARATION = /\.d\.[mc]?ts$/;

/**
 * @param target absolute path, with or without extension; or a directory
 * @returns the source file, never a declaration file
 */
export function sourceFileAt(host: Host, target: string): string | undefined {
  const extension = path.extname(target);
  const stem = target.slice(0, target.length - extension.length);
  const candidates = [
    ...(COMPILED[extension]?.map((other) => stem + other) ?? []),
    ...(SOURCE.includes(extension) && !DECLARATION.test(target) ? [target] : []),
    ...SOURCE.map((other) => target + other),
  ];
  const found = candidates.find((file) => host.isFile(file));
  if (found !== undefined) return found;
  if (!host.isDirectory(target)) return undefined;
  return SOURCE.map((other) => path.join(target, `index${other}`)).find((file) => host.isFile(file));
}

/**
 * The source that a file of a package is made from: `dist/lock.js`, `dist/esm/lock.d.ts` → `src/lock.ts`.
 * @param target relative to the package
 */
export function sourceOfOutput(host: Host, packageDirectory: string, target: string): string | undefined {
  const segments = path.posix
    .normalize(target)
    .split('/')
    .filter((segment) => segment !== '.');
  const inOutput = OUTPUT.has(segments[0] ?? '');
  if (!inOutput) {
    const own = sourceFileAt(host, path.join(packageDirectory, ...segments));
    if (own !== undefined) return own;
  }
  const last = (segments.pop() ?? '').replace(DECLARATION, '.js');
  let rest = segments;
  const tries: string[][] = [['src', ...rest, last]];
  while (OUTPUT.has(rest[0] ?? '')) {
    rest = rest.slice(1);
    tries.push([...(rest[0] === 'src' ? [] : ['src']), ...rest, last], [...rest, last]);
  }
  for (const attempt of tries) {
    const found = sourceFileAt(host, path.join(packageDirectory, ...attempt));
    if (found !== undefined) return found;
  }
  return inOutput ? sourceFileAt(host, path.join(packageDirectory, target)) : undefined;
}
