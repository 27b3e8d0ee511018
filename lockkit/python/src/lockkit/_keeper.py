"""A thread that does a small piece of work every few hours."""

from __future__ import annotations

import threading
from typing import Callable

from ._request import Bell


class Keeper:
    """Runs `work` every `period` seconds in a thread of its own, from `start` to `stop`."""

    def __init__(self, work: Callable[[], None], period: float) -> None:
        self._work = work
        self._period = period
        self._running: tuple[threading.Thread, Bell] | None = None

    def start(self) -> None:
        """Starts the thread if it does not run. Where no thread can be started, nothing is kept."""
        if self._running is not None:
            return
        stopping = Bell()
        thread = threading.Thread(target=self._run, args=(stopping,), name="lockkit-keeper", daemon=True)
        self._running = thread, stopping
        try:
            thread.start()
        except RuntimeError:
            self._running = None

    def stop(self) -> None:
        """Ends the thread and waits for its end. Another thread may start a new one meanwhile."""
        running, self._running = self._running, None
        if running is not None:
            thread, stopping = running
            stopping.ring()
            if thread.is_alive():
                thread.join()

    def _run(self, stopping: Bell) -> None:
        while not stopping.wait(self._period):
            self._work()
