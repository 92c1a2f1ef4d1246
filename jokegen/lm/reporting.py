"""What a training tells on its way: points of its curves, how long it will still take."""

from __future__ import annotations

import time
from dataclasses import replace

import torch

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Metric, Phase, Progress, Sample
from jokegen.lm.intervals import SaveInterval
from jokegen.lm.measuring import Measured
from jokegen.lm.originality import Copying
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.schedule import Plan
from jokegen.lm.time_left import Pace, TimeLeft
from jokegen.lm.training_state import Standing


class Reporter:
    """Puts what is measured on disk and tells whoever watches. Its clock goes on after a pause."""

    def __init__(
        self,
        folder: RunFolder,
        context: JobContext,
        standing: Standing,
        interval: SaveInterval,
        device: torch.device,
    ) -> None:
        self._folder = folder
        self._context = context
        self._standing = standing
        self._interval = interval
        self._device = device
        self._started = time.monotonic() - standing.seconds
        self.pace = Pace()

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
        measured: Measured | None = None,
        is_best: bool = False,
        copying: Copying | None = None,
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
            is_best=is_best,
            learning_rate=learning_rate,
            tokens_per_second=tokens_per_second(standing),
            gpu_memory=_gpu_memory(self._device),
        )
        if measured is not None:
            metric = replace(
                metric,
                validation_loss=measured.loss,
                joke_loss=measured.joke_loss,
                end_loss=measured.end_loss,
                accuracy=measured.accuracy,
            )
        if copying is not None:
            metric = replace(metric, **vars(copying))
        left = self._time_left(plan)
        if left is not None:
            metric = replace(metric, seconds_left_low=left.low, seconds_left_high=left.high)
        self._folder.add_metric(metric)
        self._context.emit(metric)
        self.report_step(plan)

    def report_step(self, plan: Plan) -> None:
        """How many steps are done."""
        self.report_phase(Phase.TRAINING, plan, self._standing.step, plan.steps, "steps")

    def report_phase(
        self, phase: Phase, plan: Plan, done: int = 0, total: int | None = None, unit: str = ""
    ) -> None:
        """How far a phase is; the time left is that of the whole run."""
        left = self._time_left(plan)
        seconds_left = None if left is None else left.middle
        self._context.emit(Progress(phase, done, total, unit, seconds_left))

    def report_sample(self, sample: Sample) -> None:
        """A joke that was written on the way."""
        self._folder.add_sample(sample)
        self._context.emit(sample)

    def _time_left(self, plan: Plan) -> TimeLeft | None:
        """None before the first step."""
        standing = self._standing
        if not standing.step:
            return None
        steps, checks = plan.steps - standing.step, plan.checks_after(standing.step)
        per_step = standing.training_seconds / standing.step
        checking = checks * standing.check_seconds
        saving = self._interval.seconds_ahead(steps * per_step, checks)
        return self.pace.time_left(steps, checking + saving, per_step)


def tokens_per_second(standing: Standing) -> float | None:
    """Of the steps alone; None before the first one."""
    seconds = standing.training_seconds
    return standing.tokens_seen / seconds if seconds else None


def _gpu_memory(device: torch.device) -> int | None:
    """In use on the training's GPU, in bytes; None on other devices."""
    if device.type != "cuda":
        return None
    free, total = torch.cuda.mem_get_info(device)
    return total - free
