"""The points of a loss chart: kept small, found quickly, told in words.

Without Qt and without numpy, so that a hundred thousand points can be taken in anywhere.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from enum import StrEnum

_TREND_SHARE = 0.02  # the smooth line looks back over this share of the run …
_SHORTEST_TREND = 10  # … but over so many points at least


class Series(StrEnum):
    """The lines of a loss chart."""

    RAW = "raw"  # training, as it was measured
    TREND = "trend"  # training, smoothed
    UNSEEN = "unseen"  # on held-out jokes, all tokens
    WORDS = "words"  # on held-out jokes, the joke's own tokens
    ENDINGS = "endings"  # on held-out jokes, the end tokens


class Axis(StrEnum):
    """What runs along the bottom."""

    STEPS = "steps"
    TIME = "time"  # seconds since the run began, pauses left out


@dataclass
class Curve:
    """One line. Steps grow; so do the seconds."""

    steps: array[float] = field(default_factory=lambda: array("d"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    losses: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.steps)

    def places(self, axis: Axis) -> array[float]:
        """Where the points are along that axis."""
        return self.steps if axis is Axis.STEPS else self.seconds

    def add(self, step: float, seconds: float, loss: float) -> None:
        """Add a point behind the others."""
        self.steps.append(step)
        self.seconds.append(max(seconds, self.seconds[-1]) if self.seconds else seconds)
        self.losses.append(loss)

    def forget_from(self, step: float) -> None:
        """Drop the points of this step and of all later ones."""
        if not self.steps or self.steps[-1] < step:
            return
        kept = bisect_left(self.steps, step)
        for column in (self.steps, self.seconds, self.losses):
            del column[kept:]

    def nearest(self, axis: Axis, place: float) -> int | None:
        """The number of the point nearest to that place; None where there is no point."""
        places = self.places(axis)
        if not places:
            return None
        after = bisect_left(places, place)
        if after == 0:
            return 0
        if after == len(places):
            return after - 1
        return after if places[after] - place < place - places[after - 1] else after - 1

    def within(self, axis: Axis, low: float, high: float) -> tuple[int, int]:
        """From which point to (before) which the line can be seen, one more at either end."""
        places = self.places(axis)
        return max(0, bisect_left(places, low) - 1), min(
            len(places), bisect_right(places, high) + 1
        )

    @property
    def points(self) -> list[tuple[int, float]]:
        """All (step, loss) pairs."""
        return [(int(step), loss) for step, loss in zip(self.steps, self.losses, strict=True)]


class LossCurves:
    """All lines of one run, and which point is the best.

    The smooth line is an exponential mean whose start is corrected, as AdamW does with its own
    means (Kingma and Ba 2015, arXiv:1412.6980, section 3): so it begins at the first point and
    does not lag behind at first.
    """

    def __init__(self) -> None:
        self.curves = {series: Curve() for series in Series}
        self.best: int | None = None  # number of a point of `Series.UNSEEN`
        self._length = 0
        self._mean = self._weight = 0.0

    def __getitem__(self, series: Series) -> Curve:
        return self.curves[series]

    @property
    def is_empty(self) -> bool:
        return not any(self.curves.values())

    def set_length(self, steps: int) -> None:
        """How many steps the run is planned to have: a long one gets a smoother line."""
        if steps == self._length:
            return
        self._length = steps
        if len(self[Series.RAW]):
            self._smooth_again()

    def add_training(self, step: int, loss: float, seconds: float) -> None:
        """Steps that are taken once more replace the former ones."""
        raw = self[Series.RAW]
        if len(raw) and raw.steps[-1] >= step:
            self._forget_from(step)
        raw.add(step, seconds, loss)
        self._smooth(step, seconds, loss)

    def add_check(
        self,
        step: int,
        loss: float,
        seconds: float,
        *,
        is_best: bool,
        words: float | None = None,
        endings: float | None = None,
    ) -> None:
        """A check on held-out jokes."""
        for series, value in (
            (Series.UNSEEN, loss), (Series.WORDS, words), (Series.ENDINGS, endings),
        ):  # fmt: skip
            self[series].forget_from(step)
            if value is not None:
                self[series].add(step, seconds, value)
        if self.best is not None and self.best >= len(self[Series.UNSEEN]):
            self.best = None
        if is_best:
            self.best = len(self[Series.UNSEEN]) - 1

    def ends(self, axis: Axis) -> tuple[float, float]:
        """The first and the last place of all lines; (0, 1) where there is nothing."""
        there = [curve.places(axis) for curve in self.curves.values() if curve]
        if not there:
            return 0.0, 1.0
        return min(places[0] for places in there), max(places[-1] for places in there)

    @property
    def best_point(self) -> tuple[int, float] | None:
        """The (step, loss) pair of the best check."""
        if self.best is None:
            return None
        unseen = self[Series.UNSEEN]
        return int(unseen.steps[self.best]), unseen.losses[self.best]

    @property
    def _pace(self) -> float:
        return 1 / max(_SHORTEST_TREND, self._length * _TREND_SHARE)

    def _smooth(self, step: float, seconds: float, loss: float) -> None:
        self._mean += self._pace * (loss - self._mean)
        self._weight += self._pace * (1 - self._weight)
        self[Series.TREND].add(step, seconds, self._mean / self._weight)

    def _smooth_again(self) -> None:
        raw = self[Series.RAW]
        self.curves[Series.TREND] = Curve()
        self._mean = self._weight = 0.0
        for point in zip(raw.steps, raw.seconds, raw.losses, strict=True):
            self._smooth(*point)

    def _forget_from(self, step: int) -> None:
        for curve in self.curves.values():
            curve.forget_from(step)
        unseen = self[Series.UNSEEN]
        if self.best is not None and self.best >= len(unseen):
            losses = unseen.losses
            self.best = min(range(len(losses)), key=losses.__getitem__) if losses else None
        trend = self[Series.TREND].losses
        self._weight = 1 - (1 - self._pace) ** len(trend)
        self._mean = trend[-1] * self._weight if trend else 0.0
