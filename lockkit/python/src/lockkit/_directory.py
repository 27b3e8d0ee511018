"""The directory of the lock files."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import tempfile

from ._chain import sees_flock
from ._errors import LockDirectoryError

_ELSEWHERE = "Set LOCKKIT_DIR to a directory on a local file system that this user can write to, the same for all processes."


def configured_directory() -> str | None:
    """
    LOCKKIT_DIR, or None where it is not set or empty.

    Raises LockDirectoryError when it is relative: it would be another directory in each working directory.
    """
    configured = os.environ.get("LOCKKIT_DIR")
    if not configured:
        return None
    if not os.path.isabs(configured):
        raise LockDirectoryError(
            configured,
            "LOCKKIT_DIR must be an absolute path, or processes with another working directory would use another lock.",
        )
    # POSIX gives a leading double slash a meaning of its own, and normpath keeps it; Node does not.
    return "/" + os.path.normpath(configured).lstrip("/")


def default_directory(user: int) -> str:
    """
    The literal directory of a user id. Never from TMPDIR or XDG_RUNTIME_DIR: a login shell and a service of the same user
    have different ones, and the lock would silently split.
    """
    return f"/tmp/lockkit-{user}"


def ensure_lock_directory(directory: str) -> None:
    """
    Makes the directory (0700) if it is missing, and refuses one through which another user could break the locks, or in
    which files cannot be locked. Raises LockDirectoryError.
    """
    try:
        _make_directories(directory)
        status = os.lstat(directory)
    except OSError as error:
        raise LockDirectoryError(directory, f"it cannot be made ({error}). {_ELSEWHERE}") from error
    reason = _distrust(status)
    if reason is not None:
        raise LockDirectoryError(directory, reason)
    reason = _cannot_lock(directory)
    if reason is not None:
        raise LockDirectoryError(directory, f"{reason}. {_ELSEWHERE}")


def _make_directories(directory: str) -> None:
    """As os.makedirs, which makes the missing ones on the way with the process's umask only."""
    try:
        os.mkdir(directory, 0o700)
    except FileExistsError:
        return
    except FileNotFoundError:
        _make_directories(os.path.dirname(directory))
        _make_directories(directory)


def _distrust(status: os.stat_result) -> str | None:
    if stat.S_ISLNK(status.st_mode):
        return "it is a symbolic link, which whoever made it can point elsewhere."
    if not stat.S_ISDIR(status.st_mode):
        return "it is not a directory."
    user = os.geteuid()
    if status.st_uid != user:
        return f"it belongs to user {status.st_uid}, and this process runs as {user}."
    if status.st_mode & 0o022:
        return f"others may write to it (mode {stat.S_IMODE(status.st_mode):o}); run chmod 700 on it."
    return None


def _cannot_lock(directory: str) -> str | None:
    """Tries it. None also where it could not be tried (no space, no descriptors): then the lock file itself says why."""
    try:
        first, path = tempfile.mkstemp(prefix=".check-", dir=directory)
    except OSError:
        return None
    second = -1
    try:
        second = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return "a lock on a file there does not exclude a second opening of the file"
        except BlockingIOError:
            pass
        if sees_flock(second):
            return "flock and byte locks are the same there, as on NFS and SMB, so that waiting processes would block each other"
        return None
    except OSError as error:
        return "its file system has no file locks" if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL) else None
    finally:
        os.unlink(path)
        for fd in (first, second):
            if fd >= 0:
                os.close(fd)
