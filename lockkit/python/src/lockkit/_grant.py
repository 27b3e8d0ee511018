"""What a holder of a lock has."""

from __future__ import annotations

import os
from types import TracebackType
from typing import NoReturn

from ._errors import LockNotHeldError, LockReleaseError
from ._mode import LockMode
from ._process import queues
from ._request import Request


class Releasable:
    """What a `with` or an `async with` block releases at its end."""

    __slots__ = ()

    def release(self) -> None:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def __reduce__(self) -> NoReturn:
        raise TypeError("A grant belongs to the process that got it, and cannot be pickled. Pickle the lock, and acquire it there.")


class Grant(Releasable):
    """
    The proof that a lock is held, and the way to give it back: `release()`, or the end of a `with` or `async with` block.
    It belongs to the process that got it; in a forked child it is not held, and its release does nothing.

    A grant that is dropped without a release keeps its lock as long as its process lives.
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
    def mode(self) -> LockMode:
        """How the lock is held."""
        return "shared" if self._request.shared else "exclusive"

    @property
    def held(self) -> bool:
        """Whether the lock is held by this grant, in this process."""
        return not self._released and self._pid == os.getpid()

    @property
    def token(self) -> int:
        """
        The fencing token: greater than that of every earlier grant of this lock, in any process. Hand it to a store that
        refuses writes with a smaller one. It is raised in the lock file when first asked for; from then on it is the same,
        also after the release.

        Raises LockNotHeldError when it is first asked for after the release: it could not be ordered any more. Raises
        OSError when it cannot be written, as on a full disk.
        """
        if self._token is None:
            if not self.held:
                raise LockNotHeldError(self.name, "its fencing token must be asked for before the release.")
            self._token = queues().raise_token(self._request)
        return self._token

    @property
    def lost(self) -> bool:
        """
        Whether the lock is lost, now, though it was not released: its file was removed or replaced, and others lock the new
        one. Looks at the file.
        """
        return self.held and not queues().is_in_place(self._request)

    def release(self) -> None:
        """
        Frees the lock. Any thread or task of the process may do it; a second call does nothing.

        Raises LockReleaseError when it could not be freed in order.
        """
        if not self.held:
            return
        queues().retire(self._request)
        self._released = True
        if self._request.error is not None:
            raise LockReleaseError(self.name, str(self._request.error)) from self._request.error

    def detach(self) -> Grant:
        """
        Says that whoever has this grant will release it, and not the thread or task that acquired it. That one may then
        wait for the lock again without a LockReentryError.
        """
        self._request.owner = self._request.thread = None
        return self

    def __enter__(self) -> Grant:
        return self

    async def __aenter__(self) -> Grant:
        return self

    def __repr__(self) -> str:
        return f"<Grant of {self.name!r}, {self.mode}, {'held' if self.held else 'released'}>"
