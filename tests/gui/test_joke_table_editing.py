"""Jokes changed, removed, restored, undone and done again in the table, by mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from jokegen.jobs.dataset_requests import Edit
from jokegen.ui.joke_table.table import JokesTable
from jokegen.ui.kit.labels import ElidedLabel
from tests.gui.joke_table_bench import CONTROL, JOKES, SHIFT, Robot
from tests.gui.support import TRICKY
from tests.gui.support import Show as ShowWidget


@pytest.fixture
def robot(qtbot: QtBot, shown: ShowWidget, tmp_path: Path) -> Robot:
    table = JokesTable(name="jokes")
    shown(table, 760, 560)
    made = Robot(qtbot, table, tmp_path)
    made.show()
    return made


@pytest.fixture
def told(robot: Robot) -> list[tuple[Edit, ...]]:
    """What the table said each time that the edits had changed."""
    seen: list[tuple[Edit, ...]] = []
    robot.table.edits_changed.connect(lambda: seen.append(robot.table.edits()))
    return seen


def type_into_joke(robot: Robot, text: str) -> None:
    edit = robot.table.editor.edit
    assert edit.hasFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)


def last(told: list[tuple[Edit, ...]]) -> tuple[Edit, ...]:
    return told[-1]


# ---- Changing ------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["double click", "Enter", "F2", "button", "menu"])
def test_a_joke_is_opened_changed_and_kept(
    robot: Robot, told: list[tuple[Edit, ...]], way: str
) -> None:
    robot.click(3)
    if way == "double click":
        robot.double_click(3)
    elif way == "button":
        robot.press("jokes_open_button")
    elif way == "menu":
        robot.choose(3, "Change")
    else:
        robot.key(Qt.Key.Key_F2 if way == "F2" else Qt.Key.Key_Return)
    assert robot.table.editor.edit.toPlainText() == f"Tricky {TRICKY} horse."
    type_into_joke(robot, "<i>Better</i>")
    robot.key(Qt.Key.Key_Return, CONTROL)
    assert told == [(Edit(3, text="<i>Better</i>"),)]
    assert robot.jokes()[3] == "<i>Better</i>"
    assert robot.column(1)[3] == "Changed by you"
    was = robot.part(ElidedLabel, "jokes_editor_was")
    assert was.text() == f"It was: Tricky {TRICKY} horse."
    assert robot.view.hasFocus()
    assert "takes it back" in robot.table.note()


def test_escape_gives_up_what_was_typed(robot: Robot, told: list[tuple[Edit, ...]]) -> None:
    robot.double_click(0)
    type_into_joke(robot, "Worse")
    robot.key(Qt.Key.Key_Escape)
    assert robot.view.hasFocus()
    assert robot.table.editor.edit.toPlainText() == JOKES[0][0]
    robot.key(Qt.Key.Key_Escape)
    assert not robot.table.editor.isVisible()
    assert told == []


def test_the_buttons_of_the_pane_do_the_same(robot: Robot, told: list[tuple[Edit, ...]]) -> None:
    robot.double_click(0)
    assert not robot.table.editor.save_button.isVisible(), "there is nothing to keep yet"
    type_into_joke(robot, "Worse")
    robot.press("jokes_editor_cancel")
    assert robot.table.editor.edit.toPlainText() == JOKES[0][0]
    robot.double_click(0)
    type_into_joke(robot, "Better")
    robot.press("jokes_editor_save")
    assert told == [(Edit(0, text="Better"),)]


@pytest.mark.parametrize("way", ["another joke", "the search line", "closing", "another table"])
def test_what_was_typed_is_not_lost_when_one_goes_elsewhere(
    robot: Robot, told: list[tuple[Edit, ...]], way: str
) -> None:
    robot.double_click(0)
    type_into_joke(robot, "Typed")
    if way == "another joke":
        robot.click(3)
        assert robot.table.editor.edit.toPlainText() == JOKES[3][0]
    elif way == "the search line":
        QTest.mouseClick(robot.table.search.line, Qt.MouseButton.LeftButton)
    elif way == "closing":
        robot.press("jokes_editor_close")
        assert not robot.table.editor.isVisible()
    else:
        robot.show(edits=(Edit(1),))
        assert robot.table.editor.edit.toPlainText() == "Typed", "one is still typing"
        assert robot.view.currentIndex().row() == 0
        robot.key(Qt.Key.Key_Return, CONTROL)
    assert Edit(0, text="Typed") in told[-1]
    assert robot.jokes()[0] == "Typed"


def test_a_joke_without_any_text_is_not_kept(robot: Robot, told: list[tuple[Edit, ...]]) -> None:
    robot.double_click(0)
    type_into_joke(robot, "  ")
    assert not robot.table.editor.save_button.isEnabled()
    robot.click(1)
    assert told == []
    assert robot.jokes()[0] == JOKES[0][0]


def test_looking_at_a_joke_does_not_change_it_whatever_is_in_it(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    odd = "a\u00a0b\r\nc\u2028d\u2029e\tf\x0bg\u200bh\x00i"
    robot.show([(odd, "", ""), ("Other.", "", "")])
    robot.double_click(0)
    robot.key(Qt.Key.Key_Return, CONTROL)
    robot.click(1)
    robot.press("jokes_editor_close")
    assert told == []


def test_changing_one_letter_leaves_the_rest_as_it_is(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    robot.show([("a\u00a0b\r\nc\u200bd\u2028e", "", "")])
    robot.double_click(0)
    QTest.keyClicks(robot.table.editor.edit, "!")
    robot.key(Qt.Key.Key_Return, CONTROL)
    assert told == [(Edit(0, text="a\u00a0b\r\nc\u200bd\u2028e!"),)]


def test_writing_what_was_there_takes_the_change_back(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    for text in ("Other", JOKES[0][0]):
        robot.double_click(0)
        type_into_joke(robot, text)
        robot.key(Qt.Key.Key_Return, CONTROL)
    assert told == [(Edit(0, text="Other"),), ()]
    assert robot.column(1)[0] == ""


def test_a_changed_joke_is_found_by_its_new_words(robot: Robot) -> None:
    robot.double_click(0)
    type_into_joke(robot, "A zebra.")
    robot.key(Qt.Key.Key_Return, CONTROL)
    robot.search("zebra")
    assert robot.jokes() == ["A zebra."]
    robot.search("walks")
    assert robot.column(1) == ["Repeated"]


# ---- Removing and restoring ----------------------------------------------------------------


def test_delete_leaves_jokes_out_and_r_brings_them_back(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    robot.click(0)
    robot.click(1, keys=SHIFT)
    robot.key(Qt.Key.Key_Delete)
    assert told == [(Edit(0), Edit(1))]
    assert robot.column(1)[:2] == ["Removed by you", "Removed by you"]
    assert robot.table.note().startswith("Removed 2 jokes.")
    robot.key(Qt.Key.Key_R)
    assert told[-1] == ()
    assert robot.column(1)[:2] == ["", "Mended"]


def test_what_a_fix_left_out_is_kept_by_hand(robot: Robot, told: list[tuple[Edit, ...]]) -> None:
    robot.click(2)
    assert not robot.is_enabled("jokes_remove_button")
    robot.press("jokes_restore_button")
    assert told == [(Edit(2, is_kept=True),)]
    assert robot.column(1)[2] == "Kept by you"
    robot.choose(4, "Restore")
    assert told[-1] == (Edit(2, is_kept=True), Edit(4, is_kept=True))


def test_an_empty_joke_cannot_be_kept_and_it_is_said(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    robot.click(5)
    robot.key(Qt.Key.Key_R)
    assert told == []
    assert robot.table.note().startswith("An empty joke cannot be kept.")


def test_a_mended_joke_gets_its_former_text_back(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    assert not robot.menu(0)["Put the former text back"].isEnabled()
    robot._menu.close()
    robot.click(1)
    robot.choose(1, "Put the former text back")
    assert told == [(Edit(1, text="A  duck   buys bread."),)]


def test_among_those_left_out_a_restored_joke_goes_and_the_next_takes_its_place(
    robot: Robot,
) -> None:
    robot.choose_view("Left out (3)")
    robot.click(0)
    robot.key(Qt.Key.Key_Delete)
    robot.key(Qt.Key.Key_R)
    assert robot.column(1) == ["Too short", "Empty"]
    assert robot.view.currentIndex().row() == 0
    robot.key(Qt.Key.Key_R)
    assert robot.column(1) == ["Empty"]
    assert "Left out (1)" in robot.views()
    robot.key(Qt.Key.Key_Z, CONTROL)
    assert robot.column(1) == ["Too short", "Empty"]


def test_removing_in_a_search_leaves_one_where_one_is(robot: Robot) -> None:
    robot.show([(f"Joke {number}.", "", "") for number in range(400)])
    robot.choose_view("Kept (400)")
    robot.search("joke")
    robot.view.setFocus()
    robot.key(Qt.Key.Key_End, CONTROL)
    for _ in range(150):
        QTest.keyClick(robot.view, Qt.Key.Key_Up)
    before = robot.view.verticalScrollBar().value()
    for _ in range(3):
        robot.key(Qt.Key.Key_Delete)
    assert robot.view.verticalScrollBar().value() == before
    assert robot.jokes()[robot.view.currentIndex().row()] == "Joke 252."
    assert robot.count() == "397 of 400 jokes"


def test_thousands_are_removed_and_restored_at_one_go(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    robot.show([(f"Joke {number}.", "", "") for number in range(15_000)])
    robot.view.setFocus()
    robot.key(Qt.Key.Key_A, CONTROL)
    robot.key(Qt.Key.Key_Delete)
    assert [len(edits) for edits in told] == [15_000]
    assert "Kept (0)" in robot.views()
    robot.key(Qt.Key.Key_R)
    assert told[-1] == ()


# ---- Undo ----------------------------------------------------------------------------------


def test_steps_are_undone_and_done_again_by_keys(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    robot.click(0)
    robot.key(Qt.Key.Key_Delete)
    robot.click(3)
    robot.key(Qt.Key.Key_Delete)
    robot.key(Qt.Key.Key_Z, CONTROL)
    assert last(told) == (Edit(0),)
    assert robot.table.note() == "Undone: removed 1 joke."
    robot.key(Qt.Key.Key_Z, CONTROL)
    assert last(told) == ()
    robot.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    robot.key(Qt.Key.Key_Y, CONTROL)
    assert last(told) == (Edit(0), Edit(3))
    robot.choose(3, "Undo")
    assert last(told) == (Edit(0),)
    robot.choose(3, "Redo")
    assert last(told) == (Edit(0), Edit(3))


def test_undo_in_the_pane_is_about_what_is_typed(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    robot.click(3)
    robot.key(Qt.Key.Key_Delete)
    robot.double_click(0)
    QTest.keyClicks(robot.table.editor.edit, " More")
    robot.key(Qt.Key.Key_Z, CONTROL)
    assert robot.table.editor.edit.toPlainText() == JOKES[0][0]
    assert told == [(Edit(3),)]


def test_undo_is_left_to_those_around_when_there_is_nothing_to_undo_here(
    robot: Robot, qtbot: QtBot
) -> None:
    """The page around has a history of its own, of which these edits become part."""
    undone: list[str] = []
    around = robot.table.parentWidget()
    assert isinstance(around, QWidget)
    shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), around)
    shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcut.activated.connect(lambda: undone.append("around"))
    robot.click(0)
    robot.key(Qt.Key.Key_Delete)
    robot.key(Qt.Key.Key_Z, CONTROL)
    assert (robot.table.edits(), undone) == ((), [])
    robot.key(Qt.Key.Key_Z, CONTROL)
    assert undone == ["around"]
    robot.key(Qt.Key.Key_Delete)
    robot.show(edits=robot.table.edits())
    robot.key(Qt.Key.Key_Z, CONTROL)
    assert undone == ["around"] * 2, "examined anew, they belong to the page's history"


# ---- Examined anew -------------------------------------------------------------------------


def test_one_stays_where_one_is_when_the_jokes_are_examined_anew(robot: Robot) -> None:
    jokes = [(f"Joke number {number}.", "", "") for number in range(600)]
    robot.show(jokes)
    robot.choose_view("Kept (600)")
    robot.search("number")
    robot.click_header(0)
    robot.view.setFocus()
    robot.key(Qt.Key.Key_End, CONTROL)
    for _ in range(20):
        QTest.keyClick(robot.view, Qt.Key.Key_Up)
    QTest.keyClick(robot.view, Qt.Key.Key_Up, SHIFT)
    row, top = robot.view.currentIndex().row(), robot.view.verticalScrollBar().value()
    assert row == 578
    column, joke = robot.view.currentIndex().column(), robot.jokes()[row]
    robot.show(jokes, (Edit(0, text="Joke number 0!"),))
    assert robot.count() == "600 of 600 jokes"
    assert robot.table.search.line.text() == "number"
    assert (robot.view.currentIndex().row(), robot.view.currentIndex().column()) == (row, column)
    assert robot.jokes()[row] == joke
    assert robot.view.verticalScrollBar().value() == top
    assert len(robot.view.selectionModel().selectedRows()) == 2


def test_the_joke_is_found_again_when_the_rows_have_become_others(robot: Robot) -> None:
    robot.click(3)
    robot.show((("New.", "", ""), *JOKES[1:]))
    assert robot.view.currentIndex().row() == 3
    robot.table.clear()
    robot.show()
    assert not robot.view.selectionModel().hasSelection(), "another pile"
    assert robot.table.edits() == ()


def test_edits_are_those_that_were_given_until_somebody_changes_them(
    robot: Robot, told: list[tuple[Edit, ...]]
) -> None:
    given = (Edit(3), Edit(0, text="Other"))
    robot.show(edits=given)
    assert robot.table.edits() == given
    assert told == []
    robot.click(1)
    robot.key(Qt.Key.Key_Delete)
    assert told == [(Edit(0, text="Other"), Edit(1), Edit(3))]


def test_the_pane_says_what_it_is_about(robot: Robot) -> None:
    robot.double_click(1)
    robot.table.editor.edit.clearFocus()
    was = robot.part(QLabel, "jokes_editor_was")
    assert was.text() == "It was: A duck buys bread."
    robot.click(0)
    robot.click(2, keys=SHIFT)
    assert was.text() == "3 are chosen."
    assert not robot.table.editor.edit.isEnabled()


def test_a_jump_to_the_end_chooses_the_last_joke(robot: Robot) -> None:
    robot.show()
    robot.view.setFocus()
    QTest.keyClick(robot.view, Qt.Key.Key_End, CONTROL)
    rows = {index.row() for index in robot.view.selectionModel().selectedIndexes()}
    assert rows == {len(JOKES) - 1}
    QTest.keyClick(robot.view, Qt.Key.Key_Home, CONTROL)
    rows = {index.row() for index in robot.view.selectionModel().selectedIndexes()}
    assert rows == {0}
