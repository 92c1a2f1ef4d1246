"""Section 1 in the smallest window, light and large: nothing is clipped, all is reached by key."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
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
from jokegen.jobs.dataset_requests import Question, Topic
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import Scheme, Theme
from tests.gui.support import TRICKY
from tests.gui.understand_bench import (
    JOKES,
    Bench,
    bench_of,
    listed_file,
    paired_file,
    ragged_file,
    table_file,
    text_file,
    unnamed_file,
    windows_file,
    workbook,
)


@pytest.fixture(params=[1.0, 1.5], ids=["100%", "150%"])
def bench(
    request: pytest.FixtureRequest, qtbot: QtBot, qapp: QApplication, paths: Paths
) -> Iterator[Bench]:
    former = QFont(qapp.font())
    larger = QFont(former)
    larger.setPointSizeF(former.pointSizeF() * request.param)
    theme = Theme(qapp)
    theme.apply(Scheme.LIGHT)
    qapp.setFont(larger)
    yield bench_of(qtbot, paths)
    theme.remove()
    theme.deleteLater()
    qapp.setFont(former)


def _torn(bench: Bench, folder: Path) -> None:
    bench.show(ragged_file(folder))
    bench.section.misfits.set_open(True)


def _wrong(bench: Bench, folder: Path) -> None:
    bench.show(paired_file(folder))
    bench.section.joke_columns.template.edit.setPlainText("{setup} {a column that is not there}")
    bench.section.set_busy(True)


def _several(bench: Bench, folder: Path) -> None:
    files = [text_file(folder, "One.\nTwo.", f"a rather long name {n}.txt") for n in range(4)]
    bench.show(*files, origin="https://example.org/" + "a/very/long/address/" * 6)


def _all_questions(bench: Bench, folder: Path) -> None:
    summary = bench.show(workbook(folder))
    questions = tuple(Question(topic, f"Is this a question on {topic}?") for topic in Topic)
    bench.show_summary(replace(summary, questions=questions, lists=("a", "b" * 60, TRICKY)))


def _tricky(bench: Bench, folder: Path) -> None:
    names = f'"{TRICKY} {"long" * 30}","{"word " * 30}",c'
    bench.show(table_file(folder, names, [f"{j},{'x' * 4000},{TRICKY}" for j in JOKES]))


STATES: dict[str, Callable[[Bench, Path], object]] = {
    "letters": lambda bench, folder: bench.show(windows_file(folder)),
    "header": lambda bench, folder: bench.show(unnamed_file(folder)),
    "lists": lambda bench, folder: bench.show(listed_file(folder)),
    "torn": _torn,
    "wrong": _wrong,
    "several": _several,
    "questions": _all_questions,
    "tricky": _tricky,
}


@pytest.mark.parametrize("state", list(STATES))
def test_nothing_is_clipped(bench: Bench, tmp_path: Path, state: str) -> None:
    STATES[state](bench, tmp_path)
    for _ in range(3):
        QApplication.processEvents()
    section = bench.section
    content = section.side.area.widget()
    assert content is not None
    assert content.width() <= section.side.area.viewport().width(), "too wide"
    clipped = []
    for widget in section.findChildren(QWidget):
        if not widget.isVisible() or section.jokes_table.isAncestorOf(widget):
            continue
        if isinstance(widget, PlainLabel) and widget.text():
            if widget.height() < widget.heightForWidth(widget.width()):
                clipped.append(f"{widget.objectName()} is too low: {widget.text()}")
        elif isinstance(widget, QPushButton | QToolButton | QComboBox | QLineEdit):
            wanted = widget.minimumSizeHint()
            if widget.width() < wanted.width() or widget.height() < wanted.height():
                clipped.append(f"{widget.objectName()} {widget.size()} < {wanted}")
    assert not clipped
    assert section.jokes_table.view.viewport().height() > 100, "too little of the table"
    assert section.first_jokes.sheet.viewport().height() > 40, "too little of the jokes"


@pytest.mark.parametrize("state", ["letters", "torn", "wrong", "lists"])
def test_everything_is_reached_by_key_and_says_what_it_is(
    bench: Bench, tmp_path: Path, state: str
) -> None:
    STATES[state](bench, tmp_path)
    section = bench.section
    kinds = QPushButton | QToolButton | QComboBox | QLineEdit | QPlainTextEdit
    wanted = {
        widget
        for widget in section.side.findChildren(QWidget)
        if isinstance(widget, kinds) and widget.isVisible()
    }
    section.focus_first()
    seen: list[QWidget] = []
    for _ in range(60):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in seen:
            break
        seen.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    missed = [widget.objectName() for widget in wanted - set(seen)]
    assert not missed
    assert section.first_jokes.sheet in seen
    for widget in wanted:
        assert widget.objectName(), widget
        assert widget.accessibleName(), widget.objectName()
        assert widget.toolTip(), widget.objectName()


def test_what_the_keyboard_reaches_is_scrolled_into_sight(bench: Bench, tmp_path: Path) -> None:
    bench.show(windows_file(tmp_path))
    bench.section.focus_first()
    for _ in range(12):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is not None and bench.section.side.isAncestorOf(now):
            assert not now.visibleRegion().isEmpty(), now.objectName()


@pytest.mark.parametrize("state", ["letters", "torn", "wrong"])
def test_tab_goes_from_top_to_bottom(bench: Bench, tmp_path: Path, state: str) -> None:
    bench.show(text_file(tmp_path, "One.\nTwo."))  # controls are shown and hidden, made and gone
    STATES[state](bench, tmp_path)
    bench.section.focus_first()
    if state == "torn":
        bench.section.misfits.header.setFocus()
    tops: list[int] = []
    for _ in range(20):
        focused = QApplication.focusWidget()
        assert focused is not None
        if not bench.section.side.isAncestorOf(focused):
            break
        content = bench.section.side.area.widget()
        assert content is not None
        tops.append(focused.mapTo(content, focused.rect().topLeft()).y())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert len(tops) > 8
    assert all(below >= above - 8 for above, below in itertools.pairwise(tops)), tops


def test_texts_like_markup_are_shown_as_they_are(bench: Bench, tmp_path: Path) -> None:
    bench.show(table_file(tmp_path, f'"{TRICKY}"', [f'"{TRICKY} {n}"' for n in range(30)]))
    labels = [label for label in bench.section.findChildren(QLabel) if TRICKY in label.text()]
    assert labels
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
