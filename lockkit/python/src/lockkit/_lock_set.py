"""Several locks as one."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Coroutine, Iterable, Sequence

from ._entered import Entered
from ._errors import LockBusyError, LockTimeoutError
from ._grant import Grant, Releasable
from ._seconds import check_seconds

if TYPE_CHECKING:
    from ._lock import CombinedLock

SMALLEST_TIMEOUT = 1e-9
"""Seconds. What is left of a time-out never becomes 0, which would not queue."""


class GrantSet(Releasable):
    """The grants of several locks that were taken together."""

    __slots__ = ("grants",)

    def __init__(self, grants: Sequence[Grant]) -> None:
        """Made by LockSet."""
        self.grants = tuple(grants)
        """The grants, in the order in which the locks were taken."""

    def __getitem__(self, name: str) -> Grant:
        """The grant of one of the locks, for its fencing token. Raises KeyError for a name that is not in the set."""
        for grant in self.grants:
            if grant.name == name:
                return grant
        raise KeyError(name)

    @property
    def held(self) -> bool:
        """Whether all locks are held by this, in this process."""
        return all(grant.held for grant in self.grants)

    @property
    def lost(self) -> bool:
        """Whether one of the locks is lost, now, though it was not released."""
        return any(grant.lost for grant in self.grants)

    def release(self) -> None:
        """
        Frees all locks, the last one taken first. A second call does nothing.

        Raises LockReleaseError when one could not be freed in order; the others are freed all the same.
        """
        failures: list[BaseException] = []
        for grant in reversed(self.grants):
            try:
                grant.release()
            except BaseException as failure:
                failures.append(failure)
        if failures:
            raise failures[0]

    def detach(self) -> GrantSet:
        """Grant.detach for all of them."""
        for grant in self.grants:
            grant.detach()
        return self

    def __enter__(self) -> GrantSet:
        return self

    async def __aenter__(self) -> GrantSet:
        return self


class LockSet:
    """Several locks that are taken together or not at all; made by CombinedLock.all."""

    def __init__(self, locks: Iterable[CombinedLock]) -> None:
        by_path: dict[str, CombinedLock] = {}
        for lock in locks:
            if by_path.get(lock.path, lock).mode != "exclusive":
                by_path[lock.path] = lock
            else:
                by_path.setdefault(lock.path, lock)
        self._locks = [by_path[path] for path in sorted(by_path)]
        self._entered: Entered[GrantSet] = Entered()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the locks, each once, in the order in which they are taken."""
        return tuple(lock.name for lock in self._locks)

    def acquire(self, timeout: float | None = None) -> GrantSet:
        """CombinedLock.acquire for all of them. The timeout is for all together; if one is not granted, none is held."""
        check_seconds("timeout", timeout)
        left = _time_left(timeout)
        grants: list[Grant] = []
        try:
            for lock in self._locks:
                grants.append(lock.acquire(left()))
        except BaseException as error:
            GrantSet(grants).release()
            raise _for_all(error, timeout)
        return GrantSet(grants)

    def try_acquire(self) -> GrantSet | None:
        """CombinedLock.try_acquire for all of them."""
        grants: list[Grant] = []
        try:
            for lock in self._locks:
                grant = lock.try_acquire()
                if grant is None:
                    GrantSet(grants).release()
                    return None
                grants.append(grant)
        except BaseException:
            GrantSet(grants).release()
            raise
        return GrantSet(grants)

    def acquire_async(self, timeout: float | None = None) -> Coroutine[Any, Any, GrantSet]:
        """CombinedLock.acquire_async for all of them, as `acquire`."""
        check_seconds("timeout", timeout)
        return self._acquire_async(timeout)

    async def _acquire_async(self, timeout: float | None) -> GrantSet:
        left = _time_left(timeout)
        grants: list[Grant] = []
        try:
            for lock in self._locks:
                grants.append(await lock.acquire_async(left()))
        except BaseException as error:
            GrantSet(grants).release()
            raise _for_all(error, timeout)
        return GrantSet(grants)

    def __enter__(self) -> GrantSet:
        return self._entered.add(self.acquire())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.end()

    async def __aenter__(self) -> GrantSet:
        return self._entered.add(await self.acquire_async())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.end()

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._locks,)

    def __repr__(self) -> str:
        return f"CombinedLock.all({list(self.names)!r})"


def _time_left(timeout: float | None) -> Callable[[], float | None]:
    """The time-out of the next lock, of one that is for all. It is 0 only where it is from the start."""
    if timeout is None or timeout == 0:
        return lambda: timeout
    end = time.monotonic() + timeout
    return lambda: max(end - time.monotonic(), SMALLEST_TIMEOUT)


def _for_all(error: BaseException, timeout: float | None) -> BaseException:
    if isinstance(error, LockTimeoutError) and not isinstance(error, LockBusyError) and timeout is not None:
        return LockTimeoutError(error.lock, timeout)
    return error
