"""A job asked for again and again: only the newest request counts."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from jokegen.jobs.events import Cancelled, Done, Failed
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.qt.latest_job import LatestJob
from tests.gui.dataset_bench import FakeRunner


@pytest.fixture
def fake() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def latest(qtbot: QtBot, fake: FakeRunner) -> LatestJob:
    owner = QObject()
    job = LatestJob(cast(JobRunner, fake), Line.LOOK, lambda request, context: None, owner)
    job.owner = owner  # type: ignore[attr-defined]
    return job


def test_the_outcome_of_the_newest_request_is_told(
    qtbot: QtBot, fake: FakeRunner, latest: LatestJob
) -> None:
    latest.start("Looking", "first")
    assert latest.is_running
    with qtbot.waitSignal(latest.events_arrived) as told:
        fake.jobs[0].events_arrived.emit(["event"])
    assert told.args == [["event"]]
    with qtbot.waitSignal(latest.finished) as ended:
        fake.jobs[0].finished.emit(Done("answer"))
    assert ended.args == [Done("answer")]
    assert not latest.is_running


def test_a_newer_request_takes_the_place_of_the_one_under_way(
    qtbot: QtBot, fake: FakeRunner, latest: LatestJob
) -> None:
    latest.start("Looking", "first")
    latest.start("Looking", "second")
    first, second = fake.jobs
    assert first.is_cancelled
    assert not second.is_cancelled
    with (
        qtbot.assertNotEmitted(latest.finished),
        qtbot.assertNotEmitted(latest.events_arrived),
        qtbot.waitSignal(latest.discarded) as thrown,
    ):
        first.events_arrived.emit(["late"])
        first.finished.emit(Done("too late"))
    assert thrown.args == ["too late"]
    with qtbot.waitSignal(latest.finished) as ended:
        second.finished.emit(Failed("It went wrong.", "Do this."))
    assert ended.args == [Failed("It went wrong.", "Do this.")]


def test_what_was_abandoned_is_not_told(qtbot: QtBot, fake: FakeRunner, latest: LatestJob) -> None:
    latest.start("Looking", "first")
    latest.abandon()
    assert not latest.is_running
    assert fake.jobs[0].is_cancelled
    with qtbot.assertNotEmitted(latest.finished), qtbot.assertNotEmitted(latest.discarded):
        fake.jobs[0].finished.emit(Cancelled())
