import type { EngineLock } from './engine.js';
import { LockError, LockFileError, LockNotHeldError, LockReleaseError } from './errors.js';
import { watchForLoss } from './loss.js';
import type { LockMode } from './mode.js';
import type { Claim } from './reentry.js';
import { rejected } from './rejected.js';
import { warnOfUnawaitedWork } from './unawaited-work.js';

const RELEASED = Promise.resolve();

/** The proof that a lock is held, and the way to give it back. */
export class Grant implements AsyncDisposable, Disposable {
  readonly #lock: EngineLock;
  readonly #request: number;
  readonly #claim: Claim;
  #token: bigint | undefined;
  #loss: AbortSignal | undefined;

  /** @internal Grants are made by {@link CombinedLock}. */
  constructor(
    /** The lock's name. */
    readonly name: string,
    /** How the lock is held. */
    readonly mode: LockMode,
    lock: EngineLock,
    request: number,
    claim: Claim,
  ) {
    this.#lock = lock;
    this.#request = request;
    this.#claim = claim;
  }

  /** Whether the lock has been released. */
  get released(): boolean {
    return this.#claim.over;
  }

  /**
   * The fencing token: greater than that of every earlier grant of this lock, in any process. Hand it to a store that
   * refuses writes with a smaller one. It is raised in the lock file when first asked for; from then on it is the same,
   * also after the release.
   *
   * @throws LockNotHeldError when it is first asked for after the release: it could not be ordered any more
   * @throws LockFileError when it cannot be written, as on a full disk
   * @throws LockEngineError for a shared grant with the engine fs-ext
   */
  get token(): bigint {
    if (this.#token === undefined) {
      if (this.#claim.over) {
        if (this.#claim.exact) warnOfUnawaitedWork(this.name);
        throw new LockNotHeldError(this.name, 'its fencing token must be asked for before the release.');
      }
      this.#token = this.#raiseToken();
    }
    return this.#token;
  }

  /**
   * Aborts with a {@link LockLostError} if the lock is lost before it is released. A file lock is lost when its file is
   * removed or replaced: others then lock another file. While somebody has asked for the signal, that is looked for once a second.
   */
  get signal(): AbortSignal {
    if (this.#claim.over && this.#claim.exact) warnOfUnawaitedWork(this.name);
    this.#loss ??= watchForLoss(this.name, this.#lock, this.#request, this.#claim);
    return this.#loss;
  }

  /**
   * Frees the lock: at once, before it returns; the promise is for locks that need longer. A second call does nothing.
   *
   * @throws LockReleaseError (the promise is rejected) when it could not be freed in order
   */
  release(): Promise<void> {
    try {
      this.#free();
      return RELEASED;
    } catch (error) {
      return rejected(error);
    }
  }

  /** {@link release}, for `using`. Throws what the promise would be rejected with. */
  [Symbol.dispose](): void {
    this.#free();
  }

  /** {@link release}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  #raiseToken(): bigint {
    try {
      return this.#lock.raiseToken(this.#request);
    } catch (error) {
      throw error instanceof LockError ? error : new LockFileError(this.name, this.#lock.file, error);
    }
  }

  #free(): void {
    if (this.#claim.over) return;
    this.#claim.drop();
    try {
      this.#lock.release(this.#request);
    } catch (error) {
      throw new LockReleaseError(this.name, error);
    }
  }
}
