"""The queues of the present process. A forked child gets new ones: locks are held by the process that took them."""

from __future__ import annotations

import os

from ._queues import Queues


class _Present:
    """The queues of the process, and of children that forked off in C, where Python's hooks do not run."""

    def __init__(self) -> None:
        self._queues = Queues()

    def queues(self) -> Queues:
        if self._queues.pid == os.getpid():
            return self._queues
        return self.renew()

    def renew(self) -> Queues:
        inherited = self._queues
        # Of several threads that come here at once, all get the one that was first.
        self._queues = renewed = inherited.successors.setdefault(os.getpid(), Queues())
        inherited.close_inherited()
        return renewed


_present = _Present()


def queues() -> Queues:
    """The queues of this process."""
    return _present.queues()


def _before_fork() -> None:
    queues().before_fork()


def _after_fork_in_parent() -> None:
    queues().after_fork_in_parent()


def _after_fork_in_child() -> None:
    _present.renew()


os.register_at_fork(
    before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
)
