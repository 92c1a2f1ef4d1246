"""What the tests of the Fine-tune tab share: a service and a runner to play with, a recording."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget

from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.events import Event, Metric, Notice, Phase, Progress, RunStarted, Sample
from jokegen.jobs.requests import Device, TrainSummary
from jokegen.lm.catalogue import list_base_models
from jokegen.lm.last_save import LastSave
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.records import BaseModelInfo, DatasetInfo, RunInfo, RunStatus
from jokegen.ui.finetune.tab import FinetuneTab
from jokegen.ui.kit.dialogs import AskDialog
from jokegen.ui.kit.labels import PlainLabel
from tests.gui.support import TRICKY, Show

STEPS = 60
CPU = Device("cpu", "CPU (8 threads)", 8_000_000_000, 16_000_000_000, False, "works everywhere")
GPU = Device("cuda:0", TRICKY, 7_200_000_000, 8_500_000_000, True, "a GPU is many times faster")


def dataset(name: str, jokes: int = 2948, created: float = 1.0) -> DatasetInfo:
    held_out = jokes // 10
    return DatasetInfo(
        name, Path("x"), jokes, jokes - held_out, held_out, {}, "x.csv", created, 82 * jokes
    )


def run_info(number: int, status: RunStatus = RunStatus.COMPLETE, **changes: Any) -> RunInfo:
    info = RunInfo(
        number, f"Run {number}: onelinefun", status, "onelinefun", "starter", 212, 3.31, 4.69,
        1345.0, 1_750_000_000.0, Path("x"), Path("x") / "final",
    )  # fmt: skip
    return replace(info, **changes)


def summary(**changes: Any) -> TrainSummary:
    return replace(
        TrainSummary(3, "complete", STEPS, STEPS, 3.1, 3.31, 4.69, 7500.0, 523.0, Path("x")),
        **changes,
    )


def recorded_run(upto: int = STEPS) -> list[Event]:
    """What a training of 60 steps on two epochs tells, checks every 20 steps."""
    events: list[Event] = [
        Progress(Phase.DOWNLOADING, 31_000_000, 92_871_040, "bytes", 24.0),
        Progress(Phase.CONVERTING),
        Progress(Phase.LOADING),
        Progress(Phase.PREPARING),
        Notice(f"3 jokes are cut: {TRICKY}", is_warning=True),
        RunStarted(3, STEPS),
        Progress(Phase.CHECKING, 3, 12, "batches"),
        Metric(0, STEPS, 0.0, 2.0, 3.0, validation_loss=5.0),
        Progress(Phase.TRAINING, 0, STEPS, "steps"),
    ]
    for step in range(1, upto + 1):
        loss = 3.1 + 1.9 * math.exp(-step / 18)
        left = 2.0 * (STEPS - step)
        events.append(
            Metric(
                step, STEPS, step / 30, 2.0, 2.0 * step, train_loss=loss, tokens_per_second=523.4
            )
        )
        events.append(Progress(Phase.TRAINING, step, STEPS, "steps", left))
        if step % 20 == 0:
            events += [
                Progress(Phase.CHECKING, 1, 12, "batches", left),
                Progress(Phase.SAVING, seconds_left=left),
                Metric(step, STEPS, step / 30, 2.0, 2.0 * step, validation_loss=loss, is_best=True),
                Sample(step, f"A joke after {step}. {TRICKY}"),
            ]
    return events


class StubService(ModelService):
    """What is there is what a test put into the lists."""

    def __init__(self, paths: Paths) -> None:
        super().__init__(paths)
        self.dataset_list = [dataset("onelinefun"), dataset("puns", 500)]
        self.base_list = [replace(b, is_here=b.id == "gpt2") for b in list_base_models(paths)]
        self.run_list: list[RunInfo] = []
        self.discarded: list[int] = []
        self.metrics: list[Metric] = []
        self.samples: list[Sample] = []
        self.saved: LastSave | None = None
        self.problem: JokegenError | None = None

    def datasets(self) -> list[DatasetInfo]:
        return list(self.dataset_list)

    def base_models(self) -> list[BaseModelInfo]:
        return list(self.base_list)

    def runs(self) -> list[RunInfo]:
        return list(self.run_list)

    def finish_run(self, number: int) -> RunInfo:
        if self.problem is not None:
            raise self.problem
        (run,) = (run for run in self.run_list if run.number == number)
        self.run_list[self.run_list.index(run)] = ended = replace(
            run, status=RunStatus.STOPPED, can_continue=False
        )
        return ended

    def run_metrics(self, number: int) -> list[Metric]:
        return list(self.metrics)

    def each_run_metric(self, number: int) -> Iterator[Metric]:
        return iter(self.metrics)

    def last_save(self, number: int) -> LastSave | None:
        return self.saved

    def run_samples(self, number: int) -> list[Sample]:
        return list(self.samples)

    def discard_run(self, number: int) -> None:
        self.discarded.append(number)

    def delete_run(self, number: int) -> None:
        if self.problem is not None:
            raise self.problem
        self.run_list = [run for run in self.run_list if run.number != number]


class FakeHandle(JobHandle):
    """A job that only writes down what it is asked, and says what a test says."""

    def __init__(self, title: str, line: Line, runner: FakeRunner) -> None:
        super().__init__(title, line, runner._workers[line], runner)
        self.asked: list[str] = []

    def pause(self) -> None:
        self.asked.append("pause")

    def finish(self) -> None:
        self.asked.append("finish")

    def cancel(self) -> None:
        self.asked.append("cancel")

    def force(self) -> None:
        self.asked.append("force")

    def ask_sample(self, prompt: str = "") -> None:
        self.asked.append(f"sample {prompt}".strip())


class FakeRunner(JobRunner):
    """Starts nothing; `started` has (line, title, job, request) of every call."""

    def __init__(self, paths: Paths) -> None:
        super().__init__(paths)
        self.started: list[tuple[Line, str, Callable[..., Any], Any]] = []
        self.handles: dict[Line, FakeHandle] = {}

    def start(self, line: Line, title: str, job: Callable[..., Any], request: Any) -> FakeHandle:
        self.started.append((line, title, job, request))
        self.handles[line] = handle = FakeHandle(title, line, self)
        return handle

    def requests(self, line: Line) -> list[Any]:
        return [request for on, _, _, request in self.started if on is line]


@dataclass
class Bench:
    """A tab with everything around it."""

    tab: FinetuneTab
    service: StubService
    runner: FakeRunner
    state: AppState
    window: QWidget

    def find(self, name: str) -> QWidget:
        """The widget of that name, a visible one if there is one."""
        QApplication.sendPostedEvents()
        found = self.tab.findChildren(QWidget, name)
        assert found, name
        return next((widget for widget in found if widget.isVisible()), found[0])

    def text(self, name: str) -> str:
        label = self.find(name)
        assert isinstance(label, PlainLabel)
        assert label.isVisible(), name
        return label.text()

    def combo(self, name: str) -> QComboBox:
        found = self.find(name)
        assert isinstance(found, QComboBox)
        return found

    def key(self, key: Qt.Key) -> None:
        """Press a key on whatever has the focus."""
        QTest.keyClick(QApplication.focusWidget() or self.tab, key)

    def type_rate(self, text: str) -> None:
        """Type a learning rate, over the one before."""
        self.tab.setup.more.set_open(True)
        edit = self.find("learning_rate")
        assert isinstance(edit, QLineEdit)
        edit.selectAll()
        QTest.keyClicks(edit, text)

    def press(self, name: str) -> None:
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isVisible(), name
        assert button.isEnabled(), name
        self.tab._page.show_widget(button)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def start(self, upto: int = STEPS // 2) -> FakeHandle:
        """Press start and let the recorded run come as far as step `upto`."""
        self.press("start_run")
        job = self.runner.handles[Line.TRAIN]
        job.events_arrived.emit(recorded_run(upto))
        return job

    def answer(self, key: str) -> None:
        QTest.mouseClick(self.question().buttons[key], Qt.MouseButton.LeftButton)

    def question(self) -> AskDialog:
        (dialog,) = open_questions()
        return dialog


def open_questions() -> list[AskDialog]:
    """The questions on the screen."""
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, AskDialog)]
    return [dialog for dialog in found if dialog.isVisible()]


def make_bench(paths: Paths, shown: Show, service: StubService | None = None) -> Bench:
    service = service or StubService(paths)
    runner, state = FakeRunner(paths), AppState()
    tab = FinetuneTab(service, runner, state)
    window = shown(tab, 1000, 640)
    layout = window.layout()
    assert layout is not None
    layout.setContentsMargins(0, 0, 0, 0)
    return Bench(tab, service, runner, state, window)
