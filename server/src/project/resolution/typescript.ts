/** Where the modules of TypeScript and JavaScript are. */
import path from 'node:path';
import type { Host } from './host.js';
import { Packages } from './packages.js';
import type { Resolver } from './resolver.js';
import { sourceFileAt } from './source-files.js';
import { mapped, PathMappings } from './tsconfig.js';

/** Names that bundlers' templates give to the directory of the sources, where no `tsconfig.json` says it. */
const ROOT_ALIAS = /^[@~]\/(.*)$/;

export class TypeScriptResolver implements Resolver {
  readonly #packages: Packages;
  readonly #mappings: PathMappings;

  constructor(private readonly host: Host) {
    this.#packages = new Packages(host);
    this.#mappings = new PathMappings(host);
  }

  clear(): void {
    this.#packages.clear();
    this.#mappings.clear();
  }

  resolve(specifier: string, directory: string): string | undefined {
    const found = this.#find(specifier.replace(/\?.*$/, ''), directory);
    return found !== undefined && /[\\/]node_modules[\\/]/.test(found) ? undefined : found;
  }

  isPublic(file: string): boolean {
    return this.#packages.isPublic(file);
  }

  #find(specifier: string, directory: string): string | undefined {
    if (/^\.{1,2}(\/|$)/.test(specifier)) return sourceFileAt(this.host, path.join(directory, specifier));
    if (/^(\/|[a-z]+:)/.test(specifier)) return undefined;
    const mapping = this.#mappings.of(directory);
    for (const target of mapping === undefined ? [] : mapped(mapping, specifier)) {
      const found = sourceFileAt(this.host, target);
      if (found !== undefined) return found;
    }
    if (specifier.startsWith('#')) return this.#packages.resolveInternal(specifier, directory);
    return this.#packages.resolve(specifier, directory) ?? this.#inRoot(specifier, directory);
  }

  #inRoot(specifier: string, directory: string): string | undefined {
    const [, inner] = ROOT_ALIAS.exec(specifier) ?? [];
    const root = inner === undefined ? undefined : this.#packages.packageOf(directory)?.directory;
    if (inner === undefined || root === undefined) return undefined;
    return (
      sourceFileAt(this.host, path.join(root, 'src', inner)) ??
      sourceFileAt(this.host, path.join(root, inner))
    );
  }
}
