"""
The lock file: exclusion between processes, and their order. Knows neither threads nor queues; whoever uses a LockFile sees
to it that one thread does so at a time.

Layout: bytes 0-7 ticket counter, 8-15 fencing token, both little-endian u64. Exclusion is flock(2) on the open file
description and nothing else. Order is a chain of OFD byte locks from byte 16 on: a process that has to wait draws ticket t
and holds byte 16+t until it has the flock. flock and OFD locks do not see each other, so a broken chain costs order, never
exclusion. lockkit/native/file.c is the same for Node.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
import time
from typing import Callable

from ._errors import LockFileError
from ._interrupt import F_OFD_GETLK, F_OFD_SETLK, HAS_OFD, calls
from ._names import ensure_lock_directory

TICKET_AT = 0
TOKEN_AT = 8
CHAIN_AT = 16
LAST_TICKET = 2**62
"""Above this, a ticket is garbage, and byte 16+t would not be an off_t."""
FRESH_FOR = 3600.0
"""Seconds. Cleaners of /tmp count in days."""
TRY_REOPEN = 8
"""How often `try_take` opens anew when the file is unlinked under it; waiting has no such bound."""

_COUNTER = struct.Struct("<Q")
_RANGE = struct.Struct("@hhqqi0q")
"""struct flock: type, whence, start, length, pid (0 for OFD locks), and the padding at its end."""
_WHOLE_CHAIN = _RANGE.pack(fcntl.F_WRLCK, os.SEEK_SET, CHAIN_AT, 0, 0)
_TICKET = _RANGE.pack(fcntl.F_WRLCK, os.SEEK_SET, TICKET_AT, 1, 0)
_NO_TICKET = _RANGE.pack(fcntl.F_UNLCK, os.SEEK_SET, TICKET_AT, 1, 0)
_NOTHING = _RANGE.pack(fcntl.F_UNLCK, os.SEEK_SET, 0, 0, 0)


class LockFile:
    """The file at `path`, open or not, and the lock on it."""

    __slots__ = ("_freshened", "_identity", "fd", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self.fd = -1
        """The descriptor, or -1 while the file is not open."""
        self._identity = (0, 0)
        self._freshened = 0.0

    def open(self) -> None:
        """Opens the file unless it is open. Raises OSError, or LockFileError for a file that is not ours."""
        if self._is_open():
            return
        try:
            fd = self._open_once()
        except FileNotFoundError:
            ensure_lock_directory(os.path.dirname(self.path))  # it was there, and was removed since
            fd = self._open_once()
        status = os.fstat(fd)
        reason = _refusal(status)
        if reason is not None:
            os.close(fd)
            raise LockFileError(self.path, reason)
        self._identity = (status.st_dev, status.st_ino)
        self._freshened = 0.0
        self.fd = fd

    def _open_once(self) -> int:
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

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

    def still_there(self) -> bool:
        """Whether the path still leads to the file that is locked; if not, others may lock another one."""
        try:
            status = os.lstat(self.path)
        except FileNotFoundError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def try_take(self) -> bool:
        """Takes the lock if it is free and no other process queues for it. Opens the file when needed."""
        for _ in range(TRY_REOPEN):
            self.open()
            try:
                if self._others_queue():
                    return False
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if self.still_there():
                self.freshen()
                return True
            self.close()
        return False

    def wait(self, wanted: Callable[[], object]) -> bool:
        """
        Takes the lock, waiting in the chain as long as it takes. False when the thread was called back, or when the lock is
        not wanted any more at a moment when it looks: nothing is taken then. The file is open; whether it is still there is
        the caller's to see.
        """
        taken = False
        try:
            taken = self._join_chain(wanted) and bool(wanted()) and calls.flock(self.fd, fcntl.LOCK_EX)
        finally:
            self._leave_chain()
            if not taken:
                self.release()
        return taken

    def release(self) -> None:
        """Frees the lock; the descriptor stays open for the next time."""
        if self._is_open():
            fcntl.flock(self.fd, fcntl.LOCK_UN)

    def raise_token(self) -> int:
        """Raises and returns the fencing token. The caller holds the lock."""
        return self._raise_counter(TOKEN_AT)

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

    def _raise_counter(self, offset: int) -> int:
        """Adds one to a counter; the caller has excluded all others. A file that ends before it counts from 0."""
        (value,) = _COUNTER.unpack(os.pread(self.fd, _COUNTER.size, offset).ljust(_COUNTER.size, b"\0"))
        value = (value + 1) % 2**64
        written = os.pwrite(self.fd, _COUNTER.pack(value), offset)
        if written != _COUNTER.size:
            raise OSError(errno.EIO, os.strerror(errno.EIO), self.path)
        return value

    def _others_queue(self) -> bool:
        """Our own byte locks never conflict with us, so this sees other processes (and copies of this module) only."""
        if not HAS_OFD:
            return False
        try:
            found = fcntl.fcntl(self.fd, F_OFD_GETLK, _WHOLE_CHAIN)
        except OSError:
            return False
        return _RANGE.unpack(found)[0] != fcntl.F_UNLCK

    def _join_chain(self, wanted: Callable[[], object]) -> bool:
        """
        Draws a ticket and waits until no earlier one is left. It waits for every earlier byte, not only its predecessor's:
        one that gave up or died leaves a gap that must not let its successor pass those still waiting before it.
        False when the thread was called back. An error breaks the chain, which costs order.
        """
        if not HAS_OFD:
            return True
        try:
            if not wanted() or not calls.byte_lock(self.fd, _TICKET):
                return False
            try:
                ticket = self._raise_counter(TICKET_AT)
                if not 0 < ticket <= LAST_TICKET:
                    return True
                self._set(_RANGE.pack(fcntl.F_WRLCK, os.SEEK_SET, CHAIN_AT + ticket, 1, 0))
            finally:
                self._set(_NO_TICKET)
            return bool(wanted()) and calls.byte_lock(self.fd, _RANGE.pack(fcntl.F_WRLCK, os.SEEK_SET, CHAIN_AT, ticket, 0))
        except OSError:
            return True

    def _leave_chain(self) -> None:
        if HAS_OFD:
            try:
                self._set(_NOTHING)
            except OSError:
                pass  # a kernel without OFD locks, or a descriptor that other code has closed: there is nothing to free

    def _set(self, range_: bytes) -> None:
        fcntl.fcntl(self.fd, F_OFD_SETLK, range_)


def _refusal(status: os.stat_result) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file; remove it."
    if status.st_uid != os.geteuid():
        return f"it belongs to user {status.st_uid}, and this process runs as {os.geteuid()}; remove it."
    return None
