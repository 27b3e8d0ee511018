/** Packages of the project itself: by their names, in the workspace that they belong to. */
import path from 'node:path';
import JSON5 from 'json5';
import picomatch from 'picomatch';
import * as fields from 'resolve.exports';
import { parse as parseYaml } from 'yaml';
import type { Host } from './host.js';
import { sourceFileAt, sourceOfOutput } from './source-files.js';

export interface Package {
  readonly directory: string;
  readonly manifest: Manifest;
}

interface Manifest {
  readonly name?: unknown;
  readonly workspaces?: unknown;
  readonly exports?: unknown;
  readonly imports?: unknown;
  readonly [field: string]: unknown;
}

/** Conditions under which a package names its entry; which of them hold is not known, so each is tried. */
const CONDITIONS: readonly (readonly string[])[] = [
  ['source', 'development', 'import', 'node'],
  ['types', 'import', 'node'],
  ['types', 'require', 'node'],
  ['require', 'node'],
];

/** Fields that name a package's entry, where it has no `exports`. */
const ENTRY_FIELDS = ['source', 'module', 'types', 'typings', 'main'];

export class Packages {
  readonly #manifests = new Map<string, Manifest | undefined>();
  /** By the workspace's directory: its packages, by name. */
  readonly #workspaces = new Map<string, ReadonlyMap<string, Package>>();
  readonly #roots = new Map<string, string | undefined>();

  constructor(private readonly host: Host) {}

  clear(): void {
    this.#manifests.clear();
    this.#workspaces.clear();
    this.#roots.clear();
  }

  /** The package that a directory is in. */
  packageOf(directory: string): Package | undefined {
    for (let at = directory; ; at = path.dirname(at)) {
      const manifest = this.#manifest(at);
      if (manifest !== undefined) return { directory: at, manifest };
      if (path.dirname(at) === at) return undefined;
    }
  }

  /**
   * The source of what a bare specifier stands for, if it is of the project itself.
   * @param specifier `name`, `@scope/name/path`
   */
  resolve(specifier: string, directory: string): string | undefined {
    const [, name, rest] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
    if (name === undefined) return undefined;
    const found = this.#named(name, directory);
    return found && this.#entryOf(found, rest);
  }

  /** True for what a package that is not private hands to others. */
  isPublic(file: string): boolean {
    const own = this.packageOf(path.dirname(file));
    if (typeof own?.manifest.name !== 'string' || own.manifest.private === true) return false;
    // A package of nothing but programs is run, and not imported.
    const isImported = ['main', 'module', 'exports', 'types'].some(
      (name) => own.manifest[name] !== undefined,
    );
    if (own.manifest.bin !== undefined && !isImported) return false;
    const { exports } = own.manifest;
    const entries = isObject(exports) ? Object.keys(exports).filter((key) => key.startsWith('./')) : [];
    return [undefined, ...entries.map((entry) => entry.slice(2))].some(
      (entry) => this.#entryOf(own, entry) === file,
    );
  }

  /** The source of what an import of the package's own stands for: `#internal/lock`. */
  resolveInternal(specifier: string, directory: string): string | undefined {
    const own = this.packageOf(directory);
    if (own === undefined) return undefined;
    for (const target of targetsOf(own, specifier, 'imports')) {
      const found = target.startsWith('.')
        ? sourceOfOutput(this.host, own.directory, target)
        : this.resolve(target, directory);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #named(name: string, directory: string): Package | undefined {
    const own = this.packageOf(directory);
    if (own?.manifest.name === name) return own;
    const root = this.#workspaceOf(directory);
    return root === undefined ? undefined : this.#packagesIn(root).get(name);
  }

  #entryOf(found: Package, rest: string | undefined): string | undefined {
    const { host } = this;
    const { directory, manifest } = found;
    if (manifest.exports !== undefined) {
      for (const target of targetsOf(found, rest ?? '.', 'exports')) {
        const source = sourceOfOutput(host, directory, target);
        if (source !== undefined) return source;
      }
      return undefined;
    }
    if (rest !== undefined) return sourceOfOutput(host, directory, rest);
    for (const field of ENTRY_FIELDS) {
      const target = manifest[field];
      const source = typeof target === 'string' ? sourceOfOutput(host, directory, target) : undefined;
      if (source !== undefined) return source;
    }
    return sourceFileAt(host, path.join(directory, 'src')) ?? sourceFileAt(host, directory);
  }

