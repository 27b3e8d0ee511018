"""The file name of a lock: the contract that the Node runtime keeps as well (lockkit/test/vectors.json)."""

from __future__ import annotations

import hashlib
import re

READABLE_CHARACTERS = 40
HASH_DIGITS = 16
_NOT_READABLE = re.compile(r"[^A-Za-z0-9._-]")


def lock_file_name(name: str) -> str:
    """
    The first 40 characters of the lock's name for people, the hash for uniqueness.

    Raises ValueError when the name has a lone surrogate, which has no UTF-8 form.
    """
    try:
        encoded = name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("A lock name must be well-formed Unicode; this one has half a surrogate pair.") from error
    readable = _NOT_READABLE.sub("_", name[:READABLE_CHARACTERS])
    return f"{readable}-{hashlib.sha256(encoded).hexdigest()[:HASH_DIGITS]}.lock"
