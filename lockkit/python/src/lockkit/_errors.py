"""The errors of this package. Each pickles, so that a pool of processes can hand it to the one who waits."""

from __future__ import annotations

import errno

from ._mode import Obstacle


class LockError(Exception):
    """What all errors of this package are."""


class LockTimeoutError(LockError, TimeoutError):
    """The lock was not granted within the time that the caller gave it. The request has left the queue."""

    def __init__(self, lock: str, timeout: float) -> None:
        super().__init__(self._message(lock, timeout))
        self.lock = lock
        """The lock's name."""
        self.timeout = timeout
        """How long the caller was ready to wait, in seconds."""

    def _message(self, lock: str, timeout: float) -> str:
        return (
            f'Lock "{lock}" was not granted within {timeout:g} s: others hold it or queue before this request; its query() '
            "says who. Allow more time, or make the critical sections shorter."
        )

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.lock, self.timeout)


class LockBusyError(LockTimeoutError):
    """The lock is not free, and the caller does not wait (`timeout=0`)."""

    def __init__(self, lock: str) -> None:
        super().__init__(lock, 0)

    def _message(self, lock: str, timeout: float) -> str:
        return f'Lock "{lock}" is not free, and this request does not wait; query() says who has it.'

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.lock,)


class LockReentryError(LockError):
    """
    The thread or task that asks for the lock holds it already, or very likely does; waiting would never end. The request
    has left the queue.
    """

    def __init__(self, lock: str, waited: float | None = None) -> None:
        advice = "Release it first, or hand the grant to the function that needs it."
        super().__init__(
            f'Lock "{lock}" is already held by this execution, which would wait for itself. {advice}'
            if waited is None
            else f'Likely re-entry: waited {waited:g} s for lock "{lock}", which the same execution seems to hold, and would '
            f"wait for itself. {advice} If another one will release it, call detach() on its grant, or raise reentry_patience."
        )
        self.lock = lock
        """The lock's name."""
        self.waited = waited
        """How long the request waited, in seconds, where the re-entry is only likely; None where it is certain."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.lock, self.waited)


class LockDeadlockError(LockError):
    """A blocking wait in the thread of an event loop that could not end, because only that loop could end it."""

    def __init__(self, lock: str, because: Obstacle) -> None:
        reason = {
            "held": "holds it, and could not go on to release it.",
            "queued": "queues before, and could not go on to use it.",
        }
        super().__init__(
            f'Blocking this thread for lock "{lock}" would never end: a task of its event loop {reason[because]} '
            "Use `async with`, or await acquire_async()."
        )
        self.lock = lock
        """The lock's name."""
        self.because: Obstacle = because
        """What of this thread's own is in the way: a task that holds the lock, or one that queues before."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.lock, self.because)


class LockReleaseError(LockError):
    """The lock could not be freed in order; `__cause__` is the system's error."""

    def __init__(self, lock: str, reason: str) -> None:
        super().__init__(
            f'Lock "{lock}" could not be freed ({reason}). With EBADF, something in this process closed a descriptor that it '
            "does not own, and so freed the lock before its time."
        )
        self.lock = lock
        """The lock's name."""
        self.reason = reason
        """The system's words."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.lock, self.reason)


class LockNotHeldError(LockError):
    """Something that only the holder can do was asked of a grant that is not held: released, or of a parent process."""

    def __init__(self, lock: str, what: str) -> None:
        super().__init__(f'Lock "{lock}" is not held by this grant: {what}')
        self.lock = lock
        """The lock's name."""
        self.what = what
        """What was asked."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.lock, self.what)


_WHAT_TO_DO = {
    errno.EMFILE: "This process has too many files open; close some, or raise its limit (ulimit -n).",
    errno.ENFILE: "The system has too many files open.",
    errno.ENOSPC: "The disk is full; free some space, or set LOCKKIT_DIR to a directory elsewhere.",
    errno.EDQUOT: "The disk quota is used up; free some space, or set LOCKKIT_DIR to a directory elsewhere.",
    errno.EROFS: "The file system is read-only; set LOCKKIT_DIR to a directory that can be written to.",
    errno.EACCES: "The directory or the file may not be written to; set LOCKKIT_DIR to a directory of this process's user.",
    errno.EPERM: "The file belongs to another user; remove it.",
    errno.ELOOP: "There is a symbolic link at its path, which is not followed; remove it.",
    errno.EINVAL: "What is at its path is not a regular file; remove it.",
    errno.EISDIR: "What is at its path is not a regular file; remove it.",
    errno.EMLINK: "The file has a second name (a hard link), and its counters would be written into that; remove it.",
}


class LockFileError(LockError):
    """The lock file cannot be used; `__cause__` is the system's error."""

    def __init__(self, lock: str, file: str, code: int | None, reason: str) -> None:
        advice = _WHAT_TO_DO.get(code or 0, "")
        super().__init__(f'Lock "{lock}" cannot use its file {file} ({reason}). {advice}'.rstrip())
        self.lock = lock
        """The lock's name."""
        self.file = file
        """Absolute path of its file."""
        self.errno = code
        """The system's number for what is wrong."""
        self.reason = reason
        """The system's words for it."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.lock, self.file, self.errno, self.reason)


class LockDirectoryError(LockError):
    """
    The directory of the lock files cannot be used or trusted: another user could take part in, or break, the locks in it,
    or its file system has no locks that exclude.
    """

    def __init__(self, directory: str, reason: str) -> None:
        super().__init__(f"Lock directory {directory} is refused: {reason}")
        self.directory = directory
        """Path of the directory."""
        self.reason = reason
        """What is wrong with it."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.directory, self.reason)
