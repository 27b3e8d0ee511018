"""The errors of this package. Each pickles, so that a pool of processes can hand it to the one who waits."""

from __future__ import annotations


class LockError(Exception):
    """What all errors of this package are."""


class LockTimeoutError(LockError, TimeoutError):
    """The lock was not granted within the time that the caller gave it. The request has left the queue."""

    def __init__(self, lock: str, timeout: float) -> None:
        super().__init__(
            f'Lock "{lock}" was not granted within {timeout:g} s: others hold it or queue before this request. '
            "Allow more time, or make the critical sections shorter."
        )
        self.lock = lock
        """The lock's name."""
        self.timeout = timeout
        """How long the caller was ready to wait, in seconds."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.lock, self.timeout)


class LockReentryError(LockError):
    """
    The execution that asks for the lock holds it already, or very likely does, or blocks the thread of the one who holds
    it: waiting would never end. The request has left the queue.
    """

    def __init__(self, lock: str, waited: float | None = None, blocks_loop: bool = False) -> None:
        super().__init__(_reentry_message(lock, waited, blocks_loop))
        self.lock = lock
        """The lock's name."""
        self.waited = waited
        """How long the request waited, in seconds, where the re-entry is only likely; None where it is certain."""
        self.blocks_loop = blocks_loop
        """Whether the holder is another task, of the event loop whose thread a blocking wait would stop."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.lock, self.waited, self.blocks_loop)


def _reentry_message(lock: str, waited: float | None, blocks_loop: bool) -> str:
    if blocks_loop:
        return (
            f'Lock "{lock}" is held, or queued for, by a task of the event loop that runs in this thread. Waiting here '
            "would stop that loop, and the lock would never be released. Use `async with` or `await acquire_async()`."
        )
    advice = "Release it first, or hand the grant to the function that needs it."
    if waited is None:
        return f'Lock "{lock}" is already held by this execution, which would wait for itself. {advice}'
    return (
        f'Likely re-entry: waited {waited:g} s for lock "{lock}", which the same task seems to hold, and would wait for '
        f"itself. {advice} If another task holds it, await acquire_async() there, or raise reentry_patience."
    )


class LockDirectoryError(LockError):
    """The directory of the lock files cannot be trusted: another user could take part in, or break, the locks in it."""

    def __init__(self, directory: str, reason: str) -> None:
        super().__init__(f"Lock directory {directory} is refused: {reason}")
        self.directory = directory
        """Path of the directory."""
        self.reason = reason
        """What is wrong with it."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.directory, self.reason)


class LockFileError(LockError):
    """The lock file is not a regular file of this user."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"Lock file {file} is refused: {reason}")
        self.file = file
        """Absolute path of the file."""
        self.reason = reason
        """What is wrong with it."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.file, self.reason)
