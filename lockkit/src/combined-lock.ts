import path from 'node:path';

import { keep, placeOf } from './dropped-grants.js';
import type { EngineLock, Patience } from './engine.js';
import {
  LockBusyError,
  LockDeadlockError,
  LockFileError,
  LockReentryError,
  LockTimeoutError,
} from './errors.js';
import { Grant } from './grant.js';
import { ensureLockDirectory, lockDirectory } from './lock-directory.js';
import { lockFileName } from './lock-name.js';
import { type Lockable, LockSet } from './lock-set.js';
import { checkMilliseconds } from './milliseconds.js';
import type { LockMode } from './mode.js';
import {
  type AcquireOptions,
  checkCallback,
  checkOptions,
  type ReentryOption,
  type RequestOptions,
  type SyncOptions,
  type TryOptions,
} from './options.js';
import { holdersElsewhere, type LockSnapshot, type SingleLockSnapshot, snapshotOf } from './query.js';
import { Claim, enterWith, relationTo } from './reentry.js';
import { rejected } from './rejected.js';
import { selectEngine } from './select-engine.js';
import { warnOfUnawaitedWork } from './unawaited-work.js';
import { useGrant, useGrantSync } from './use-grant.js';
import { watch } from './watch.js';

/** How a lock behaves for whoever takes it by this object; others who say its name choose for themselves. */
export interface CombinedLockOptions {
  /**
   * Milliseconds for which this process may pass the lock on among its own tasks and threads before other processes get
   * a turn. More gives throughput, less gives fairness between processes; 0 is strict order between processes. A request
   * that is first in its process waits for at most (processes − 1) × (handover + one hold). Default 5.
   */
  readonly handover?: number;
  /**
   * Milliseconds for which a request waits for a lock that its own execution seems to hold by {@link CombinedLock.acquire},
   * before it is rejected with {@link LockReentryError}. Above the longest time that a task holds the lock, no task can be
   * taken for its caller; `Infinity` never rejects. Default {@link DEFAULT_REENTRY_PATIENCE}.
   */
  readonly reentryPatience?: number;
}

/** The milliseconds of {@link CombinedLockOptions.reentryPatience} where none are given. */
export const DEFAULT_REENTRY_PATIENCE = 5_000;
const DEFAULT_HANDOVER = 5;

const NO_OPTIONS: Readonly<Record<string, never>> = {};

/**
 * A lock that excludes async tasks, worker threads and processes at once. One name, one lock: any file, thread or process
 * of this user (and the same `LOCKKIT_DIR`) that says the name means the same lock, and takes its place in the same queue.
 *
 * @example
 * const total = new CombinedLock('counter:total');
 * await total.request(async () => {
 *   await store.write((await store.read()) + 1);
 * });
 */
export class CombinedLock {
  readonly #file: string;
  readonly #handover: number;
  readonly #reentryPatience: number;
  #lock: EngineLock | undefined;
  #acquired = 0;

