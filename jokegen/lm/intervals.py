"""When the state of a training is saved: often enough to lose little, seldom enough to cost little.

At every check on held-out jokes, and every two minutes; but never so often that it takes more
than a twentieth of the time, however slow the disk is.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

SECONDS_BETWEEN_SAVES = 120.0
LARGEST_SHARE = 0.05


class SaveInterval:
    """Remembers when the last save was and what it cost."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.cost = 0.0
        self._clock = clock
        self._ended = clock()

    def begin(self) -> None:
        """The first interval starts now."""
        self._ended = self._clock()

    def is_due(self, *, is_after_check: bool) -> bool:
        """Whether to save now; `is_after_check`: the newest step was just checked."""
        since = self._clock() - self._ended
        if since < self.cost / LARGEST_SHARE:
            return False
        return is_after_check or since >= SECONDS_BETWEEN_SAVES

    @contextlib.contextmanager
    def saving(self) -> Iterator[None]:
        """Measure the save that the block makes."""
        began = self._clock()
        yield
        self._ended = self._clock()
        self.cost = self._ended - began

    def seconds_ahead(self, seconds: float, checks: int) -> float:
        """About what the saves of the next `seconds`, with so many checks, will take."""
        if not self.cost:
            return 0.0
        saves = min(checks + seconds / SECONDS_BETWEEN_SAVES, seconds * LARGEST_SHARE / self.cost)
        return saves * self.cost
