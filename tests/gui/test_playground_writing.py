"""The Playground with a real worker process and a tiny language model, by keyboard and mouse."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.ui.kit.theme import Theme
from jokegen.ui.playground.joke import JokeState
from jokegen.ui.playground.tab import PlaygroundTab
from tests.gui.playground_fakes import press, type_into
from tests.gui.support import Show
from tests.lm.tiny_models import tiny_gpt2

WAIT = 60_000  # a worker imports torch first


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = Paths(tmp_path_factory.mktemp("playground") / "hôme")
    tiny_gpt2(paths.models / "gpt2")
    return paths


@pytest.fixture(scope="module")
def runner(paths: Paths, qapp: object) -> Iterator[JobRunner]:
    """One for all tests, so that the worker stays warm between them."""
    runner = JobRunner(paths)
    yield runner
    runner.begin_shutdown()
    for job in runner.running():
        job.cancel()
    runner.end_workers()


@pytest.fixture
def tab(
    qtbot: QtBot, theme: Theme, shown: Show, paths: Paths, runner: JobRunner
) -> Iterator[PlaygroundTab]:
    tab = PlaygroundTab(ModelService(paths), runner, AppState())
    shown(tab, 1000, 640)
    yield tab
    for job in runner.running():
        job.cancel()
    qtbot.waitUntil(lambda: not runner.running(), timeout=WAIT)


def part(tab: PlaygroundTab, name: str) -> Any:
    found = tab.findChild(QWidget, name)
    assert found is not None, name
    return found


def write(qtbot: QtBot, tab: PlaygroundTab) -> list[str]:
    """Press the button and wait until all jokes are written."""
    press(part(tab, "write_jokes"))
    assert tab.is_writing
    qtbot.waitUntil(lambda: not tab.is_writing, timeout=WAIT)
    return [row.text() for row in tab.jokes.groups[0].rows]


def test_three_jokes_by_keyboard_and_mouse_and_the_same_seed_writes_them_again(
    qtbot: QtBot, tab: PlaygroundTab
) -> None:
    assert part(tab, "language_model_choice").currentText() == "GPT-2 (124M)"
    press(part(tab, "starter_2"))
    type_into(part(tab, "joke_count"), "3")
    first = write(qtbot, tab)
    assert not tab.problem.isVisible(), tab.problem.banner.title()
    assert len(first) == 3
    assert all(joke.startswith("Why did the") for joke in first)
    assert {row.state for row in tab.jokes.groups[0].rows} <= {JokeState.FINISHED, JokeState.CUT}
    other = write(qtbot, tab)
    assert other != first, "a fresh seed"
    press(part(tab, "more_settings_header"))
    part(tab, "keep_seed").setFocus()
    QTest.keyClick(part(tab, "keep_seed"), Qt.Key.Key_Space)
    assert write(qtbot, tab) == other, "the seed is kept"
    press(part(tab, "group_1_repeat"))
    assert write(qtbot, tab) == first


def test_escape_in_the_middle_keeps_what_is_written(qtbot: QtBot, tab: PlaygroundTab) -> None:
    begin_a_long_one(qtbot, tab)
    rows = tab.jokes.groups[0].rows
    begun = [row.text() for row in rows]
    QTest.keyClick(tab, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not tab.is_writing, timeout=WAIT)
    assert JokeState.STOPPED in {row.state for row in rows}
    assert any(begun)
    for row, text in zip(rows, begun, strict=True):
        assert row.text().startswith(text.rstrip())
    assert not tab.problem.isVisible()
    assert part(tab, "write_jokes").text() == "Write jokes"


def test_a_worker_killed_in_the_middle_is_told_and_the_next_press_works(
    qtbot: QtBot, tab: PlaygroundTab, runner: JobRunner
) -> None:
    begin_a_long_one(qtbot, tab)
    (job,) = runner.running(Line.GENERATE)
    assert job.process_id is not None
    os.kill(job.process_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: not tab.is_writing, timeout=WAIT)
    assert "ended from outside" in tab.problem.banner.title()
    assert tab.problem.banner.isVisible()
    type_into(part(tab, "joke_count"), "1")
    assert len(write(qtbot, tab)) == 1
    assert not tab.problem.isVisible()
    assert tab.jokes.groups[0].rows[0].state is not JokeState.STOPPED


def begin_a_long_one(qtbot: QtBot, tab: PlaygroundTab) -> None:
    """Write twenty jokes of a hundred tokens, and return once the first words are there."""
    type_into(part(tab, "length_number"), "100")
    type_into(part(tab, "joke_count"), "20")
    press(part(tab, "write_jokes"))
    qtbot.waitUntil(
        lambda: any(row.text() for group in tab.jokes.groups for row in group.rows), timeout=WAIT
    )
    assert tab.is_writing
