"""The job runner: lines that are kept warm, and workers that get ready ahead of their jobs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.events import Done, Event, Failed, Sample
from jokegen.jobs.watchdog import Limits, Silence, State
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from tests.jobs.example_jobs import Order, Receipt, do
from tests.jobs.faulty_jobs import ask

PATIENCE = 30_000


@pytest.fixture
def runner(qtbot: QtBot, paths: Paths) -> Iterator[JobRunner]:
    made = JobRunner(paths)
    yield made
    made.begin_shutdown()
    made.kill_workers()
    made.end_workers()
    made.deleteLater()


def run(qtbot: QtBot, runner: JobRunner, line: Line) -> Receipt:
    handle = runner.start(line, "A copy", do, Order("copy"))
    qtbot.waitUntil(lambda: not handle.is_running, timeout=PATIENCE)
    assert isinstance(handle.outcome, Done)
    receipt = handle.outcome.summary
    assert isinstance(receipt, Receipt)
    qtbot.waitUntil(lambda: not runner.running(), timeout=PATIENCE)
    return receipt


def test_looking_keeps_its_worker_and_importing_does_not(qtbot: QtBot, runner: JobRunner) -> None:
    assert run(qtbot, runner, Line.LOOK).process == run(qtbot, runner, Line.LOOK).process
    assert run(qtbot, runner, Line.IMPORT).process != run(qtbot, runner, Line.IMPORT).process


def test_a_warmed_up_worker_does_the_next_job(qtbot: QtBot, runner: JobRunner) -> None:
    runner.warm_up(Line.IMPORT)
    worker = runner._workers[Line.IMPORT]
    qtbot.waitUntil(lambda: worker.process_id is not None, timeout=PATIENCE)
    process = worker.process_id
    assert not runner.running()  # nobody is asked about it when the window closes
    assert run(qtbot, runner, Line.IMPORT).process == process


def test_warming_up_twice_starts_one_process(qtbot: QtBot, runner: JobRunner) -> None:
    worker = runner._workers[Line.LOOK]
    runner.warm_up(Line.LOOK)
    qtbot.waitUntil(lambda: worker.process_id is not None, timeout=PATIENCE)
    process = worker.process_id
    runner.warm_up(Line.LOOK)
    assert run(qtbot, runner, Line.LOOK).process == process


def test_nothing_is_started_while_closing(qtbot: QtBot, runner: JobRunner) -> None:
    runner.begin_shutdown()
    runner.warm_up(Line.LOOK)
    assert runner._workers[Line.LOOK].process_id is None


def listening(qtbot: QtBot, runner: JobRunner) -> tuple[JobHandle, list[Event]]:
    """A job that is under way, and what it says."""
    handle = runner.start(Line.TRAIN, "Listening", ask, Order("listen"))
    events: list[Event] = []
    handle.events_arrived.connect(events.extend)
    qtbot.waitUntil(lambda: events != [], timeout=PATIENCE)
    return handle, events


def test_force_ends_a_stopped_worker_within_two_seconds(qtbot: QtBot, runner: JobRunner) -> None:
    handle, _ = listening(qtbot, runner)
    assert handle.process_id is not None
    os.kill(handle.process_id, signal.SIGSTOP)
    began = time.monotonic()
    with qtbot.waitSignal(handle.finished, timeout=2000):
        handle.force()
        assert time.monotonic() - began < 0.1, "the window goes on at once"
    assert isinstance(handle.outcome, Failed)
    assert handle.outcome.is_forced
    qtbot.waitUntil(lambda: not runner.running(), timeout=PATIENCE)


def test_a_joke_that_is_asked_for_in_between_arrives(qtbot: QtBot, runner: JobRunner) -> None:
    handle, events = listening(qtbot, runner)
    handle.ask_sample("A cat")
    qtbot.waitUntil(lambda: any(isinstance(event, Sample) for event in events), timeout=PATIENCE)
    sample = next(event for event in events if isinstance(event, Sample))
    assert (sample.prompt, sample.is_asked) == ("A cat", True)
    handle.finish()
    qtbot.waitUntil(lambda: isinstance(handle.outcome, Done), timeout=PATIENCE)


def test_a_silence_is_told_of_and_so_is_its_end(qtbot: QtBot, runner: JobRunner) -> None:
    runner._workers[Line.TRAIN]._limits = Limits(look=0.05, stopped=0.3)
    handle, _ = listening(qtbot, runner)
    silences: list[Silence | None] = []
    handle.silence_changed.connect(silences.append)
    assert handle.process_id is not None
    os.kill(handle.process_id, signal.SIGSTOP)
    qtbot.waitUntil(lambda: silences != [], timeout=PATIENCE)
    assert handle.silence is not None
    assert handle.silence.state is State.STOPPED
    os.kill(handle.process_id, signal.SIGCONT)
    handle.ask_sample()
    qtbot.waitUntil(lambda: handle.silence is None, timeout=PATIENCE)
    assert silences[-1] is None
    handle.finish()
    qtbot.waitUntil(lambda: isinstance(handle.outcome, Done), timeout=PATIENCE)
