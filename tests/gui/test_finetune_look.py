"""The Fine-tune tab in every state: nothing is cut off, every control has its words."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.events import Done, Failed
from jokegen.jobs.requests import DevicesSummary
from jokegen.jobs.watchdog import Silence, State
from jokegen.qt.job_runner import Line
from jokegen.qt.resources import Usage
from jokegen.records import RunStatus
from jokegen.ui.kit.labels import ElidedLabel
from jokegen.ui.kit.theme import Theme
from tests.gui.finetune_support import (
    CPU,
    GPU,
    Bench,
    dataset,
    make_bench,
    recorded_run,
    run_info,
    summary,
)
from tests.gui.support import TRICKY, Show
from tests.lm import training_curves

FAILED = Failed("The computer ran out of memory.", "Close other programs.", f"last line {TRICKY}")


STATES = (
    "empty", "setup", "minutes", "few", "method", "offer", "running", "pausing", "paused",
    "continuing", "done", "failed", "died", "changed", "enough", "forcing", "silent", "measured",
)  # fmt: skip


def bring_into(bench: Bench, state: str) -> None:
    if state == "empty":
        bench.service.dataset_list = []
        bench.state.datasets_changed.emit()
        return
    stopped = run_info(3, RunStatus.STOPPED)
    paused = run_info(2, RunStatus.PAUSED, steps=1412, total_steps=21_800, can_continue=True)
    bench.service.run_list = [stopped, paused]
    bench.runner.handles[Line.ASK].finished.emit(Done(DevicesSummary((CPU, GPU))))
    if state == "minutes":
        bench.tab.setup.length.choice.set_key("minutes")
        bench.type_rate("much")
        bench.press("start_run")
    elif state == "few":
        bench.service.dataset_list = [dataset(TRICKY * 5, 12)]
        bench.state.datasets_changed.emit()
    elif state == "method":
        bench.press("more_settings_header")
        bench.press("method_choice_lora")
        bench.type_rate("3e-4")
    elif state == "offer":
        bench.tab.offer_unfinished(())
    elif state in ("running", "done", "failed"):
        job = bench.start()
        if state == "done":
            job.finished.emit(Done(summary(status="stopped", best_step=40)))
        elif state == "failed":
            job.finished.emit(FAILED)
    elif state in ("enough", "forcing", "silent", "measured"):
        bring_into_watched(bench, state)
    elif state in ("pausing", "paused"):
        job = bench.start()
        bench.press("pause_run")
        if state == "paused":
            job.finished.emit(Done(summary(run=2, status="paused")))
    elif state in ("continuing", "died", "changed"):
        bench.state.runs_changed.emit()
        bench.press("continue_run_2")
        if state != "continuing":
            failed = replace(FAILED, is_about_changes=state == "changed")
            bench.runner.handles[Line.TRAIN].finished.emit(failed)


def bring_into_watched(bench: Bench, state: str) -> None:
    """The states of a run with all that can be said of one."""
    bench.press("start_run")
    job = bench.runner.handles[Line.TRAIN]
    points = [
        replace(metric, joke_loss=4.6, end_loss=1.9, accuracy=0.31, gpu_memory=7_120_000_000)
        if metric.validation_loss
        else metric
        for metric in training_curves.run(training_curves.memorising(random.Random(4)), 4)
    ]
    best = replace(points[-1], is_best=True, seconds_left_low=5400.0, seconds_left_high=7000.0)
    job.events_arrived.emit([*recorded_run(1), *points, best, *recorded_run(1)[:4]])
    bench.tab.progress.show_usage(Usage(0.98, 0.93, 12_300_000_000, 300_000_000, 16_000_000_000))
    if state == "forcing":
        bench.press("finish_run")
        bench.tab.progress.force.due.emit()
    elif state == "silent":
        job.silence_changed.emit(Silence(125.0, State.WAITING, TRICKY * 9, TRICKY * 5))
    elif state == "measured":
        job.finished.emit(Done(summary(steps=21_800, best_step=12_400)))


# What Qt puts into these is its own affair.
INSIDE = QAbstractSpinBox | QComboBox | QAbstractItemView | QLineEdit


def assert_nothing_is_cut_off(bench: Bench) -> None:
    """Every text has the room it asks for (combo boxes may shorten names), the page no more."""
    page = bench.tab._page
    content = page.widget()
    assert content is not None
    assert content.minimumSizeHint().width() <= page.viewport().width()
    for widget in bench.tab.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget.parent(), INSIDE):
            continue
        if isinstance(widget, QPushButton | QToolButton):
            assert widget.width() >= widget.sizeHint().width(), widget.objectName()
            assert widget.height() >= widget.sizeHint().height(), widget.objectName()
        elif isinstance(widget, ElidedLabel):
            assert widget.shown_text() == widget.text()
        elif isinstance(widget, QLabel) and widget.wordWrap():
            assert widget.height() >= widget.heightForWidth(widget.width()), widget.text()
        elif isinstance(widget, QLabel):
            assert widget.width() >= widget.sizeHint().width(), widget.text()
            assert widget.height() >= widget.sizeHint().height(), widget.text()


@pytest.mark.parametrize("percent", [100, 150])
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_cut_off_and_one_button_leads_on(
    paths: Paths,
    theme: Theme,
    shown: Show,
    qapp: QApplication,
    qtbot: QtBot,
    state: str,
    percent: int,
) -> None:
    font = QFont(qapp.font())
    font.setPointSizeF(font.pointSizeF() * percent / 100)
    qapp.setFont(font)
    bench = make_bench(paths, shown)
    bring_into(bench, state)
    qtbot.waitUntil(lambda: assert_nothing_is_cut_off(bench))
    primary = [
        button
        for button in bench.tab.findChildren(QPushButton)
        if button.property("kind") == "primary" and button.isVisible()
    ]
    none = ("running", "pausing", "continuing")
    assert len(primary) == (0 if state in none else 1)


@pytest.mark.parametrize("state", STATES)
def test_every_control_has_a_name_and_says_what_it_does(
    paths: Paths, theme: Theme, shown: Show, state: str
) -> None:
    bench = make_bench(paths, shown)
    bring_into(bench, state)
    kinds = QAbstractButton | QComboBox | QAbstractSpinBox | QLineEdit | QPlainTextEdit
    for control in bench.tab.findChildren(QWidget):
        is_inner = isinstance(control.parent(), INSIDE)
        if isinstance(control, kinds) and control.isVisible() and not is_inner:
            assert control.objectName(), control
            assert control.accessibleName(), control.objectName()
            kit_makes_it = control.objectName().endswith(("_header", "_action"))
            assert control.toolTip() or kit_makes_it, control.objectName()
