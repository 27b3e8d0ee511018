"""
The bytes of the lock file: two counters, and the order between processes (docs/protocol.md).

0-7 is the ticket counter, 8-15 the fencing token, both little-endian u64. From 16 on bytes are only locked, by OFD locks
(F_OFD_*): a process that has to wait draws ticket t and holds byte 16+t until it has the lock. flock and OFD locks do not
see each other, so a broken chain costs order, never exclusion. lockkit/native/chain.c is the same for Node.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import time
from typing import Callable

from ._interrupt import F_OFD_GETLK, F_OFD_SETLK, HAS_OFD, calls

TICKET_AT = 0
TOKEN_AT = 8
CHAIN_AT = 16
LAST_TICKET = 2**62
"""Above this, a ticket is garbage, and byte 16+t would not be an off_t."""
TOKEN_TRIES = 1000
TOKEN_PAUSE = 0.001
"""Seconds. The byte lock of a token is held for two system calls."""

_COUNTER = struct.Struct("<Q")
_RANGE = struct.Struct("@hhqqi0q")
"""struct flock: type, whence, start, length, pid (0 for OFD locks), and the padding at its end."""


def _range(kind: int, start: int, length: int) -> bytes:
    return _RANGE.pack(kind, os.SEEK_SET, start, length, 0)


_QUEUED_WRITERS = _range(fcntl.F_RDLCK, CHAIN_AT, 0)
_QUEUED_ANYBODY = _range(fcntl.F_WRLCK, CHAIN_AT, 0)
_WHOLE_FILE = _range(fcntl.F_WRLCK, 0, 0)


def others_queue(fd: int, shared: bool) -> bool:
    """
    Whether others queue that this request must not overtake: for a reader, writers only. One's own byte locks never
    conflict, so this sees other processes (and other copies of this module) only.
    """
    return _conflicts(fd, _QUEUED_WRITERS if shared else _QUEUED_ANYBODY)


def sees_flock(fd: int) -> bool:
    """Whether the file system takes flock and byte locks for the same, so that the chain would block the lock."""
    return _conflicts(fd, _WHOLE_FILE)


def join_chain(fd: int, shared: bool, wanted: Callable[[], object]) -> bool:
    """
    Draws a ticket and waits until no earlier one is left. It waits for every earlier byte, not only its predecessor's:
    one that gave up or died leaves a gap that must not let its successor pass those still waiting before it.

    False when the thread was called back, or the lock is not `wanted` any more. An error breaks the chain, which costs order.
    """
    if not HAS_OFD:
        return True
    kind = fcntl.F_RDLCK if shared else fcntl.F_WRLCK
    try:
        if not wanted() or not calls.byte_lock(fd, _range(fcntl.F_WRLCK, TICKET_AT, 1)):
            return False
        try:
            ticket = raise_counter(fd, TICKET_AT)
            if not 0 < ticket < LAST_TICKET:
                return True
            _set(fd, _range(kind, CHAIN_AT + ticket, 1))
        finally:
            _set(fd, _range(fcntl.F_UNLCK, TICKET_AT, 1))
        return bool(wanted()) and calls.byte_lock(fd, _range(kind, CHAIN_AT, ticket))
    except OSError:
        return True


def leave_chain(fd: int) -> None:
    """Unlocks all bytes."""
    if HAS_OFD:
        try:
            _set(fd, _range(fcntl.F_UNLCK, 0, 0))
        except OSError:
            pass  # a kernel without OFD locks, or a descriptor that other code has closed: there is nothing to free


def raise_token(fd: int, alone: bool) -> int:
    """Raises and returns the fencing token under the lock; readers, who are not `alone`, exclude each other for it."""
    if alone:
        return raise_counter(fd, TOKEN_AT)
    _lock_token(fd)
    try:
        return raise_counter(fd, TOKEN_AT)
    finally:
        _set(fd, _range(fcntl.F_UNLCK, TOKEN_AT, 1))


def raise_counter(fd: int, offset: int) -> int:
    """Adds one to a counter; the caller has excluded all others. A file that ends before it counts from 0."""
    (value,) = _COUNTER.unpack(os.pread(fd, _COUNTER.size, offset).ljust(_COUNTER.size, b"\0"))
    value = (value + 1) % 2**64
    if os.pwrite(fd, _COUNTER.pack(value), offset) != _COUNTER.size:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    return value


def _lock_token(fd: int) -> None:
    for _ in range(TOKEN_TRIES):
        try:
            return _set(fd, _range(fcntl.F_WRLCK, TOKEN_AT, 1))
        except (BlockingIOError, PermissionError):
            time.sleep(TOKEN_PAUSE)
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def _conflicts(fd: int, range_: bytes) -> bool:
    if not HAS_OFD:
        return False
    try:
        found = fcntl.fcntl(fd, F_OFD_GETLK, range_)
    except OSError:
        return False
    return _RANGE.unpack(found)[0] != fcntl.F_UNLCK


def _set(fd: int, range_: bytes) -> None:
    fcntl.fcntl(fd, F_OFD_SETLK, range_)
