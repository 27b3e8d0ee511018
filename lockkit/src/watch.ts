import { LockReentryError, LockTimeoutError } from './errors.js';
import { LONGEST_TIMER } from './milliseconds.js';
import type { AcquireOptions } from './options.js';
import { type Claim, watchSuspect } from './reentry.js';

export interface Watched {
  /** The lock's name. */
  readonly lock: string;
  /** Takes the request out of the queue; false when it has been settled. */
  readonly withdraw: () => boolean;
  readonly reject: (reason: unknown) => void;
  readonly options: AcquireOptions;
  /** The claim by which the caller seems to hold the lock. */
  readonly suspect: Claim | undefined;
  /** Milliseconds for which the suspect may stay held. */
  readonly patience: number;
}

/**
 * Withdraws a queued request when its time is up, its signal aborts, or it seems to wait for its own execution.
 *
 * @returns what ends the watch
 */
export function watch({ lock, withdraw, reject, options, suspect, patience }: Watched): () => void {
  const { signal, timeout } = options;
  const giveUp = (reason: () => unknown) => {
    if (!withdraw()) return;
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
            giveUp(() => new LockTimeoutError(lock, timeout));
          },
          Math.min(timeout, LONGEST_TIMER),
        );
  const stopSuspecting =
    suspect &&
    watchSuspect(suspect, patience, () => {
      giveUp(() => new LockReentryError(lock, patience));
    });
  const stop = () => {
    clearTimeout(timer);
    stopSuspecting?.();
    signal?.removeEventListener('abort', onAbort);
  };
  signal?.addEventListener('abort', onAbort);
  return stop;
}
