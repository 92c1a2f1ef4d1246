"""Reports how far a download is, with the time left from the speed so far."""

from __future__ import annotations

import time

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress

_SHORTEST = 0.05  # seconds between two reports


class Meter:
    """Counts bytes or rows; `total` may become known, or change, on the way."""

    def __init__(self, context: JobContext, unit: str, total: int | None = None) -> None:
        self._context, self._unit, self.total = context, unit, total
        self._start: tuple[float, int] | None = None
        self._last, self._reported = 0.0, -1

    def update(self, done: int, *, is_last: bool = False) -> None:
        """`done` are here, those of an earlier try included."""
        now = time.monotonic()
        if done == self._reported and not is_last:
            return
        if self._start is None or done < self._start[1]:
            self._start = (now, done)
        elif now - self._last < _SHORTEST and not is_last:
            return
        self._last, self._reported = now, done
        began, already = self._start
        left = None
        if self.total is not None and done > already:
            left = max(0, self.total - done) * (now - began) / (done - already)
        total = None if self.total is None else max(self.total, done)
        self._context.emit(Progress(Phase.BRINGING, done, total, self._unit, left))
