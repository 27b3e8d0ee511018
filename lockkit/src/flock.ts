import { isMainThread } from 'node:worker_threads';

import { loadAddon, requireFromHere } from './addon.js';
import { LockEngineError } from './errors.js';

export type FlockOperation = 'sh' | 'ex' | 'shnb' | 'exnb' | 'un';

type Flock = (fd: number, operation: FlockOperation) => void;

let implementation: Flock | undefined;

/**
 * flock(2) as the kernel has it, on the calling thread: `sh` and `ex` block its event loop, `shnb` and `exnb` throw an
 * error with code EAGAIN when the lock is not free. For experiments with locks; programs want {@link CombinedLock}.
 *
 * @param fd an open descriptor; the lock belongs to its open file description
 * @throws a system error with `code` (EAGAIN, EBADF, …)
 * @throws LockEngineError when neither the addon nor, in the main thread, fs-ext is there
 */
export function flockSync(fd: number, operation: FlockOperation): void {
  implementation ??= findFlock();
  implementation(fd, operation);
}

function findFlock(): Flock {
  const { addon, reason } = loadAddon();
  if (addon !== undefined) return addon.flock;
  if (!isMainThread) {
    throw new LockEngineError(
      `flock in a worker thread needs Lockkit's addon: ${reason}. Build it with "npm rebuild lockkit".`,
    );
  }
  return (requireFromHere()('fs-ext') as { flockSync: Flock }).flockSync;
}
