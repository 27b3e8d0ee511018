"""A place in the queue of a lock, and the one who waits there."""

from __future__ import annotations

import _thread
from typing import TYPE_CHECKING, Callable

from ._errors import LockError

if TYPE_CHECKING:
    from ._queue import LockQueue


class Request:
    """Made by the one who asks; belongs to the queue from then on."""

    __slots__ = (
        "blocks",
        "budget",
        "error",
        "exact",
        "granted",
        "name",
        "owner",
        "queue",
        "shared",
        "thread",
        "wake",
    )

    def __init__(
        self, name: str, shared: bool, owner: object, thread: object, budget: float, blocks: bool = False
    ) -> None:
        self.name = name
        """The lock's name, for people."""
        self.shared = shared
        self.owner = owner
        """The execution that holds the lock once this is granted: a task, or what stands for a thread. None: unknown."""
        self.thread = thread
        """What stands for the thread in which the lock will be released, as far as is known."""
        self.exact = True
        """Whether the owner is known, and not only likely."""
        self.blocks = blocks
        """Whether the thread does nothing else while this waits."""
        self.budget = budget
        """Seconds for which the process may pass the lock on in its own queue before others get a turn."""
        self.queue: LockQueue | None = None
        self.granted = False
        self.error: OSError | LockError | None = None
        """Why it will not be granted; after the release, why that was not in order."""
        self.wake: Callable[[], object] | None = None
        """Called when it is granted or has failed, in any thread, perhaps twice. RuntimeError: nobody can be woken."""

    def settle(self) -> bool:
        """Wakes the one who waits. False when there is nobody any more: its event loop was closed."""
        try:
            if self.wake is not None:
                self.wake()
            return True
        except RuntimeError:
            return False


class Bell:
    """Wakes one thread, once for any number of rings."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = _thread.allocate_lock()
        self._lock.acquire()

    def ring(self) -> None:
        try:
            self._lock.release()
        except RuntimeError:
            pass  # rung already

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for a ring, in the main thread interruptibly. False when `timeout` seconds went by."""
        return self._lock.acquire(True, -1 if timeout is None else min(timeout, _thread.TIMEOUT_MAX))
