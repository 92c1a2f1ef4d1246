"""Trying a job again by itself: what its worker died of may not happen twice, or not with less.

Who runs a job hands in a `NextTry`; it hears of each attempt that failed and decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jokegen.jobs.events import Event, Failed, Metric, Notice, RunStarted


@dataclass(frozen=True)
class Attempt:
    """One try that failed: what was asked, how it ended, and how far it came.

    `run` is the training run that it said it was at, `step` the newest step it told of; None and
    0 where it came to neither.
    """

    request: Any
    outcome: Failed
    run: int | None = None
    step: int = 0


@dataclass(frozen=True)
class Again:
    """Try this instead; the notice says so to the person."""

    job: Callable[..., Any]
    request: Any
    notice: Notice


# The failure that comes back is the job's outcome: it may say more than the attempt's own.
NextTry = Callable[[Attempt], Again | Failed]


def never(attempt: Attempt) -> Failed:
    """The first failure is the last."""
    return attempt.outcome


class Journey:
    """Remembers from a job's events how far it is."""

    def __init__(self) -> None:
        self.run: int | None = None
        self.step = 0

    def hear(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, RunStarted):
                self.run = event.run
            elif isinstance(event, Metric):
                self.step = max(self.step, event.step)

    def attempt(self, request: Any, outcome: Failed) -> Attempt:
        """What to tell of the try that just failed; the next one starts anew."""
        attempt = Attempt(request, outcome, self.run, self.step)
        self.run, self.step = None, 0
        return attempt
