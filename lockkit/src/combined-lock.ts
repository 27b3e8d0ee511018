import path from 'node:path';

import type { EngineRequest } from './engine.js';
import { LockReentryError, LockTimeoutError } from './errors.js';
import { Grant, type LockMode } from './grant.js';
import { ensureLockDirectory, lockDirectory, lockFileName } from './lock-file.js';
import { Claim, enterWith, holds, runWith } from './reentry.js';
import { selectEngine } from './select-engine.js';

export interface CombinedLockOptions {
  /**
   * Milliseconds for which this process may pass the lock on among its own tasks and threads before other processes get
   * a turn. More gives throughput, less gives fairness between processes. Default 5.
   */
  readonly handover?: number;
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

const DEFAULT_HANDOVER = 5;
/** The longest that setTimeout can count, 24.8 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

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

  /**
   * @param name any well-formed Unicode text; two names are the same lock when they are the same code points
   * @throws TypeError for a malformed name, RangeError for a handover that is not a number ≥ 0
   * @throws LockDirectoryError when `LOCKKIT_DIR` is a relative path
   */
  constructor(
    /** The lock's name, as given. */
    readonly name: string,
    options: CombinedLockOptions = {},
  ) {
    this.#file = path.join(lockDirectory(), lockFileName(name));
    this.#handover = options.handover ?? DEFAULT_HANDOVER;
    if (!(this.#handover >= 0)) throw new RangeError('handover must be a number of milliseconds, 0 or more.');
  }

  /**
   * Waits for the lock, calls `callback` with the grant, and frees the lock when the callback's promise is settled.
   * The shape is that of the Web Locks API.
   *
   * @returns what the callback returns
   * @throws LockReentryError when this execution holds the lock already
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
    const claim = new Claim(this.#file);
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
   * Prefer {@link request}, which cannot forget. The calling execution, and what it starts from here on, counts as the
   * holder until the release.
   *
   * @throws as {@link request}
   */
  acquire(options: AcquireOptions = {}): Promise<Grant> {
    const claim = new Claim(this.#file);
    const granted = this.#acquire(claim, options);
    // Here, not in the asynchronous part: the context entered must be the caller's.
    enterWith(claim);
    return granted;
  }

  async #acquire(claim: Claim, options: AcquireOptions): Promise<Grant> {
    let grant: Grant | null;
    try {
      checkTimeout(options.timeout);
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
    if (holds(this.#file)) throw new LockReentryError(this.name);
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
      const stopWatching = this.#watch(request, options, reject);
      settled = (error) => {
        stopWatching();
        if (error === undefined) resolve(grant);
        else reject(error);
      };
    });
  }

  /** Withdraws a queued request when its time is up or its signal aborts. Returns what ends the watch. */
  #watch(request: EngineRequest, options: AcquireOptions, reject: (reason: unknown) => void): () => void {
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
    const stop = () => {
      clearTimeout(timer);
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
  checkTimeout(timeout);
}

function checkTimeout(timeout: number | undefined): void {
  if (timeout !== undefined && !(timeout >= 0)) {
    throw new RangeError('timeout must be a number of milliseconds, 0 or more.');
  }
}
