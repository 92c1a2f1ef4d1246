"""A training whose worker is killed, crashes or hangs goes on by itself, in real processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.events import Done, Failed, Metric
from jokegen.jobs.process import WorkerProcess
from jokegen.jobs.requests import ContinueRequest, TrainSummary
from jokegen.jobs.watchdog import Limits
from jokegen.lm import runs
from jokegen.lm.training_state import read_state, state_folders
from jokegen.model_service import ModelService
from jokegen.records import RunStatus
from tests.jobs.running_job import Running
from tests.lm import dying_jobs
from tests.lm.dying_jobs import VARIABLE, trying_again
from tests.lm.faulty_child import REQUEST, STEPS
from tests.lm.resuming_bench import digest, make_home

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills as Linux does")


@pytest.fixture
def home(tmp_path: Path) -> Paths:
    return make_home(tmp_path)


@pytest.fixture
def worker(home: Paths) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(home, "train")
    yield worker
    worker.close()


def train(worker: WorkerProcess, home: Paths) -> Running:
    return Running(
        worker, dying_jobs.train, REQUEST, trying_again(model_service.trying_again(home))
    )


def summary_of(job: Running) -> TrainSummary:
    outcome = job.end(500)
    assert isinstance(outcome, Done), outcome
    assert isinstance(outcome.summary, TrainSummary)
    return outcome.summary


@pytest.mark.slow
def test_killed_at_its_first_steps_it_goes_on_in_less_memory_with_the_same_steps(
    home: Paths, worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a kernel that needs the memory; before a state, then after one."""
    monkeypatch.setenv(VARIABLE, "kill 1;kill 5")
    job = train(worker, home)
    summary = summary_of(job)
    assert (summary.run, summary.status, summary.steps) == (1, "complete", STEPS)
    said = [notice.text for notice in job.notices if notice.is_warning]
    assert len(said) == 2
    assert "at step 2" in said[0]
    assert "1/2 of the jokes" in said[0]
    assert "1/4 of the jokes" in said[1]
    (run,) = ModelService(home).runs()
    assert run.status is RunStatus.COMPLETE
    storage.check_files(run.path / "final", digests=True)
    steps = {event.step for event in job.events if isinstance(event, Metric)}
    assert steps == set(range(STEPS + 1))


@pytest.mark.slow
def test_after_a_crash_and_after_a_hang_it_goes_on_as_it_was(
    home: Paths, worker: WorkerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = make_home(tmp_path / "undisturbed")
    other = WorkerProcess(undisturbed, "train")
    expected = summary_of(train(other, undisturbed))
    other.close()
    monkeypatch.setenv(VARIABLE, "crash 5;hang 7")
    worker._limits = Limits(look=0.2, idle=6, hopeless=12)
    job = train(worker, home)
    summary = summary_of(job)
    assert digest(summary.path) == digest(expected.path), "the same weights as without"
    said = " ".join(notice.text for notice in job.notices)
    assert "signal 11" in said
    assert "seems to hang" in said
    assert said.count("goes on by itself") == 2


@pytest.mark.slow
def test_what_dies_again_and_again_at_one_step_is_given_up_with_an_honest_word(
    home: Paths, worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "kill 5;" * 9 + "kill 5")
    outcome = train(worker, home).end(500)
    assert isinstance(outcome, Failed)
    assert "5 times" in outcome.happened
    assert "LoRA" in outcome.todo
    (run,) = ModelService(home).runs()
    assert run.status is RunStatus.INTERRUPTED
    assert run.can_continue
    monkeypatch.delenv(VARIABLE)
    request = ContinueRequest(1)
    assert model_service.continue_training(request, RecordingContext(home)).status == "complete"


@pytest.mark.slow
def test_who_asked_it_to_pause_does_not_see_it_go_on_by_itself(
    home: Paths, worker: WorkerProcess
) -> None:
    job = train(worker, home)
    job.wait_for(lambda event: isinstance(event, Metric) and event.step == 4)
    process = worker.process_id
    assert process is not None
    os.kill(process, signal.SIGSTOP)  # it cannot answer in time
    worker.request_stop(job.number, Stop.PAUSE)
    os.kill(process, signal.SIGKILL)
    assert isinstance(job.end(), Failed)
    assert runs.find_run(home, 1).can_continue


def test_forced_in_the_middle_it_is_ended_at_once_and_can_go_on(
    home: Paths, worker: WorkerProcess
) -> None:
    job = train(worker, home)
    job.wait_for(lambda event: isinstance(event, Metric) and event.step == 4)
    process = worker.process_id
    assert process is not None
    os.kill(process, signal.SIGSTOP)
    began = time.monotonic()
    worker.force(job.number)
    outcome = job.end(2.0)
    assert time.monotonic() - began < 2.0
    assert isinstance(outcome, Failed)
    assert outcome.is_forced
    run = runs.find_run(home, 1)
    assert run.status is RunStatus.INTERRUPTED
    assert run.can_continue
    assert run.model_path is not None
    storage.check_files(run.model_path, digests=True)
    read_state(state_folders(run.path / "states")[0])