  #manifest(directory: string): Manifest | undefined {
    if (!this.#manifests.has(directory)) {
      this.#manifests.set(directory, readObject(this.host, path.join(directory, 'package.json')));
    }
    return this.#manifests.get(directory);
  }

  /** The nearest directory that says which directories in it are packages of one workspace. */
  #workspaceOf(directory: string): string | undefined {
    if (!this.#roots.has(directory)) {
      const parent = path.dirname(directory);
      const isRoot = this.#patternsOf(directory).length > 0;
      this.#roots.set(
        directory,
        isRoot ? directory : parent === directory ? undefined : this.#workspaceOf(parent),
      );
    }
    return this.#roots.get(directory);
  }

  #patternsOf(directory: string): string[] {
    const workspaces = this.#manifest(directory)?.workspaces;
    const own = isObject(workspaces) ? workspaces.packages : workspaces;
    if (Array.isArray(own)) return own.filter((pattern) => typeof pattern === 'string');
    const text = this.host.read(path.join(directory, 'pnpm-workspace.yaml'));
    const said: unknown = text === undefined ? undefined : quietly(() => parseYaml(text) as unknown);
    const packages = isObject(said) ? said.packages : undefined;
    return Array.isArray(packages) ? packages.filter((pattern) => typeof pattern === 'string') : [];
  }

  #packagesIn(root: string): ReadonlyMap<string, Package> {
    const known = this.#workspaces.get(root);
    if (known !== undefined) return known;
    const packages = new Map<string, Package>();
    const patterns = this.#patternsOf(root);
    const without = picomatch(patterns.filter((one) => one.startsWith('!')).map((one) => one.slice(1)));
    for (const pattern of patterns.filter((one) => !one.startsWith('!'))) {
      const segments = pattern.replace(/^\.?\/|\/$/g, '').split('/');
      for (const directory of matching(this.host, root, segments)) {
        const manifest = this.#manifest(directory);
        if (typeof manifest?.name !== 'string' || without(path.relative(root, directory))) continue;
        packages.set(manifest.name, { directory, manifest });
      }
    }
    this.#workspaces.set(root, packages);
    return packages;
  }
}

/** The directories that a glob of workspaces stands for. */
function matching(host: Host, directory: string, [segment, ...rest]: readonly string[]): string[] {
  if (segment === undefined) return [directory];
  if (segment === '**') {
    const inner = host
      .directoriesIn(directory)
      .filter((name) => name !== 'node_modules' && !name.startsWith('.'));
    return [
      ...matching(host, directory, rest),
      ...inner.flatMap((name) => matching(host, path.join(directory, name), ['**', ...rest])),
    ];
  }
  const isMatch = picomatch(segment);
  return host
    .directoriesIn(directory)
    .filter((name) => name === segment || isMatch(name))
    .flatMap((name) => matching(host, path.join(directory, name), rest));
}

/** The paths that `exports` or `imports` of a package give for an entry, under any of the conditions. */
function targetsOf({ manifest }: Package, entry: string, field: 'exports' | 'imports'): string[] {
  const name = typeof manifest.name === 'string' ? manifest.name : '';
  const targets = CONDITIONS.flatMap(
    (conditions) =>
      // It throws where the package names no such entry.
      quietly(() => fields[field]({ ...manifest, name }, entry, { unsafe: true, conditions })) ?? [],
  );
  return [...new Set(targets)];
}

/** An object in a file of JSON, with comments or without. */
export function readObject(host: Host, file: string): Readonly<Record<string, unknown>> | undefined {
  const text = host.read(file);
  if (text === undefined) return undefined;
  const value = quietly(() => JSON5.parse<unknown>(text));
  return isObject(value) ? value : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What others have written may be wrong in any way; then it says nothing. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
