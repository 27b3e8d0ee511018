/** From a program as a command names it to the source file that it is. */
import path from 'node:path';
import { entryOf, textOf } from './data/data.js';
import { parseJson } from './data/javascript-data.js';
import { isAtOrInside, isOutput, stemOf, type Layout } from './layout.js';

/** In the order in which a source is preferred to what it is compiled to. */
const SCRIPT_EXTENSIONS = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];
const SCRIPT = /\.([cm]?[jt]sx?)$/;

/** Folders that builds write to, by custom. */
const OUTPUT_NAMES = ['dist', 'build', 'out', 'lib', '.output'];

/** Bounds the following of `extends`. */
const MAXIMUM_EXTENDS = 4;

/**
 * The source of a program that is named by a path: itself, or what it was compiled from.
 * @param written as in a command: `dist/server.js`, `./server`, `/app/main.py`
 * @param directories the working directories that it may be relative to, likeliest first
 */
export function programFile(
  written: string,
  directories: readonly string[],
  layout: Layout,
): string | undefined {
  const candidates = path.isAbsolute(written)
    ? [written, ...tails(written).flatMap((tail) => directories.map((at) => path.join(at, tail)))]
    : directories.map((at) => path.resolve(at, written));
  const inProject = candidates.filter(
    (file) => isAtOrInside(file, layout.top) && !file.includes(`${path.sep}node_modules${path.sep}`),
  );
  for (const file of inProject) {
    const found = existing(file, layout) ?? compiledFrom(file, layout);
    if (found !== undefined) return found;
  }
  for (const file of inProject) {
    const found = onlyNamesake(file, layout);
    if (found !== undefined) return found;
  }
  return inProject.find((file) => path.extname(file) !== '' && layout.exists(file));
}

/** `/usr/src/app/dist/server.js` in a container is `dist/server.js` here. */
function tails(absolute: string): string[] {
  const parts = absolute.split(path.sep).filter((part) => part !== '');
  return parts.map((_, index) => parts.slice(index).join(path.sep)).slice(1);
}

/** The file itself, with the extension that Node adds, or the entry of the folder that it is. */
function existing(file: string, layout: Layout): string | undefined {
  const output = isOutput(path.relative(layout.packageOf(path.dirname(file)) ?? layout.top, file));
  if (path.extname(file) !== '' && layout.exists(file)) return output ? undefined : file;
  if (SCRIPT.test(file) || file.endsWith('.py') || output) return undefined;
  const main = textOf(entryOf(json(path.join(file, 'package.json'), layout), 'main')?.value);
  if (main !== undefined) {
    const resolved = path.resolve(file, main);
    return existing(resolved, layout) ?? compiledFrom(resolved, layout);
  }
  return [
    ...SCRIPT_EXTENSIONS.map((extension) => file + extension),
    ...withExtensions(path.join(file, 'index')),
  ].find((candidate) => layout.exists(candidate));
}

/** What a build's output comes from, by tsconfig.json or else by custom (`dist/a.js` is `src/a.ts` or `a.ts`). */
function compiledFrom(file: string, layout: Layout): string | undefined {
  const home = layout.packageOf(path.dirname(file)) ?? layout.top;
  const bare = file.replace(SCRIPT, '');
  const { outDir, rootDir } = buildOf(home, layout);
  const first = path.relative(home, file).split(path.sep)[0] ?? '';
  const output = outDir ?? (OUTPUT_NAMES.includes(first) ? path.join(home, first) : undefined);
  if (output === undefined || !isAtOrInside(file, output)) return undefined;
  const rest = path.relative(output, bare);
  return [rootDir, path.join(home, 'src'), home]
    .filter((directory) => directory !== undefined)
    .flatMap((directory) => withExtensions(path.join(directory, rest)))
    .find((candidate) => candidate !== file && layout.exists(candidate));
}

/** The one source of the package that has the name of a file that is not there. */
function onlyNamesake(file: string, layout: Layout): string | undefined {
  if (!SCRIPT.test(file) && !isOutput(`${path.basename(path.dirname(file))}/`)) return undefined;
  const home = layout.packageOf(path.dirname(file)) ?? layout.top;
  const namesakes = layout
    .withStem(stemOf(file), home)
    .filter((other) => SCRIPT.test(other) && !/\.(d|config|test|spec)\./.test(path.basename(other)))
    .filter((other) => !layout.isTest(other));
  return namesakes.length === 1 ? namesakes[0] : undefined;
}

function withExtensions(bare: string): string[] {
  return SCRIPT_EXTENSIONS.map((extension) => bare + extension);
}

interface Build {
  readonly outDir?: string;
  readonly rootDir?: string;
}

/** Where the compiler reads and writes, by the first tsconfig of a package that says so. */
function buildOf(home: string, layout: Layout): Build {
  for (const name of ['tsconfig.build.json', 'tsconfig.prod.json', 'tsconfig.json', 'tsconfig.app.json']) {
    const build = readBuild(path.join(home, name), layout, 0);
    if (build.outDir !== undefined) return build;
  }
  return {};
}

function readBuild(file: string, layout: Layout, depth: number): Build {
  const data = json(file, layout);
  if (data === undefined || depth > MAXIMUM_EXTENDS) return {};
  const base = textOf(entryOf(data, 'extends')?.value);
  const inherited =
    base?.startsWith('.') === true
      ? readBuild(
          path.resolve(path.dirname(file), base.endsWith('.json') ? base : `${base}.json`),
          layout,
          depth + 1,
        )
      : {};
  const options = entryOf(data, 'compilerOptions')?.value;
  const directory = (name: string): string | undefined => {
    const written = textOf(entryOf(options, name)?.value);
    return written === undefined
      ? undefined
      : path.resolve(path.dirname(file), written.replace('${configDir}', '.'));
  };
  const outDir = directory('outDir');
  const rootDir = directory('rootDir');
  return {
    ...inherited,
    ...(outDir !== undefined && { outDir }),
    ...(rootDir !== undefined && { rootDir }),
  };
}

function json(file: string, layout: Layout): ReturnType<typeof parseJson>['data'] {
  const text = layout.textOf(file);
  return text === undefined ? undefined : parseJson(file, text).data;
}

/** Folders that Python's path often includes. */
const PYTHON_FOLDERS = ['', 'src', 'app'];

/**
 * The source of a program that is named by a Python module.
 * @param written `pkg.wsgi:app`, `pkg.wsgi`
 * @param directories the directories that may be on Python's path, likeliest first
 */
export function programModule(
  written: string,
  directories: readonly string[],
  layout: Layout,
): string | undefined {
  const module = written.replace(/:.*$/s, '');
  if (!/^[A-Za-z_][\w.]*$/.test(module)) return undefined;
  const relative = module.split('.').join(path.sep);
  for (const directory of directories) {
    for (const folder of PYTHON_FOLDERS) {
      const bare = path.join(directory, folder, relative);
      const found = [`${bare}.py`, path.join(bare, '__init__.py')].find((file) => layout.exists(file));
      if (found !== undefined) return found;
    }
  }
  // Somewhere else, if there is one only.
  const last = relative.split(path.sep).at(-1) ?? '';
  const others = [...layout.withStem(last, layout.top), ...layout.withStem('__init__', layout.top)].filter(
    (file) => file.endsWith(`${path.sep}${relative}.py`) || file.endsWith(path.join(relative, '__init__.py')),
  );
  return others.length === 1 ? others[0] : undefined;
}
