"""What a holder of a lock has."""

from __future__ import annotations

import os
from types import TracebackType
from typing import NoReturn

from ._process import queues
from ._request import Request


class Grant:
    """
    The proof that a lock is held, and the way to give it back: `release()`, or the end of a `with` or `async with` block.
    It belongs to the process that got it; in a forked child it is not held, and its release does nothing.
    """

    __slots__ = ("_pid", "_released", "_request", "_token")

    def __init__(self, request: Request) -> None:
        """Grants are made by CombinedLock."""
        self._request = request
        self._pid = os.getpid()
        self._released = False
        self._token: int | None = None

    @property
    def name(self) -> str:
        """The lock's name."""
        return self._request.name

    @property
    def held(self) -> bool:
        """Whether the lock is held by this grant, in this process."""
        return not self._released and self._pid == os.getpid()

    @property
    def token(self) -> int:
        """
        The fencing token: greater than that of every earlier grant of this lock, in any process. Hand it to a store that
        refuses writes with a smaller one. It is raised in the lock file when first asked for; from then on it is the same.

        Raises RuntimeError when it is first asked for after the release: it could not be ordered any more.
        """
        if self._token is None:
            if not self.held:
                raise RuntimeError(f'The fencing token of lock "{self.name}" must be asked for while the lock is held.')
            self._token = queues().raise_token(self._request)
        return self._token

    def release(self) -> None:
        """Frees the lock. Any thread or task of the process may do it; a second call does nothing."""
        if self.held:
            queues().retire(self._request)
            self._released = True

    def detach(self) -> Grant:
        """
        Says that whoever has this grant will release it, and not the thread or task that acquired it. That one may then
        wait for the lock again without a LockReentryError.
        """
        self._request.owner = self._request.thread = None
        return self

    def __enter__(self) -> Grant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    async def __aenter__(self) -> Grant:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def __reduce__(self) -> NoReturn:
        raise TypeError("A grant belongs to the process that got it and cannot be pickled; pickle the lock, and acquire it there.")

    def __repr__(self) -> str:
        return f"<Grant of {self.name!r}, {'held' if self.held else 'released'}>"
