"""The stretch of a chart that one looks at: zooming and moving, as arithmetic."""

from __future__ import annotations

_SMALLEST_SHARE = 1e-4  # of the whole: nobody looks closer


class Span:
    """`low` to `high` along an axis whose data reach from one end to the other.

    As long as it shows the whole it grows with the data; a part that reaches to the newest point
    moves on with it.
    """

    def __init__(self) -> None:
        self._first, self._last = 0.0, 1.0
        self._part: tuple[float, float] | None = None

    @property
    def is_whole(self) -> bool:
        return self._part is None

    @property
    def low(self) -> float:
        return self._first if self._part is None else self._part[0]

    @property
    def high(self) -> float:
        return self._last if self._part is None else self._part[1]

    def set_ends(self, first: float, last: float) -> None:
        """The data reach from `first` to `last` now."""
        if last <= first:
            last = first + 1.0
        grown = last - self._last
        follows = self._part is not None and self._part[1] >= self._last
        self._first, self._last = first, last
        if self._part is not None:
            shift = grown if follows else 0.0
            self.show(self._part[0] + shift, self._part[1] + shift)

    def show(self, low: float, high: float) -> None:
        """Look at this stretch, as far as there are data; most of the whole is the whole."""
        low, high = min(low, high), max(low, high)
        whole = self._last - self._first
        width = min(max(high - low, whole * _SMALLEST_SHARE), whole)
        low = min(max(low, self._first), self._last - width)
        self._part = None if width >= whole * 0.999 else (low, low + width)

    def show_all(self) -> None:
        """Look at everything again."""
        self._part = None

    def zoom(self, factor: float, about: float | None = None) -> None:
        """Look at a stretch `factor` times as wide; `about` stays where it is on the screen."""
        low, high = self.low, self.high
        about = (low + high) / 2 if about is None else min(max(about, low), high)
        self.show(about - (about - low) * factor, about + (high - about) * factor)

    def move(self, share: float) -> None:
        """Look further along, by this share of what is in sight."""
        by = (self.high - self.low) * share
        if self._part is not None:
            self.show(self.low + by, self.high + by)

    def reach(self, place: float) -> None:
        """Move just so far that `place` is in sight."""
        if place < self.low:
            self.show(place, place + self.high - self.low)
        elif place > self.high:
            self.show(place - (self.high - self.low), place)
