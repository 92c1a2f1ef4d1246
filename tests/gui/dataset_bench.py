"""What the tests of the Dataset tab share: a tab on the screen, and words for using it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

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
from jokegen.jobs.context import JobContext, RecordingContext
from jokegen.jobs.dataset_requests import (
    ExamineRequest,
    ExportRequest,
    ImportRequest,
    PreviewRequest,
    PreviewSummary,
)
from jokegen.jobs.events import Done
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.ui.dataset.tab import DatasetTab
from jokegen.ui.kit.buttons import ButtonKind
from tests.gui.support import TRICKY

PATIENCE = 30_000  # a worker process starts in about a second, on a busy machine in many

Found = TypeVar("Found", bound=QObject)

_WORK: dict[type, Callable[[Any, JobContext], object]] = {
    PreviewRequest: model_service.preview,
    ExamineRequest: model_service.examine,
    ImportRequest: model_service.import_jokes,
    ExportRequest: model_service.export_dataset,
}


class FakeHandle(QObject):
    """A job whose course the test decides."""

    events_arrived = Signal(object)
    finished = Signal(object)

    def __init__(self, line: Line, request: object) -> None:
        super().__init__()
        self.line = line
        self.request = request
        self.is_cancelled = False
        self.is_answered = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeRunner:
    """Records what is started."""

    def __init__(self) -> None:
        self.jobs: list[FakeHandle] = []
        self.warmed: list[Line] = []

    def warm_up(self, line: Line) -> None:
        self.warmed.append(line)

    def start(self, line: Line, _title: str, _job: object, request: object) -> FakeHandle:
        self.jobs.append(FakeHandle(line, request))
        return self.jobs[-1]


def show_tab(
    qtbot: QtBot, paths: Paths, runner: JobRunner | FakeRunner, state: AppState
) -> DatasetTab:
    """A tab of the size that a window of 1000 × 640 has for it."""
    tab = DatasetTab(ModelService(paths), cast(JobRunner, runner), state)

    # Held until it is closed: a window that nobody holds any more is deleted by the collection of
    # garbage, and if that comes while it paints, the process dies.
    def hold(_widget: QWidget) -> None:
        tab.setAcceptDrops(False)

    qtbot.addWidget(tab, before_close_func=hold)
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


def preview_of(paths: Paths, *sources: Path) -> PreviewSummary:
    return model_service.preview(PreviewRequest(tuple(sources)), RecordingContext(paths))


def answer(paths: Paths, job: FakeHandle) -> object:
    """Do the job that was started, here and now, and hand its outcome to the window."""
    context = RecordingContext(paths)
    summary = _WORK[type(job.request)](job.request, context)
    job.is_answered = True
    job.events_arrived.emit(context.events)
    job.finished.emit(Done(summary))
    return summary


def answer_all(paths: Paths, fake: FakeRunner) -> None:
    """Do every job that waits, also those that come of it."""
    while waiting := [
        job
        for job in fake.jobs
        if not (job.is_answered or job.is_cancelled) and type(job.request) in _WORK
    ]:
        for job in waiting:
            answer(paths, job)


def one(parent: QWidget, kind: type[Found], name: str) -> Found:
    found = parent.findChild(kind, name)
    assert found is not None, f"no {name}"
    return found


def click(qtbot: QtBot, parent: QWidget, name: str) -> None:
    button = one(parent, QAbstractButton, name)
    assert button.isVisible(), f"{name} is hidden"
    assert button.isEnabled(), f"{name} is disabled"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def choose_from_menu(qtbot: QtBot, parent: QWidget, button: str, action: str) -> None:
    """Open the menu of a button and choose from it, with the keyboard."""
    click(qtbot, parent, button)
    menu = one(parent, QPushButton, button).menu()
    qtbot.waitUntil(menu.isVisible)
    for _ in menu.actions():
        QTest.keyClick(menu, Qt.Key.Key_Down)
        if menu.activeAction().objectName() == action:
            break
    assert menu.activeAction().objectName() == action
    QTest.keyClick(menu, Qt.Key.Key_Return)


def text_of(parent: QWidget, name: str) -> str:
    label = parent.findChild(QLabel, name)
    assert label is not None, f"no {name}"
    return label.text()


def drop(target: QWidget, *paths: Path) -> None:
    """Drag files over a widget and let them fall there."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    drop_data(target, data)


def drop_data(target: QWidget, data: QMimeData) -> None:
    """Drag anything over a widget and let it fall there."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy, spot = Qt.DropAction.CopyAction, target.rect().center()
    enter = QDragEnterEvent(spot, copy, data, left, none)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    fall = QDropEvent(QPointF(spot), copy, data, left, none)
    QApplication.sendEvent(target, fall)
    assert fall.isAccepted()


def wait_for_workshop(qtbot: QtBot, tab: DatasetTab, title: str) -> None:
    """Until the pile is shown and the doctor has looked at it."""

    def is_shown() -> None:
        assert tab.workshop.isVisible()
        assert text_of(tab, "workshop_title") == title
        assert "looking" not in text_of(tab, "workshop_outlook")

    qtbot.waitUntil(is_shown, timeout=PATIENCE)


def primaries(tab: QWidget) -> list[str]:
    """The object names of the primary buttons that can be seen."""
    buttons = tab.findChildren(QPushButton)
    primary = ButtonKind.PRIMARY.value
    return [b.objectName() for b in buttons if b.property("kind") == primary and b.isVisible()]
