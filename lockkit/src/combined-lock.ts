import path from 'node:path';

import type { EngineRequest } from './engine.js';
import { LockReentryError, LockTimeoutError } from './errors.js';
import { Grant, type LockMode } from './grant.js';
import { ensureLockDirectory, lockDirectory, lockFileName } from './lock-file.js';
import { checkMilliseconds, LONGEST_TIMER } from './milliseconds.js';
import { Claim, enterWith, heldClaim, runWith, watchSuspect } from './reentry.js';
import { selectEngine } from './select-engine.js';

export interface CombinedLockOptions {
  /**
   * Milliseconds for which this process may pass the lock on among its own tasks and threads before other processes get
   * a turn. More gives throughput, less gives fairness between processes. Default 5.
   */
  readonly handover?: number;
  /**
   * Milliseconds for which a request waits for a lock that its own execution seems to hold by {@link CombinedLock.acquire},
   * before it is rejected with {@link LockReentryError}. Above the longest time that a task holds the lock, no task can be
   * taken for its caller; `Infinity` never rejects. Default {@link DEFAULT_REENTRY_PATIENCE}.
   */
  readonly reentryPatience?: number;
}

export interface AcquireOptions {
  /** Milliseconds to wait before {@link LockTimeoutError}; 0 does not wait. Default: as long as it takes. */
  readonly timeout?: number | undefined;
  /** Withdraws the request while it is queued. After the grant it has no effect. */
  readonly signal?: AbortSignal | undefined;
}

export interface RequestOptions extends AcquireOptions {
  /** Only `exclusive` so far. */
  readonly mode?: LockMode | undefined;
  /** Call the callback with `null` instead of waiting when the lock is not free. Not together with `timeout`. */
  readonly ifAvailable?: boolean | undefined;
}

/** The milliseconds of {@link CombinedLockOptions.reentryPatience} where none are given. */
export const DEFAULT_REENTRY_PATIENCE = 5_000;
const DEFAULT_HANDOVER = 5;

