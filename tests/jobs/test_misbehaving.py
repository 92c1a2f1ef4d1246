"""Whatever a worker does to itself or to its pipe: one honest outcome, and the next job is done."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from jokegen.config.paths import Paths
from jokegen.jobs.events import Done, Failed, Metric, Notice
from jokegen.jobs.process import WorkerProcess
from tests.jobs.example_jobs import do
from tests.jobs.faulty_jobs import misbehave, stall
from tests.jobs.running_job import Running

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="speaks to the C library directly")


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(Paths(tmp_path_factory.mktemp("home")), "test", patience=60)
    yield worker
    worker.close()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("os._exit 0", "ended unexpectedly (exit code 0)"),
        ("exit in C", "ended unexpectedly (exit code 5)"),
        ("abort in C", "ended unexpectedly (signal 6)"),
        ("no memory in C", "ran out of memory"),
        ("close the channel", "broke off its report"),
        ("die within a message", "ended unexpectedly (exit code 0)"),
        ("a nonsensical outcome", "cannot be understood"),
        ("leave a child", "ended unexpectedly (exit code 4)"),
        ("a thread that ends it", "ended unexpectedly (exit code 6)"),
        ("sys.exit with words", "SystemExit: no such thing"),
    ],
)
def test_a_worker_that_breaks_off_gets_one_honest_outcome_soon(
    worker: WorkerProcess, what: str, words: str
) -> None:
    began = time.monotonic()
    job = Running(worker, misbehave, what)
    outcome = job.end()
    assert time.monotonic() - began < 15
    assert isinstance(outcome, Failed)
    assert words in outcome.happened
    assert len(outcome.todo) > 20
    assert outcome.is_about_memory == (what == "no memory in C")
    assert isinstance(Running(worker, do, "copy").end(), Done), "the next job is done"


@pytest.mark.parametrize("what", ["junk in C", "junk on the channel", "an odd number"])
def test_junk_costs_nothing_but_itself(worker: WorkerProcess, what: str) -> None:
    job = Running(worker, misbehave, what)
    outcome = job.end()
    assert isinstance(outcome, Done)
    assert outcome.summary.text == "done"
    if what == "junk in C":
        log = worker.log_file.read_bytes()
        assert b"junk from C" in log
        assert b"half a line" in log
    if what == "an odd number":
        assert job.notices[-1] == Notice("after it")
        (metric,) = (event for event in job.events if isinstance(event, Metric))
        assert metric.train_loss is None, "no number is shown rather than a wrong one"


def test_a_worker_that_takes_no_order_holds_nobody_up(worker: WorkerProcess) -> None:
    """Stopped while it is told much more than a pipe holds."""
    first = Running(worker, do, "copy").end()
    assert isinstance(first, Done)
    process = worker.process_id
    assert process is not None
    os.kill(process, signal.SIGSTOP)
    job = Running(worker, stall, "x" * 1_000_000)
    began = time.monotonic()
    for _ in range(100):
        worker.ask_sample(job.number, "y" * 10_000)
    assert time.monotonic() - began < 1.0
    worker.force(job.number)
    outcome = job.end(2.0)
    assert isinstance(outcome, Failed)
    assert outcome.is_forced


@pytest.mark.parametrize("is_killed", [True, False])
def test_an_end_by_jokegen_itself_is_called_that(worker: WorkerProcess, is_killed: bool) -> None:
    job = Running(worker, stall, "sleep")
    job.wait_until_begun()
    if is_killed:
        worker.kill()
    else:
        worker.close()
    outcome = job.end()
    assert isinstance(outcome, Failed)
    assert "Jokegen was closed" in outcome.happened
    assert not outcome.is_worker_lost, "nobody tries again"
