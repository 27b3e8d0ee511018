"""Numbers of seconds."""

from __future__ import annotations


def check_seconds(what: str, value: float | None) -> None:
    """Raises ValueError for what is no time to wait. None is as long as it takes."""
    if value is not None and not value >= 0:
        raise ValueError(f"{what} is a number of seconds, at least 0; not {value!r}.")
