"""Stand-ins for the tests of the Playground: what is on disk, and jobs that do as they are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from jokegen.config.paths import Paths
from jokegen.jobs.events import Done, Event, JokeWritten, Phase, Progress, TextChunk
from jokegen.jobs.requests import GenerateRequest, GenerateSummary, Joke
from jokegen.lm.catalogue import list_base_models
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.records import BaseModelInfo, RunInfo, RunStatus
from jokegen.ui.playground.joke import JokeRow
from jokegen.ui.playground.tab import PlaygroundTab


def run(
    number: int, dataset: str, status: RunStatus = RunStatus.COMPLETE, *, usable: bool = True
) -> RunInfo:
    folder = Path("runs") / str(number)
    return RunInfo(
        number=number,
        title=f"Run {number}: {dataset}",
        status=status,
        dataset=dataset,
        base="starter",
        steps=60,
        validation_loss=3.1,
        validation_loss_before=3.9,
        seconds=100.0,
        started=float(number),
        path=folder,
        model_path=folder / "final" if usable else None,
    )


class FakeService:
    """Runs (newest first) and the catalogue, of which `here` is on this computer."""

    def __init__(self, runs: list[RunInfo], here: set[str]) -> None:
        self.list = runs
        self.here = here

    def runs(self) -> list[RunInfo]:
        return self.list

    def base_models(self) -> list[BaseModelInfo]:
        catalogue = list_base_models(Paths(Path("nowhere")))
        return [replace(info, is_here=info.id in self.here) for info in catalogue]


class FakeHandle(QObject):
    events_arrived = Signal(object)
    finished = Signal(object)

    def __init__(self, line: Line, request: GenerateRequest) -> None:
        super().__init__()
        self.line, self.request = line, request
        self.cancellations = 0

    def cancel(self) -> None:
        self.cancellations += 1


class FakeRunner(QObject):
    """Records what is started; the test says what comes of it."""

    job_started = Signal(object)
    job_finished = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.handles: list[FakeHandle] = []
        self.lines: list[Line] = []

    def start(self, line: Line, title: str, job: object, request: GenerateRequest) -> FakeHandle:
        handle = FakeHandle(line, request)
        self.handles.append(handle)
        return handle

    def running(self, *lines: Line) -> list[Line]:
        return [line for line in self.lines if not lines or line in lines]


class Bench:
    """A Playground with its surroundings, and short words for what tests do with it."""

    def __init__(self, runs: list[RunInfo] | None = None, here: set[str] | None = None) -> None:
        usual = [run(3, "onelinefun"), run(1, "puns")]
        self.service = FakeService(usual if runs is None else runs, here or set())
        self.runner = FakeRunner()
        self.state = AppState()
        self.tab = PlaygroundTab(
            cast("ModelService", self.service), cast("JobRunner", self.runner), self.state
        )

    def part(self, name: str) -> Any:
        """The control of that object name."""
        found = self.tab.findChild(QWidget, name)
        assert found is not None, name
        return found

    @property
    def handle(self) -> FakeHandle:
        return self.runner.handles[-1]

    @property
    def request(self) -> GenerateRequest:
        return self.handle.request

    def emit(self, *events: Event) -> None:
        self.handle.events_arrived.emit(list(events))

    def begin(self) -> None:
        """The writing itself begins."""
        self.emit(Progress(Phase.WRITING, 0, self.request.count, "jokes"))

    def chunk(self, joke: int, text: str) -> None:
        self.emit(TextChunk(joke, text))

    def written(self, joke: int, text: str, *, ended: bool = True) -> None:
        self.emit(JokeWritten(joke, text, 9, ended))

    def done(self, *texts: str, ended: bool = True) -> None:
        jokes = tuple(Joke(text, 9, ended) for text in texts)
        self.handle.finished.emit(Done(GenerateSummary(jokes, 1.0)))

    def rows(self, group: int = 0) -> list[JokeRow]:
        groups = self.tab.jokes.groups
        return groups[group].rows if groups else []

    def texts(self, group: int = 0) -> list[str]:
        """The jokes as their labels show them."""
        return [self.part(f"{row.objectName()}_text").text() for row in self.rows(group)]


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def press(widget: QWidget) -> None:
    """Click it."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def type_into(widget: QWidget, text: str) -> None:
    """Type over what is there."""
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(widget, text)


def no_text_is_cut(root: QWidget) -> bool:
    """Whether every visible label and button has the room that its text needs."""
    for label in root.findChildren(QLabel):
        if label.isVisible() and label.text():
            needs = label.heightForWidth(label.width()) if label.wordWrap() else 0
            assert label.height() >= needs, f"{label.objectName()}: {label.text()[:40]}"
    for button in root.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.sizeHint().width(), button.objectName()
            assert button.height() >= button.sizeHint().height(), button.objectName()
    return True
