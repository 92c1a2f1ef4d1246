"""Force: whatever a worker does, it is ended at once; and jokes that are asked for in between."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.events import Cancelled, Done, Failed, Sample
from jokegen.jobs.process import WorkerProcess
from tests.jobs.example_jobs import Order
from tests.jobs.faulty_jobs import ask, stall
from tests.jobs.running_job import Running

SOON = 2.0  # seconds, as promised to the person


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(Paths(tmp_path / "home"), "test", patience=60)
    yield worker
    worker.close()


@pytest.mark.parametrize("how", ["sleep", "sleep in C", "compute in C", "compute", "stopped"])
def test_a_forced_job_ends_at_once_whatever_it_does(worker: WorkerProcess, how: str) -> None:
    job = Running(worker, stall, "sleep" if how == "stopped" else how)
    job.wait_until_begun()
    process = worker.process_id
    assert process is not None
    if how == "stopped":
        os.kill(process, signal.SIGSTOP)
    began = time.monotonic()
    worker.force(job.number)
    outcome = job.end(SOON)
    assert time.monotonic() - began < SOON
    assert isinstance(outcome, Failed)
    assert outcome.is_forced
    assert "as you asked" in outcome.happened
    assert worker.process_id is None
    after = Running(worker, ask)
    after.wait_until_begun()
    worker.request_stop(after.number, Stop.FINISH)
    assert isinstance(after.end(), Done), "the next job gets a new process"


def test_a_force_after_a_cancellation_leaves_nothing_behind(worker: WorkerProcess) -> None:
    job = Running(worker, stall, "sleep")
    job.wait_until_begun()
    worker.request_stop(job.number, Stop.CANCEL)
    worker.force(job.number)
    assert isinstance(job.end(SOON), Cancelled)


def test_a_force_that_comes_before_the_job_counts(worker: WorkerProcess) -> None:
    number = worker.new_number()
    worker.force(number)
    outcome = worker.run(number, stall, Order("sleep"), lambda _: None)
    assert isinstance(outcome, Failed)
    assert outcome.is_forced


def test_a_force_that_comes_after_the_job_changes_nothing(worker: WorkerProcess) -> None:
    job = Running(worker, ask)
    job.wait_until_begun()
    worker.request_stop(job.number, Stop.FINISH)
    assert isinstance(job.end(), Done)
    process = worker.process_id
    worker.force(job.number)
    assert worker.process_id == process is not None


def test_jokes_that_are_asked_for_in_between_arrive_in_turn(worker: WorkerProcess) -> None:
    job = Running(worker, ask)
    job.wait_until_begun()
    for prompt in ("", "a cat", 'an "odd"\nline ü'):
        worker.ask_sample(job.number, prompt)
    last = job.wait_for(lambda event: isinstance(event, Sample) and "odd" in event.prompt)
    assert isinstance(last, Sample)
    assert last.prompt == 'an "odd"\nline ü'
    samples = [event for event in job.events if isinstance(event, Sample)]
    assert [sample.prompt for sample in samples[:2]] == ["", "a cat"]
    assert all(sample.is_asked for sample in samples)
    worker.ask_sample(job.number + 1, "nobody")  # another job than the one under way
    worker.request_stop(job.number, Stop.FINISH)
    assert isinstance(job.end(), Done)
    assert len([event for event in job.events if isinstance(event, Sample)]) == 3


def test_a_context_tells_none_from_no_prompt(paths: Paths) -> None:
    context = RecordingContext(paths)
    assert context.take_asked_sample() is None
    context.request_sample()
    context.request_sample("A cat")
    assert context.take_asked_sample() == ""
    assert context.take_asked_sample() == "A cat"
    assert context.take_asked_sample() is None
