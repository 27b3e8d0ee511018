import { warnOnce } from './warnings.js';

/** Says, once a lock, that work of a `request` callback goes on without the lock. */
export function warnOfUnawaitedWork(lock: string): void {
  warnOnce(
    'LOCKKIT_UNAWAITED_WORK',
    lock,
    `Work that a callback of request() on lock "${lock}" started goes on after the callback ended, so the lock does not cover ` +
      'it. Return its promise from the callback, or await it there; start work that needs no lock outside of the callback.',
  );
}
