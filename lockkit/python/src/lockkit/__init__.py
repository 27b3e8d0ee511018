"""
One lock for asyncio tasks, threads and processes at once, shared with Node programs that use the npm package `lockkit`.

    from lockkit import CombinedLock, guarded

    with CombinedLock("counter:total"):
        write(read() + 1)  # nobody else is between the read and the write
"""

from __future__ import annotations

from ._errors import LockDirectoryError, LockError, LockFileError, LockReentryError, LockTimeoutError
from ._grant import Grant
from ._guarded import guarded
from ._lock import CombinedLock

__all__ = [
    "CombinedLock",
    "Grant",
    "LockDirectoryError",
    "LockError",
    "LockFileError",
    "LockReentryError",
    "LockTimeoutError",
    "guarded",
]
__version__ = "0.1.0"
