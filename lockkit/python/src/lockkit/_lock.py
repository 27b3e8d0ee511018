"""The lock."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any, Coroutine, Iterable

from ._acquire import take, take_async, try_take
from ._directory import configured_directory, default_directory
from ._entered import Entered
from ._execution import this_task, this_thread
from ._grant import Grant
from ._lock_set import LockSet
from ._mode import LockMode
from ._names import lock_file_name
from ._process import queues
from ._query import LockSnapshot, snapshot
from ._request import Request
from ._seconds import check_seconds

DEFAULT_HANDOVER = 0.005
DEFAULT_REENTRY_PATIENCE = 5.0


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
        self,
        name: str,
        handover: float = DEFAULT_HANDOVER,
        reentry_patience: float = DEFAULT_REENTRY_PATIENCE,
        mode: LockMode = "exclusive",
    ) -> None:
        """
        `name`: any well-formed Unicode text. `handover`: seconds for which this process may pass the lock on among its own
        tasks and threads before other processes get a turn; more gives throughput, less fairness between processes, 0 is
        strict order between processes. `reentry_patience`: seconds for which a request waits for a lock that its own
        execution only seems to hold, before LockReentryError; math.inf never raises. `mode`: see `shared`.

        Raises TypeError, ValueError, and LockDirectoryError when LOCKKIT_DIR is a relative path.
        """
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without types
            raise TypeError(f"A lock's name is a str, not {type(name).__name__}.")
        if mode not in ("exclusive", "shared"):
            raise ValueError(f'A lock has the modes "exclusive" and "shared", not {mode!r}.')
        check_seconds("handover", handover)
        check_seconds("reentry_patience", reentry_patience)
        self._name = name
        self._handover = handover
        self._reentry_patience = reentry_patience
        self._mode: LockMode = mode
        self._file_name = lock_file_name(name)
        self._configured_directory = configured_directory()
        self._entered: Entered[Grant] = Entered()

    @property
    def name(self) -> str:
        """The lock's name, as given."""
        return self._name

    @property
    def mode(self) -> LockMode:
        """How it is taken."""
        return self._mode

    def shared(self) -> CombinedLock:
        """
        The same lock, to be taken together with others that take it so, in any task, thread or process:
        `with lock.shared():`. Requests are served in the order of asking: readers that stand next to each other go in
        together, and none passes a writer that came before it.
        """
        return CombinedLock(self._name, self._handover, self._reentry_patience, "shared")

    @staticmethod
    def all(locks: Iterable[str | CombinedLock]) -> LockSet:
        """
        Several locks as one, taken together or not at all. They are taken in one order (of their files), whatever order
        they are named in, so that two who need the same ones cannot block each other; one that is named twice is taken
        once, exclusively if it is named so.

            with CombinedLock.all(["account:1", "account:2"]):
        """
        return LockSet(CombinedLock(lock) if isinstance(lock, str) else lock for lock in locks)

    def acquire(self, timeout: float | None = None) -> Grant:
        """
        Waits for the lock, blocking the thread, and returns the grant; whoever has it must release it. Best by
        `with lock.acquire(timeout=5):`, or by `with lock:`, which waits as long as it takes.

        `timeout`: seconds; 0 does not wait.
        Raises LockTimeoutError, LockBusyError where it does not wait; LockReentryError when this thread or task holds the
        lock already; LockDeadlockError when a task of the event loop that runs in this thread holds it, or queues for it;
        LockDirectoryError, LockFileError.
        """
        check_seconds("timeout", timeout)
        return take(self.path, self._request(blocks=True), timeout, self._reentry_patience)

    def try_acquire(self) -> Grant | None:
        """
        The grant if the lock is free and nobody queues for it, else None; never waits. Raises LockDirectoryError,
        LockFileError.
        """
        return try_take(self.path, self._request(blocks=False))

    def acquire_async(self, timeout: float | None = None) -> Coroutine[Any, Any, Grant]:
        """
        Waits for the lock without blocking the event loop, and returns the grant:
        `async with await lock.acquire_async(timeout=5):`. A task that is cancelled while it waits leaves the queue.

        Whoever calls this counts as the holder from the grant on, also where another task awaits it (as
        `asyncio.wait_for` had it until Python 3.11); then it is only likely, and a second request by it fails after
        `reentry_patience`. Raises as `acquire`, without LockDeadlockError.
        """
        check_seconds("timeout", timeout)
        return take_async(self.path, self._request(blocks=False), timeout, self._reentry_patience)

    def query(self) -> LockSnapshot:
        """Who holds the lock and who waits for it, as far as this process knows. Takes nothing; out of date once it is read."""
        return snapshot(self.path)

    @property
    def path(self) -> str:
        """
        The path of the lock's file. Makes its directory, and checks it: LockDirectoryError.
        """
        # Not once and for all: a server may load its application as root and then become another user.
        directory = self._configured_directory or default_directory(os.geteuid())
        queues().check_directory(directory)
        return f"{directory}/{self._file_name}"

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
        owner = this_task() or thread
        return Request(self._name, self._mode == "shared", owner, thread, self._handover, blocks)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._name, self._handover, self._reentry_patience, self._mode)

    def __repr__(self) -> str:
        mode = "" if self._mode == "exclusive" else f", mode={self._mode!r}"
        return f"CombinedLock({self._name!r}{mode})"
