/** What `tsconfig.json` says of where modules are. */
import path from 'node:path';
import type { Host } from './host.js';
import { isObject, readObject } from './packages.js';

/** `paths` and `baseUrl`, with absolute targets. */
export interface PathMapping {
  /** By pattern, with at most one `*`. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
  /** Where specifiers that are not relative are looked for too. */
  readonly base?: string;
}

const NAMES = ['tsconfig.json', 'jsconfig.json'];
/** `extends` that leads back to itself ends here. */
const DEEPEST = 16;

export class PathMappings {
  readonly #mappings = new Map<string, PathMapping | undefined>();

  constructor(private readonly host: Host) {}

  clear(): void {
    this.#mappings.clear();
  }

  /** The mapping for the files of a directory. */
  of(directory: string): PathMapping | undefined {
    if (!this.#mappings.has(directory)) {
      const file = NAMES.map((name) => path.join(directory, name)).find((name) => this.host.isFile(name));
      const parent = path.dirname(directory);
      this.#mappings.set(
        directory,
        file !== undefined ? this.#read(file, 0) : parent === directory ? undefined : this.of(parent),
      );
    }
    return this.#mappings.get(directory);
  }

  #read(file: string, depth: number): PathMapping | undefined {
    const content = readObject(this.host, file);
    if (content === undefined || depth > DEEPEST) return undefined;
    const own = mappingOf(file, content.compilerOptions);
    const inherited = [content.extends].flat().map((name) => {
      const extended = typeof name === 'string' ? this.#extended(name, file) : undefined;
      return extended === undefined ? undefined : this.#read(extended, depth + 1);
    });
    let mapping: PathMapping | undefined;
    for (const said of [...inherited, own]) mapping = merge(mapping, said);
    if (mapping !== undefined) return mapping;
    // A file of its own for each part (`tsconfig.app.json`), and this one to name them.
    const references = Array.isArray(content.references) ? content.references : [];
    for (const reference of references) {
      const target = isObject(reference) && typeof reference.path === 'string' ? reference.path : undefined;
      const referenced =
        target?.endsWith('.json') === true
          ? this.#read(path.resolve(path.dirname(file), target), depth + 1)
          : undefined;
      if (referenced !== undefined) return referenced;
    }
    return undefined;
  }

  #extended(name: string, file: string): string | undefined {
    const { host } = this;
    const spellings = (base: string): string[] => [base, `${base}.json`, path.join(base, 'tsconfig.json')];
    if (/^\.{0,2}\//.test(name))
      return spellings(path.resolve(path.dirname(file), name)).find((candidate) => host.isFile(candidate));
    for (let at = path.dirname(file); path.dirname(at) !== at; at = path.dirname(at)) {
      const found = spellings(path.join(at, 'node_modules', name)).find((candidate) =>
        host.isFile(candidate),
      );
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function mappingOf(file: string, options: unknown): PathMapping | undefined {
  if (!isObject(options)) return undefined;
  const directory = path.dirname(file);
  const base = typeof options.baseUrl === 'string' ? path.resolve(directory, options.baseUrl) : undefined;
  const paths = new Map<string, string[]>();
  for (const [pattern, targets] of Object.entries(isObject(options.paths) ? options.paths : {})) {
    if (!Array.isArray(targets)) continue;
    const absolute = targets
      .filter((target) => typeof target === 'string')
      .map((target) => path.resolve(base ?? directory, target.replace('${configDir}', directory)));
    paths.set(pattern, absolute);
  }
  if (base === undefined && paths.size === 0) return undefined;
  return { paths, ...(base !== undefined && { base }) };
}

/** `paths` are taken over whole; TypeScript does not mix those of two files. */
function merge(below: PathMapping | undefined, above: PathMapping | undefined): PathMapping | undefined {
  if (below === undefined || above === undefined) return above ?? below;
  const base = above.base ?? below.base;
  return {
    paths: above.paths.size > 0 ? above.paths : below.paths,
    ...(base !== undefined && { base }),
  };
}

/** The absolute paths that a specifier is mapped to, the most specific pattern first. */
export function mapped({ paths, base }: PathMapping, specifier: string): string[] {
  let best: { readonly length: number; readonly targets: readonly string[] } | undefined;
  for (const [pattern, targets] of paths) {
    const star = pattern.indexOf('*');
    if (star < 0) {
      if (pattern === specifier) return [...targets];
      continue;
    }
    const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
    const fits =
      specifier.length >= before.length + after.length &&
      specifier.startsWith(before) &&
      specifier.endsWith(after);
    if (!fits || (best !== undefined && best.length >= before.length)) continue;
    const middle = specifier.slice(before.length, specifier.length - after.length);
    best = { length: before.length, targets: targets.map((target) => target.replace('*', () => middle)) };
  }
  return [...(best?.targets ?? []), ...(base === undefined ? [] : [path.join(base, specifier)])];
}