const checkedDirectories = new Set<string>();

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
   * Waits for the lock, calls `callback` with the grant, and frees the lock when the callback's promise is settled.
   * The shape is that of the Web Locks API.
   *
   * @returns what the callback returns
   * @throws LockReentryError when this execution holds the lock already: at once if it is in the callback of a `request`;
   *   if it seems to hold it by {@link acquire}, once that grant has been held for `reentryPatience` more
   * @throws LockTimeoutError, or the signal's reason (an `AbortError` by default), when it is not granted
   * @throws LockDirectoryError, LockEngineError, or a system error of the lock file
   */
  request<T>(callback: (grant: Grant) => T | PromiseLike<T>): Promise<T>;
  request<T>(
    options: RequestOptions & { readonly ifAvailable?: false | undefined },
    callback: (grant: Grant) => T | PromiseLike<T>,
  ): Promise<T>;
  request<T>(options: RequestOptions, callback: (grant: Grant | null) => T | PromiseLike<T>): Promise<T>;
  async request<T>(
    ...args:
      | [callback: (grant: Grant) => T | PromiseLike<T>]
      | [options: RequestOptions, callback: (grant: Grant) => T | PromiseLike<T>]
      | [options: RequestOptions, callback: (grant: Grant | null) => T | PromiseLike<T>]
  ): Promise<T> {
    const [options, callback] = args.length === 1 ? [{}, args[0]] : args;
    checkRequest(options, callback);
    const claim = new Claim(this.#file, true);
    const answer = this.#obtain(claim, options, options.ifAvailable === true);
    const grant = answer instanceof Promise ? await answer : answer;
    // The overloads give a callback that takes no null only to requests that wait.
    if (grant === null) return (callback as (grant: Grant | null) => T | PromiseLike<T>)(null);
    try {
      claim.take();
      return await runWith(claim, () => callback(grant));
    } finally {
      await grant.release();
    }
  }

  /**
   * Waits for the lock and returns the grant; whoever has it must release it, best by `await using`.
   * Prefer {@link request}, which cannot forget, and knows its holder exactly. Until the release, the calling execution and
   * what it starts from here on seem to be the holder; so may its callers, which is why they are only suspected.
   *
   * @throws as {@link request}
   */
  acquire(options: AcquireOptions = {}): Promise<Grant> {
    const claim = new Claim(this.#file, false);
    const granted = this.#acquire(claim, options);
    // Here, not in the asynchronous part: the context entered must be the caller's.
    enterWith(claim);
    return granted;
  }

  async #acquire(claim: Claim, options: AcquireOptions): Promise<Grant> {
    let grant: Grant | null;
    try {
      checkMilliseconds('timeout', options.timeout);
      grant = await this.#obtain(claim, options, false);
    } catch (error) {
      claim.drop();
      throw error;
    }
    if (grant === null) throw new LockTimeoutError(this.name, 0);
    claim.take();
    return grant;
  }

  /** The grant, at once if the lock is free; null if it is not and the caller does not wait. */
  #obtain(claim: Claim, options: AcquireOptions, ifAvailable: boolean): Grant | null | Promise<Grant> {
    const { signal, timeout } = options;
    signal?.throwIfAborted();
    const own = heldClaim(this.#file);
    if (own?.exact === true) throw new LockReentryError(this.name);
    const engine = selectEngine();
    this.#checkDirectory();

    let settled: (error?: Error) => void = () => undefined;
    const request = engine.request(
      this.#file,
      { ifAvailable: ifAvailable || timeout === 0, handover: this.#handover },
      (error) => {
        settled(error);
      },
    );
    if (request === undefined) {
      if (ifAvailable) return null;
      throw new LockTimeoutError(this.name, 0);
    }
    const grant = new Grant(this.name, request, claim);
    if (request.granted) return grant;
    return new Promise<Grant>((resolve, reject) => {
      const stopWatching = this.#watch(request, options, own, reject);
      settled = (error) => {
        stopWatching();
        if (error === undefined) resolve(grant);
        else reject(error);
      };
    });
  }

  /**
   * Withdraws a queued request when its time is up, its signal aborts, or it seems to wait for its own execution, the
   * suspect. Returns what ends the watch.
   */
  #watch(
    request: EngineRequest,
    options: AcquireOptions,
    suspect: Claim | undefined,
    reject: (reason: unknown) => void,
  ): () => void {
    const { signal, timeout } = options;
    const giveUp = (reason: () => unknown) => {
      if (!request.withdraw()) return;
      stop();
      reject(reason());
    };
    const onAbort = () => {
      giveUp(() => signal?.reason as unknown);
    };
    const timer =
      timeout === undefined || timeout === Infinity
        ? undefined
        : setTimeout(
            () => {
              giveUp(() => new LockTimeoutError(this.name, timeout));
            },
            Math.min(timeout, LONGEST_TIMER),
          );
    const stopSuspecting =
      suspect &&
      watchSuspect(suspect, this.#reentryPatience, () => {
        giveUp(() => new LockReentryError(this.name, this.#reentryPatience));
      });
    const stop = () => {
      clearTimeout(timer);
      stopSuspecting?.();
      signal?.removeEventListener('abort', onAbort);
    };
    signal?.addEventListener('abort', onAbort);
    return stop;
  }

  #checkDirectory(): void {
    const directory = path.dirname(this.#file);
    if (checkedDirectories.has(directory)) return;
    ensureLockDirectory(directory);
    checkedDirectories.add(directory);
  }
}

function checkRequest(options: RequestOptions, callback: unknown): void {
  if (typeof callback !== 'function') throw new TypeError('request() needs a callback as its last argument.');
  const { mode, ifAvailable, timeout } = options;
  if (mode !== undefined && mode !== 'exclusive') {
    throw new DOMException(
      `CombinedLock has no mode "${mode}" yet, and an exclusive lock is not what was asked for; use mode "exclusive".`,
      'NotSupportedError',
    );
  }
  if (ifAvailable === true && timeout !== undefined) {
    throw new TypeError(
      'ifAvailable does not wait, so a timeout beside it has no meaning; give one of them.',
    );
  }
  checkMilliseconds('timeout', timeout);
}
