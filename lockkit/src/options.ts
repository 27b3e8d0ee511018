import { checkMilliseconds } from './milliseconds.js';
import type { LockMode } from './mode.js';

/** How to take a lock without waiting. */
export interface TryOptions {
  /**
   * `exclusive` (the default) shares with nobody; `shared` holds together with others that asked for `shared`, in any task,
   * thread or process. Requests are served in the order of asking: readers that stand next to each other go in together,
   * and none passes a writer that came before it.
   */
  readonly mode?: LockMode | undefined;
}

/** How to take a lock by blocking the thread. */
export interface SyncOptions extends TryOptions {
  /** Milliseconds to wait before {@link LockTimeoutError}; 0 does not wait ({@link LockBusyError}). Default: as long as it takes. */
  readonly timeout?: number | undefined;
}

/** How to wait for a lock. */
export interface AcquireOptions extends SyncOptions {
  /** Withdraws the request while it is queued. After the grant it has no effect. */
  readonly signal?: AbortSignal | undefined;
}

/** What becomes of a request by an execution that holds the lock. */
export interface ReentryOption {
  /**
   * What happens when the request is made in the callback of a `request` that holds the lock. `refuse` (the default):
   * {@link LockReentryError} at once. `wait`: queue. It is for work that the callback starts and does not await, so that the
   * callback can end before it; if it does not, the error comes after `reentryPatience`, as a callback that awaits the
   * request would wait for itself.
   */
  readonly reentry?: 'refuse' | 'wait' | undefined;
}

/** How to wait for a lock under which a callback is to run. */
export interface RequestOptions extends AcquireOptions, ReentryOption {
  /** Call the callback with `null` instead of waiting when the lock is not free. Not together with `timeout`. */
  readonly ifAvailable?: boolean | undefined;
}

const MODES: readonly string[] = ['exclusive', 'shared'] satisfies LockMode[];

/** @throws TypeError, RangeError for what makes no sense */
export function checkOptions(options: RequestOptions): void {
  const { mode, ifAvailable, timeout } = options;
  if (mode !== undefined && !MODES.includes(mode)) {
    throw new TypeError(`A lock has the modes "exclusive" and "shared", not "${mode}".`);
  }
  if (ifAvailable === true && timeout !== undefined) {
    throw new TypeError(
      'ifAvailable does not wait, so a timeout beside it has no meaning; give one of them.',
    );
  }
  checkMilliseconds('timeout', timeout);
}

/** @throws TypeError */
export function checkCallback(callback: unknown): void {
  if (typeof callback !== 'function') throw new TypeError('A request needs a callback as its last argument.');
}
