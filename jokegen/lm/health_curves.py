"""The curves of a run as far as its health is judged by them: trend, noise, checks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from jokegen.jobs.events import Metric

# A trend over fewer steps than this is mostly noise: batches of short jokes differ by 0.25 nats
# from those of long ones (measured on 2,653 one-liners, about 500 tokens a step).
_SHORTEST_TREND = 20
_TREND_SHARE = 0.01  # in a long run the trend looks back over this share of it
_SETTLED = 5  # so many steps until the trend means something
_JUMP = 4.0  # differences of neighbours beyond so many times their mean
_MEAN_TO_SD = 0.886  # mean absolute difference of neighbours → standard deviation, if normal
_MORE_THAN_NOISE = 3.0
_LEARNED = 0.02  # a check better than the one before the first step by this is no accident


@dataclass(frozen=True)
class Check:
    """A check on held-out jokes, and the trend of the training loss at that time."""

    step: int
    loss: float
    trend: float | None


class Curves:
    """What was measured so far, as a few numbers and the list of checks."""

    def __init__(self) -> None:
        self.step = 0
        self.steps = 0
        self.before: float | None = None  # loss on held-out jokes before the first step
        self.checks: list[Check] = []  # those after the first step
        self.best: Check | None = None
        self.trend: float | None = None  # bias-corrected exponential mean of the training loss
        self.first_trend: float | None = None  # once it was settled
        self.lowest: float | None = None  # the lowest that the trend was
        self.lowest_step = 0
        self.noise = 0.0  # standard deviation of the training loss around its trend
        self.is_finite = True
        self.peak_rate = 0.0
        self.rate: float | None = None
        self._points = 0
        self._sum = self._weight = 0.0
        self._last: float | None = None
        self._differences = 0.0
        self._has_fallen = False

    def add(self, metric: Metric) -> None:
        """Take in one point."""
        if metric.step < self.step:
            self._go_back_to(metric.step)
        self.step, self.steps = metric.step, metric.steps
        if metric.learning_rate is not None:
            self.rate = metric.learning_rate
            self.peak_rate = max(self.peak_rate, self.rate)
        if metric.train_loss is not None:
            self._add_training(metric.train_loss)
        if metric.validation_loss is not None:
            self._add_check(metric.validation_loss)

    @property
    def window(self) -> float:
        """Over how many steps the trend looks back."""
        return max(_SHORTEST_TREND, self.steps * _TREND_SHARE)

    @property
    def trend_noise(self) -> float:
        """Standard deviation of the trend itself."""
        pace = max(1 / self.window, 1 / max(1, self._points))
        return self.noise * math.sqrt(pace / (2 - pace))

    @property
    def first_noise(self) -> float:
        """Standard deviation of where the trend began."""
        return self.noise / math.sqrt(_SETTLED)

    @property
    def has_learned(self) -> bool:
        """Whether it has become better than it was, by more than noise."""
        if self.checks and self.before is not None:
            return self.gain > _LEARNED
        return self._has_fallen

    @property
    def gain(self) -> float:
        """By how much the best check is better than before the first step."""
        if self.before is None or self.best is None:
            return 0.0
        return self.before - self.best.loss

    @property
    def training_gain(self) -> float:
        """By how much the trend of the training loss has fallen."""
        if self.trend is None or self.first_trend is None:
            return 0.0
        return self.first_trend - self.trend

    def _add_training(self, loss: float) -> None:
        if not math.isfinite(loss):
            self.is_finite = False
            return
        self._points += 1
        pace = 1 / self.window
        self._sum += pace * (loss - self._sum)
        self._weight += pace * (1 - self._weight)
        self.trend = self._sum / self._weight
        if self._last is not None:
            difference = abs(loss - self._last)
            if self._points > _SHORTEST_TREND // 2:  # a jump is no noise
                difference = min(difference, _JUMP * self._differences)
            pace = max(pace, 1 / (self._points - 1))
            self._differences += pace * (difference - self._differences)
            self.noise = _MEAN_TO_SD * self._differences
        self._last = loss
        if self._points < _SETTLED:
            return
        if self.first_trend is None:
            self.first_trend = self.trend
        if self.lowest is None or self.trend < self.lowest:
            self.lowest, self.lowest_step = self.trend, self.step
        if self.training_gain > max(0.1, _MORE_THAN_NOISE * self.first_noise):
            self._has_fallen = True

    def _add_check(self, loss: float) -> None:
        if not math.isfinite(loss):
            self.is_finite = False
            return
        if self.step == 0:
            self.before = loss
            return
        check = Check(self.step, loss, self.trend)
        if self.checks and self.checks[-1].step == self.step:
            self.checks.pop()
        self.checks.append(check)
        self.best = min(self.checks, key=lambda one: one.loss)

    def _go_back_to(self, step: int) -> None:
        """These steps are taken once more: what was measured of them goes away."""
        self.checks = [check for check in self.checks if check.step < step]
        self.best = min(self.checks, key=lambda one: one.loss, default=None)
