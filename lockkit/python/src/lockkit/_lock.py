"""The lock."""

from __future__ import annotations

import copy
import math
import os
from types import TracebackType
from typing import TYPE_CHECKING, Any, Coroutine

from ._entered import Entered
from ._errors import LockReentryError, LockTimeoutError
from ._execution import this_task, this_thread
from ._grant import Grant
from ._names import configured_directory, default_directory, lock_file_name
from ._process import queues
from ._request import Bell, Request

if TYPE_CHECKING:
    import asyncio

DEFAULT_HANDOVER = 0.005
DEFAULT_REENTRY_PATIENCE = 5.0
TICKS_OF_PATIENCE = 10


class CombinedLock:
    """
    A lock that excludes asyncio tasks, threads and processes at once. One name, one lock: any file, thread or process of
    this user (and the same LOCKKIT_DIR) that says the name means the same lock, and takes its place in the same queue, with
    Node programs that use the npm package `lockkit`.

        total = CombinedLock("counter:total")

        with total:                 # in a thread
            write(read() + 1)

        async with total:           # in a task
            await write(await read() + 1)
    """

    def __init__(
        self, name: str, handover: float = DEFAULT_HANDOVER, reentry_patience: float = DEFAULT_REENTRY_PATIENCE
    ) -> None:
        """
        `name`: any well-formed Unicode text. `handover`: seconds for which this process may pass the lock on among its own
        tasks and threads before other processes get a turn; more gives throughput, less fairness between processes.
        `reentry_patience`: seconds for which a task waits for a lock that it is only likely to hold itself, before
        LockReentryError; math.inf never raises.

        Raises TypeError, ValueError, and LockDirectoryError when LOCKKIT_DIR is a relative path.
        """
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without types
            raise TypeError(f"A lock's name is a str, not {type(name).__name__}.")
        _check_seconds("handover", handover)
        _check_seconds("reentry_patience", reentry_patience)
        self._name = name
        self._handover = handover
        self._reentry_patience = reentry_patience
        self._file_name = lock_file_name(name)
        self._configured_directory = configured_directory()
        self._entered = Entered()

    @property
    def name(self) -> str:
        """The lock's name, as given."""
        return self._name

    def acquire(self, timeout: float | None = None) -> Grant:
        """
        Waits for the lock, blocking the thread, and returns the grant; whoever has it must release it. Best by
        `with lock.acquire(timeout=5):`, or by `with lock:`, which waits as long as it takes.

        `timeout`: seconds; 0 does not wait.
        Raises LockTimeoutError; LockReentryError when this thread or task holds the lock already, or when a task of the
        event loop that runs in this thread holds it or queues for it; LockDirectoryError, LockFileError, OSError.
        """
        _check_seconds("timeout", timeout)
        request = self._request(blocks=timeout != 0)
        return self._take(request, timeout)

    def try_acquire(self) -> Grant | None:
        """The grant if the lock is free and nobody queues for it, else None; never waits. Raises as `acquire`."""
        request = self._request(blocks=False)
        try:
            if queues().ask(self._path(), request, wait=False):
                return Grant(request)
        except BaseException:
            queues().retire(request)
            raise
        return None

    def acquire_async(self, timeout: float | None = None) -> Coroutine[Any, Any, Grant]:
        """
        Waits for the lock without blocking the event loop, and returns the grant:
        `async with await lock.acquire_async(timeout=5):`. A task that is cancelled while it waits leaves the queue.

        Whoever calls this counts as the holder from the grant on, also where another task awaits it (as
        `asyncio.wait_for` has it); then it is only likely, and a second request by it fails after `reentry_patience`.
        Raises as `acquire`.
        """
        _check_seconds("timeout", timeout)
        request = self._request(blocks=False)
        return self._take_async(request, timeout)

    def __enter__(self) -> Grant:
        return self._entered.add(self.acquire())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.end()

    async def __aenter__(self) -> Grant:
        return self._entered.add(await self.acquire_async())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.end()

    def _request(self, blocks: bool) -> Request:
        thread = this_thread()
        return Request(self._name, this_task() or thread, thread, self._handover, blocks)

    def _path(self) -> str:
        # Not once and for all: a server may load its application as root and then become another user.
        directory = self._configured_directory or default_directory(os.geteuid())
        queues().check_directory(directory)
        return f"{directory}/{self._file_name}"

    def _take(self, request: Request, timeout: float | None) -> Grant:
        try:
            bell = Bell()
            request.wake = bell.ring
            if not queues().ask(self._path(), request, wait=timeout != 0):
                if timeout == 0 or not self._wait(request, bell, timeout):
                    raise LockTimeoutError(self._name, timeout or 0)
            _raise_failure(request)
            return Grant(request)
        except BaseException:
            queues().retire(request)
            raise

    def _wait(self, request: Request, bell: Bell, timeout: float | None) -> bool:
        """Whether the request was settled in time. Raises LockReentryError when it seems to be endless."""
        patience, suspect = self._reentry_patience, queues().suspect(request)
        if suspect is not None and patience < (math.inf if timeout is None else timeout):
            if bell.wait(patience):
                return True
            if queues().suspect(request) is suspect:
                raise LockReentryError(self._name, patience)
            timeout = None if timeout is None else timeout - patience
        return bell.wait(timeout) or request.granted

    async def _take_async(self, request: Request, timeout: float | None) -> Grant:
        import asyncio

        request.exact = this_task() is request.owner
        request.thread = this_thread()
        try:
            loop = asyncio.get_running_loop()
            settled: asyncio.Future[None] = loop.create_future()
            request.wake = lambda: loop.call_soon_threadsafe(_finish, settled)
            if not queues().ask(self._path(), request, wait=timeout != 0):
                if timeout != 0:
                    await self._wait_async(request, settled, timeout)
                if not request.granted and request.error is None:
                    raise LockTimeoutError(self._name, timeout or 0)
            _raise_failure(request)
            return Grant(request)
        except BaseException:
            queues().retire(request)
            raise

    async def _wait_async(self, request: Request, settled: asyncio.Future[None], timeout: float | None) -> None:
        """Returns when the request is settled, or its time is up. Raises LockReentryError when it seems to be endless."""
        loop = settled.get_loop()
        timers: list[asyncio.TimerHandle] = []
        if timeout is not None and timeout != math.inf:
            timers.append(loop.call_later(timeout, _finish, settled))
        suspect = queues().suspect(request)

        def look(ticks: int) -> None:
            # Counted in ticks: while the loop stands still the holder cannot release, and such a time is one tick.
            if settled.done() or queues().suspect(request) is not suspect:
                return
            if ticks == 0:
                settled.set_exception(LockReentryError(self._name, self._reentry_patience))
            else:
                timers.append(loop.call_later(self._reentry_patience / TICKS_OF_PATIENCE, look, ticks - 1))

        if suspect is not None and self._reentry_patience != math.inf:
            look(TICKS_OF_PATIENCE)
        try:
            await settled
        finally:
            for timer in timers:
                timer.cancel()

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._name, self._handover, self._reentry_patience)

    def __repr__(self) -> str:
        return f"CombinedLock({self._name!r})"


def _finish(settled: asyncio.Future[None]) -> None:
    if not settled.done():
        settled.set_result(None)


def _raise_failure(request: Request) -> None:
    if request.error is not None:
        raise copy.copy(request.error)  # several wait for it, and each adds its own traceback


def _check_seconds(what: str, value: float | None) -> None:
    if value is not None and not value >= 0:
        raise ValueError(f"{what} is a number of seconds, at least 0; not {value!r}.")
