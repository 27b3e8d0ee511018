"""
The queue inside the process: one FIFO per lock file for all threads and tasks, and one waiter thread per lock that blocks in
the kernel for all of them. lockkit/native/queue.c is the same for Node.

INVARIANTS. One mutex, `guard`, owns everything here. It is never held across a call that can block. The exception is
`lock.file` while `lock.taking`: then the waiter thread uses it without the mutex, and nobody else touches it.

  holder   who was given the file lock, which this process then has.
  taking   the waiter thread is blocked for the file lock. Never both.
  neither, and nobody waiting: free; whoever comes may try at once.
  neither, and somebody waiting: only between a release and the waiter thread's next look; newcomers queue behind.

A signal handler can raise between any two steps in the main thread, and a finaliser can run there. So the steps are in an
order from which `retire` can go on: whoever was interrupted retires its request, and every step may be done twice.
"""

from __future__ import annotations

import _thread
import os
import threading
import time
from collections import OrderedDict, deque

from ._errors import LockReentryError
from ._execution import loop_runs_here
from ._file import LockFile
from ._interrupt import calls
from ._keeper import Keeper
from ._names import ensure_lock_directory
from ._request import Bell, Request

IDLE_LOCKS = 64
"""Free locks whose descriptor is kept for the next time; beyond that the one unused longest is closed."""
FRESHEN_EVERY = 6 * 3600.0
"""Seconds. Cleaners of /tmp count in days; this keeps the file of a lock that is held for long in use."""


class LockQueue:
    """One lock file, and who holds it or waits for it in this process."""

    __slots__ = ("bell", "budget", "file", "holder", "taken_at", "taking", "waiter", "waiter_ident", "waiting")

    def __init__(self, path: str) -> None:
        self.file = LockFile(path)
        self.holder: Request | None = None
        self.taking = False
        self.waiting: OrderedDict[Request, None] = OrderedDict()
        self.waiter: object | None = None
        """What stands for the waiter thread, while there is one."""
        self.waiter_ident = 0
        self.bell = Bell()
        """Wakes the waiter thread while it waits for the holder in its own process."""
        self.taken_at = 0.0
        self.budget = 0.0
        """Both of the present hold of the file lock; monotonic seconds."""

    @property
    def is_resting(self) -> bool:
        return self.holder is None and not self.taking and self.waiter is None and not self.waiting


