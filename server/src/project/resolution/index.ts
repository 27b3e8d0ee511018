/** Which file of the project a module specifier stands for. */
import path from 'node:path';
import type { Host } from './host.js';
import { PythonResolver } from './python.js';
import type { Resolver } from './resolver.js';
import { TypeScriptResolver } from './typescript.js';

export { PythonResolver } from './python.js';
export { Disk, Memory, type Host } from './host.js';

/** Files whose content says where modules are. */
const SETTING = /^(package\.json|pnpm-workspace\.yaml|[jt]sconfig(\..*)?\.json)$/;

/** Whether a change of the file may change what specifiers stand for. */
export function saysWhereModulesAre(file: string): boolean {
  return SETTING.test(path.basename(file));
}

export class Resolution {
  readonly #typescript: Resolver;
  readonly #python: Resolver;
  /** By language, directory and specifier. */
  readonly #known = new Map<string, Map<string, string | undefined>>();

  constructor(host: Host) {
    this.#typescript = new TypeScriptResolver(host);
    this.#python = new PythonResolver(host);
  }

  /** To be called when files were made, deleted or renamed, and when {@link saysWhereModulesAre} of a changed one. */
  clear(): void {
    this.#known.clear();
    this.#typescript.clear();
    this.#python.clear();
  }

  /** True for a file that other packages import: the entry of a package that is not private. */
  isPublic(file: string): boolean {
    return this.#resolverOf(file).isPublic?.(file) === true;
  }

  /**
   * @param specifier as written
   * @param from the absolute path of the file that it is written in
   * @returns undefined for libraries, and for what is not found
   */
  resolve(specifier: string, from: string): string | undefined {
    const directory = path.dirname(from);
    const key = `${isPython(from) ? 'python' : 'typescript'} ${directory}`;
    const known = this.#known.get(key) ?? new Map<string, string | undefined>();
    this.#known.set(key, known);
    if (!known.has(specifier)) known.set(specifier, this.#resolverOf(from).resolve(specifier, directory));
    return known.get(specifier);
  }

  #resolverOf(file: string): Resolver {
    return isPython(file) ? this.#python : this.#typescript;
  }
}

function isPython(file: string): boolean {
  return /\.pyw?$/.test(file);
}
