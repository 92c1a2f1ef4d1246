"""A run that was paused or killed goes on exactly as if nothing had been."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.events import Event, Metric, Phase, Progress, RunStarted
from jokegen.jobs.requests import (
    ContinueRequest,
    GenerateRequest,
    Method,
)
from jokegen.lm import runs
from jokegen.lm.run_points import read_metrics, read_samples
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
    step_of_latest_state,
    uninterrupted,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    save_often(monkeypatch)


@pytest.fixture
def home(tmp_path: Path) -> Paths:
    return make_home(tmp_path / "home")


# What differs from run to run although they learn the same.
UNTIMED: dict[str, Any] = {
    "seconds": 0,
    "tokens_per_second": None,
    "seconds_left_low": None,
    "seconds_left_high": None,
}
EPOCH = 9  # steps in one of these epochs: see the test below


def test_an_epoch_has_as_many_steps_as_these_tests_believe(home: Paths) -> None:
    context = RecordingContext(home)
    model_service.train(replace(REQUEST, max_steps=1), context)
    point = next(event for event in context.events if isinstance(event, Metric) and event.step == 1)
    assert point.epoch == pytest.approx(1 / EPOCH)


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("base", ["gpt2", "distilgpt2"])
def test_a_paused_run_ends_with_the_same_weights_as_one_without_a_pause(
    tmp_path: Path, home: Paths, method: Method, base: str
) -> None:
    request = replace(REQUEST, method=method, base=base)
    whole = uninterrupted(tmp_path / "other", request)
    moments = [step(1), step(3), step(EPOCH), step(EPOCH + 6), step(2 * EPOCH)]
    assert pause(home, request, moments[0]).steps == 1
    for number, moment in zip((3, EPOCH, EPOCH + 6, 2 * EPOCH), moments[1:], strict=True):
        context = StoppingContext(home, moment)
        summary = model_service.continue_training(ContinueRequest(1), context)
        assert (summary.status, summary.steps, summary.run) == ("paused", number, 1)
    ended = go_on(home)
    assert ended.status == "complete"
    assert digest(ended.path) == digest(whole.path)
    assert ended.validation_loss == whole.validation_loss
    assert ended.train_loss == whole.train_loss
    assert ended.best_step == whole.best_step
    curves = [
        [replace(point, **UNTIMED) for point in read_metrics(run)]
        for run in (ended.path, whole.path)
    ]
    assert curves[0] == curves[1]
    assert read_samples(ended.path) == read_samples(whole.path)


@pytest.mark.parametrize("method", [Method.FULL, Method.LORA])
def test_a_pause_during_a_check_leaves_the_check_for_later(
    tmp_path: Path, home: Paths, method: Method
) -> None:
    request = replace(REQUEST, method=method)
    whole = uninterrupted(tmp_path / "other", request)

    def in_check(number: int) -> Callable[[Event], bool]:
        seen: list[Event] = []

        def is_it(event: Event) -> bool:
            seen.append(event)
            if not isinstance(event, Progress) or event.phase is not Phase.CHECKING:
                return False
            steps = [e.step for e in seen if isinstance(e, Metric)]
            return bool(steps) and steps[-1] == number

        return is_it

    assert pause(home, request, in_check(5)).steps == 5
    for number in (15, STEPS):
        context = StoppingContext(home, in_check(number))
        summary = model_service.continue_training(ContinueRequest(1), context)
        assert (summary.status, summary.steps) == ("paused", number)
    ended = go_on(home)
    assert ended.status == "complete"
    assert digest(ended.path) == digest(whole.path)
    assert [p.step for p in read_metrics(ended.path)] == [p.step for p in read_metrics(whole.path)]
    assert read_samples(ended.path) == read_samples(whole.path)


def test_a_pause_before_the_first_step_keeps_the_place(tmp_path: Path, home: Paths) -> None:
    whole = uninterrupted(tmp_path / "other", REQUEST)
    summary = pause(home, REQUEST, lambda event: isinstance(event, Progress))
    assert (summary.steps, summary.best_step) == (0, 0)
    assert summary.validation_loss == summary.validation_loss_before == whole.validation_loss_before
    run = runs.find_run(home, 1)
    assert (run.status, run.total_steps, run.can_continue) == (RunStatus.PAUSED, STEPS, True)
    assert not run.is_usable
    with pytest.raises(JokegenError, match="no model yet"):
        runs.finish_run(home, 1)
    assert digest(go_on(home).path) == digest(whole.path)


def test_a_paused_run_is_listed_can_be_played_with_and_tells_how_far_it_is(home: Paths) -> None:
    pause(home, REQUEST, step(13))
    run = runs.find_run(home, 1)
    assert (run.status, run.steps, run.total_steps) == (RunStatus.PAUSED, 13, STEPS)
    assert run.can_continue
    request = GenerateRequest("1", length=5, device="cpu")
    assert model_service.generate(request, RecordingContext(home)).jokes
    context = RecordingContext(home)
    assert model_service.continue_training(ContinueRequest(1), context).status == "complete"
    assert RunStarted(1, STEPS) in context.events
    taken = [e.step for e in context.events if isinstance(e, Metric) and e.train_loss is not None]
    assert taken == list(range(14, STEPS + 1))
    run = runs.find_run(home, 1)
    assert (run.status, run.can_continue, run.total_steps) == (RunStatus.COMPLETE, False, STEPS)
    assert not (run.path / "states").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Metric
from jokegen.jobs.requests import ContinueRequest, Method
from jokegen.lm import intervals, schedule
from tests.lm.plain_arithmetic import use_plain_arithmetic, write_little
from tests.lm.resuming_bench import REQUEST
from dataclasses import replace
use_plain_arithmetic()
schedule.STEPS_BETWEEN_CHECKS = 5
intervals.LARGEST_SHARE = 1e9
write_little()
home, last, method = sys.argv[1:]
def listen(event):
    if isinstance(event, Metric) and event.train_loss is not None and event.step == int(last):
        os.kill(os.getpid(), signal.SIGKILL)
context = JobContext(Paths(Path(home)), listen)
if list(Path(home, "runs").glob("0001-*")):
    model_service.continue_training(ContinueRequest(1), context)
else:
    model_service.train(replace(REQUEST, method=Method(method)), context)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills with SIGKILL")
@pytest.mark.parametrize("method", [Method.FULL, Method.LORA])
def test_a_killed_run_goes_on_to_the_same_weights(
    tmp_path: Path, home: Paths, method: Method
) -> None:
    whole = uninterrupted(tmp_path / "other", replace(REQUEST, method=method))
    for last, resumes_from in (("8", 5), ("17", 15)):
        command = [sys.executable, "-c", KILLED, str(home.home), last, method.value]
        ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        assert ended.returncode == -9, ended.stderr
        run = runs.find_run(home, 1)
        assert (run.status, run.can_continue) == (RunStatus.INTERRUPTED, True)
        assert (run.steps, run.total_steps) == (int(last), STEPS)
        assert step_of_latest_state(run.path) == resumes_from
        request = GenerateRequest("1", length=5, device="cpu")
        assert model_service.generate(request, RecordingContext(home)).jokes
    ended_run = go_on(home)
    assert digest(ended_run.path) == digest(whole.path)
    steps = [point.step for point in read_metrics(ended_run.path) if point.train_loss is not None]
    assert steps == list(range(1, STEPS + 1))