  /**
   * @param name any well-formed Unicode text; two names are the same lock when they are the same code points
   * @throws TypeError for a malformed name, RangeError for a handover or patience that is not a number ≥ 0
   * @throws LockDirectoryError when `LOCKKIT_DIR` is a relative path
   */
  constructor(
    /** The lock's name, as given. */
    readonly name: string,
    options: CombinedLockOptions = {},
  ) {
    this.#file = path.join(lockDirectory(), lockFileName(name));
    this.#handover = options.handover ?? DEFAULT_HANDOVER;
    this.#reentryPatience = options.reentryPatience ?? DEFAULT_REENTRY_PATIENCE;
    checkMilliseconds('handover', this.#handover);
    checkMilliseconds('reentryPatience', this.#reentryPatience);
  }

  /**
   * Several locks as one, taken together or not at all. They are taken in one order (of their files), whatever order they
   * are named in, so that two who need the same ones cannot block each other; one that is named twice is taken once.
   *
   * @param locks names, or locks with options of their own
   */
  static all(locks: Iterable<string | CombinedLock>): LockSet {
    const lockables: Lockable[] = [];
    for (const lock of locks)
      lockables.push((typeof lock === 'string' ? new CombinedLock(lock) : lock).#lockable());
    return new LockSet(lockables);
  }

  /** Every grant and every request that waits, of all tasks and threads of this process. Out of date once it is read. */
  static query(): Promise<LockSnapshot> {
    try {
      return Promise.resolve(snapshotOf(selectEngine().query()));
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Waits for the lock, calls `callback` with the grant, and frees the lock when the callback's promise is settled.
   * The shape is that of the Web Locks API.
   *
   * The lock covers what the callback returns a promise for. Work that it starts and neither awaits nor returns goes on
   * without the lock; a process warning `LOCKKIT_UNAWAITED_WORK` says so where such work uses the grant, or (if the callback
   * returned no promise) asks for the lock again. Other such work cannot be seen.
   *
   * @returns what the callback returns
   * @throws LockReentryError when this execution holds the lock already: at once if it is in the callback of a `request`;
   *   if it seems to hold it by {@link acquire}, once that grant has been held for `reentryPatience` more
   * @throws LockTimeoutError, or the signal's reason (an `AbortError` by default), when it is not granted
   * @throws LockReleaseError when the callback succeeded and the lock could not be freed in order
   * @throws LockDirectoryError, LockEngineError or LockFileError when the lock file cannot be used
   */
  request<T>(callback: (grant: Grant) => T | PromiseLike<T>): Promise<T>;
  request<T>(
    options: RequestOptions & { readonly ifAvailable?: false | undefined },
    callback: (grant: Grant) => T | PromiseLike<T>,
  ): Promise<T>;
  request<T>(options: RequestOptions, callback: (grant: Grant | null) => T | PromiseLike<T>): Promise<T>;
  request<T>(
    first: RequestOptions | ((grant: Grant) => T | PromiseLike<T>),
    second?: ((grant: Grant) => T | PromiseLike<T>) | ((grant: Grant | null) => T | PromiseLike<T>),
  ): Promise<T> {
    try {
      return typeof first === 'function' ? this.#request(NO_OPTIONS, first) : this.#request(first, second);
    } catch (error) {
      return rejected(error);
    }
  }

  #request<T>(
    options: RequestOptions,
    given: ((grant: Grant) => T | PromiseLike<T>) | ((grant: Grant | null) => T | PromiseLike<T>) | undefined,
  ): Promise<T> {
    checkOptions(options);
    checkCallback(given);
    // The overloads give a callback that takes no null only to requests that wait.
    const callback = given as (grant: Grant | null) => T | PromiseLike<T>;
    const claim = new Claim(this.#file, true);
    const answer = this.#obtain(claim, options, options.ifAvailable === true);
    if (answer instanceof Grant) return useGrant(answer, [claim], callback);
    if (answer === null) return Promise.resolve(callback(null));
    return answer.then((grant) => useGrant(grant, [claim], callback));
  }

  /**
   * Waits for the lock and returns the grant; whoever has it must release it, best by `await using`.
   * Prefer {@link request}, which cannot forget, and knows its holder exactly. Until the release, the calling execution and
   * what it starts from here on seem to be the holder; so may its callers, which is why they are only suspected.
   *
   * A grant that is dropped without a release keeps its lock, and a process warning `LOCKKIT_DROPPED_GRANT` says so once the
   * garbage collector has found it.
   *
   * @throws as {@link request}
   */
  acquire(options: AcquireOptions = NO_OPTIONS): Promise<Grant> {
    const place = placeOf(this.#acquired++);
    const claim = new Claim(this.#file, false);
    try {
      checkOptions(options);
      const answer = this.#obtain(claim, options, false);
      // Here, not later: the context entered must be the caller's.
      enterWith([claim]);
      if (answer instanceof Grant) return Promise.resolve(keep(answer, claim, place));
      // Null is for those who asked ifAvailable.
      if (answer === null) throw new LockBusyError(this.name);
      return answer.then(
        (grant) => keep(grant, claim, place),
        (error: unknown) => {
          claim.drop();
          throw error;
        },
      );
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * The grant if the lock is free, else null. Does not wait; to be released as the grant of {@link acquire}.
   *
   * @throws LockReentryError in the callback of a `request` for this lock
   * @throws LockDirectoryError, LockEngineError or LockFileError when the lock file cannot be used
   */
  tryAcquire(options: TryOptions = NO_OPTIONS): Grant | null {
    checkOptions(options);
    const claim = new Claim(this.#file, false);
    const place = placeOf(this.#acquired++);
    this.#ownClaim(NO_OPTIONS);
    const grant = this.#take(claim, options.mode, 'leave');
    if (!(grant instanceof Grant)) return null;
    enterWith([claim]);
    return keep(grant, claim, place);
  }

  /**
   * Waits for the lock and returns the grant, and **blocks the thread** until then: its event loop stands still. For scripts,
   * start-up code and worker threads that have nothing else to do; servers want {@link request}. A signal's handler in
   * JavaScript does not run meanwhile; a worker thread that blocks can be terminated.
   *
   * @throws LockDeadlockError when a task of the same thread holds the lock or queues before: it could not go on
   * @throws LockReentryError in the callback of a `request` for this lock
   * @throws LockTimeoutError, LockDirectoryError, LockEngineError, LockFileError
   */
  acquireSync(options: SyncOptions = NO_OPTIONS): Grant {
    checkOptions(options);
    const claim = new Claim(this.#file, false);
    const place = placeOf(this.#acquired++);
    const grant = this.#obtainSync(claim, options);
    enterWith([claim]);
    return keep(grant, claim, place);
  }

  /**
   * {@link acquireSync}, then `callback`, then the release.
   *
   * @param callback must not be asynchronous
   * @returns what the callback returns
   * @throws TypeError when the callback returns a promise: the lock would not cover what it stands for
   * @throws as {@link acquireSync}
   */
  requestSync<T>(callback: (grant: Grant) => T, options: SyncOptions = NO_OPTIONS): T {
    checkOptions(options);
    checkCallback(callback);
    const claim = new Claim(this.#file, true);
    return useGrantSync(this.#obtainSync(claim, options), [claim], callback);
  }

  /** What this process knows of the lock now, and which other processes hold it. Takes nothing. Out of date once it is read. */
  query(): Promise<SingleLockSnapshot> {
    try {
      const own = snapshotOf(selectEngine().query(this.#file));
      return Promise.resolve({ ...own, elsewhere: holdersElsewhere(this.#file) });
    } catch (error) {
      return rejected(error);
    }
  }

  #lockable(): Lockable {
    return {
      name: this.name,
      file: this.#file,
      obtain: (claim, options, ifAvailable) => this.#obtain(claim, options, ifAvailable),
      obtainSync: (claim, options) => this.#obtainSync(claim, options),
    };
  }

  /** The grant, at once if the lock is free; null if it is not and the caller does not wait. */
  #obtain(
    claim: Claim,
    options: AcquireOptions & ReentryOption,
    ifAvailable: boolean,
  ): Grant | null | Promise<Grant> {
    const { signal, timeout } = options;
    signal?.throwIfAborted();
    const own = this.#ownClaim(options);
    const answer = this.#take(claim, options.mode, ifAvailable || timeout === 0 ? 'leave' : 'wait');
    if (answer instanceof Grant) return answer;
    if (typeof answer === 'number' && answer < 0) return this.#queue(-answer, claim, options, own);
    if (ifAvailable) return null;
    throw new LockBusyError(this.name);
  }

  #queue(request: number, claim: Claim, options: AcquireOptions, suspect: Claim | undefined): Promise<Grant> {
    const lock = this.#engineLock();
    return new Promise<Grant>((resolve, reject) => {
      const stopWatching = watch({
        lock: this.name,
        withdraw: () => lock.withdraw(request),
        reject,
        options,
        suspect,
        patience: this.#reentryPatience,
      });
      lock.whenSettled(request, (error) => {
        stopWatching();
        if (error === undefined) resolve(this.#grant(request, claim, options.mode));
        else reject(this.#fileError(error));
      });
    });
  }

  #obtainSync(claim: Claim, options: SyncOptions): Grant {
    const { timeout = Infinity, mode } = options;
    this.#ownClaim(NO_OPTIONS);
    const answer = this.#take(claim, mode, timeout === 0 ? 'leave' : 'block');
    if (answer instanceof Grant) return answer;
    if (typeof answer === 'string') throw new LockDeadlockError(this.name, answer);
    if (answer === 0) throw new LockBusyError(this.name);
    let granted: boolean;
    try {
      granted = this.#engineLock().block(-answer, timeout);
    } catch (error) {
      throw this.#fileError(error);
    }
    if (!granted) throw new LockTimeoutError(this.name, timeout);
    return this.#grant(-answer, claim, mode);
  }

  /**
   * The claim by which this execution holds, or seems to hold, the lock.
   *
   * @throws LockReentryError where it is certain, and waiting was not asked for
   */
  #ownClaim(options: ReentryOption): Claim | undefined {
    const { held, isLeftBehind } = relationTo(this.#file);
    if (isLeftBehind) warnOfUnawaitedWork(this.name);
    if (held?.exact === true && options.reentry !== 'wait') throw new LockReentryError(this.name);
    return held;
  }

  /** Asks the engine once. The grant, or the engine's answer (see {@link EngineLock.acquire}). */
  #take(claim: Claim, mode: LockMode | undefined, patience: Patience): Grant | number | 'held' | 'queued' {
    const lock = this.#engineLock();
    let answer: number | 'held' | 'queued';
    try {
      answer = lock.acquire(mode ?? 'exclusive', patience, this.#handover);
    } catch (error) {
      throw this.#fileError(error);
    }
    if (typeof answer === 'string' || answer <= 0) return answer;
    return this.#grant(answer, claim, mode);
  }

  #grant(request: number, claim: Claim, mode: LockMode = 'exclusive'): Grant {
    return new Grant(this.name, mode, this.#engineLock(), request, claim);
  }

  #engineLock(): EngineLock {
    if (this.#lock === undefined) {
      const engine = selectEngine();
      ensureLockDirectory(path.dirname(this.#file), engine);
      this.#lock = engine.lock(this.#file, this.name);
    }
    return this.#lock;
  }

  #fileError(error: unknown): LockFileError {
    return new LockFileError(this.name, this.#file, error);
  }
}
