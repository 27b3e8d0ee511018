"""The process in which the user's function runs, from a scratch copy: finds it, calls it once or twice, and tells what happens."""

import asyncio
import json
import os
import threading

from .executions import Interleaving, described, follow_threads, run, run_task
from .isolation import keep_to_ourselves, shorten_sleeps
from .loading import load
from .subject import find
from .tracer import Tracer
from .words import await_word, cannot, say


class OneProcess:
    """The host of an execution that has a process of its own: it is held as a whole."""

    def on_sign(self):
        pass

    def stop(self):
        await_word()


def main():
    job = json.loads(os.environ["LOCKKIT_PROVE"])
    dimension, executions = job["dimension"], job["executions"]
    host = OneProcess() if dimension == "processes" else Interleaving()
    tracer = Tracer(job, host)
    keep_to_ourselves(None if job.get("redis") is None else job["redis"]["port"])
    shorten_sleeps()
    follow_threads()
    loop = None
    if dimension == "tasks":
        # Before the module is loaded: in old Pythons, locks belong to the loop that there is when they are made.
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
    try:
        module = load(job, tracer)
    except ModuleNotFoundError as error:
        cannot("loading it fails: {}".format(described(error)), missing=error.name)
    except BaseException as error:
        cannot("loading it fails: {}".format(described(error)))
    call = find(module, job, tracer)
    say(kind="ready")
    await_word()
    if dimension == "processes":
        for current in executions:
            run(current, call)
    elif dimension == "threads":
        host.direct(executions, lambda current: begin_thread(host, current, call))
    else:
        loop.run_until_complete(tasks(host, executions, call))
    os._exit(0)


def begin_thread(host, current, call):
    def body():
        run(current, call)
        host.on_end(current)

    threading.Thread(target=body, daemon=True).start()


async def tasks(host, executions, call):
    """The loop has this thread, so another one directs."""
    loop = asyncio.get_running_loop()

    async def body(current):
        await run_task(current, call)
        host.on_end(current)

    def start(current):
        asyncio.run_coroutine_threadsafe(body(current), loop)

    await loop.run_in_executor(None, host.direct, executions, start)
