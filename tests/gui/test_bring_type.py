"""Typing jokes into a table: keys as in a spreadsheet, and nothing that was typed gets lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import Format, PreviewRequest
from jokegen.model_service import ModelService
from jokegen.ui.bring.cells import cells_of
from jokegen.ui.bring.type_in import TypeDialog
from jokegen.ui.kit.dialogs import AskDialog
from jokegen.ui.kit.theme import Theme
from tests.gui.bring_bench import copy_text, opened, requests_of
from tests.gui.dataset_bench import click, one
from tests.gui.support import TRICKY

ENTER = Qt.Key.Key_Return
TABLE = "<html><table><tr><td>a</td></tr></table></html>"


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> Iterator[TypeDialog]:
    QGuiApplication.clipboard().clear()
    made = opened(qtbot, TypeDialog())
    qtbot.waitUntil(lambda: made.view.editor() is not None)  # ready to type at once
    yield made
    QGuiApplication.clipboard().clear()


def write(dialog: TypeDialog, text: str) -> None:
    """Type into the cell under way, or into the table, which opens the cell."""
    QTest.keyClicks(dialog.view.editor() or dialog.view, text)


def press(
    dialog: TypeDialog,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    QTest.keyClick(dialog.view.editor() or dialog.view, key, modifier)


def choose(dialog: TypeDialog, row: int, column: int) -> None:
    """Click on a cell."""
    spot = dialog.view.visualRect(dialog.table_model.index(row, column)).center()
    QTest.mouseClick(dialog.view.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def rows(dialog: TypeDialog) -> list[tuple[str, ...]]:
    return list(dialog.table_model.rows())


def test_enter_goes_to_the_next_row_and_a_new_one_appears(dialog: TypeDialog) -> None:
    assert not dialog.primary.isEnabled()
    assert dialog.count.text() == "No jokes yet"
    write(dialog, "First")
    assert dialog.count.text() == "1 joke"
    assert dialog.primary.isEnabled()
    press(dialog, ENTER)
    write(dialog, "Second")
    press(dialog, ENTER)
    assert rows(dialog) == [("First",), ("Second",)]
    assert dialog.table_model.rowCount() == 3
    assert dialog.view.currentIndex().row() == 2
    assert dialog.count.text() == "2 jokes"


@pytest.mark.parametrize(
    "modifier", [Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier]
)
def test_a_joke_can_have_several_lines_and_its_row_grows(
    qtbot: QtBot, dialog: TypeDialog, modifier: Qt.KeyboardModifier
) -> None:
    height = dialog.view.rowHeight(0)
    write(dialog, "Knock, knock.")
    for line in ("Who is there?", "Banana.", "Banana who?"):
        press(dialog, ENTER, modifier)
        write(dialog, line)
    qtbot.waitUntil(lambda: dialog.view.rowHeight(0) > height)
    press(dialog, ENTER)
    assert rows(dialog) == [("Knock, knock.\nWho is there?\nBanana.\nBanana who?",)]
    qtbot.waitUntil(lambda: dialog.view.rowHeight(0) > height)


def test_tab_goes_through_setup_and_punchline(qtbot: QtBot, dialog: TypeDialog) -> None:
    click(qtbot, dialog, "type_parts")
    dialog.view.begin(0)
    for text in ("Why?", "Because.", "How?", "Somehow."):
        write(dialog, text)
        press(dialog, Qt.Key.Key_Tab)
    assert rows(dialog) == [("Why?", "Because."), ("How?", "Somehow.")]
    assert (dialog.view.currentIndex().row(), dialog.view.currentIndex().column()) == (2, 0)


def test_tab_leaves_the_table_at_its_empty_end(qtbot: QtBot, dialog: TypeDialog) -> None:
    write(dialog, "A joke")
    press(dialog, Qt.Key.Key_Tab)
    press(dialog, Qt.Key.Key_Tab)
    qtbot.waitUntil(dialog.name_field.line.hasFocus)
    assert rows(dialog) == [("A joke",)]


def test_escape_keeps_the_cell_and_then_asks(qtbot: QtBot, dialog: TypeDialog) -> None:
    write(dialog, "Half a jo")
    press(dialog, Qt.Key.Key_Escape)
    assert rows(dialog) == [("Half a jo",)]
    assert dialog.isVisible()
    press(dialog, Qt.Key.Key_Escape)
    question = one(dialog, AskDialog, "ask_dialog")
    assert dialog.isVisible()
    QTest.keyClick(question, Qt.Key.Key_Escape)  # the careful answer
    qtbot.waitUntil(lambda: dialog.findChild(AskDialog) is None)
    assert dialog.isVisible()
    assert rows(dialog) == [("Half a jo",)]
    click(qtbot, dialog, "type_dialog_cancel")
    question = one(dialog, AskDialog, "ask_dialog")
    QTest.mouseClick(question.buttons["discard"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_an_empty_table_closes_without_a_question(qtbot: QtBot, dialog: TypeDialog) -> None:
    press(dialog, Qt.Key.Key_Escape)
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_closing_the_window_asks_as_well(qtbot: QtBot, dialog: TypeDialog) -> None:
    write(dialog, "A joke")
    dialog.close()
    assert dialog.isVisible()
    assert dialog.findChild(AskDialog) is not None


def test_delete_takes_out_what_is_chosen_and_undo_brings_it_back(
    qtbot: QtBot, dialog: TypeDialog
) -> None:
    for text in ("One", "Two", "Three"):
        write(dialog, text)
        press(dialog, ENTER)
    dialog.view.finish_typing()
    choose(dialog, 1, 0)
    press(dialog, Qt.Key.Key_Delete)
    assert rows(dialog) == [("One",), ("Three",)]
    assert dialog.count.text() == "2 jokes"
    QTest.keySequence(dialog.view, "Ctrl+Z")
    assert rows(dialog) == [("One",), ("Two",), ("Three",)]
    choose(dialog, 0, 0)
    click(qtbot, dialog, "type_remove")
    assert rows(dialog) == [("Two",), ("Three",)]
    click(qtbot, dialog, "type_undo")
    assert rows(dialog) == [("One",), ("Two",), ("Three",)]


def test_delete_in_one_of_two_columns_keeps_the_other(qtbot: QtBot, dialog: TypeDialog) -> None:
    copy_text("Why?\tBecause.\nHow?\tSomehow.")
    press(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    choose(dialog, 0, 1)
    press(dialog, Qt.Key.Key_Delete)
    assert rows(dialog) == [("Why?", ""), ("How?", "Somehow.")]


def test_several_lines_of_the_clipboard_fill_rows(dialog: TypeDialog) -> None:
    write(dialog, "Before")
    press(dialog, ENTER)
    copy_text(f'"Quoted," she said.\r\n\r\n{TRICKY}\r\n')
    press(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert rows(dialog) == [("Before",), ('"Quoted," she said.',), (TRICKY,)]
    assert dialog.view.currentIndex().row() == 3


def test_lines_pasted_within_a_joke_stay_one_joke(dialog: TypeDialog) -> None:
    write(dialog, "He said: ")
    copy_text("a\nb")
    press(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    press(dialog, ENTER)
    assert rows(dialog) == [("He said: a\nb",)]


def test_columns_of_a_spreadsheet_become_setup_and_punchline(dialog: TypeDialog) -> None:
    copy_text('Why?\t"Because\nof ""that""."\nHow?\tSomehow.\n', TABLE)
    press(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert rows(dialog) == [("Why?", 'Because\nof "that".'), ("How?", "Somehow.")]
    assert dialog.parts_box.isChecked()


def test_more_columns_than_two_are_not_dropped_in_silence(dialog: TypeDialog) -> None:
    copy_text("1\tWhy?\tBecause.\n2\tHow?\tSomehow.")
    press(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert rows(dialog) == [("1", "Why?"), ("2", "How?")]
    assert dialog.note.text().startswith("3 columns were pasted, of which the first two are here.")


def test_one_column_joins_setup_and_punchline_and_two_part_them_again(
    qtbot: QtBot, dialog: TypeDialog
) -> None:
    copy_text("Why?\tBecause.\nOnly this\t")
    press(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    click(qtbot, dialog, "type_parts")
    assert rows(dialog) == [("Why? Because.",), ("Only this",)]
    click(qtbot, dialog, "type_parts")
    assert rows(dialog) == [("Why?", "Because."), ("Only this", "")]


def test_changing_the_columns_keeps_what_is_just_being_typed(
    qtbot: QtBot, dialog: TypeDialog
) -> None:
    write(dialog, "Just typed")
    click(qtbot, dialog, "type_parts")
    assert rows(dialog) == [("Just typed", "")]


def test_copying_and_pasting_keeps_line_breaks_within_cells(dialog: TypeDialog) -> None:
    dialog.table_model.put(0, 0, [("One\ntwo",), ("Three",)])
    dialog.view.selectAll()
    QTest.keySequence(dialog.view, "Ctrl+C")
    assert cells_of(QGuiApplication.clipboard().text(), is_table=True) == [
        ("One\ntwo",),
        ("Three",),
    ]


def test_typing_on_a_filled_cell_adds_to_it(dialog: TypeDialog) -> None:
    write(dialog, "A joke")
    press(dialog, Qt.Key.Key_Escape)
    write(dialog, "!")
    press(dialog, ENTER)
    assert rows(dialog) == [("A joke!",)]


def test_ten_thousand_pasted_rows_do_not_hold_up_the_window(
    qtbot: QtBot, dialog: TypeDialog
) -> None:
    copy_text("\n".join(f"Joke number {number}" for number in range(10_000)))
    press(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert dialog.count.text() == "10,000 jokes"
    write(dialog, "One more")
    assert dialog.count.text() == "10,001 jokes"


def test_the_jokes_are_read_as_exactly_those_that_were_typed(
    qtbot: QtBot, dialog: TypeDialog, paths: Paths
) -> None:
    jokes = ["Plain, with commas; and more", 'She said "no".', "Two\nlines", TRICKY, "NA", "42"]
    dialog.table_model.put(0, 0, [(joke,) for joke in jokes])
    made = requests_of(dialog)
    dialog.view.begin(len(jokes))
    write(dialog, "The last, not left with Enter")
    press(dialog, ENTER, Qt.KeyboardModifier.ControlModifier)
    assert made[0].format is Format.CSV
    assert (made[0].name, made[0].origin) == ("My jokes", "jokes typed by hand")
    brought = model_service.bring(made[0], RecordingContext(paths))
    assert (brought.name, brought.origin) == ("My jokes", "jokes typed by hand")
    summary = model_service.preview(PreviewRequest((brought.file,)), RecordingContext(paths))
    table = ModelService(paths).open_preview(summary)
    assert summary.columns == ("Joke",)
    assert [table.text(row, 0) for row in range(table.rows)] == [
        *jokes,
        "The last, not left with Enter",
    ]
    assert summary.questions == ()


def test_two_columns_are_written_with_their_names(qtbot: QtBot, dialog: TypeDialog) -> None:
    copy_text("Why?\tBecause.")
    press(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    made = requests_of(dialog)
    dialog.name_field.line.setText("Mine")
    click(qtbot, dialog, "type_dialog_bring")
    assert list(csv.reader(io.StringIO(made[0].text))) == [
        ["Setup", "Punchline"],
        ["Why?", "Because."],
    ]
    assert made[0].name == "Mine"


@pytest.mark.parametrize(
    ("text", "is_table", "expected"),
    [
        ("a\nb", False, [("a",), ("b",)]),
        ("  a  \r\n\r\n b\r", False, [("a",), ("b",)]),
        ('"a\nb"', False, [('"a',), ('b"',)]),  # prose keeps its quotation marks
        ('"a\nb"', True, [("a\nb",)]),
        ('"a"\t"b"', True, [('"a"', '"b"')]),  # only what needs them is quoted by spreadsheets
        ("\ta\n\tb", False, [("a",), ("b",)]),  # indented text
        ("a\tb\nc", False, [("a", "b"), ("c", "")]),
        ("", True, []),
        ("a\0b", False, [("ab",)]),
    ],
)
def test_copied_text_becomes_cells(
    text: str, is_table: bool, expected: list[tuple[str, ...]]
) -> None:
    assert cells_of(text, is_table=is_table) == expected
