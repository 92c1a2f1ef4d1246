"""What the tests of the Dataset tab share: a tab on the screen, and words for using it."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar, cast

from PySide6.QtCore import QMimeData, QObject, QPointF, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest, PreviewRequest, PreviewSummary
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.ui.dataset.tab import DatasetTab
from jokegen.ui.kit.buttons import ButtonKind
from tests.gui.support import TRICKY

PATIENCE = 30_000  # a worker process starts in about a second, on a busy machine in many

Found = TypeVar("Found", bound=QObject)


class FakeHandle(QObject):
    """A job whose course the test decides."""

    events_arrived = Signal(object)
    finished = Signal(object)

    def __init__(self, line: Line, request: object) -> None:
        super().__init__()
        self.line = line
        self.request = request
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeRunner:
    """Records what is started."""

    def __init__(self) -> None:
        self.jobs: list[FakeHandle] = []

    def start(self, line: Line, _title: str, _job: object, request: object) -> FakeHandle:
        self.jobs.append(FakeHandle(line, request))
        return self.jobs[-1]


def show_tab(
    qtbot: QtBot, paths: Paths, runner: JobRunner | FakeRunner, state: AppState
) -> DatasetTab:
    """A tab of the size that a window of 1000 × 640 has for it."""
    tab = DatasetTab(ModelService(paths), cast(JobRunner, runner), state)
    qtbot.addWidget(tab)
    tab.resize(1000, 580)
    tab.show()
    qtbot.waitExposed(tab)
    return tab


def jokes_file(folder: Path, name: str = "mine.csv", count: int = 30) -> Path:
    path = folder / name
    rows = "".join(f'{i},"Joke number {i}, {TRICKY}, is a good one."\n' for i in range(count))
    path.write_text("ID,Joke\n" + rows, encoding="utf-8")
    return path


def save(paths: Paths, name: str, count: int = 30) -> None:
    """A data set, made without the window."""
    paths.home.mkdir(parents=True, exist_ok=True)
    source = jokes_file(paths.home, "source.csv", count)
    model_service.import_jokes(ImportRequest((source,), name), RecordingContext(paths))


def preview_of(paths: Paths, source: Path) -> PreviewSummary:
    return model_service.preview(PreviewRequest((source,)), RecordingContext(paths))


def one(parent: QWidget, kind: type[Found], name: str) -> Found:
    found = parent.findChild(kind, name)
    assert found is not None, f"no {name}"
    return found


def click(qtbot: QtBot, parent: QWidget, name: str) -> None:
    button = one(parent, QAbstractButton, name)
    assert button.isVisible(), f"{name} is hidden"
    assert button.isEnabled(), f"{name} is disabled"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def text_of(parent: QWidget, name: str) -> str:
    label = parent.findChild(QLabel, name)
    assert label is not None, f"no {name}"
    return label.text()


def drop(target: QWidget, *paths: Path) -> None:
    """Drag files over a widget and let them fall there."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy, spot = Qt.DropAction.CopyAction, target.rect().center()
    enter = QDragEnterEvent(spot, copy, data, left, none)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    fall = QDropEvent(QPointF(spot), copy, data, left, none)
    QApplication.sendEvent(target, fall)
    assert fall.isAccepted()


def wait_for_preview(qtbot: QtBot, tab: DatasetTab, name: str) -> None:
    def is_shown() -> None:
        assert tab.preview_page.isVisible()
        assert text_of(tab, "preview_file") == name

    qtbot.waitUntil(is_shown, timeout=PATIENCE)


def primaries(tab: QWidget) -> list[str]:
    """The object names of the primary buttons that can be seen."""
    buttons = tab.findChildren(QPushButton)
    primary = ButtonKind.PRIMARY.value
    return [b.objectName() for b in buttons if b.property("kind") == primary and b.isVisible()]
