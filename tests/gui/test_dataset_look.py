"""The Dataset tab in the smallest window, in all its states: nothing is clipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.dataset_requests import ImportSummary
from jokegen.jobs.events import Failed
from jokegen.qt.app_state import AppState
from jokegen.ui.dataset.tab import DatasetTab
from jokegen.ui.kit.labels import ElidedLabel, PlainLabel
from tests.gui.dataset_bench import (
    FakeRunner,
    answer,
    answer_all,
    jokes_file,
    one,
    save,
    show_tab,
)


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def fake() -> FakeRunner:
    return FakeRunner()


def _jobs(tab: DatasetTab) -> FakeRunner:
    return cast(FakeRunner, tab._runner)


def _show_error(tab: DatasetTab, _paths: Paths) -> None:
    tab.open_files([Path("x.doc")])
    _jobs(tab).jobs[-1].finished.emit(
        Failed("The name “x.doc” ends in “.doc”, which Jokegen cannot read.", "Choose a CSV file.")
    )


def _show_reading(tab: DatasetTab, _paths: Paths) -> None:
    tab.open_files([Path("a file of jokes.csv")])


def _show_read(tab: DatasetTab, paths: Paths) -> None:
    tab.open_files([jokes_file(paths.home)])
    answer_all(paths, _jobs(tab))


def _show_examining(tab: DatasetTab, paths: Paths) -> None:
    tab.open_files([jokes_file(paths.home)])
    answer(paths, _jobs(tab).jobs[-1])


def _show_doctor(tab: DatasetTab, paths: Paths) -> None:
    _show_read(tab, paths)
    tab.workshop.sections.show_section(1)


def _show_figures(tab: DatasetTab, paths: Paths) -> None:
    _show_read(tab, paths)
    tab.workshop.sections.show_section(2)


def _show_problem(tab: DatasetTab, paths: Paths) -> None:
    _show_read(tab, paths)
    tab.workshop.save_bar.name_field.line.setText("")


def _show_saving(tab: DatasetTab, paths: Paths) -> None:
    _show_read(tab, paths)
    tab.workshop.save_bar.save_button.click()


def _show_jokes(tab: DatasetTab, _paths: Paths) -> None:
    tab.library_page.detail.look_button.click()


def _show_made(tab: DatasetTab, _paths: Paths) -> None:
    tab.library_page.detail.made.set_open(True)


def _show_several(tab: DatasetTab, paths: Paths) -> None:
    save(paths, "Many")
    tab._state.datasets_changed.emit()
    tab.library_page.list.selectAll()


def _show_saved(tab: DatasetTab, _paths: Paths) -> None:
    tab._on_saved(ImportSummary("Few", 2948, {"repeated": 2}, 2653, 295, 1.0), "")


STATES: dict[str, tuple[int, Callable[[DatasetTab, Paths], None]]] = {
    "empty": (0, lambda tab, paths: None),
    "error": (0, _show_error),
    "reading": (0, _show_reading),
    "read": (0, _show_read),
    "examining": (0, _show_examining),
    "doctor": (0, _show_doctor),
    "figures": (0, _show_figures),
    "problem": (0, _show_problem),
    "saving": (0, _show_saving),
    "library": (30, lambda tab, paths: None),
    "too few": (3, lambda tab, paths: None),
    "jokes": (30, _show_jokes),
    "made": (30, _show_made),
    "several": (30, _show_several),
    "saved": (30, _show_saved),
}


@pytest.mark.parametrize("shown", list(STATES))
def test_nothing_is_clipped_in_the_smallest_window(
    qtbot: QtBot,
    font_size: float,
    paths: Paths,
    fake: FakeRunner,
    state: AppState,
    shown: str,
) -> None:
    count, make = STATES[shown]
    paths.home.mkdir()
    if count:
        save(paths, "Few", count)
    tab = show_tab(qtbot, paths, fake, state)
    tab.resize(1000, 640 - round(56 * font_size))  # the steps take the rest
    make(tab, paths)
    qtbot.waitUntil(lambda: not tab.testAttribute(Qt.WidgetAttribute.WA_PendingResizeEvent))
    QApplication.sendPostedEvents()
    if font_size == 1.0:
        scroll = one(tab, QScrollArea, "dataset_page")
        assert scroll.verticalScrollBar().maximum() == 0, "it has to be scrolled"

    # What wraps has its height only after a second round of layout.
    def is_whole() -> None:
        assert not _clipped(tab)

    qtbot.waitUntil(is_whole, timeout=2_000)
    if shown == "doctor":
        view = tab.workshop.doctor_section.jokes_table.view
        assert view.viewport().height() >= 4 * view.rowHeight(0), "too little of the jokes"


def _clipped(tab: DatasetTab) -> list[str]:
    """The controls and texts that have less room than they need."""
    clipped = []
    for widget in tab.findChildren(QWidget):
        if not widget.isVisible() or not tab.isAncestorOf(widget):
            continue
        if isinstance(widget, PlainLabel) and widget.text():
            if widget.height() < widget.heightForWidth(widget.width()):
                clipped.append(f"{widget.objectName()} is too low: {widget.text()}")
        elif isinstance(widget, QPushButton | QLineEdit | QComboBox):
            wanted = (
                widget.minimumSizeHint() if isinstance(widget, QLineEdit) else widget.sizeHint()
            )
            if widget.width() < wanted.width() or widget.height() < wanted.height():
                clipped.append(f"{widget.objectName()} {widget.size()} < {wanted}")
        elif isinstance(widget, ElidedLabel) and widget.shown_text() != widget.text():
            clipped.append(f"{widget.objectName()} is elided: {widget.shown_text()}")
    return clipped
