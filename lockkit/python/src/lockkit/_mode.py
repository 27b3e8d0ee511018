"""How a lock is held."""

from __future__ import annotations

from typing import Literal

LockMode = Literal["exclusive", "shared"]
"""By one alone, or by readers together, whom only a writer excludes."""

Obstacle = Literal["held", "queued"]
"""What of a thread's own stands before a request that would block the thread."""
