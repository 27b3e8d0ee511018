"""Who asks for a lock: a task of asyncio, or a thread."""

from __future__ import annotations

import sys
import threading

_local = threading.local()


def this_thread() -> object:
    """What stands for this thread. Not its ident, which the system gives to another thread once this one has ended."""
    try:
        return _local.thread
    except AttributeError:
        _local.thread = thread = object()
        return thread


def this_task() -> object | None:
    """The task that runs in this thread now, if its event loop runs one."""
    asyncio = sys.modules.get("asyncio")  # a program that never imported it has no tasks, and need not load it for us
    if asyncio is None or not loop_runs_here():
        return None
    return asyncio.current_task()


def loop_runs_here() -> bool:
    """Whether an event loop runs in this thread: a blocking wait would stop it."""
    asyncio = sys.modules.get("asyncio")
    # Named in asyncio's documentation for this use: get_running_loop() without the error.
    return asyncio is not None and asyncio._get_running_loop() is not None
