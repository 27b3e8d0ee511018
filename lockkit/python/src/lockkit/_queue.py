"""
One lock file, and who of this process holds it or waits for it: who gets the lock next. Everything here is done under the
mutex of _queues.py. lockkit/native/grant.c and queue.c are the same for Node.

THE STATES OF A LOCK
  holders  those who were given the file lock, which this process then has: one, or readers.
  taking   the waiter thread is blocked for the file lock, and alone uses `file`. Never both.
  neither, and nobody waiting: free; whoever comes may try at once.
  neither, and somebody waiting: only between a release and the waiter thread's next look; newcomers queue behind.

A signal handler can raise between any two steps in the main thread. So the steps are in an order from which `let_go` of the
same request can go on: whoever is done is taken out last, whoever is new is put in first, and every step may be done twice.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Protocol

from ._errors import LockDeadlockError, LockError, LockReentryError
from ._execution import loop_runs_here
from ._file import LockFile
from ._request import Bell, Request


class Host(Protocol):
    """What a lock needs of the process it is in."""

    def call_waiter(self, lock: LockQueue) -> None:
        """Sees to it that a waiter thread looks after a lock that waits and is not held. Raises RuntimeError: no thread."""
        ...

    def dismiss_waiter(self, lock: LockQueue) -> None:
        """Nobody waits any more: calls the waiter thread back, if it blocks in the kernel."""
        ...

    def bury(self, request: Request) -> None:
        """The request was granted, and nobody is there any more to use it: lets go of it later."""
        ...


class LockQueue:
    __slots__ = ("bell", "file", "holders", "host", "shared", "taking", "turn", "waiter", "waiter_ident", "waiting")

    def __init__(self, path: str, host: Host) -> None:
        self.file = LockFile(path)
        self.host = host
        self.holders: dict[Request, None] = {}
        self.waiting: OrderedDict[Request, None] = OrderedDict()
        self.shared = False
        """The mode of the present hold."""
        self.turn = 0.0
        """When the present turn of this process began; monotonic seconds."""
        self.taking = False
        self.waiter: object | None = None
        """What stands for the waiter thread, while there is one."""
        self.waiter_ident = 0
        self.bell = Bell()
        """Wakes the waiter thread while it does not block in the kernel."""

    @property
    def head(self) -> Request | None:
        """Who is next."""
        return next(iter(self.waiting)) if self.waiting else None

    @property
    def is_resting(self) -> bool:
        """Whether nobody has to do with this lock."""
        return not self.holders and not self.taking and self.waiter is None and not self.waiting

    def ask(self, request: Request, wait: bool) -> bool:
        """See Queues.ask."""
        request.queue = self
        if wait and self.holders:
            self._refuse_reentry(request)
        is_free = not self.holders and not self.taking and not self.waiting
        if (is_free and self._try_file(request)) or self._may_join(request):
            self.holders[request] = None
            request.granted = True
            return True
        if not wait:
            return False
        if request.blocks and loop_runs_here():
            self._refuse_deadlock(request)
        self.waiting[request] = None
        if is_free:
            self.host.call_waiter(self)
        return False

    def let_go(self, request: Request) -> None:
        """The request is done with, whether it holds, waits or neither."""
        self._finish_grants()
        if request in self.waiting:
            del self.waiting[request]
            if not self.waiting:
                self.host.dismiss_waiter(self)
        if request in self.holders:
            if len(self.holders) == 1:
                self._pass_on(request)
            self.holders.pop(request, None)
        self._let_readers_join()

    def use(self, shared: bool) -> None:
        """The waiter thread has taken the file lock in this mode, for the one who was next then."""
        head = self.head
        if head is None or (shared and not head.shared):
            self.file.free()  # all gave up meanwhile; or only a writer is left, whose place in the chain is another one
        elif head.shared == shared or self.file.change(head.shared):
            self.file.freshen()
            self.shared = head.shared
            self.turn = time.monotonic()
            self._grant()

    def fail(self, error: OSError | LockError) -> None:
        """Nobody will get the lock."""
        while self.waiting:
            request, _ = self.waiting.popitem(last=False)
            request.error = error
            request.settle()

    def suspect(self, request: Request) -> Request | None:
        """A holder that `request` waits for, if it seems that it cannot release while this one waits."""
        for holder in list(self.holders):
            if holder.owner is None:
                continue
            is_same = holder.owner is request.owner
            runs_our_loop = holder.owner is request.thread
            was_on_our_thread = request.blocks and holder.thread is request.thread
            if is_same or runs_our_loop or was_on_our_thread:
                return holder
        return None

    def _refuse_reentry(self, request: Request) -> None:
        for holder in self.holders:
            if request.exact and holder.exact and holder.owner is request.owner:
                raise LockReentryError(request.name)

    def _refuse_deadlock(self, request: Request) -> None:
        if any(holder.thread is request.thread for holder in self.holders):
            raise LockDeadlockError(request.name, "held")
        if any(other.thread is request.thread for other in self.waiting):
            raise LockDeadlockError(request.name, "queued")

    def _try_file(self, request: Request) -> bool:
        self.holders[request] = None  # before the file lock: who is interrupted from here on has something to let go of
        probed = self.file.try_take(request.shared, request.budget)
        if probed is None:
            del self.holders[request]
            return False
        self.shared = request.shared
        self.turn = probed
        return True

    def _may_join(self, request: Request) -> bool:
        """Whether a reader may hold beside the readers that do."""
        if not self.holders or not self.shared or not request.shared or self.waiting:
            return False
        return self._may_go_on(request)

    def _may_go_on(self, reader: Request) -> bool:
        """Within the turn, or in a new one if nobody elsewhere queues before."""
        now = time.monotonic()
        if now - self.turn < reader.budget:
            return True
        if self.file.contended(shared=True):
            return False
        self.turn = now
        return True

    def _pass_on(self, leaving: Request) -> None:
        """The last holder is done: the next in the queue, or the other processes."""
        head = self.head
        if head is None or (time.monotonic() - self.turn >= head.budget and self._has_waiter()):
            try:
                self.file.release()
            except OSError as error:
                leaving.error = error
                self.file.fd = -1
            return
        if head.shared != self.shared and not self.file.change(head.shared):
            # Others hold it, as readers do, and it is lost: wait as everybody does.
            if not self._has_waiter():
                self.fail(OSError("no thread can be started to wait for the lock"))
            return
        self.shared = head.shared
        self._grant()

    def _has_waiter(self) -> bool:
        """With no thread to wait for the next turn, keeping the lock is the only way not to strand the queue."""
        try:
            self.host.call_waiter(self)
            return True
        except RuntimeError:
            return False

    def _grant(self) -> None:
        """Gives the lock, held in the mode of the head, to the head and to the readers next to it."""
        head = self.head
        while head is not None:
            self.holders[head] = None
            self._finish_grants()
            head = self.head
            if head is None or not self.shared or not head.shared:
                return

    def _finish_grants(self) -> None:
        head = self.head
        if head is None or head not in self.holders:
            return
        head.granted = True
        if not head.settle():
            self.host.bury(head)
        del self.waiting[head]

    def _let_readers_join(self) -> None:
        head = self.head
        if head is not None and self.holders and self.shared and head.shared and self._may_go_on(head):
            self._grant()
