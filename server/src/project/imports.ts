/** What files import, as files of the project. */
import path from 'node:path';
import { dependenciesOf } from '../frontends/glance/index.js';
import type { Imports } from './programs.js';

/** What it takes to know a file's imports. */
export interface ImportsHost {
  /** Changes whenever the text may have changed. */
  stampOf(file: string): string;
  textOf(file: string): string | undefined;
  /** @returns undefined for libraries, and for what is not found */
  resolve(specifier: string, from: string): string | undefined;
}

/** Files that hold no code: they load nothing else. */
const NO_CODE =
  /\.(?:json5?|ya?ml|toml|css|s[ac]ss|less|svg|png|jpe?g|gif|webp|ico|woff2?|md|txt|html|sql|graphql|gql|wasm)(?:\?.*)?$/i;

interface Known {
  readonly stamp: string;
  readonly imports: Imports | undefined;
}

export class ImportGraph {
  readonly #known = new Map<string, Known>();

  constructor(private readonly host: ImportsHost) {}

  clear(): void {
    this.#known.clear();
  }

  /** @returns undefined when the file cannot be read, or is of a language whose imports are not known */
  of(file: string): Imports | undefined {
    const stamp = this.host.stampOf(file);
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known.imports;
    const imports = this.#read(file);
    this.#known.set(file, { stamp, imports });
    return imports;
  }

  /** Whether a file that was asked for imports other files now. */
  hasChanged(file: string): boolean {
    const known = this.#known.get(file);
    return known !== undefined && JSON.stringify(known.imports) !== JSON.stringify(this.of(file));
  }

  #read(file: string): Imports | undefined {
    const text = this.host.textOf(file);
    const dependencies = text === undefined ? undefined : dependenciesOf(file, text);
    if (dependencies === undefined) return undefined;
    const files: string[] = [];
    let { open } = dependencies;
    for (const specifier of dependencies.modules) {
      const found = this.host.resolve(specifier, file);
      if (found !== undefined) files.push(found);
      // A name that only a bundler's own settings explain.
      else if (/^[@~#]\/|^~/.test(specifier) && !NO_CODE.test(specifier)) open = true;
    }
    const { program } = dependencies;
    return {
      files: files.map((found) => path.normalize(found)),
      open,
      ...(program === true && { program }),
    };
  }
}