class Queues:
    """All lock files of one process. After a fork the child has new ones (see _process)."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.successors: dict[int, Queues] = {}
        """In a forked child: its own queues by its process id, of which there is one."""
        self._guard = threading.RLock()
        self._busy = False
        """Whether a thread is changing what the mutex guards. Who finds it set with the mutex interrupted that thread."""
        self._locks: dict[str, LockQueue] = {}
        self._idle: OrderedDict[LockQueue, None] = OrderedDict()
        self._retired: deque[Request] = deque()
        self._checked: set[str] = set()
        self._keeper = Keeper(self._freshen, FRESHEN_EVERY)

    def check_directory(self, directory: str) -> None:
        """Makes and checks the directory of a lock file, once. Raises LockDirectoryError, OSError."""
        if directory not in self._checked:
            ensure_lock_directory(directory)
            self._checked.add(directory)

    def ask(self, path: str, request: Request, wait: bool) -> bool:
        """
        Asks for the lock on `path`. True: `request` holds it. False: it is queued and will be settled, or, without `wait`,
        the lock is not free. Whatever happens, `retire` ends what this began.

        Raises LockReentryError where the wait would never end, LockFileError, OSError.
        """
        if self._retired:
            self._sweep()
        with self._guard:
            if self._busy:
                raise RuntimeError(f'Lock "{request.name}" was asked for by what interrupted Lockkit: a signal handler or finaliser.')
            self._busy = True
            try:
                granted = self._ask(path, request, wait)
            finally:
                self._busy = False
        if self._retired:
            self._sweep()
        return granted

    def _ask(self, path: str, request: Request, wait: bool) -> bool:
        lock = self._locks.get(path)
        if lock is None:
            lock = self._locks[path] = LockQueue(path)
        request.queue = lock
        is_free = lock.holder is None and not lock.taking and not lock.waiting
        if is_free:
            lock.holder = request  # before the file lock: who is interrupted from here on is a holder to retire
            if lock.file.try_take():
                self._hold(lock, request)
                return True
            lock.holder = None
        if wait:
            _refuse_endless(lock, request)
            lock.waiting[request] = None
            if is_free:
                self._call_waiter(lock)
        else:
            self._rest(lock)
        return False

    def retire(self, request: Request) -> None:
        """
        Frees the lock or the place in the queue that the request has; nothing if it has none, so twice is harmless. May be
        called from anywhere, also from a finaliser or signal handler that interrupted this class.
        """
        self._retired.append(request)
        try:
            self._sweep()
        except BaseException:
            self._sweep()
            raise

    def _sweep(self) -> None:
        while self._retired:
            with self._guard:
                if self._busy:
                    return  # we interrupted someone, who sweeps on the way out
                self._busy = True
                try:
                    while self._retired:
                        self._let_go(self._retired[0])
                        self._retired.popleft()
                finally:
                    self._busy = False

    def _let_go(self, request: Request) -> None:
        lock = request.queue
        if lock is None:
            return
        self._finish_handover(lock)
        if request in lock.waiting:
            del lock.waiting[request]
        if lock.waiter is not None and not lock.waiting:
            if lock.taking:
                calls.interrupt(lock.waiter_ident)
            else:
                lock.bell.ring()
        if lock.holder is request:
            self._pass_on(lock)
        self._rest(lock)

    def _pass_on(self, lock: LockQueue) -> None:
        """The holder is done: the next one gets the lock, or the next process."""
        if lock.waiting:
            in_budget = time.monotonic() - lock.taken_at < lock.budget
            # With no thread to wait for the next turn, keeping the lock is the only way not to strand the queue.
            if in_budget or not self._could_call_waiter(lock):
                self._grant_head(lock)
                return
        lock.file.release()
        lock.holder = None

    def _grant_head(self, lock: LockQueue) -> None:
        lock.holder = next(iter(lock.waiting))
        self._finish_handover(lock)

    def _finish_handover(self, lock: LockQueue) -> None:
        head = lock.holder
        if head is None or head not in lock.waiting:
            return
        head.granted = True
        if not head.settle():
            self._retired.append(head)  # nobody is there to release it
        del lock.waiting[head]

    def _hold(self, lock: LockQueue, request: Request) -> None:
        lock.taken_at = time.monotonic()
        lock.budget = request.budget
        request.granted = True
        self._keeper.start()

    def _call_waiter(self, lock: LockQueue) -> None:
        """Sees to it that the waiter thread looks after a lock that is not held and is waited for."""
        if lock.waiter is not None:
            lock.bell.ring()
            return
        lock.waiter = waiter = object()
        try:
            _thread.start_new_thread(self._wait_for_file, (lock, waiter))
        except BaseException:
            lock.waiter = None  # if it was started all the same, it sees that it is not the one, and ends
            raise

    def _could_call_waiter(self, lock: LockQueue) -> bool:
        try:
            self._call_waiter(lock)
            return True
        except RuntimeError:
            return False

    def _wait_for_file(self, lock: LockQueue, waiter: object) -> None:
        """The waiter thread. It ends when nobody waits."""
        calls.prepare()
        while True:
            with self._guard:
                self._busy = True
                try:
                    if lock.waiter is not waiter:
                        return
                    if not lock.waiting:
                        lock.waiter = None
                        self._rest(lock)
                        return
                    lock.waiter_ident = _thread.get_ident()
                    lock.taking = lock.holder is None and self._could_open(lock)
                finally:
                    self._busy = False
            if self._retired:
                self._sweep()
            if lock.taking:
                self._take(lock)
            elif lock.holder is not None:
                lock.bell.wait()

    def _could_open(self, lock: LockQueue) -> bool:
        try:
            lock.file.open()
            return True
        except Exception as error:
            self._fail(lock, error)
            return False

    def _take(self, lock: LockQueue) -> None:
        taken, failure = False, None
        try:
            taken = lock.file.wait(lambda: lock.waiting)
        except OSError as error:
            failure = error
        with self._guard:
            self._busy = True
            try:
                lock.taking = False
                if failure is not None:
                    self._fail(lock, failure)
                elif taken and not lock.file.still_there():
                    lock.file.close()  # another one is at its path by now
                elif taken and not lock.waiting:
                    lock.file.release()  # all gave up meanwhile
                elif taken:
                    lock.file.freshen()
                    self._hold(lock, next(iter(lock.waiting)))
                    self._grant_head(lock)
            finally:
                self._busy = False
        if self._retired:
            self._sweep()

    def _fail(self, lock: LockQueue, error: Exception) -> None:
        while lock.waiting:
            request, _ = lock.waiting.popitem(last=False)
            request.error = error
            request.settle()

    def _rest(self, lock: LockQueue) -> None:
        """To be called whenever a lock may have become free: keeps a bounded number of descriptors, closes the rest."""
        if not lock.is_resting:
            return
        if lock.file.fd < 0:
            self._locks.pop(lock.file.path, None)
            self._idle.pop(lock, None)
            return
        self._idle[lock] = None
        self._idle.move_to_end(lock)
        while len(self._idle) > IDLE_LOCKS:
            oldest, _ = self._idle.popitem(last=False)
            if oldest.is_resting:
                oldest.file.close()
                self._locks.pop(oldest.file.path, None)

    def raise_token(self, request: Request) -> int:
        """Raises the fencing token under a request that holds the lock. Raises OSError."""
        lock = request.queue
        with self._guard:
            if lock is None or lock.holder is not request:
                raise ValueError("the request does not hold the lock")
            return lock.file.raise_token()

    def suspect(self, request: Request) -> Request | None:
        """The holder that `request` waits for, if it seems that it cannot release while this one waits."""
        lock = request.queue
        holder = lock.holder if lock is not None else None
        if holder is None or holder.owner is None:
            return None
        is_same = holder.owner is request.owner
        runs_our_loop = holder.owner is request.thread
        was_on_our_thread = request.blocks and holder.thread is request.thread
        return holder if is_same or runs_our_loop or was_on_our_thread else None

    def lock_at(self, path: str) -> LockQueue | None:
        """The present state of the lock on `path`, for a look at it."""
        return self._locks.get(path)

    def _freshen(self) -> None:
        with self._guard:
            for lock in self._locks.values():
                if lock.holder is not None:
                    lock.file.freshen()

    def before_fork(self) -> None:
        """With the mutex, so that no descriptor is open of which the child does not know; without threads of no need."""
        self._keeper.stop()
        self._guard.acquire()

    def after_fork_in_parent(self) -> None:
        if any(lock.holder is not None for lock in self._locks.values()):
            self._keeper.start()
        self._guard.release()

    def close_inherited(self) -> None:
        """In a forked child: closes its copies of the descriptors. Unlocking them would free the parent's locks."""
        while self._locks:
            try:
                _, lock = self._locks.popitem()
            except KeyError:
                return  # another thread of the child does the same
            lock.file.close()


def _refuse_endless(lock: LockQueue, request: Request) -> None:
    holder = lock.holder
    if holder is not None and holder.exact and holder.owner is not None:
        if holder.owner is request.owner and request.exact:
            raise LockReentryError(request.name)
    if request.blocks and loop_runs_here():
        before = (holder, *lock.waiting) if holder is not None else lock.waiting
        if any(other.thread is request.thread for other in before):
            raise LockReentryError(request.name, blocks_loop=True)
