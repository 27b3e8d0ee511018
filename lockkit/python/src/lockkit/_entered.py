"""Which grant ends with which `with` block, where many threads and tasks share one lock object."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from ._execution import this_task, this_thread


class _Held(Protocol):
    @property
    def held(self) -> bool: ...

    def release(self) -> None: ...


_Grants = TypeVar("_Grants", bound=_Held)


class Entered(Generic[_Grants]):
    """
    The grants of the blocks that are open. A block mostly ends in the execution that began it, which has one of them. It
    may end in another one (a generator that another thread or task finishes): then it is the block of a released grant,
    which was released early, or else of the oldest.
    """

    def __init__(self) -> None:
        self._open: list[tuple[object, _Grants]] = []

    def add(self, grant: _Grants) -> _Grants:
        self._open.append((this_task() or this_thread(), grant))
        return grant

    def end(self) -> None:
        """Releases the grant of the block that ends here."""
        me = this_task() or this_thread()
        present = list(self._open)
        mine = [entry for entry in present if entry[0] is me]
        entry = mine[-1] if mine else min(present, key=lambda entry: entry[1].held, default=None)
        if entry is None:
            return
        try:
            entry[1].release()
        finally:
            if entry in self._open:
                self._open.remove(entry)
