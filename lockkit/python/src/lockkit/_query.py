"""What is known of a lock, without taking it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from ._mode import LockMode
from ._process import queues
from ._request import Request


@dataclass(frozen=True)
class LockInfo:
    """A grant or a request of this process."""

    mode: LockMode
    owner: str
    """Whose it is, for people: a task's name, `thread`, or `unknown` after detach()."""


@dataclass(frozen=True)
class LockHolder:
    """Another process that holds a lock."""

    pid: int
    mode: LockMode


@dataclass(frozen=True)
class LockSnapshot:
    """What is known of one lock at one moment."""

    held: tuple[LockInfo, ...]
    """The grants in this process."""
    pending: tuple[LockInfo, ...]
    """The requests of this process that wait, in the order in which they will be served."""
    elsewhere: tuple[LockHolder, ...] | None
    """
    The other processes that hold the lock, by /proc/locks; None on a system without it. Processes of another PID namespace
    (another container) are not among them.
    """


_HELD_FLOCK = re.compile(r"^\d+: FLOCK +\w+ +(READ|WRITE) +(\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) ", re.MULTILINE)
"""A line of /proc/locks for a flock that is held: `1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF`."""


def snapshot(path: str) -> LockSnapshot:
    """Of the lock on `path`."""
    held, pending = queues().requests_at(path)
    return LockSnapshot(
        tuple(_info(request) for request in held),
        tuple(_info(request) for request in pending),
        _holders_elsewhere(path),
    )


def _info(request: Request) -> LockInfo:
    owner = request.owner
    get_name = getattr(owner, "get_name", None)
    named = "unknown" if owner is None else str(get_name()) if get_name is not None else "thread"
    return LockInfo("shared" if request.shared else "exclusive", named)


def _holders_elsewhere(path: str) -> tuple[LockHolder, ...] | None:
    try:
        with open("/proc/locks", encoding="latin-1") as file:
            locks = file.read()
    except OSError:
        return None
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return ()
    device = (os.major(status.st_dev), os.minor(status.st_dev))
    holders: list[LockHolder] = []
    for kind, pid, major, minor, inode in _HELD_FLOCK.findall(locks):
        # Major 0 is no device but a number per mount, of which btrfs and overlayfs show another one here than in stat.
        same_device = int(major, 16) == device[0] and (device[0] == 0 or int(minor, 16) == device[1])
        if int(inode) == status.st_ino and same_device and int(pid) != os.getpid():
            holders.append(LockHolder(int(pid), "exclusive" if kind == "WRITE" else "shared"))
    return tuple(holders)
