/** Which files import a file: the imports of all, the other way round. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportGraph } from './imports.js';

/** Reading many files lets other work in after this time. */
const TURN_MS = 20;

export class Importers {
  readonly #imported = new Map<string, readonly string[]>();
  readonly #importers = new Map<string, Set<string>>();
  readonly #changed = new Set<string>();

  constructor(private readonly imports: Pick<ImportGraph, 'of'>) {}

  clear(): void {
    this.#imported.clear();
    this.#importers.clear();
    this.#changed.clear();
  }

  /** Says that the text of a file may have changed. */
  touch(file: string): void {
    this.#changed.add(file);
  }

  /** Reads what was not read yet of some files, and what has changed of those that were. */
  async read(files: readonly string[]): Promise<void> {
    let turn = performance.now();
    for (const file of new Set([...files, ...this.#changed])) {
      if (this.#imported.has(file) && !this.#changed.has(file)) continue;
      this.add(file);
      if (performance.now() - turn < TURN_MS) continue;
      await nextTurn();
      turn = performance.now();
    }
  }

  /** Reads the imports of one file. */
  add(file: string): void {
    this.#changed.delete(file);
    for (const before of this.#imported.get(file) ?? []) this.#importers.get(before)?.delete(file);
    const imported = this.imports.of(file)?.files ?? [];
    this.#imported.set(file, imported);
    for (const one of imported) {
      const importers = this.#importers.get(one) ?? new Set();
      this.#importers.set(one, importers.add(file));
    }
  }

  of(file: string): readonly string[] {
    return [...(this.#importers.get(file) ?? [])].sort();
  }
}
