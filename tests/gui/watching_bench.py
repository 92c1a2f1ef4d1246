"""A run of simulated points in the Fine-tune tab: what the tests of watching it share."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from jokegen.jobs.events import Metric, RunStarted
from jokegen.qt.job_runner import Line
from tests.gui.finetune_support import (
    Bench,
    FakeHandle,
)
from tests.lm import training_curves as curves


def told(kind: object, upto: int = 240) -> Iterator[Metric]:
    """The points of a run of 240 steps of that kind, its best checks marked."""
    best = 9.0
    for metric in curves.run(kind(random.Random(4)), 4):  # type: ignore[operator]
        if metric.step > upto:
            return
        loss = metric.validation_loss
        if loss is not None and metric.step:
            metric = replace(metric, is_best=loss < best)
            best = min(best, loss)
        yield metric


def start(bench: Bench, kind: object, upto: int = 240) -> FakeHandle:
    bench.press("start_run")
    job = bench.runner.handles[Line.TRAIN]
    job.events_arrived.emit([RunStarted(3, 240), *told(kind, upto)])
    return job
