"""The two executions: a call each, in a thread or as a task, and all threads that it starts."""

import asyncio
import concurrent.futures
import contextvars
import inspect
import queue
import threading
import time

from .tracer import execution
from .words import say

# Seconds without any sign of life after which an execution counts as waiting for the one that is held.
QUIET = 0.4

_started = {}


def follow_threads():
    """A thread that an execution starts is a part of it."""
    start = threading.Thread.start
    submit = concurrent.futures.ThreadPoolExecutor.submit

    def following(self):
        current = execution.get()
        if current is not None:
            context, run = contextvars.copy_context(), self.run
            self.run = lambda: context.run(run)
            # A pool's thread and a daemon live on when the work is done.
            is_pool = "concurrent.futures" in getattr(getattr(self, "_target", None), "__module__", "")
            if not is_pool and not self.daemon:
                _started.setdefault(current, []).append(self)
        start(self)

    def submitting(self, function, *args, **kwargs):
        if execution.get() is None:
            return submit(self, function, *args, **kwargs)
        return submit(self, contextvars.copy_context().run, function, *args, **kwargs)

    threading.Thread.start = following
    concurrent.futures.ThreadPoolExecutor.submit = submitting


def run(current, call):
    """Calls the function as one of the executions, to its end and that of the threads it has started."""
    execution.set(current)
    try:
        result = call()
        if inspect.isawaitable(result):
            asyncio.run(whole(result))
        for thread in _started.get(current, []):
            thread.join()
        say(kind="ended", execution=current)
    except BaseException as error:
        say(kind="ended", execution=current, error=described(error))


async def run_task(current, call):
    execution.set(current)
    try:
        result = call()
        if inspect.isawaitable(result):
            await result
        say(kind="ended", execution=current)
    except BaseException as error:
        say(kind="ended", execution=current, error=described(error))


async def whole(awaitable):
    return await awaitable


def described(error):
    text = str(error)[:500]
    return "{}: {}".format(type(error).__name__, text) if text else type(error).__name__


class Interleaving:
    """A runs to where it is held; then B, to its end or to where it is held or waits; then A goes on."""

    def __init__(self):
        self.news = queue.Queue()
        self.last_sign = time.monotonic()
        self.releases = []
        self.ended = set()

    def on_sign(self):
        self.last_sign = time.monotonic()

    def stop(self):
        """Blocks the thread of an execution that is held."""
        gate = threading.Event()
        self.news.put(("held", gate.set))
        gate.wait()

    async def pause(self):
        """Among tasks: only the task waits."""
        loop = asyncio.get_running_loop()
        gate = asyncio.Event()
        self.news.put(("held", lambda: loop.call_soon_threadsafe(gate.set)))
        await gate.wait()

    def on_end(self, current):
        self.news.put(("ended", current))

    def direct(self, executions, start):
        for current in executions:
            start(current)
            if self.hear() == "quiet":
                say(kind="blocked", execution=current)
        for release in list(self.releases):
            release()
            self.hear()
        while len(self.ended) < len(executions):
            self.note(*self.news.get())

    def hear(self):
        """What comes next: `held`, `ended`, or `quiet` when nothing shows that it is alive."""
        self.on_sign()
        while True:
            try:
                return self.note(*self.news.get(timeout=QUIET / 8))
            except queue.Empty:
                if time.monotonic() - self.last_sign > QUIET:
                    return "quiet"

    def note(self, kind, what):
        if kind == "held":
            self.releases.append(what)
        else:
            self.ended.add(what)
        return kind
