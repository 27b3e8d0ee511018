import type { FileFacts } from '../model/facts.js';
import type { Frontend } from './frontend.js';

export type { Frontend } from './frontend.js';

/** A language by the names of its files; its frontend, which is much to load, is loaded when one of them is to be parsed. */
class LazyFrontend implements Frontend {
  #loading: Promise<void> | undefined;
  #frontend: Frontend | undefined;

  constructor(
    readonly language: Frontend['language'],
    readonly extensions: readonly string[],
    private readonly load: () => Promise<Frontend>,
  ) {}

  prepare(): Promise<void> {
    return (this.#loading ??= this.#prepare());
  }

  async #prepare(): Promise<void> {
    const frontend = await this.load();
    await frontend.prepare?.();
    this.#frontend = frontend;
  }

  /** @throws when it was not prepared, or could not be */
  parse(file: string, text: string): FileFacts {
    if (this.#frontend === undefined)
      throw new Error(`the frontend for ${this.language} is not loaded: it was not asked for`);
    return this.#frontend.parse(file, text);
  }
}

const frontends: readonly LazyFrontend[] = [
  new LazyFrontend(
    'typescript',
    ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'],
    async () => (await import('./typescript/index.js')).typescriptFrontend,
  ),
  new LazyFrontend('python', ['.py', '.pyw'], async () => (await import('./python/index.js')).pythonFrontend),
];

/** The frontend for a file, by its name's extension. */
export function frontendFor(file: string): Frontend | undefined {
  return frontends.find((frontend) => frontend.extensions.some((extension) => file.endsWith(extension)));
}

/** Makes the frontends of these files ready to parse; a language that none of them is written in costs nothing. */
export async function prepareFrontends(files: Iterable<string>): Promise<void> {
  const needed = new Set<Frontend>();
  for (const file of files) {
    const frontend = frontendFor(file);
    if (frontend !== undefined) needed.add(frontend);
    if (needed.size === frontends.length) break;
  }
  for (const frontend of needed) await frontend.prepare?.();
}
