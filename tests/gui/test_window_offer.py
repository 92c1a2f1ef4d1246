"""The window around a fine-tuning: what it offers at the start, and what it asks at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.config.settings import Settings
from jokegen.jobs.context import Stop
from jokegen.jobs.requests import ContinueRequest
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import Line
from jokegen.records import DatasetInfo, RunStatus
from jokegen.ui.kit.dialogs import AskDialog
from jokegen.ui.kit.theme import Theme
from jokegen.ui.main_window import MainWindow
from tests.gui.finetune_support import FakeHandle, FakeRunner, StubService, open_questions, run_info


class NoDatasets(StubService):
    """The stub's data sets are not on disk, and the first tab would open them."""

    def datasets(self) -> list[DatasetInfo]:
        return []


@dataclass
class Around:
    """The window, and how it wants its training to be stopped."""

    window: MainWindow
    runner: FakeRunner
    stops: list[Stop] = field(default_factory=list)

    def ask(self) -> AskDialog:
        job = FakeHandle("Fine-tuning on my very own jokes", Line.TRAIN, self.runner)
        self.window.ask_before_closing([job], self.stops.append)
        (dialog,) = open_questions()
        return dialog


@pytest.fixture
def around(theme: Theme, paths: Paths) -> Iterator[Around]:
    paths.home.mkdir()
    service, runner = NoDatasets(paths), FakeRunner(paths)
    interrupted = run_info(7, RunStatus.INTERRUPTED, steps=412, total_steps=1800, can_continue=True)
    service.run_list = [interrupted]
    window = MainWindow(service, runner, AppState(), theme, Settings())
    window.resize(1000, 640)
    window.show()
    window.start()
    yield Around(window, runner)
    window.hide()
    window.deleteLater()


def test_an_interrupted_run_is_offered_where_the_tab_cannot_be_seen(around: Around) -> None:
    window = around.window
    assert window.offer.isVisible()
    assert window.offer.title() == "Run 7 was interrupted at step 412: continue?"
    window.steps.setCurrentWidget(window.finetune_tab)
    assert not window.offer.isVisible()
    assert window.finetune_tab.offer.isVisible()
    window.steps.setCurrentWidget(window.playground_tab)
    QTest.mouseClick(window.offer.action_button, Qt.MouseButton.LeftButton)
    assert around.runner.requests(Line.TRAIN) == [ContinueRequest(7)]
    assert window.steps.currentWidget() is window.finetune_tab
    window.steps.setCurrentWidget(window.dataset_tab)
    assert not window.offer.isVisible()


def test_an_offer_that_is_left_goes_away_everywhere_and_is_remembered(around: Around) -> None:
    window = around.window
    window.offer.secondary_button.setFocus()
    QTest.keyClick(window.offer.secondary_button, Qt.Key.Key_Space)
    assert not window.offer.isVisible()
    window.steps.setCurrentWidget(window.finetune_tab)
    assert not window.finetune_tab.offer.isVisible()
    assert window.settings.left_runs == (7,)
    assert around.runner.requests(Line.TRAIN) == []


@pytest.mark.parametrize(
    ("key", "stop"), [("pause", Stop.PAUSE), ("keep", Stop.FINISH), ("discard", Stop.CANCEL)]
)
def test_each_answer_stops_the_training_as_it_says(around: Around, key: str, stop: Stop) -> None:
    dialog = around.ask()
    assert dialog.buttons["pause"].property("kind") == "primary"
    QTest.mouseClick(dialog.buttons[key], Qt.MouseButton.LeftButton)
    assert around.stops == [stop]
    around.window.show_leaving(stop)
    assert around.window.banner.title() == "Closing."
    assert ("paused" in around.window.banner.todo()) == (stop is Stop.PAUSE)
    assert not around.window.offer.isVisible()


def test_escape_keeps_working(around: Around) -> None:
    QTest.keyClick(around.ask(), Qt.Key.Key_Escape)
    assert around.stops == []
    assert around.window.steps.isEnabled()


@pytest.mark.parametrize("percent", [100, 150])
def test_every_answer_can_be_read(
    around: Around, qapp: QApplication, qtbot: QtBot, percent: int
) -> None:
    font = QFont(qapp.font())
    font.setPointSizeF(font.pointSizeF() * percent / 100)
    qapp.setFont(font)
    dialog = around.ask()
    qtbot.waitUntil(dialog.isVisible)
    for button in dialog.buttons.values():
        assert button.width() >= button.sizeHint().width(), button.text()
    assert dialog.width() <= around.window.minimumWidth()
    dialog.reject()
