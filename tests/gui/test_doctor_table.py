"""The joke doctor with its real table: what is done in one is seen in the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.dataset_requests import FixKind, Recipe
from jokegen.ui.doctor.section import DoctorSection
from jokegen.ui.kit.buttons import Button
from jokegen.ui.kit.theme import Theme
from tests.gui.dataset_bench import one, text_of
from tests.gui.doctor_bench import MESSY, PLAIN, Bench


@pytest.fixture
def messy(qtbot: QtBot, theme: Theme, paths: Paths) -> Bench:
    made = DoctorSection()
    qtbot.addWidget(made)
    made.resize(960, 430)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    bench = Bench(paths, made)
    bench.bring(MESSY + PLAIN)
    wait_for_edits(qtbot, bench)
    return bench


def wait_for_edits(qtbot: QtBot, bench: Bench) -> None:
    """The table can be edited a moment after it is shown."""
    table_model = bench.section.jokes_table.table_model
    qtbot.waitUntil(lambda: table_model.edits is not None)
    qtbot.waitUntil(lambda: table_model.rowCount() > 0)


def shown(bench: Bench) -> list[str]:
    table_model = bench.section.jokes_table.table_model
    return [str(table_model.index(row, 0).data()) for row in range(table_model.rowCount())]


def rows_are(bench: Bench, count: int) -> Callable[[], bool]:
    return lambda: bench.section.jokes_table.table_model.rowCount() == count


def remove(qtbot: QtBot, bench: Bench, row: int) -> None:
    """Choose a joke with the keyboard and press Delete."""
    view = bench.section.jokes_table.view
    view.setFocus()
    view.choose_row(row)
    QTest.keyClick(view, Qt.Key.Key_Delete)


def test_a_joke_removed_in_the_table_is_not_saved(messy: Bench, qtbot: QtBot) -> None:
    assert messy.summary is not None
    before = messy.summary.jokes
    with qtbot.waitSignal(messy.section.recipe_changed):
        remove(qtbot, messy, 5)
    assert [edit.row for edit in messy.section.recipe().edits] == [5]
    assert messy.summary.jokes == before - 1
    wait_for_edits(qtbot, messy)
    assert len(shown(messy)) == len(MESSY + PLAIN)  # it can still be seen, and restored


def test_the_undo_button_brings_a_removed_joke_back(messy: Bench, qtbot: QtBot) -> None:
    remove(qtbot, messy, 5)
    messy.section.flush()
    wait_for_edits(qtbot, messy)
    messy.press(messy.section.header.undo_button)
    wait_for_edits(qtbot, messy)
    assert messy.section.jokes_table.edits() == ()
    assert messy.section.recipe() == Recipe()


def test_the_keys_for_undo_in_the_table_take_back_what_was_done_there(
    messy: Bench, qtbot: QtBot
) -> None:
    remove(qtbot, messy, 5)
    view = messy.section.jokes_table.view
    QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert messy.section.recipe() == Recipe()
    assert messy.recipes == []


def test_the_keys_for_undo_in_the_table_take_back_a_fix_when_nothing_was_done_there(
    messy: Bench, qtbot: QtBot
) -> None:
    messy.fix(FixKind.EMOJI)
    wait_for_edits(qtbot, messy)
    view = messy.section.jokes_table.view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert messy.section.recipe() == Recipe()


def test_what_a_fix_left_out_is_all_that_the_table_shows(messy: Bench, qtbot: QtBot) -> None:
    row = messy.open(FixKind.EXACT_DUPLICATES)
    messy.press(one(row, Button, "show_in_table"))
    qtbot.waitUntil(rows_are(messy, 1))
    assert shown(messy) == [MESSY[1]]


def test_pressing_an_example_looks_for_that_joke(messy: Bench, qtbot: QtBot) -> None:
    row = messy.open(FixKind.LINKS)
    QTest.keyClick(one(row, QWidget, "example_0"), Qt.Key.Key_Return)
    assert one(messy.section, QLineEdit, "doctor_jokes_search_line").text().startswith("for more")
    qtbot.waitUntil(rows_are(messy, 1))
    assert shown(messy) == [MESSY[9]]


def test_clearing_lets_go_of_the_table(messy: Bench) -> None:
    messy.section.clear()
    assert messy.section.jokes_table.table_model.table is None
    assert text_of(messy.section, "doctor_outlook") == ""
