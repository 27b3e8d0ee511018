"""
The lock file: exclusion between processes, by flock(2) on an open file description that belongs to the process. Knows neither
threads nor queues; whoever uses a LockFile sees to it that one thread does so at a time. lockkit/native/file.c is the same
for Node.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from typing import Callable

from ._chain import join_chain, leave_chain, others_queue, raise_token
from ._directory import ensure_lock_directory
from ._interrupt import calls

FRESH_FOR = 3600.0
"""Seconds. Cleaners of /tmp count in days."""
OPEN_TRIES = 8
"""How often a file is opened anew when it is unlinked under one who does not wait; waiting has no such bound."""


class LockFile:
    """The file at `path`, open or not, and the lock on it."""

    __slots__ = ("_freshened", "_identity", "_probed", "_probed_for_writer", "fd", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self.fd = -1
        """The descriptor, or -1 while the file is not open."""
        self._forget()

    def _forget(self) -> None:
        self._identity = (0, 0)
        self._freshened = 0.0
        self._probed = 0.0
        """When it was last seen that nobody queues in the chain; 0 if it was not, or somebody has queued since."""
        self._probed_for_writer = False

    def open(self) -> None:
        """Opens the file unless it is open. Raises OSError: EINVAL, EPERM, EMLINK for a file that is not to be written to."""
        if self._is_open():
            return
        self.fd = -1
        self._forget()
        for _ in range(OPEN_TRIES):
            fd = self._open_once()
            try:
                status = os.fstat(fd)
                if _check(fd, status):
                    self._identity = (status.st_dev, status.st_ino)
                    self.fd, fd = fd, -1
                    return
            finally:
                if fd >= 0:
                    os.close(fd)
        raise _system_error(errno.ESTALE)

    def _open_once(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            return os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            ensure_lock_directory(os.path.dirname(self.path))  # it was there, and was removed since
            return os.open(self.path, flags, 0o600)

    def close(self) -> None:
        """Closes the descriptor, if it still is this file's, and with it frees what is locked by it."""
        is_open, fd, self.fd = self._is_open(), self.fd, -1
        if is_open:
            os.close(fd)

    def _is_open(self) -> bool:
        """False also when other code has closed the descriptor (os.closerange), even if its number is in use again."""
        if self.fd < 0:
            return False
        try:
            status = os.fstat(self.fd)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def in_place(self) -> bool:
        """Whether the path leads to this file; if not, others may lock another one."""
        try:
            status = os.lstat(self.path)
        except FileNotFoundError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def try_take(self, shared: bool, budget: float) -> float | None:
        """
        Takes the lock if it is free and no other process queues for it, as far as was seen within `budget` seconds. Returns
        when that was (monotonic), or None. Opens the file when needed.
        """
        for _ in range(OPEN_TRIES):
            self.open()
            if not self._still_counts(shared, budget) and self.contended(shared):
                return None
            try:
                fcntl.flock(self.fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            if self.in_place():
                self.freshen()
                return self._probed
            self.close()
        return None

    def _still_counts(self, shared: bool, budget: float) -> bool:
        """A look for writers also tells readers that nobody queues; not the other way round."""
        return (
            self._probed != 0
            and time.monotonic() - self._probed < budget
            and (self._probed_for_writer or shared)
        )

    def contended(self, shared: bool) -> bool:
        """Whether other processes queue that one who asks now must not overtake."""
        contended = others_queue(self.fd, shared)
        self._probed = 0.0 if contended else time.monotonic()
        self._probed_for_writer = not shared
        return contended

    def wait(self, shared: bool, wanted: Callable[[], object]) -> bool:
        """
        Takes the lock, waiting in the chain as long as it takes. False when the thread was called back, or when the lock is
        not `wanted` any more at a moment when it looks: nothing is taken then. The file is open; whether it is in place
        afterwards is the caller's to see.
        """
        taken = False
        self._probed = 0.0
        try:
            operation = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            taken = join_chain(self.fd, shared, wanted) and bool(wanted()) and calls.flock(self.fd, operation)
        finally:
            leave_chain(self.fd)
            if not taken:
                self.free()
        return taken

    def change(self, shared: bool) -> bool:
        """Changes the mode in which the lock is held. False when others hold it too: then it is lost."""
        try:
            fcntl.flock(self.fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            return True
        except OSError:
            self.free()
            return False

    def release(self) -> None:
        """Frees the lock; the descriptor stays open for the next time. Raises OSError when it was not ours any more."""
        if not self._is_open():
            raise _system_error(errno.EBADF)
        fcntl.flock(self.fd, fcntl.LOCK_UN)

    def free(self) -> None:
        """Frees the lock, if it is held."""
        try:
            self.release()
        except OSError:
            pass  # it is closed, and so it is free

    def raise_token(self, shared: bool) -> int:
        """Raises and returns the fencing token. The lock is held."""
        return raise_token(self.fd, alone=not shared)

    def freshen(self) -> None:
        """Sets the file's times to now, at most once an hour, so that cleaners of /tmp see it in use."""
        now = time.monotonic()
        if self._freshened and now - self._freshened < FRESH_FOR:
            return
        try:
            os.utime(self.fd)
        except OSError:
            pass  # a file system that cannot set times has no cleaner that reads them
        self._freshened = now


def _check(fd: int, status: os.stat_result) -> bool:
    """Whether this is a file that the counters may be written into. False: it was unlinked just now."""
    if not stat.S_ISREG(status.st_mode):
        raise _system_error(errno.EINVAL)
    if status.st_uid != os.geteuid():
        raise _system_error(errno.EPERM)
    if status.st_nlink > 1:
        raise _system_error(errno.EMLINK)
    if status.st_mode & 0o077:
        os.fchmod(fd, 0o600)  # made by something else, such as flock(1): whoever can open it can hold the lock
    return status.st_nlink == 1


def _system_error(code: int) -> OSError:
    return OSError(code, os.strerror(code))
