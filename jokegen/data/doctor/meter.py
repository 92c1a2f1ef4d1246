"""One rising progress for a work of many steps, each of which goes through all jokes."""

from __future__ import annotations

from collections.abc import Callable

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress

Check = Callable[[int], None]


class Meter:
    """Tells `Phase.CLEANING` in jokes, as if every step took its share of those of the first.

    So the figure never falls, although jokes become more or fewer on the way.
    """

    def __init__(self, context: JobContext, steps: int) -> None:
        self._context = context
        self._steps = max(1, steps)
        self._step = 0
        self._jokes: int | None = None

    def step(self, total: int) -> Check:
        """Begin the next step; what is returned is told how many jokes are done, and may raise."""
        number = min(self._step, self._steps - 1)
        self._step += 1
        if self._jokes is None:
            self._jokes = total
        jokes = self._jokes

        def check(done: int) -> None:
            self._context.check()
            share = (number + min(done / max(total, 1), 1.0)) / self._steps
            self._context.emit(Progress(Phase.CLEANING, int(share * jokes), jokes, "jokes"))

        check(0)
        return check
