/** The lock was not granted within the time that the caller gave it. The request has left the queue. */
export class LockTimeoutError extends Error {
  override readonly name = 'LockTimeoutError';
  readonly code = 'ERR_LOCK_TIMEOUT';
  constructor(
    /** The lock's name. */
    readonly lock: string,
    /** How long the caller was ready to wait, in milliseconds. */
    readonly timeout: number,
  ) {
    super(
      `Lock "${lock}" was not granted within ${timeout} ms: others hold it or queue before this request. ` +
        'Allow more time, or make the critical sections shorter.',
    );
  }
}

/**
 * The execution that asks for the lock holds it already, or very likely does; waiting would never end. The request has
 * left the queue.
 */
export class LockReentryError extends Error {
  override readonly name = 'LockReentryError';
  readonly code = 'ERR_LOCK_REENTRY';
  constructor(
    /** The lock's name. */
    readonly lock: string,
    /** How long the request waited, in milliseconds, where the re-entry is only likely; undefined where it is certain. */
    readonly waited?: number,
  ) {
    super(
      waited === undefined
        ? `Lock "${lock}" is already held by this execution, which would wait for itself. ` +
            'Release it first, or hand the grant to the function that needs it.'
        : `Likely re-entry: waited ${waited} ms for lock "${lock}", which the same execution seems to hold by acquire(), ` +
            'and would wait for itself. Release it first, or hand the grant to the function that needs it. ' +
            'If another task holds it, take it there by request(), which tells them apart, or raise reentryPatience.',
    );
  }
}

/** The directory of the lock files cannot be trusted: another user could take part in, or break, the locks in it. */
export class LockDirectoryError extends Error {
  override readonly name = 'LockDirectoryError';
  readonly code = 'ERR_LOCK_DIRECTORY';
  constructor(
    /** Absolute path of the directory. */
    readonly directory: string,
    reason: string,
  ) {
    super(`Lock directory ${directory} is refused: ${reason}`);
  }
}

/** No engine can take file locks here; the message says what was tried and what to do. */
export class LockEngineError extends Error {
  override readonly name = 'LockEngineError';
  readonly code = 'ERR_LOCK_ENGINE';
}
