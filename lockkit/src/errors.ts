/** What all errors of Lockkit's locks have in common. */
export abstract class LockError extends Error {
  /** For programs: one code a class, the same in every version. */
  abstract readonly code: string;
}

/** The lock was not granted within the time that the caller gave it. The request has left the queue. */
export class LockTimeoutError extends LockError {
  override readonly name: string = 'LockTimeoutError';
  readonly code: 'ERR_LOCK_TIMEOUT' | 'ERR_LOCK_BUSY' = 'ERR_LOCK_TIMEOUT';
  constructor(
    /** The lock's name. */
    readonly lock: string,
    /** How long the caller was ready to wait, in milliseconds. */
    readonly timeout: number,
    message = `Lock "${lock}" was not granted within ${timeout} ms: others hold it or queue before this request; ` +
      'its query() says who. Allow more time, or make the critical sections shorter.',
  ) {
    super(message);
  }
}

/** The lock is not free, and the caller does not wait (`timeout: 0`). */
export class LockBusyError extends LockTimeoutError {
  override readonly name: string = 'LockBusyError';
  override readonly code = 'ERR_LOCK_BUSY';
  constructor(lock: string) {
    super(lock, 0, `Lock "${lock}" is not free, and this request does not wait; query() says who has it.`);
  }
}

/**
 * The execution that asks for the lock holds it already, or very likely does; waiting would never end. The request has
 * left the queue.
 */
export class LockReentryError extends LockError {
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
            'Release it first, or hand the grant to the function that needs it. ' +
            "Work that the holder does not await may queue with the option reentry: 'wait'."
        : `Likely re-entry: waited ${waited} ms for lock "${lock}", which the same execution seems to hold, ` +
            'and would wait for itself. Release it first, or hand the grant to the function that needs it. ' +
            'If another task holds it by acquire(), take it there by request(), which tells them apart, or raise reentryPatience.',
    );
  }
}

/** A blocking wait (`acquireSync`) that could not end, because only the thread that it blocks could end it. */
export class LockDeadlockError extends LockError {
  override readonly name = 'LockDeadlockError';
  readonly code = 'ERR_LOCK_DEADLOCK';
  constructor(
    /** The lock's name. */
    readonly lock: string,
    /** What of this thread's own is in the way: a task that holds the lock, or one that queues before. */
    readonly because: 'held' | 'queued',
  ) {
    super(
      `Blocking this thread for lock "${lock}" would never end: a task of the same thread ` +
        (because === 'held'
          ? 'holds it, and could not go on to release it. '
          : 'queues before, and could not go on to use it. ') +
        'Await acquire() or request() instead.',
    );
  }
}

/** The lock was lost before it was released: others may hold it now. It is the reason of `grant.signal`. */
export class LockLostError extends LockError {
  override readonly name = 'LockLostError';
  readonly code = 'ERR_LOCK_LOST';
  constructor(
    /** The lock's name. */
    readonly lock: string,
    reason: string,
  ) {
    super(`Lock "${lock}" was lost while it was held: ${reason} What is done from here on is not protected.`);
  }
}

/** The lock could not be freed in order; `cause` is the system's error. */
export class LockReleaseError extends LockError {
  override readonly name = 'LockReleaseError';
  readonly code = 'ERR_LOCK_RELEASE';
  constructor(
    /** The lock's name. */
    readonly lock: string,
    cause: unknown,
  ) {
    super(
      `Lock "${lock}" could not be freed (${messageOf(cause)}). With EBADF, something in this process closed a descriptor that ` +
        'it does not own, and so freed the lock before its time.',
      { cause },
    );
  }
}

/** Something that only the holder can do was asked of a grant that was released. */
export class LockNotHeldError extends LockError {
  override readonly name = 'LockNotHeldError';
  readonly code = 'ERR_LOCK_NOT_HELD';
  constructor(
    /** The lock's name. */
    readonly lock: string,
    what: string,
  ) {
    super(`Lock "${lock}" is not held any more by this grant: ${what}`);
  }
}

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  EMFILE: 'This process has too many files open; close some, or raise its limit (ulimit -n).',
  ENFILE: 'The system has too many files open.',
  ENOSPC: 'The disk is full; free some space, or set LOCKKIT_DIR to a directory elsewhere.',
  EDQUOT: 'The disk quota is used up; free some space, or set LOCKKIT_DIR to a directory elsewhere.',
  EROFS: 'The file system is read-only; set LOCKKIT_DIR to a directory that can be written to.',
  EACCES:
    "The directory or the file may not be written to; set LOCKKIT_DIR to a directory of this process's user.",
  EPERM: 'The file belongs to another user; remove it.',
  ELOOP: 'There is a symbolic link at its path, which is not followed; remove it.',
  EINVAL: 'What is at its path is not a regular file; remove it.',
  EMLINK: 'The file has a second name (a hard link), and its counters would be written into that; remove it.',
  ENOENT: 'Its directory was removed while this process ran; restart the process.',
  EAGAIN: 'The system gives no more threads, or no more memory, to this process.',
};

/** The lock file cannot be used; `cause` is the system's error, and its `code` says which. */
export class LockFileError extends LockError {
  override readonly name = 'LockFileError';
  readonly code = 'ERR_LOCK_FILE';
  constructor(
    /** The lock's name. */
    readonly lock: string,
    /** Absolute path of its file. */
    readonly file: string,
    cause: unknown,
  ) {
    const advice = WHAT_TO_DO[(cause as NodeJS.ErrnoException | null)?.code ?? ''];
    super(
      `Lock "${lock}" cannot use its file ${file} (${messageOf(cause)}).` +
        (advice === undefined ? '' : ` ${advice}`),
      { cause },
    );
  }
}

/** The directory of the lock files cannot be used or trusted: another user could take part in, or break, the locks in it. */
export class LockDirectoryError extends LockError {
  override readonly name = 'LockDirectoryError';
  readonly code = 'ERR_LOCK_DIRECTORY';
  constructor(
    /** Absolute path of the directory. */
    readonly directory: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`Lock directory ${directory} is refused: ${reason}`, options);
  }
}

/** Nothing here can take file locks; the message says what was tried and what to do. */
export class LockEngineError extends LockError {
  override readonly name = 'LockEngineError';
  readonly code = 'ERR_LOCK_ENGINE';
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
