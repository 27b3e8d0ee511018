import { keep, type Place, placeOf } from './dropped-grants.js';
import { LockBusyError, LockTimeoutError } from './errors.js';
import type { Grant } from './grant.js';
import { GrantSet } from './grant-set.js';
import {
  type AcquireOptions,
  checkCallback,
  checkOptions,
  type RequestOptions,
  type SyncOptions,
} from './options.js';
import { Claim, enterWith } from './reentry.js';
import { useGrant, useGrantSync } from './use-grant.js';

/** What a set needs of each of its locks. */
export interface Lockable {
  readonly name: string;
  readonly file: string;
  obtain(claim: Claim, options: RequestOptions, ifAvailable: boolean): Grant | null | Promise<Grant>;
  obtainSync(claim: Claim, options: SyncOptions): Grant;
}

/** Several locks that are taken together or not at all; made by {@link CombinedLock.all}. */
export class LockSet {
  readonly #locks: readonly Lockable[];

  /** @internal Sets are made by {@link CombinedLock.all}. */
  constructor(locks: readonly Lockable[]) {
    const byFile = new Map(locks.map((lock) => [lock.file, lock]));
    // By code units: the same everywhere, whatever the locale.
    this.#locks = [...byFile.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  /** The names of the locks, each once, in the order in which they are taken. */
  get names(): readonly string[] {
    return this.#locks.map(({ name }) => name);
  }

  /**
   * {@link CombinedLock.request} for all of them: the callback runs when all are held. A timeout is for all together;
   * when one is not granted, those taken before it are freed.
   *
   * @throws as {@link CombinedLock.request}
   */
  request<T>(callback: (grant: GrantSet) => T | PromiseLike<T>): Promise<T>;
  request<T>(
    options: RequestOptions & { readonly ifAvailable?: false | undefined },
    callback: (grant: GrantSet) => T | PromiseLike<T>,
  ): Promise<T>;
  request<T>(options: RequestOptions, callback: (grant: GrantSet | null) => T | PromiseLike<T>): Promise<T>;
  async request<T>(
    ...args:
      | [callback: (grant: GrantSet) => T | PromiseLike<T>]
      | [options: RequestOptions, callback: (grant: GrantSet) => T | PromiseLike<T>]
      | [options: RequestOptions, callback: (grant: GrantSet | null) => T | PromiseLike<T>]
  ): Promise<T> {
    const [options, callback] = args.length === 1 ? [{}, args[0]] : args;
    checkOptions(options);
    checkCallback(callback);
    const wanted = this.#wanted(true);
    const grants = await obtainAll(wanted, options, options.ifAvailable === true);
    // The overloads give a callback that takes no null only to requests that wait.
    if (grants === null) return (callback as (grant: GrantSet | null) => T | PromiseLike<T>)(null);
    return useGrant(new GrantSet(grants), claimsOf(wanted), callback);
  }

  /**
   * {@link CombinedLock.acquire} for all of them.
   *
   * @throws as {@link CombinedLock.acquire}
   */
  acquire(options: AcquireOptions = {}): Promise<GrantSet> {
    const wanted = this.#wanted(false);
    const granted = acquireAll(wanted, options, placeOf(0));
    // Here, not in the asynchronous part: the context entered must be the caller's.
    enterWith(claimsOf(wanted));
    return granted;
  }

  /**
   * {@link CombinedLock.acquireSync} for all of them: blocks the thread.
   *
   * @throws as {@link CombinedLock.acquireSync}
   */
  acquireSync(options: SyncOptions = {}): GrantSet {
    checkOptions(options);
    const wanted = this.#wanted(false);
    const grants = keepAll(obtainAllSync(wanted, options), wanted, placeOf(0));
    enterWith(claimsOf(wanted));
    return grants;
  }

  /**
   * {@link CombinedLock.requestSync} for all of them: blocks the thread.
   *
   * @throws as {@link CombinedLock.requestSync}
   */
  requestSync<T>(callback: (grant: GrantSet) => T, options: SyncOptions = {}): T {
    checkOptions(options);
    checkCallback(callback);
    const wanted = this.#wanted(true);
    return useGrantSync(new GrantSet(obtainAllSync(wanted, options)), claimsOf(wanted), callback);
  }

  #wanted(exact: boolean): readonly Wanted[] {
    return this.#locks.map((lock) => ({ lock, claim: new Claim(lock.file, exact) }));
  }
}

interface Wanted {
  readonly lock: Lockable;
  readonly claim: Claim;
}

function claimsOf(wanted: readonly Wanted[]): readonly Claim[] {
  return wanted.map(({ claim }) => claim);
}

function keepAll(grants: readonly Grant[], wanted: readonly Wanted[], place: Place): GrantSet {
  for (const [i, { claim }] of wanted.entries()) {
    const grant = grants[i];
    if (grant !== undefined) keep(grant, claim, place);
  }
  return new GrantSet(grants);
}

async function acquireAll(
  wanted: readonly Wanted[],
  options: AcquireOptions,
  place: Place,
): Promise<GrantSet> {
  try {
    checkOptions(options);
    return keepAll((await obtainAll(wanted, options, false)) ?? [], wanted, place);
  } catch (error) {
    for (const { claim } of wanted) claim.drop();
    throw error;
  }
}

async function obtainAll(
  wanted: readonly Wanted[],
  options: RequestOptions,
  ifAvailable: boolean,
): Promise<Grant[] | null> {
  const left = timeLeft(options.timeout);
  const grants: Grant[] = [];
  try {
    for (const { lock, claim } of wanted) {
      const grant = await lock.obtain(claim, { ...options, timeout: left() }, ifAvailable);
      if (grant === null) {
        await new GrantSet(grants).release();
        return null;
      }
      grants.push(grant);
    }
  } catch (error) {
    await new GrantSet(grants).release();
    throw forAll(error, options.timeout);
  }
  return grants;
}

function obtainAllSync(wanted: readonly Wanted[], options: SyncOptions): Grant[] {
  const left = timeLeft(options.timeout);
  const grants: Grant[] = [];
  try {
    for (const { lock, claim } of wanted)
      grants.push(lock.obtainSync(claim, { ...options, timeout: left() }));
  } catch (error) {
    new GrantSet(grants)[Symbol.dispose]();
    throw forAll(error, options.timeout);
  }
  return grants;
}

/** The time-out of the next lock, of one that is for all. It becomes 0, which does not queue, only where it is from the start. */
function timeLeft(timeout: number | undefined): () => number | undefined {
  if (timeout === undefined || timeout === 0) return () => timeout;
  const end = performance.now() + timeout;
  return () => Math.max(end - performance.now(), Number.MIN_VALUE);
}

function forAll(error: unknown, timeout: number | undefined): unknown {
  if (!(error instanceof LockTimeoutError) || error instanceof LockBusyError || timeout === undefined) {
    return error;
  }
  return new LockTimeoutError(error.lock, timeout);
}
