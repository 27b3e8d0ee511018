"""Where the lock of a name is: the contract that the Node runtime keeps as well (lockkit/test/vectors.json)."""

from __future__ import annotations

import hashlib
import os
import re
import stat

from ._errors import LockDirectoryError

READABLE_CHARACTERS = 40
HASH_DIGITS = 16
_NOT_READABLE = re.compile(r"[^A-Za-z0-9._-]")


def lock_file_name(name: str) -> str:
    """
    The file name of a lock: the first 40 characters of its name for people, the hash for uniqueness.

    Raises ValueError when the name has a lone surrogate, which has no UTF-8 form.
    """
    try:
        encoded = name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("A lock name must be well-formed Unicode; this one has half a surrogate pair.") from error
    readable = _NOT_READABLE.sub("_", name[:READABLE_CHARACTERS])
    return f"{readable}-{hashlib.sha256(encoded).hexdigest()[:HASH_DIGITS]}.lock"


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
    """Makes the directory (0700) if it is missing, and refuses one through which another user could break the locks."""
    _make_directories(directory)
    status = os.lstat(directory)
    if stat.S_ISLNK(status.st_mode):
        raise LockDirectoryError(directory, "it is a symbolic link, which whoever made it can point elsewhere.")
    if not stat.S_ISDIR(status.st_mode):
        raise LockDirectoryError(directory, "it is not a directory.")
    user = os.geteuid()
    if status.st_uid != user:
        raise LockDirectoryError(directory, f"it belongs to user {status.st_uid}, and this process runs as {user}.")
    if status.st_mode & 0o022:
        mode = format(stat.S_IMODE(status.st_mode), "o")
        raise LockDirectoryError(directory, f"others may write to it (mode {mode}); run chmod 700 on it.")


def _make_directories(directory: str) -> None:
    """As os.makedirs, which makes the missing ones on the way with the process's umask only."""
    try:
        os.mkdir(directory, 0o700)
    except FileExistsError:
        return
    except FileNotFoundError:
        _make_directories(os.path.dirname(directory))
        _make_directories(directory)
