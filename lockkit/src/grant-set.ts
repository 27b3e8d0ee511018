import type { Grant } from './grant.js';

/** The grants of several locks that were taken together; see {@link CombinedLock.all}. */
export class GrantSet implements AsyncDisposable, Disposable {
  #signal: AbortSignal | undefined;

  /** @internal Made by {@link LockSet}. */
  constructor(
    /** The grants, in the order in which the locks were taken. */
    readonly grants: readonly Grant[],
  ) {}

  /** The names of the locks, quoted and joined: for messages. */
  get name(): string {
    return this.grants.map(({ name }) => name).join('", "');
  }

  /**
   * The grant of one of the locks, for its fencing token.
   *
   * @throws RangeError for a name that is not in the set
   */
  grant(name: string): Grant {
    const grant = this.grants.find((one) => one.name === name);
    if (grant === undefined) throw new RangeError(`Lock "${name}" is not one of "${this.name}".`);
    return grant;
  }

  /** Whether all locks have been released. */
  get released(): boolean {
    return this.grants.every(({ released }) => released);
  }

  /** Aborts with a {@link LockLostError} if one of the locks is lost before it is released. */
  get signal(): AbortSignal {
    this.#signal ??= AbortSignal.any(this.grants.map(({ signal }) => signal));
    return this.#signal;
  }

  /**
   * Frees all locks, the last one taken first. A second call does nothing.
   *
   * @throws LockReleaseError (the promise is rejected) when one could not be freed in order; the others are freed all the same
   */
  async release(): Promise<void> {
    this[Symbol.dispose]();
    await Promise.resolve();
  }

  /** {@link release}, for `using`. Throws what the promise would be rejected with. */
  [Symbol.dispose](): void {
    const failures: unknown[] = [];
    for (const grant of this.grants.toReversed()) {
      try {
        grant[Symbol.dispose]();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** {@link release}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
