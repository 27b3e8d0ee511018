"""
A process that does with locks what it is told, one JSON message a line (lockkit/test/support/python.ts). What lockkit/test/programs/peer.mjs is in Node;
each command runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from typing import Any

from lockkit import CombinedLock, Grant

grants: dict[str, Grant] = {}


def acquire(name: str, timeout: float | None = None, shared: bool = False) -> bool:
    grants[name] = CombinedLock(name, mode="shared" if shared else "exclusive").acquire(timeout)
    return True


def release(name: str) -> bool:
    grants[name].release()
    return True


def token(name: str) -> str:
    return str(grants[name].token)


def available(name: str, shared: bool = False) -> bool:
    grant = CombinedLock(name, mode="shared" if shared else "exclusive").try_acquire()
    if grant is not None:
        grant.release()
    return grant is not None


def count(name: str, file: str, threads: int, tasks: int, times: int) -> list[int]:
    """A read-modify-write with a pause in the middle, by threads, and by tasks in one more thread."""
    lock = CombinedLock(name)
    done = [0] * (threads + tasks)

    def thread(number: int) -> None:
        for _ in range(times):
            with lock:
                value = read(file)
                time.sleep(0.001)
                write(file, value + 1)
            done[number] += 1

    async def task(number: int) -> None:
        for _ in range(times):
            async with lock:
                value = read(file)
                await asyncio.sleep(0.001)
                write(file, value + 1)
            done[number] += 1

    async def loop() -> None:
        await asyncio.gather(*(task(threads + number) for number in range(tasks)))

    workers = [threading.Thread(target=thread, args=(number,)) for number in range(threads)]
    workers.append(threading.Thread(target=lambda: asyncio.run(loop())))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return done


def append(name: str, file: str, word: str, times: int) -> bool:
    """Appends a word and the token of its grant to a file, a number of times."""
    lock = CombinedLock(name)
    for _ in range(times):
        with lock as grant, open(file, "a") as f:
            f.write(f"{word} {grant.token}\n")
    return True


def ready() -> bool:
    return True


def read(file: str) -> int:
    with open(file) as f:
        return int(f.read())


def write(file: str, value: int) -> None:
    """A killed process leaves the old value or the new one, and no half of it."""
    new = f"{file}.{os.getpid()}"
    with open(new, "w") as f:
        f.write(str(value))
    os.replace(new, file)


COMMANDS = {each.__name__: each for each in (acquire, release, token, available, count, append, ready)}
output = threading.Lock()


def answer(id: int, command: str, **arguments: Any) -> None:
    try:
        result = {"id": id, "value": COMMANDS[command](**arguments)}
    except Exception as error:
        result = {"id": id, "error": {"name": type(error).__name__, "message": str(error)}}
    with output:
        print(json.dumps(result), flush=True)


for line in sys.stdin:
    threading.Thread(target=answer, kwargs=json.loads(line), daemon=True).start()
