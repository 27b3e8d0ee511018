export { CombinedLock, DEFAULT_REENTRY_PATIENCE } from './combined-lock.js';
export type { CombinedLockOptions } from './combined-lock.js';
export {
  LockBusyError,
  LockDeadlockError,
  LockDirectoryError,
  LockEngineError,
  LockError,
  LockFileError,
  LockLostError,
  LockNotHeldError,
  LockReentryError,
  LockReleaseError,
  LockTimeoutError,
} from './errors.js';
export type { Grant } from './grant.js';
export type { GrantSet } from './grant-set.js';
export type { LockSet } from './lock-set.js';
export type { LockMode } from './mode.js';
export type { AcquireOptions, ReentryOption, RequestOptions, SyncOptions, TryOptions } from './options.js';
export type { LockHolder, LockInfo, LockSnapshot, SingleLockSnapshot } from './query.js';
