"""
All locks of one process: their mutex, their waiter threads, and the descriptors that are kept.

The mutex is never held across a call that can block. One who finds it taken by its own thread has interrupted that thread: a
signal handler or a finaliser. It may let go of a request, which the interrupted one then does for it, and may not ask for one.
"""

from __future__ import annotations

import _thread
import os
import threading
import time
from collections import OrderedDict, deque
from typing import Callable

from ._directory import ensure_lock_directory
from ._errors import LockDirectoryError
from ._interrupt import calls
from ._keeper import Keeper
from ._queue import LockQueue
from ._request import Request

IDLE_LOCKS = 64
"""Free locks whose descriptor is kept for the next time; beyond that the one unused longest is closed."""
FRESHEN_EVERY = 6 * 3600.0
"""Seconds. Cleaners of /tmp count in days; this keeps the file of a lock that is held for long in use."""
LINGER = 1.0
"""Seconds for which a waiter thread stays after its last wait, for the next one."""

FIRST_PAUSE, LAST_PAUSE = 0.001, 0.1
"""Seconds, between signals to a waiter thread that does not come."""


class Queues:
    """The locks of one process. After a fork the child has others (see _process.py)."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.successors: dict[int, Queues] = {}
        """In a forked child: its own queues by its process id, of which there is one."""
        self._guard = threading.RLock()
        self._is_ours: Callable[[], bool] = getattr(self._guard, "_is_owned")
        """Whether this thread holds the mutex; what threading.Condition, too, asks of an RLock."""
        self._busy = False
        """
        Whether a thread changes what the mutex guards. Who holds the mutex already and finds it set has interrupted that thread. A
        signal handler that raises can leave it set: whoever comes to the mutex anew takes no notice of it.
        """
        self._locks: dict[str, LockQueue] = {}
        self._idle: OrderedDict[LockQueue, None] = OrderedDict()
        self._retired: deque[Request] = deque()
        self._checked: set[str] = set()
        self._tokens = threading.Lock()
        self._keeper = Keeper(self._freshen, FRESHEN_EVERY)

    def check_directory(self, directory: str) -> None:
        """Makes and checks the directory of a lock file, once. Raises LockDirectoryError."""
        if directory not in self._checked:
            ensure_lock_directory(directory)
            self._checked.add(directory)

    def ask(self, path: str, request: Request, wait: bool) -> bool:
        """
        Asks for the lock on `path`. True: `request` holds it. False: it is queued and will be settled, or, without `wait`,
        the lock is not free. Whatever happens, `retire` ends what this began.

        Raises LockReentryError or LockDeadlockError where the wait would never end, OSError.
        """
        if self._retired:
            self._sweep()
        interrupts = self._is_ours()
        with self._guard:
            if interrupts and self._busy:
                raise RuntimeError(
                    f'Lock "{request.name}" was asked for by a signal handler or finaliser that interrupted Lockkit.'
                )
            self._busy = True
            try:
                lock = self._locks.get(path)
                if lock is None:
                    lock = self._locks[path] = LockQueue(path, self)
                granted = lock.ask(request, wait)
                if granted:
                    self._keeper.start()
                elif not wait:
                    self._rest(lock)
            finally:
                self._busy = False
        if self._retired:
            self._sweep()
        return granted

    def retire(self, request: Request) -> None:
        """
        Frees the lock or the place in the queue that the request has; nothing if it has none, so twice is harmless. May be
        called from anywhere, also by a finaliser or signal handler that interrupted this class.
        """
        self._retired.append(request)
        try:
            self._sweep()
        except BaseException:
            self._sweep()
            raise

    def bury(self, request: Request) -> None:
        self._retired.append(request)  # whoever is at it sweeps at the end

    def _sweep(self) -> None:
        while self._retired:
            interrupts = self._is_ours()
            with self._guard:
                if interrupts and self._busy:
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
        if lock is not None:
            lock.let_go(request)
            self._rest(lock)

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

    def call_waiter(self, lock: LockQueue) -> None:
        if lock.waiter is not None:
            lock.bell.ring()
            return
        lock.waiter = waiter = object()
        try:
            _thread.start_new_thread(self._serve, (lock, waiter))
        except BaseException:
            lock.waiter = None  # if it was started all the same, it sees that it is not the one, and ends
            raise

    def dismiss_waiter(self, lock: LockQueue) -> None:
        if lock.taking and calls.interrupt(lock.waiter_ident):
            try:
                _thread.start_new_thread(self._insist, (lock,))
            except RuntimeError:
                pass  # no thread to be had: then a lost signal means that the wait ends when the lock is free

    def _insist(self, lock: LockQueue) -> None:
        """Calls the waiter thread back until it comes, as a signal can be lost."""
        pause = FIRST_PAUSE
        while True:
            time.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)
            with self._guard:
                if lock.waiting or not lock.taking or not calls.interrupt(lock.waiter_ident):
                    return

    def _serve(self, lock: LockQueue, waiter: object) -> None:
        """The waiter thread: blocks in the kernel for all that wait here, and ends when nobody has waited for a while."""
        calls.prepare()
        rang = True
        while True:
            with self._guard:
                self._busy = True
                try:
                    if lock.waiter is not waiter:
                        return
                    if not rang and not lock.waiting:
                        lock.waiter = None
                        self._rest(lock)
                        return
                    lock.waiter_ident = _thread.get_ident()
                    takes = lock.taking = bool(lock.waiting) and not lock.holders and self._could_open(lock)
                    shared = lock.head is not None and lock.head.shared
                finally:
                    self._busy = False
            if self._retired:
                self._sweep()
            if takes:
                self._take(lock, shared)
            rang = takes or lock.bell.wait(LINGER)

    def _could_open(self, lock: LockQueue) -> bool:
        try:
            lock.file.open()
            return True
        except (OSError, LockDirectoryError) as error:
            lock.fail(error)
            return False

    def _take(self, lock: LockQueue, shared: bool) -> None:
        """The waiter thread: waits in the kernel, without the mutex."""
        taken, failure = False, None
        try:
            taken = lock.file.wait(shared, lambda: lock.waiting)
        except OSError as error:
            failure = error
        with self._guard:
            self._busy = True
            try:
                lock.taking = False
                if failure is not None:
                    lock.fail(failure)
                elif taken and not lock.file.in_place():
                    lock.file.close()  # another one is at its path by now
                elif taken:
                    lock.use(shared)
            finally:
                self._busy = False
        if self._retired:
            self._sweep()

    def raise_token(self, request: Request) -> int:
        """Raises the fencing token under a request that holds the lock. Raises OSError."""
        lock = request.queue
        assert lock is not None
        with self._tokens:  # readers of one process are one to the kernel
            return lock.file.raise_token(request.shared)

    def is_in_place(self, request: Request) -> bool:
        """Whether the file that a request holds is the one that others lock."""
        lock = request.queue
        return lock is not None and lock.file.in_place()

    def suspect(self, request: Request) -> Request | None:
        """A holder that `request` waits for, if it seems that it cannot release while this one waits."""
        lock = request.queue
        if lock is None:
            return None
        with self._guard:
            return lock.suspect(request)

    def requests_at(self, path: str) -> tuple[list[Request], list[Request]]:
        """Who of this process holds the lock on `path`, and who waits for it."""
        with self._guard:
            lock = self._locks.get(path)
            return ([], []) if lock is None else (list(lock.holders), list(lock.waiting))

    def _freshen(self) -> None:
        with self._guard:
            for lock in self._locks.values():
                if lock.holders:
                    lock.file.freshen()

    def before_fork(self) -> None:
        """With the mutex, so that no descriptor is open of which the child does not know."""
        self._keeper.stop()
        self._guard.acquire()

    def after_fork_in_parent(self) -> None:
        if any(lock.holders for lock in self._locks.values()):
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
