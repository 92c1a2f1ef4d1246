"""One rising progress for a work of many steps, each of which goes through all jokes."""

from __future__ import annotations

from collections.abc import Callable

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress


class Meter:
    """Tells `Phase.CLEANING` in jokes, as if every step took its share of them."""

    def __init__(self, context: JobContext, steps: int) -> None:
        self._context = context
        self._steps = max(1, steps)
        self._step = 0

    def step(self, total: int) -> Callable[[int], None]:
        """Begin the next step; what is returned is told how many jokes are done, and may raise."""
        number = min(self._step, self._steps - 1)
        self._step += 1

        def check(done: int) -> None:
            self._context.check()
            whole = (number * total + min(done, total)) // self._steps
            self._context.emit(Progress(Phase.CLEANING, whole, total, "jokes"))

        check(0)
        return check
