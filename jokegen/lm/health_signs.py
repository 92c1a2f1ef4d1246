"""What tells how a training is doing: one sign a class, each with its limits and its reasons.

The limits are in nats a token. They were set on curves with the noise of real ones (see
`health_curves`), so that of a hundred good runs hardly one is ever called a bad one.
"""

from __future__ import annotations

from typing import Protocol

from jokegen.jobs.events import Metric
from jokegen.lm.health_curves import Curves


class Sign(Protocol):
    """Looks at every point; `is_on` while what it looks for holds."""

    is_on: bool

    def look(self, curves: Curves, newest: Metric) -> None:
        """Take in the newest point, which `curves` already has."""

    def reasons(self, curves: Curves) -> tuple[str, ...]:
        """The figures that speak for it, as sentences; asked for only while it is on."""


class TooFast:
    """The training loss rises or jumps, or the model is worse than before it learned anything."""

    _RISE, _NOISES = 0.3, 8.0  # above the lowest trend, in nats and in deviations of the trend
    _HELD, _CALM = 5, 15  # so many points in a row until it counts, and until it is over
    _WORSE, _MENDED = 0.05, 0.0  # above the check before the first step
    _JUMP, _JUMP_NOISES = 2.0, 8.0
    _JUMPS, _AMONG = 3, 50  # so many jumps among so many points

    def __init__(self) -> None:
        self.is_on = False
        self._high = self._low = 0
        self._rises = self._is_worse = False
        self._jumps: list[int] = []

    def look(self, curves: Curves, newest: Metric) -> None:
        if newest.train_loss is not None and curves.trend is not None:
            self._look_at_trend(curves)
            self._look_for_jumps(curves, newest.train_loss)
        if newest.validation_loss is not None and newest.step and curves.before is not None:
            # Of a run that was better before, getting worse is something else: it memorises.
            limit = self._MENDED if self._is_worse else self._WORSE
            worse = newest.validation_loss - curves.before
            self._is_worse = worse > limit and curves.gain < self._WORSE
        self.is_on = (
            not curves.is_finite or self._rises or self._is_worse or len(self._jumps) >= self._JUMPS
        )

    def _look_at_trend(self, curves: Curves) -> None:
        if curves.lowest is None or curves.trend is None:
            return
        limit = max(self._RISE, self._NOISES * curves.trend_noise)
        rise = curves.trend - curves.lowest
        self._high = self._high + 1 if rise > limit else 0
        self._low = self._low + 1 if rise < limit / 2 else 0
        if self._high >= self._HELD:
            self._rises = True
        elif self._low >= self._CALM:
            self._rises = False

    def _look_for_jumps(self, curves: Curves, loss: float) -> None:
        if curves.trend is None or curves.lowest is None:
            return
        if loss - curves.trend > max(self._JUMP, self._JUMP_NOISES * curves.noise):
            self._jumps.append(curves.step)
        while self._jumps and self._jumps[0] <= curves.step - self._AMONG:
            self._jumps.pop(0)

    def reasons(self, curves: Curves) -> tuple[str, ...]:
        said = []
        if not curves.is_finite:
            said.append("Its loss is no number any more.")
        if self._rises and curves.lowest is not None and curves.trend is not None:
            said.append(
                f"On the jokes it learns from it was better before: {curves.lowest:.2f} at step "
                f"{curves.lowest_step:,}, {curves.trend:.2f} now."
            )
        if self._is_worse and curves.before is not None:
            said.append(
                "On jokes it has never seen it is worse than before the first step: "
                f"{curves.before:.2f} then, {curves.checks[-1].loss:.2f} at step "
                f"{curves.checks[-1].step:,}."
            )
        if len(self._jumps) >= self._JUMPS:
            said.append(
                f"Its loss jumped {len(self._jumps)} times within {self._AMONG} steps, last at "
                f"step {self._jumps[-1]:,}."
            )
        return tuple(said)


class Memorises:
    """On jokes it has never seen it gets worse, on those it learns from it does not."""

    _FIRST, _SECOND = 0.015, 0.03  # above the best, at the last check but one and at the last
    _CLEAR = 0.15  # above the best, when one check is enough
    _OVER = 0.01
    _TREND = 0.02  # a trend that rose no more than this did not rise
    _FALL = 0.05  # and one that fell by this shows that a bad check is not a step too far

    def __init__(self) -> None:
        self.is_on = False

    def look(self, curves: Curves, newest: Metric) -> None:
        if newest.validation_loss is None or curves.best is None:
            return
        worse = [check.loss - curves.best.loss for check in curves.checks[-2:]]
        if self.is_on:
            self.is_on = worse[-1] > self._OVER
            return
        is_twice = len(worse) == 2 and worse[0] > self._FIRST and worse[1] > self._SECOND
        fall = 0.0
        if curves.trend is not None and curves.best.trend is not None:
            fall = curves.best.trend - curves.trend
        is_clear = worse[-1] > self._CLEAR and fall > self._FALL
        self.is_on = (is_twice and fall > -self._TREND) or is_clear

    def reasons(self, curves: Curves) -> tuple[str, ...]:
        if curves.best is None:
            return ()
        last = curves.checks[-1]
        said = [
            f"On jokes it has never seen it did best at step {curves.best.step:,}, with a loss of "
            f"{curves.best.loss:.2f}; at step {last.step:,} it is {last.loss:.2f}."
        ]
        if last.trend is not None and curves.best.trend is not None:
            said.append(
                f"On those it learns from it went from {curves.best.trend:.2f} to {last.trend:.2f} "
                "meanwhile."
            )
        return tuple(said)


