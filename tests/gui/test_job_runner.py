"""The job runner: lines that are kept warm, and workers that get ready ahead of their jobs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.events import Done
from jokegen.qt.job_runner import JobRunner, Line
from tests.jobs.example_jobs import Order, Receipt, do

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
