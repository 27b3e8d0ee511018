import type { EngineRequest } from './engine.js';
import type { Claim } from './reentry.js';

/** How a lock can be asked for. `shared` is refused so far. */
export type LockMode = 'exclusive' | 'shared';

const RELEASED = Promise.resolve();

/** The proof that a lock is held, and the way to give it back. */
export class Grant implements AsyncDisposable, Disposable {
  /** How the lock is held. */
  readonly mode: LockMode = 'exclusive';
  readonly #request: EngineRequest;
  readonly #claim: Claim;
  #released = false;
  #token: bigint | undefined;
  #lost: AbortController | undefined;

  /** @internal Grants are made by {@link CombinedLock}. */
  constructor(
    /** The lock's name. */
    readonly name: string,
    request: EngineRequest,
    claim: Claim,
  ) {
    this.#request = request;
    this.#claim = claim;
  }

  /** Whether {@link release} has been called. */
  get released(): boolean {
    return this.#released;
  }

  /**
   * The fencing token: greater than that of every earlier grant of this lock, in any process. Hand it to a store that
   * refuses writes with a smaller one. It is raised in the lock file when first asked for; from then on it is the same.
   *
   * @throws Error when it is first asked for after the release: it could not be ordered any more
   */
  get token(): bigint {
    if (this.#token === undefined) {
      if (this.#released) {
        throw new Error(`The fencing token of lock "${this.name}" must be asked for while the lock is held.`);
      }
      this.#token = this.#request.raiseToken();
    }
    return this.#token;
  }

  /** Aborts if the lock is lost before it is released, as a lease can be. A file lock is held until it is released. */
  get signal(): AbortSignal {
    this.#lost ??= new AbortController();
    return this.#lost.signal;
  }

  /**
   * Frees the lock: at once, and the promise is done when that is sure. A second call does nothing.
   */
  release(): Promise<void> {
    if (!this.#released) {
      this.#released = true;
      this.#claim.drop();
      this.#request.release();
    }
    return RELEASED;
  }

  [Symbol.dispose](): void {
    void this.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
