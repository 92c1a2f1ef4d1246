"""When the state of a training is saved: often enough to lose little, seldom enough to cost little.

At every check on held-out jokes, and every two minutes; but never so often that it takes more
than a twentieth of the time, however slow the disk is.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

SECONDS_BETWEEN_SAVES = 120.0
LARGEST_SHARE = 0.05


class SaveInterval:
    """Remembers when the last save was and what it cost."""

    def __init__(self) -> None:
        self.cost = 0.0
        self._ended = time.monotonic()

    def begin(self) -> None:
        """The first interval starts now."""
        self._ended = time.monotonic()

    def is_due(self, *, is_after_check: bool) -> bool:
        """Whether to save now; `is_after_check`: the newest step was just checked."""
        since = time.monotonic() - self._ended
        if since < self.cost / LARGEST_SHARE:
            return False
        return is_after_check or since >= SECONDS_BETWEEN_SAVES

    @contextlib.contextmanager
    def saving(self) -> Iterator[None]:
        """Measure the save that the block makes."""
        began = time.monotonic()
        yield
        self._ended = time.monotonic()
        self.cost = self._ended - began
