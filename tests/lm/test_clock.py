"""A clock that is set back, or that lies, costs a run nothing: no state, number or second."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import pytest

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.events import Event, Metric
from jokegen.lm import runs
from jokegen.records import RunStatus
from tests.lm.resuming_bench import (
    REQUEST,
    STEPS,
    StoppingContext,
    digest,
    go_on,
    make_home,
    pause,
    save_often,
    step,
    uninterrupted,
)

DAY = 86_400.0


class Clock:
    """The computer's clock, which a person sets; what counts the seconds since its start stays."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real, self._boot = time.time, psutil.boot_time()
        self.shift = 0.0
        monkeypatch.setattr(time, "time", lambda: self._real() + self.shift)
        for module in (psutil, getattr(psutil, "_pslinux", psutil)):
            monkeypatch.setattr(module, "boot_time", lambda: self._boot + self.shift)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    save_often(monkeypatch)


@pytest.fixture
def home(tmp_path: Path) -> Paths:
    return make_home(tmp_path / "home")


def test_a_clock_set_back_a_day_costs_no_state_and_no_weights(
    tmp_path: Path, home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = uninterrupted(tmp_path / "other", REQUEST)
    clock = Clock(monkeypatch)
    statuses = []

    def set_back(event: Event) -> bool:
        if step(11)(event):
            clock.shift = -DAY
        if isinstance(event, Metric) and event.train_loss is not None:
            statuses.append(runs.find_run(home, 1).status)
        for number, path in enumerate(sorted(home.runs.glob("0001-*/*/step-*"))):
            os.utime(path, (1e9 - number, 1e9 - number))  # the newer, the older
        return step(17)(event)

    pause(home, REQUEST, set_back)
    assert set(statuses) == {RunStatus.RUNNING}, "nobody offers to go on with a run under way"
    names = sorted(path.name for path in home.runs.glob("0001-*/states/*"))
    assert names == ["step-000015", "step-000017"]
    context = RecordingContext(home)
    clock.shift = -2 * DAY
    summary = go_on(home)
    assert digest(summary.path) == digest(whole.path)
    assert 0 < summary.seconds < 600
    assert context.events == []


def test_elapsed_and_remaining_times_are_those_of_a_stopwatch(
    home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)

    def jump(event: Event) -> bool:
        if isinstance(event, Metric):
            clock.shift += DAY if event.step % 2 else -3 * DAY
        return False

    context = StoppingContext(home, jump)
    summary = model_service.train(REQUEST, context)
    metrics = [event for event in context.events if isinstance(event, Metric)]
    seconds = [metric.seconds for metric in metrics]
    assert seconds == sorted(seconds)
    assert 0 <= seconds[0] <= seconds[-1] <= summary.seconds < 600
    assert metrics[-1].step == STEPS
    for metric in metrics:
        assert metric.tokens_per_second is None or metric.tokens_per_second > 1
        assert metric.seconds_left_high is None or 0 <= metric.seconds_left_high < 3600


def test_the_next_run_has_the_next_number_whatever_the_dates_say(
    home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    first = runs.new_run(home, REQUEST)
    clock.shift = -DAY
    second = runs.new_run(home, REQUEST)
    assert (first.number, second.number) == (1, 2)
    assert [run.number for run in runs.list_runs(home)] == [2, 1], "the newest first"
