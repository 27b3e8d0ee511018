/** Whether a file need be parsed at all: whether anything can be found in it, as far as a look at the texts tells. */
import { glanceAt, type Glance } from '../frontends/glance/index.js';
import type { LibraryModel } from '../model/library-model.js';
import type { Imports } from './programs.js';

export interface RelevanceHost {
  textOf(file: string): string | undefined;
  importsOf(file: string): Imports | undefined;
}

/** What is known of one file. */
interface Look {
  /** Undefined when the file cannot be read, or is of a language that is not known. */
  readonly glance: Glance | undefined;
  readonly imports: readonly string[];
}

/**
 * A finding needs two accesses to shared state, and another execution that steps in between. Without a library for what lies
 * outside of memory, without a lock, and without a point at which others go on, in the file and in all that it imports, there is
 * none. What the callers of a function hand in is looked at only where something was found without them. A file without findings
 * of its own is still parsed when the analysis of another one reaches it.
 */
export class Relevance {
  readonly #looks = new Map<string, Look>();
  /** By file: whether a store or a point is in it, or in what it imports. */
  readonly #reaches = new Map<string, boolean>();
  readonly #touched = new Set<string>();

  constructor(
    private readonly host: RelevanceHost,
    private readonly models: readonly LibraryModel[],
  ) {}

  /** To be called when files were made or deleted: imports may lead elsewhere. */
  clear(): void {
    this.#looks.clear();
    this.#reaches.clear();
    this.#touched.clear();
  }

  /** Says that a file's text may have changed. */
  touch(file: string): void {
    this.#touched.add(file);
  }

  of(file: string): boolean {
    this.#update();
    const { glance } = this.#lookAt(file);
    return glance === undefined || glance.locks || this.#reachesFrom(file);
  }

  /** Most edits change nothing that is seen at a glance. */
  #update(): void {
    for (const file of this.#touched) {
      const before = JSON.stringify(this.#looks.get(file));
      this.#looks.delete(file);
      if (JSON.stringify(this.#lookAt(file)) === before) continue;
      this.#reaches.clear();
    }
    this.#touched.clear();
  }

  #lookAt(file: string): Look {
    let look = this.#looks.get(file);
    if (look === undefined) {
      const text = this.host.textOf(file);
      look = {
        glance: text === undefined ? undefined : glanceAt(file, text, this.models),
        imports: this.host.importsOf(file)?.files ?? [],
      };
      this.#looks.set(file, look);
    }
    return look;
  }

  #reachesFrom(start: string): boolean {
    const known = this.#reaches.get(start);
    if (known !== undefined) return known;
    const reached = new Set([start]);
    // The set grows while it is gone through.
    for (const file of reached) {
      const before = this.#reaches.get(file);
      const { glance, imports } = this.#lookAt(file);
      if (before === true || glance?.stores === true || glance?.points === true) {
        this.#reaches.set(start, true);
        return true;
      }
      if (before === undefined) for (const imported of imports) reached.add(imported);
    }
    for (const file of reached) this.#reaches.set(file, false);
    return false;
  }
}
