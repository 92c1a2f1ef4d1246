"""Measuring again without training: what is asked for, what is shown, stopping, what goes wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QTableView, QWidget
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.events import Cancelled, Done, Failed, Notice, Phase, Progress
from jokegen.jobs.requests import EvaluateRequest, EvaluateSummary, Evaluation
from jokegen.qt.job_runner import JobHandle, Line
from jokegen.records import DatasetInfo
from jokegen.ui.finetune.evaluate import EvaluateDialog
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import Theme
from tests.gui.finetune_support import (
    Bench,
    FakeHandle,
    FakeRunner,
    StubService,
    dataset,
    make_bench,
    run_info,
)
from tests.gui.support import TRICKY, Show


def result(step: int, loss: float) -> Evaluation:
    return Evaluation(f"Run 3, step {step}", step, loss, loss + 0.1, 0.34, 0.382, 9000, 27.1)


ALL = EvaluateSummary((result(20, 3.6), result(40, 3.3), result(60, math.nan)), 61.0)


class BusyRunner(FakeRunner):
    """One that can say that something is under way."""

    under_way: tuple[Line, ...] = ()

    def running(self, *lines: Line) -> list[JobHandle]:
        return [FakeHandle("", line, self) for line in self.under_way if line in lines]


@dataclass
class Desk:
    dialog: EvaluateDialog
    runner: BusyRunner
    service: StubService

    def find(self, name: str) -> QWidget:
        QApplication.sendPostedEvents()
        (found,) = self.dialog.findChildren(QWidget, name)
        return found

    def press(self, name: str) -> None:
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isVisible(), name
        assert button.isEnabled(), name
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def text(self, name: str) -> str:
        label = self.find(name)
        assert isinstance(label, PlainLabel)
        return label.text() if label.isVisible() else ""

    def entries(self, name: str) -> list[str]:
        box = self.find(name)
        assert isinstance(box, QComboBox)
        return [box.itemText(row) for row in range(box.count())]

    def job(self) -> FakeHandle:
        return self.runner.handles[Line.MEASURE]

    def requests(self) -> list[EvaluateRequest]:
        return self.runner.requests(Line.MEASURE)

    def rows(self) -> list[list[str]]:
        table = self.find("evaluation_table")
        assert isinstance(table, QTableView)
        shown = table.model()
        return [
            [shown.index(row, column).data() for column in range(shown.columnCount())]
            for row in range(shown.rowCount())
        ]


def open_dialog(
    paths: Paths, shown: Show, qtbot: QtBot, service: StubService | None = None, model: str = "3"
) -> Desk:
    if service is None:
        service = StubService(paths)
        service.run_list = [
            run_info(4, model_path=None),
            run_info(3, title=f"Run 3: {TRICKY}"),
            run_info(2),
        ]
    runner = BusyRunner(paths)
    window = shown(QWidget(), 1000, 640)
    dialog = EvaluateDialog(
        window, service, runner, language_model=model, dataset="onelinefun", device="cpu"
    )
    dialog.open()
    qtbot.waitUntil(dialog.isVisible)
    return Desk(dialog, runner, service)


@pytest.fixture
def desk(paths: Paths, theme: Theme, shown: Show, qtbot: QtBot) -> Desk:
    return open_dialog(paths, shown, qtbot)


def test_a_run_is_measured_on_the_jokes_it_learned_from(desk: Desk) -> None:
    assert desk.entries("evaluate_model") == [
        f"Run 3: {TRICKY}", "Run 2: onelinefun", "GPT-2 (124M) (base model)",
    ]  # fmt: skip
    assert desk.text("evaluate_dataset_field_hint") == (
        "294 jokes are kept aside, to measure with."
    )
    desk.press("start_evaluate")
    line, title, job, request = desk.runner.started[-1]
    assert (line, title, job) == (
        Line.MEASURE, f"Measuring Run 3: {TRICKY}", model_service.evaluate,
    )  # fmt: skip
    assert request == EvaluateRequest("3", "onelinefun", device="cpu")


def test_all_checkpoints_other_jokes_and_base_models_can_be_chosen(desk: Desk) -> None:
    QTest.keyClick(desk.find("evaluate_dataset"), Qt.Key.Key_Down)
    assert "what is in both, it may know" in desk.text("evaluate_dataset_field_hint")
    QTest.keyClick(desk.find("evaluate_which_all"), Qt.Key.Key_Space)
    desk.press("start_evaluate")
    desk.job().finished.emit(Cancelled())
    QTest.keyClick(desk.find("evaluate_model"), Qt.Key.Key_End)
    assert not desk.find("evaluate_which").isVisible()
    desk.press("start_evaluate")
    assert desk.requests() == [
        EvaluateRequest("3", "puns", all_checkpoints=True, device="cpu"),
        EvaluateRequest("gpt2", "puns", device="cpu"),
    ]


def test_the_results_are_a_table_with_the_best_marked_and_put_into_words(desk: Desk) -> None:
    desk.press("start_evaluate")
    desk.job().events_arrived.emit([Progress(Phase.CHECKING, 31, 90, "batches", 44.0)])
    assert desk.text("evaluate_progress_status") == (
        "Checking on jokes it has not seen · 31 of 90 batches"
    )
    assert desk.text("evaluate_progress_remaining") == "about 40 seconds left"
    assert not desk.find("evaluate_model").isEnabled()
    desk.job().finished.emit(Done(ALL))
    assert desk.rows() == [
        ["Step 20", "3.600", "3.700", "0.340", "27.1", "38.2%"],
        ["Best · Step 40", "3.300", "3.400", "0.340", "27.1", "38.2%"],
        ["Step 60", "not a number", "not a number", "0.340", "27.1", "38.2%"],
    ]
    table = desk.find("evaluation_table")
    assert isinstance(table, QTableView)
    font = table.model().index(1, 1).data(Qt.ItemDataRole.FontRole)
    assert isinstance(font, QFont)
    assert font.weight() >= QFont.Weight.DemiBold
    said = desk.text("evaluation_meaning")
    assert said.startswith("“Run 3, step 40” does best: it guesses 38% of the pieces")
    assert "71% sure of an end" in said
    assert not desk.find("evaluate_progress").isVisible()


def test_the_table_can_be_copied_by_button_and_by_key(desk: Desk) -> None:
    desk.press("start_evaluate")
    desk.job().finished.emit(Done(ALL))
    desk.press("copy_evaluation")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == [
        "Measured", "Loss", "Joke loss", "End loss", "Perplexity", "Accuracy",
    ]  # fmt: skip
    assert lines[2].split("\t") == ["Run 3, step 40", "3.300", "3.400", "0.340", "27.1", "38.2%"]
    assert desk.text("evaluation_copied") == "Copied."
    QGuiApplication.clipboard().clear()
    desk.find("evaluation_table").setFocus()
    QTest.keyClick(desk.find("evaluation_table"), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == lines


def test_measuring_can_be_stopped_and_begun_again(desk: Desk) -> None:
    desk.press("start_evaluate")
    assert not desk.find("start_evaluate").isEnabled()
    desk.press("stop_evaluate")
    assert desk.job().asked == ["cancel"]
    assert desk.text("evaluate_progress_status") == "Stopping…"
    desk.job().finished.emit(Cancelled())
    assert not desk.find("evaluation_results").isVisible()
    desk.press("start_evaluate")
    assert len(desk.requests()) == 2


@pytest.mark.parametrize("way", ["button", "key"])
def test_closing_it_stops_what_is_measured(desk: Desk, way: str) -> None:
    desk.press("start_evaluate")
    job = desk.job()
    if way == "button":
        desk.press("close_evaluate")
    else:
        QTest.keyClick(desk.dialog, Qt.Key.Key_Escape)
    assert job.asked == ["cancel"]
    job.finished.emit(Done(ALL))


def test_what_goes_wrong_is_told_and_leaves_the_form(desk: Desk) -> None:
    desk.press("start_evaluate")
    desk.job().finished.emit(Failed(f"It broke: {TRICKY}.", "Choose another run."))
    assert desk.text("evaluate_banner_title") == f"It broke: {TRICKY}."
    assert desk.text("evaluate_banner_todo") == "Choose another run."
    desk.press("start_evaluate")
    assert not desk.find("evaluate_banner").isVisible()
    desk.job().events_arrived.emit([Notice("No jokes are held out.", is_warning=True)])
    desk.job().finished.emit(Done(EvaluateSummary(ALL.results[1:2], 2.0)))
    assert desk.text("evaluate_banner_title") == "No jokes are held out."
    assert desk.rows()[0][0] == "Run 3, step 40"
    assert desk.text("evaluation_meaning").startswith("It guesses 38%")


def test_nothing_is_measured_while_a_run_is_under_way(desk: Desk) -> None:
    desk.runner.under_way = (Line.TRAIN,)
    desk.runner.job_started.emit(None)
    assert not desk.find("start_evaluate").isEnabled()
    assert desk.text("evaluate_words").startswith("A run is under way.")
    desk.runner.under_way = ()
    desk.runner.job_finished.emit(None)
    assert desk.find("start_evaluate").isEnabled()


def test_without_models_or_jokes_it_says_what_is_missing(
    paths: Paths, theme: Theme, shown: Show, qtbot: QtBot
) -> None:
    service = StubService(paths)
    service.base_list = []
    desk = open_dialog(paths, shown, qtbot, service)
    assert desk.text("evaluate_words") == "There is no language model on this computer yet."
    assert not desk.find("start_evaluate").isEnabled()


def test_lists_that_cannot_be_read_are_told(
    paths: Paths, theme: Theme, shown: Show, qtbot: QtBot
) -> None:
    class Broken(StubService):
        def datasets(self) -> list[DatasetInfo]:
            raise JokegenError("The folder is gone.", "Plug the disk in.")

    desk = open_dialog(paths, shown, qtbot, Broken(paths), "gpt2")
    assert desk.text("evaluate_banner_title") == "The folder is gone."
    assert not desk.find("start_evaluate").isEnabled()


def test_all_of_it_is_seen_at_any_text_size(
    font_size: float, paths: Paths, shown: Show, qtbot: QtBot
) -> None:
    service = StubService(paths)
    service.run_list = [run_info(3, title=f"Run 3: {TRICKY} {'very ' * 30}long")]
    service.dataset_list = [replace(dataset("x"), validation=0), dataset("onelinefun")]
    desk = open_dialog(paths, shown, qtbot, service)
    desk.press("start_evaluate")
    desk.job().finished.emit(Done(EvaluateSummary(ALL.results * 9, 61.0)))
    qtbot.waitUntil(desk.find("evaluation_results").isVisible)
    for label in desk.dialog.findChildren(PlainLabel):
        if label.isVisible():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    table = desk.find("evaluation_table")
    assert isinstance(table, QTableView)
    assert table.viewport().height() >= table.rowHeight(0)


# ---- The ways to it ------------------------------------------------------------------------------


def opened(bench: Bench, qtbot: QtBot) -> Desk:
    qtbot.waitUntil(lambda: bool(bench.tab.findChildren(EvaluateDialog)))
    (dialog,) = bench.tab.findChildren(EvaluateDialog)
    qtbot.waitUntil(dialog.isVisible)
    return Desk(dialog, cast("BusyRunner", bench.runner), bench.service)


def test_a_run_in_the_list_can_be_measured(
    paths: Paths, theme: Theme, shown: Show, qtbot: QtBot
) -> None:
    bench = make_bench(paths, shown)
    bench.service.run_list = [run_info(3, dataset="puns"), run_info(2)]
    bench.state.runs_changed.emit()
    bench.press("evaluate_run_3")
    desk = opened(bench, qtbot)
    desk.press("start_evaluate")
    assert bench.runner.requests(Line.MEASURE)[-1] == EvaluateRequest("3", "puns")
    desk.press("close_evaluate")


def test_the_base_model_of_the_form_can_be_measured(
    paths: Paths, theme: Theme, shown: Show, qtbot: QtBot
) -> None:
    bench = make_bench(paths, shown)
    QTest.keyClick(bench.combo("base_model"), Qt.Key.Key_Down)
    bench.press("more_settings_header")
    bench.press("evaluate_only")
    desk = opened(bench, qtbot)
    desk.press("start_evaluate")
    assert bench.runner.requests(Line.MEASURE)[-1] == EvaluateRequest("gpt2", "onelinefun")
    desk.press("close_evaluate")
