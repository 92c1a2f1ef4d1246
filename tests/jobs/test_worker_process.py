"""The worker process: every job ends with exactly one honest outcome, and no process is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from jokegen.config.paths import Paths
from jokegen.jobs.context import Stop
from jokegen.jobs.events import Cancelled, Done, Event, Failed, Notice, Progress, TextChunk
from jokegen.jobs.process import WorkerProcess
from tests.jobs.example_jobs import Order, do


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(Paths(tmp_path / "hôme with space"), "test", patience=0.5)
    yield worker
    worker.close()


def run(
    worker: WorkerProcess,
    what: str,
    on_notice: Callable[[int], None] | None = None,
    path: Path | None = None,
) -> tuple[object, list[Event]]:
    """Run a job; `on_notice(number)` is called at its first notice."""
    number = worker.new_number()
    events: list[Event] = []

    def on_events(new: Sequence[Event]) -> None:
        is_first = not any(isinstance(event, Notice) for event in events)
        events.extend(new)
        if on_notice and is_first and any(isinstance(event, Notice) for event in new):
            on_notice(number)

    return worker.run(number, do, Order(what, path), on_events), events


def test_requests_and_summaries_cross_the_border_unchanged(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    path = tmp_path / "odd [name] ü.csv"
    outcome, _ = run(worker, "copy", path=path)
    assert isinstance(outcome, Done)
    assert (outcome.summary.text, outcome.summary.path) == ("copy", path)
    assert outcome.summary.process != os.getpid()


def test_events_are_gathered_and_the_last_one_always_arrives(worker: WorkerProcess) -> None:
    outcome, events = run(worker, "count")
    assert isinstance(outcome, Done)
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress[-1].done == 10_000
    assert len(progress) < 100
    assert "".join(event.text for event in events if isinstance(event, TextChunk)) == "ab"


def test_a_user_error_arrives_as_its_two_sentences(worker: WorkerProcess) -> None:
    outcome, _ = run(worker, "fail")
    assert isinstance(outcome, Failed)
    assert (outcome.happened, outcome.todo) == ("The cat ate it.", "Feed the cat.")


@pytest.mark.parametrize("what", ["break", "exit"])
def test_any_exception_even_sys_exit_is_an_outcome_and_the_worker_lives_on(
    worker: WorkerProcess, what: str
) -> None:
    outcome, _ = run(worker, what)
    assert isinstance(outcome, Failed)
    assert "Traceback" in outcome.details
    assert isinstance(run(worker, "copy")[0], Done)


def test_a_worker_that_dies_without_a_word_fails_with_its_last_log_lines(
    worker: WorkerProcess,
) -> None:
    outcome, _ = run(worker, "die")
    assert isinstance(outcome, Failed)
    assert "exit code 9" in outcome.happened
    assert "these are my last words" in outcome.details
    assert isinstance(run(worker, "copy")[0], Done), "the next job gets a new process"


def test_a_worker_killed_from_outside_fails_honestly(worker: WorkerProcess) -> None:
    def kill(_number: int) -> None:
        assert worker.process_id is not None
        os.kill(worker.process_id, signal.SIGKILL)

    outcome, _ = run(worker, "hang", kill)
    assert isinstance(outcome, Failed)
    assert "signal 9" in outcome.happened


def test_junk_on_stdout_goes_to_the_log(worker: WorkerProcess) -> None:
    outcome, _ = run(worker, "junk")
    assert isinstance(outcome, Done)
    assert {"junk on stdout", "more junk"} <= set(worker.log_file.read_text().splitlines())


def test_a_job_can_be_cancelled_and_can_be_finished_early(worker: WorkerProcess) -> None:
    outcome, _ = run(worker, "wait", lambda number: worker.request_stop(number, Stop.CANCEL))
    assert isinstance(outcome, Cancelled)
    outcome, _ = run(worker, "wait", lambda number: worker.request_stop(number, Stop.FINISH))
    assert isinstance(outcome, Done)
    assert outcome.summary.text == "finished early"


def test_a_stop_that_comes_before_the_job_counts(worker: WorkerProcess) -> None:
    number = worker.new_number()
    worker.request_stop(number, Stop.CANCEL)
    assert isinstance(worker.run(number, do, Order("wait"), lambda _: None), Cancelled)


def test_a_job_that_does_not_answer_a_cancellation_is_ended(worker: WorkerProcess) -> None:
    asked = time.monotonic()
    outcome, _ = run(worker, "hang", lambda number: worker.request_stop(number, Stop.CANCEL))
    assert isinstance(outcome, Cancelled)
    assert time.monotonic() - asked < 10
    assert worker.process_id is None


def test_the_process_stays_warm_between_jobs(worker: WorkerProcess) -> None:
    first, _ = run(worker, "remember")
    second, _ = run(worker, "remember")
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.summary.process == second.summary.process


def test_closing_leaves_no_process(worker: WorkerProcess) -> None:
    outcome, _ = run(worker, "copy")
    assert isinstance(outcome, Done)
    process = outcome.summary.process
    worker.close()
    assert not psutil.pid_exists(process)


def test_a_worker_ends_by_itself_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\n"
        "from jokegen.config.paths import Paths\n"
        "from jokegen.jobs.process import WorkerProcess\n"
        "from tests.jobs.example_jobs import Order, do\n"
        f"worker = WorkerProcess(Paths(Path({str(tmp_path)!r})), 'orphan')\n"
        "worker.run(1, do, Order('hang'), lambda _: print(worker.process_id, flush=True))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert parent.stdout is not None
    orphan = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert psutil.wait_procs([orphan], timeout=10)[1] == []


def test_only_jobs_of_ours_can_be_named(worker: WorkerProcess) -> None:
    from jokegen.jobs.running import find_function

    with pytest.raises(ValueError, match="no function"):
        find_function("os:system")


def test_a_prepared_worker_has_done_so_before_its_next_job(worker: WorkerProcess) -> None:
    worker.prepare("tests.jobs.example_jobs:get_ready")
    process = worker.process_id
    outcome, _ = run(worker, "how ready")
    assert isinstance(outcome, Done)
    assert (outcome.summary.text, outcome.summary.process) == ("prepared", process)


def test_a_preparation_that_fails_does_not_keep_the_worker_from_its_jobs(
    worker: WorkerProcess,
) -> None:
    worker.prepare("tests.jobs.example_jobs:nowhere")
    assert isinstance(run(worker, "copy")[0], Done)


def test_two_threads_can_wait_for_two_workers(tmp_path: Path) -> None:
    workers = [WorkerProcess(Paths(tmp_path), f"w{i}") for i in range(2)]
    outcomes: list[object] = []
    threads = [
        threading.Thread(target=lambda w=w: outcomes.append(run(w, "copy")[0])) for w in workers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for worker in workers:
        worker.close()
    assert [type(outcome) for outcome in outcomes] == [Done, Done]
