"""How long a run will still take, as a range that counts down between two reports."""

from __future__ import annotations

from jokegen import wording
from jokegen.jobs.events import Metric, Phase, Progress

# Where a run says only one number: as far off as it may be at the beginning and at the end.
_OFF_AT_FIRST, _OFF_AT_LAST = 0.2, 0.06
_PARTS = (
    Phase.READING, Phase.DOWNLOADING, Phase.VERIFYING, Phase.CONVERTING, Phase.LOADING,
    Phase.PREPARING, Phase.MEASURING,
)  # fmt: skip


class Remaining:
    """Told what the run says; `words` is asked as often as anybody looks. Times in seconds."""

    def __init__(self) -> None:
        self._range: tuple[float, float] | None = None
        self._told_at = 0.0
        self._has_own_range = False
        self._is_part = False
        self._part = 0.0  # of the steps, 0 to 1

    def take_metric(self, metric: Metric, now: float) -> None:
        """A run that knows a range says it with its points."""
        self._part = metric.step / max(1, metric.steps)
        low, high = metric.seconds_left_low, metric.seconds_left_high
        if low is not None and high is not None:
            self._has_own_range, self._is_part = True, False
            self._set(low, high, now)

    def take_progress(self, progress: Progress, now: float) -> None:
        """One that knows a single number says it with its phase; before the first step it is that
        of the phase alone, such as a download."""
        is_part = progress.phase in _PARTS
        if progress.seconds_left is None:
            if self._is_part:
                self.forget()
            return
        if self._has_own_range:
            return
        self._is_part = is_part
        off = _OFF_AT_FIRST + (_OFF_AT_LAST - _OFF_AT_FIRST) * self._part
        self._set(progress.seconds_left * (1 - off), progress.seconds_left * (1 + off), now)

    def forget(self) -> None:
        """Nothing is known any more: a new run, or one that was asked to end."""
        self._range = None
        self._has_own_range = self._is_part = False

    def words(self, now: float) -> str:
        """ "12 to 15 minutes left", or "" where nothing is known."""
        if self._range is None:
            return ""
        passed = now - self._told_at
        low, high = (max(0.0, seconds - passed) for seconds in self._range)
        left = wording.time_left_range(low, high)
        return f"{left} for this part" if self._is_part else left

    def _set(self, low: float, high: float, now: float) -> None:
        self._range = (max(0.0, min(low, high)), max(low, high))
        self._told_at = now