class CopiesJokes:
    """It writes jokes of the data set more often than real, unseen jokes resemble them."""

    _TWICE, _CLEAR, _OVER = 0.15, 0.3, 0.1  # by these shares more often

    def __init__(self) -> None:
        self.is_on = False
        self._before = 0.0
        self._copied = self._held_out = 0.0

    def look(self, curves: Curves, newest: Metric) -> None:  # noqa: ARG002
        if newest.copied is None:
            return
        self._copied, self._held_out = newest.copied, newest.copied_held_out or 0.0
        is_one = newest.copied_among is not None and self._copied * newest.copied_among < 1.5
        more = 0.0 if is_one else self._copied - self._held_out  # one joke is an accident
        if self.is_on:
            self.is_on = more > self._OVER
        else:
            # A hair less than the limit: shares are fractions such as 3 of 10.
            is_twice = min(more, self._before) > self._TWICE - 1e-9
            self.is_on = is_twice or more > self._CLEAR - 1e-9
        self._before = more

    def reasons(self, curves: Curves) -> tuple[str, ...]:  # noqa: ARG002
        return (
            f"{self._copied:.0%} of the jokes it wrote last are, or nearly are, jokes that it "
            f"learns from. Of real jokes it has never seen, {self._held_out:.0%} are.",
        )


class TooSlow:
    """Nothing that matters has changed since the first step, though it had the time."""

    _GAIN, _MENDED = 0.03, 0.06
    _TRAINING_GAIN, _NOISES = 0.05, 2.0
    _STEPS, _SHARE, _CHECKS = 30, 0.15, 2

    def __init__(self) -> None:
        self.is_on = False

    def look(self, curves: Curves, newest: Metric) -> None:
        if newest.validation_loss is None or curves.before is None or not curves.checks:
            return
        if self.is_on:
            self.is_on = curves.gain < self._MENDED
            return
        limit = max(self._TRAINING_GAIN, self._NOISES * curves.first_noise)
        self.is_on = (
            curves.step >= max(self._STEPS, self._SHARE * curves.steps)
            and len(curves.checks) >= self._CHECKS
            and curves.gain < self._GAIN
            and curves.training_gain < limit
        )

    def reasons(self, curves: Curves) -> tuple[str, ...]:
        last = curves.checks[-1]
        said = [
            f"On jokes it has never seen its loss was {curves.before:.2f} before the first step "
            f"and is {last.loss:.2f} at step {last.step:,}.",
        ]
        if curves.peak_rate:
            said.append(f"The learning rate is at most {_rate(curves.peak_rate)}.")
        return tuple(said)


class SlowsDown:
    """The last checks brought little of what the run has gained in all."""

    _LITTLE, _AGAIN = 0.03, 0.06  # shares of the whole gain, over two checks
    _LEAST = 0.005
    _GAIN, _CHECKS = 0.05, 3

    def __init__(self) -> None:
        self.is_on = False
        self._last_gain = 0.0
        self._since = 0

    def look(self, curves: Curves, newest: Metric) -> None:
        if newest.validation_loss is None or not newest.step:
            return
        if len(curves.checks) < self._CHECKS or curves.gain < self._GAIN or curves.best is None:
            self.is_on = False
            return
        earlier = curves.checks[:-2]
        self._since = earlier[-1].step
        self._last_gain = min(check.loss for check in earlier) - curves.best.loss
        share = self._AGAIN if self.is_on else self._LITTLE
        self.is_on = self._last_gain < max(self._LEAST, share * curves.gain)

    def reasons(self, curves: Curves) -> tuple[str, ...]:
        if self._last_gain < 0.005:
            last = "nothing since"
        else:
            last = f"only {self._last_gain:.2f} of that since"
        return (
            f"On jokes it has never seen its loss has gone down by {curves.gain:.2f} in all, "
            f"{last} step {self._since:,}.",
        )


def learning_reasons(curves: Curves) -> tuple[str, ...]:
    """Why one may say that it still learns."""
    said = []
    if curves.before is not None and curves.best is not None:
        said.append(
            f"On jokes it has never seen its loss went from {curves.before:.2f} to "
            f"{curves.best.loss:.2f}. The lower, the better."
        )
    elif curves.first_trend is not None and curves.trend is not None:
        said.append(
            f"On the jokes it learns from its loss went from {curves.first_trend:.2f} to "
            f"{curves.trend:.2f}. The lower, the better."
        )
    return tuple(said)


def _rate(value: float) -> str:
    """0.00002, not 2e-05."""
    return f"{value:.10f}".rstrip("0")
