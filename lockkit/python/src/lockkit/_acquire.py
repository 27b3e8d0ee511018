"""Waiting for a lock: in a thread, and in a task."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NoReturn

from ._errors import LockBusyError, LockError, LockFileError, LockReentryError, LockTimeoutError
from ._execution import this_task, this_thread
from ._grant import Grant
from ._process import queues
from ._request import Bell, Request

if TYPE_CHECKING:
    import asyncio

TICKS_OF_PATIENCE = 10


def take(path: str, request: Request, timeout: float | None, patience: float) -> Grant:
    """Blocks the thread until the lock is granted. See CombinedLock.acquire."""
    try:
        bell = Bell()
        request.wake = bell.ring
        if not _ask(path, request, wait=timeout != 0):
            if timeout == 0:
                raise LockBusyError(request.name)
            _wait(request, bell, timeout, patience)
        return _granted(path, request, timeout)
    except BaseException:
        queues().retire(request)
        raise


def try_take(path: str, request: Request) -> Grant | None:
    """The grant if it is to be had at once."""
    try:
        return Grant(request) if _ask(path, request, wait=False) else None
    except BaseException:
        queues().retire(request)
        raise


async def take_async(path: str, request: Request, timeout: float | None, patience: float) -> Grant:
    """Waits in the running event loop until the lock is granted. See CombinedLock.acquire_async."""
    import asyncio

    request.exact = this_task() is request.owner
    request.thread = this_thread()
    try:
        loop = asyncio.get_running_loop()
        settled: asyncio.Future[None] = loop.create_future()
        request.wake = lambda: loop.call_soon_threadsafe(_finish, settled)
        if not _ask(path, request, wait=timeout != 0):
            if timeout == 0:
                raise LockBusyError(request.name)
            await _wait_async(request, settled, timeout, patience)
        return _granted(path, request, timeout)
    except BaseException:
        queues().retire(request)
        raise


def _ask(path: str, request: Request, wait: bool) -> bool:
    try:
        return queues().ask(path, request, wait)
    except OSError as error:
        _raise_file_error(path, request, error)


def _granted(path: str, request: Request, timeout: float | None) -> Grant:
    if request.granted:
        return Grant(request)
    if request.error is None:
        raise LockTimeoutError(request.name, timeout or 0)
    _raise_file_error(path, request, request.error)


def _raise_file_error(path: str, request: Request, error: OSError | LockError) -> NoReturn:
    code = error.errno if isinstance(error, OSError) else None
    raise LockFileError(request.name, path, code, str(error)) from error


def _wait(request: Request, bell: Bell, timeout: float | None, patience: float) -> None:
    """Returns when the request is settled, or its time is up. Raises LockReentryError when it seems to be endless."""
    suspect = queues().suspect(request)
    if suspect is not None and patience < (math.inf if timeout is None else timeout):
        if bell.wait(patience):
            return
        if queues().suspect(request) is suspect:
            raise LockReentryError(request.name, patience)
        timeout = None if timeout is None else timeout - patience
    bell.wait(timeout)


async def _wait_async(
    request: Request, settled: asyncio.Future[None], timeout: float | None, patience: float
) -> None:
    """As `_wait`."""
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
            settled.set_exception(LockReentryError(request.name, patience))
        else:
            timers[-1:] = [loop.call_later(patience / TICKS_OF_PATIENCE, look, ticks - 1)]

    if suspect is not None and patience != math.inf:
        timers.append(loop.call_later(patience / TICKS_OF_PATIENCE, look, TICKS_OF_PATIENCE - 1))
    try:
        await settled
    finally:
        for timer in timers:
            timer.cancel()


def _finish(settled: asyncio.Future[None]) -> None:
    if not settled.done():
        settled.set_result(None)
