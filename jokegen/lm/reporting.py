"""What a training tells on its way: points of its curves, how long it will still take."""

from __future__ import annotations

import time

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Metric, Phase, Progress, Sample
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.schedule import Plan
from jokegen.lm.training_state import Standing


class Reporter:
    """Puts what is measured on disk and tells whoever watches. Its clock goes on after a pause."""

    def __init__(self, folder: RunFolder, context: JobContext, standing: Standing) -> None:
        self._folder = folder
        self._context = context
        self._standing = standing
        self._started = time.monotonic() - standing.seconds

    def stop_the_clock(self) -> float:
        """Write down how many seconds the run has taken so far, and return them."""
        self._standing.seconds = time.monotonic() - self._started
        return self._standing.seconds

    def report_point(
        self,
        plan: Plan,
        learning_rate: float,
        *,
        train_loss: float | None = None,
        validation_loss: float | None = None,
        is_best: bool = False,
    ) -> None:
        """A point of the curves, and the time left."""
        standing = self._standing
        metric = Metric(
            step=standing.step,
            steps=plan.steps,
            epoch=standing.step / plan.steps_per_epoch,
            epochs=plan.epochs,
            seconds=self.stop_the_clock(),
            train_loss=train_loss,
            validation_loss=validation_loss,
            is_best=is_best,
            learning_rate=learning_rate,
            tokens_per_second=tokens_per_second(standing),
        )
        self._folder.add_metric(metric)
        self._context.emit(metric)
        self.report_phase(Phase.TRAINING, plan, standing.step, plan.steps, "steps")

    def report_phase(
        self, phase: Phase, plan: Plan, done: int = 0, total: int | None = None, unit: str = ""
    ) -> None:
        """How far a phase is; the time left is that of the whole run."""
        seconds_left = _seconds_left(plan, self._standing)
        self._context.emit(Progress(phase, done, total, unit, seconds_left))

    def report_sample(self, text: str) -> None:
        """A joke that was written on the way."""
        sample = Sample(self._standing.step, text)
        self._folder.add_sample(sample)
        self._context.emit(sample)


def tokens_per_second(standing: Standing) -> float | None:
    """Of the steps alone; None before the first one."""
    seconds = standing.training_seconds
    return standing.tokens_seen / seconds if seconds else None


def _seconds_left(plan: Plan, standing: Standing) -> float | None:
    """From the mean cost of a step and of a check so far; None before the first step."""
    if not standing.step:
        return None
    steps_left = range(standing.step + 1, plan.steps + 1)
    checks_left = sum(plan.is_check_due(step) for step in steps_left)
    per_step = standing.training_seconds / standing.step
    return len(steps_left) * per_step + checks_left * standing.check_seconds
