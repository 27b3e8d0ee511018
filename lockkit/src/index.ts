export { CombinedLock, DEFAULT_REENTRY_PATIENCE } from './combined-lock.js';
export type { AcquireOptions, CombinedLockOptions, RequestOptions } from './combined-lock.js';
export { LockDirectoryError, LockEngineError, LockReentryError, LockTimeoutError } from './errors.js';
export type { Grant, LockMode } from './grant.js';
