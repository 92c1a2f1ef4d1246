"""How long a run will still take, as a range: by its newest steps, its checks and its saves."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

_NEWEST = 60
_FEW = 8  # hardly anything is known of how much steps differ
# Steps that follow each other are alike (the same programs run beside them): so many count as one.
_ALIKE = 20
_WIDTH = 1.5  # how many standard deviations the range reaches to each side
_LEAST, _OF_FEW = 0.04, 0.35  # as a share of the middle; while hardly any step was measured


@dataclass(frozen=True)
class TimeLeft:
    """In seconds."""

    middle: float
    low: float
    high: float


class Pace:
    """What the newest steps took."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_NEWEST)

    def add(self, seconds: float) -> None:
        """One more step was taken."""
        self._seconds.append(seconds)

    def time_left(self, steps: int, others: float, mean_before: float | None) -> TimeLeft | None:
        """For so many steps more, and so many seconds of checks and saves.

        `mean_before` is what a step took before this process began; None with no step at all.
        """
        count = len(self._seconds)
        mean = sum(self._seconds) / count if count else mean_before
        if mean is None:
            return None
        middle = steps * mean + others
        if count < _FEW:
            return TimeLeft(middle, middle * (1 - _OF_FEW), middle * (1 + _OF_FEW))
        variance = sum((second - mean) ** 2 for second in self._seconds) / (count - 1) * _ALIKE
        # Of the steps to come themselves, and of the mean that only some of them have shown.
        spread = math.sqrt(variance * steps + variance * steps**2 / count)
        reach = max(_LEAST * middle, _WIDTH * spread + 0.1 * others)
        return TimeLeft(middle, max(0.0, middle - reach), middle + reach)
