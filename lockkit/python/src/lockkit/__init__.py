"""
One lock for asyncio tasks, threads and processes at once, shared with Node programs that use the npm package `lockkit`.

    from lockkit import CombinedLock, guarded

    with CombinedLock("counter:total"):
        write(read() + 1)  # nobody else is between the read and the write
"""

from __future__ import annotations

from ._errors import (
    LockBusyError,
    LockDeadlockError,
    LockDirectoryError,
    LockError,
    LockFileError,
    LockNotHeldError,
    LockReentryError,
    LockReleaseError,
    LockTimeoutError,
)
from ._grant import Grant
from ._guarded import guarded
from ._lock import CombinedLock
from ._lock_set import GrantSet, LockSet
from ._mode import LockMode
from ._query import LockHolder, LockInfo, LockSnapshot

__all__ = [
    "CombinedLock",
    "Grant",
    "GrantSet",
    "LockBusyError",
    "LockDeadlockError",
    "LockDirectoryError",
    "LockError",
    "LockFileError",
    "LockHolder",
    "LockInfo",
    "LockMode",
    "LockNotHeldError",
    "LockReentryError",
    "LockReleaseError",
    "LockSet",
    "LockSnapshot",
    "LockTimeoutError",
    "guarded",
]
__version__ = "0.1.0"
