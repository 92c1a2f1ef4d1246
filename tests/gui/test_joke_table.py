"""The table of jokes as a person uses it: looking, searching, sorting, filtering and copying."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.data.row_query import Show
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import Edit
from jokegen.model_service import ModelService
from jokegen.ui.joke_table.table import JokesTable
from jokegen.ui.kit.theme import Theme
from jokegen.ui.kit.tokens import LIGHT
from tests.data.test_row_query import table_of
from tests.gui.dataset_bench import save
from tests.gui.joke_table_bench import CONTROL, JOKES, SHIFT, Robot
from tests.gui.support import TRICKY, has_colour
from tests.gui.support import Show as ShowWidget


@pytest.fixture
def robot(qtbot: QtBot, shown: ShowWidget, tmp_path: Path) -> Robot:
    table = JokesTable(name="jokes")
    shown(table, 760, 520)
    folder = tmp_path / "tables"
    folder.mkdir()
    return Robot(qtbot, table, folder)


@pytest.fixture
def raw(robot: Robot, tmp_path: Path) -> Robot:
    """The rows of a file with three columns."""
    columns = {
        "Votes": ["10", "9", "100", ""],
        "Setup": ["Why?", "Who is there?", "what", "Zed"],
        "Punchline": ["Because.", TRICKY, "A horse.", "horse and bar"],
    }
    robot.table.show_raw(table_of(tmp_path, columns, rows_a_batch=3), (1, 2))
    return robot


# ---- Searching -----------------------------------------------------------------------------


def test_typing_finds_rows_in_all_columns_whatever_the_case(raw: Robot) -> None:
    raw.search("HORSE")
    assert raw.column(2) == ["A horse.", "horse and bar"]
    assert raw.count() == "2 of 4 rows"
    assert raw.numbers() == ["3", "4"], "the numbers are those of the file"
    raw.search("zed bar")
    assert raw.count() == "1 of 4 rows"
    raw.search("10")
    assert raw.column(0) == ["10", "100"]


def test_escape_clears_the_search_and_then_leads_to_the_table(raw: Robot) -> None:
    raw.search("horse")
    raw.key(Qt.Key.Key_Escape)
    assert raw.count() == "4 rows"
    assert raw.table.search.line.text() == ""
    raw.key(Qt.Key.Key_Escape)
    assert raw.view.hasFocus()


def test_escape_in_the_table_clears_the_search_too(raw: Robot) -> None:
    raw.search("horse")
    raw.key(Qt.Key.Key_Return)
    assert raw.view.hasFocus()
    assert raw.view.currentIndex().row() == 0, "one can go on with the arrow keys"
    raw.key(Qt.Key.Key_Escape)
    assert raw.count() == "4 rows"


def test_control_f_leads_to_the_search_line_from_anywhere(raw: Robot) -> None:
    raw.search("horse")
    raw.view.setFocus()
    raw.key(Qt.Key.Key_F, CONTROL)
    line = raw.table.search.line
    assert line.hasFocus()
    QTest.keyClicks(line, "bar")
    raw.settle()
    assert line.text() == "bar", "what was typed before was selected"


def test_nothing_found_says_so_and_offers_the_way_back(raw: Robot) -> None:
    raw.search("no such words")
    why = raw.part(QLabel, "jokes_nothing_why")
    assert why.isVisible()
    assert why.text() == "No row holds these words."
    assert raw.count() == "0 of 4 rows"
    raw.press("jokes_nothing_clear")
    assert not why.isVisible()
    assert raw.count() == "4 rows"
    assert raw.view.hasFocus()


def test_found_words_are_marked_in_the_cells(theme: Theme, raw: Robot) -> None:
    def has_marks() -> bool:
        return has_colour(raw.view.grab().toImage(), LIGHT.found)

    assert not has_marks()
    raw.search("HORSE")
    assert has_marks()
    raw.search("")
    assert not has_marks()


def test_a_word_far_to_the_right_is_brought_into_sight(
    theme: Theme, robot: Robot, tmp_path: Path
) -> None:
    robot.show([("so many words " * 19 + "the needle", "", "")])
    robot.search("needle")
    assert has_colour(robot.view.viewport().grab().toImage(), LIGHT.found)


def test_looking_for_words_starts_at_the_top_and_ends_at_what_was_found(robot: Robot) -> None:
    robot.show([(f"Joke number {number}.", "", "") for number in range(500)])
    robot.view.setFocus()
    robot.key(Qt.Key.Key_End, CONTROL)
    robot.search("number 25")
    assert robot.view.rowAt(0) == 0
    robot.key(Qt.Key.Key_Return)
    assert robot.jokes()[robot.view.currentIndex().row()] == "Joke number 25."
    robot.key(Qt.Key.Key_Escape)
    assert robot.count() == "500 jokes"
    current = robot.view.currentIndex()
    assert current.row() == 25, "one sees now what is around it"
    assert robot.view.viewport().rect().contains(robot.view.visualRect(current).center())


def test_letters_typed_into_the_table_do_not_move_through_it(robot: Robot) -> None:
    robot.show()
    robot.click(0)
    QTest.keyClicks(robot.view, "a")
    assert robot.view.currentIndex().row() == 0


def test_a_slow_search_is_replaced_by_the_next(robot: Robot) -> None:
    robot.show([(f"Joke {number} of many.", "", "") for number in range(5000)])
    for words in ("Joke", "many", "Joke 4", "Joke 4999"):
        robot.table.show_text(words)
    robot.settle()
    assert robot.jokes() == ["Joke 4999 of many."]


# ---- Sorting -------------------------------------------------------------------------------


def test_a_click_on_a_name_sorts_up_then_down_then_as_in_the_file(raw: Robot) -> None:
    raw.click_header(0)
    assert raw.column(0) == ["9", "10", "100", ""], "numbers, not texts"
    raw.click_header(0)
    assert raw.column(0) == ["100", "10", "9", ""]
    raw.click_header(0)
    assert raw.column(0) == ["10", "9", "100", ""]
    raw.click_header(1)
    assert raw.column(1) == ["what", "Who is there?", "Why?", "Zed"]
    assert raw.numbers() == ["3", "2", "1", "4"]


def test_a_search_in_sorted_rows_stays_sorted(raw: Robot) -> None:
    raw.click_header(1)
    raw.click_header(1)
    raw.search("h")
    assert raw.column(1) == ["Zed", "Why?", "Who is there?", "what"]
    raw.search("horse")
    assert raw.column(1) == ["Zed", "what"]
    raw.click_header(1)
    assert raw.column(1) == ["what", "Zed"]


def test_the_menu_sorts_by_length(raw: Robot) -> None:
    orders = {action.text(): action for action in raw.table.search.order_button.menu().actions()}
    orders["Shortest first"].trigger()
    raw.settle()
    assert raw.numbers() == ["1", "3", "4", "2"], "setup and punchline together"
    assert orders["Shortest first"].isChecked()
    assert not orders["As in the file"].isChecked()
    orders["Longest first"].trigger()
    raw.settle()
    assert raw.numbers() == ["2", "4", "1", "3"]
    raw.click_header(0)
    assert not any(action.isChecked() for action in orders.values())
    orders["As in the file"].trigger()
    raw.settle()
    assert raw.numbers() == ["1", "2", "3", "4"]


def test_the_context_menu_sorts_by_the_column_it_was_asked_for_in(raw: Robot) -> None:
    raw.choose(0, "Sort by “Votes”, backwards", column=0)
    assert raw.column(0) == ["100", "10", "9", ""]
    raw.choose(0, "As in the file", column=0)
    assert raw.column(0) == ["10", "9", "100", ""]


def test_the_chosen_joke_stays_chosen_and_in_sight_when_sorted(robot: Robot) -> None:
    robot.show([(f"Joke number {number:04}.", "", "") for number in range(2000)])
    robot.click(2)
    robot.click_header(0)
    robot.click_header(0)
    current = robot.view.currentIndex()
    assert current.data() == "Joke number 0002."
    assert robot.view.viewport().rect().contains(robot.view.visualRect(current).center())


# ---- Filtering -----------------------------------------------------------------------------


def test_one_chooses_which_jokes_to_see_with_their_counts(robot: Robot) -> None:
    robot.show()
    assert robot.views() == [
        "All jokes (7)", "Kept (4)", "Left out (3)", "Left out: repeated (1)",
        "Left out: too short (1)", "Left out: empty (1)", "Mended (1)", "Changed by you (0)",
    ]  # fmt: skip
    robot.choose_view("Left out (3)")
    assert robot.column(1) == ["Repeated", "Too short", "Empty"]
    assert robot.count() == "3 of 7 jokes"
    robot.choose_view("Left out: too short (1)")
    assert robot.jokes() == ["Short."]
    robot.choose_view("Mended (1)")
    assert robot.jokes() == ["A duck buys bread."]
    robot.choose_view("Changed by you (0)")
    assert robot.part(QLabel, "jokes_nothing_why").text() == "You have not changed any joke."
    robot.press("jokes_nothing_clear")
    assert robot.count() == "7 jokes"


def test_words_are_looked_for_among_the_jokes_that_are_shown(robot: Robot) -> None:
    robot.show()
    robot.search("horse")
    assert robot.count() == "3 of 7 jokes"
    robot.choose_view("Kept (4)")
    assert robot.count() == "2 of 7 jokes"
    robot.search("short")
    why = robot.part(QLabel, "jokes_nothing_why")
    assert why.text() == "No joke holds these words among those you chose to see."


def test_what_is_done_is_found_by_its_words(robot: Robot) -> None:
    robot.show()
    robot.search("repeated")
    assert robot.column(1) == ["Repeated"]
    robot.click_header(1)
    robot.search("")
    assert robot.column(1) == ["Empty", "Mended", "Repeated", "Too short", "", "", ""]


def test_views_can_be_asked_for_from_outside_even_of_a_reason_that_is_gone(robot: Robot) -> None:
    robot.show()
    robot.table.show_only(Show.LEFT_OUT, "repeated")
    assert robot.column(1) == ["Repeated"]
    assert robot.table.search.views.currentText() == "Left out: repeated (1)"
    robot.show(JOKES[:2])
    assert robot.table.search.views.currentText() == "Left out: repeated (0)"
    assert robot.part(QLabel, "jokes_nothing_why").isVisible()
    robot.table.show_only(Show.ALL)
    assert robot.count() == "2 jokes"


def test_a_view_asked_for_before_the_jokes_are_ready_is_shown_then(
    robot: Robot, tmp_path: Path
) -> None:
    jokes = [(f"Joke {number}.", "repeated" if number % 2 else "", "") for number in range(30_000)]
    robot.show(jokes[:10])
    robot.show(jokes)
    robot.table.clear()
    robot.show(jokes)
    robot.table.show_only(Show.LEFT_OUT, "repeated")
    robot.settle()
    assert robot.count() == "15,000 of 30,000 jokes"


# ---- Looking -------------------------------------------------------------------------------


def test_rows_of_a_file_and_saved_jokes_cannot_be_changed(raw: Robot, paths: Paths) -> None:
    paths.home.mkdir()
    save(paths, "Some")
    for _ in range(2):
        assert not raw.table.search.views.isVisible()
        raw.click(0)
        raw.key(Qt.Key.Key_Delete)
        raw.key(Qt.Key.Key_R)
        offered = raw.menu(0)
        raw._menu.close()
        assert "Remove" not in offered
        assert "Change" not in offered
        assert raw.table.edits() == ()
        service = ModelService(paths)
        raw.table.show_dataset(service.open_dataset(service.datasets()[0]))
        raw.settle()
    assert raw.count() == "30 jokes"


def test_enter_shows_the_whole_text_and_escape_hides_it(raw: Robot) -> None:
    raw.click(1, 2)
    raw.key(Qt.Key.Key_Return)
    edit = raw.table.editor.edit
    assert edit.isVisible()
    assert edit.isReadOnly()
    assert edit.toPlainText() == TRICKY
    raw.key(Qt.Key.Key_Down)
    assert edit.toPlainText() == "A horse.", "it goes along with the choice"
    raw.key(Qt.Key.Key_Escape)
    assert not edit.isVisible()


def test_the_marked_columns_follow_the_choice(raw: Robot) -> None:
    view = raw.view
    assert view.columnWidth(1) > 2 * view.columnWidth(0)
    assert view.columnWidth(2) > 2 * view.columnWidth(0)
    raw.table.set_joke_columns((2,))
    assert view.columnWidth(2) > view.columnWidth(1)
    raw.table.set_joke_columns(())
    assert view.columnWidth(2) < 300


def test_texts_are_shown_as_they_are_in_cells_and_tips(raw: Robot) -> None:
    raw.view.setColumnWidth(2, 50)
    spot = raw.spot(1, 2)
    where = raw.view.viewport().mapToGlobal(spot)
    QApplication.sendEvent(raw.view.viewport(), QHelpEvent(QEvent.Type.ToolTip, spot, where))
    assert "&lt;img src=x&gt;" in QToolTip.text()
    QToolTip.hideText()


def test_what_is_chosen_is_copied_as_plain_text(raw: Robot) -> None:
    raw.click(1, 2)
    raw.key(Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == TRICKY
    assert not QGuiApplication.clipboard().mimeData().hasHtml()
    raw.click_header(0)
    raw.click(0, 0)
    raw.click(1, 1, SHIFT)
    raw.key(Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "9\tWho is there?\n10\tWhy?"
    assert raw.table.note() == "Copied 2 rows."


def test_of_examined_jokes_the_jokes_are_copied(robot: Robot) -> None:
    robot.show(edits=(Edit(0, text="Line one.\nLine two."),))
    robot.click(0)
    robot.key(Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "Line one.\nLine two."
    robot.key(Qt.Key.Key_A, CONTROL)
    robot.key(Qt.Key.Key_C, CONTROL)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[:2] == ["Line one. Line two.", "A duck buys bread."]
    assert robot.table.note() == "Copied 7 jokes."


def test_very_many_rows_are_copied_in_part_and_it_is_said(robot: Robot) -> None:
    robot.show([(f"Joke {number}.", "", "") for number in range(12_000)])
    robot.view.setFocus()
    robot.key(Qt.Key.Key_A, CONTROL)
    robot.key(Qt.Key.Key_C, CONTROL)
    robot.qtbot.waitUntil(lambda: "10,000" in robot.table.note())
    assert len(QGuiApplication.clipboard().text().splitlines()) == 10_000
    assert "the first 10,000" in robot.table.note()


def test_another_table_closes_the_one_before_and_forgets_what_was_looked_for(
    raw: Robot, tmp_path: Path
) -> None:
    raw.search("horse")
    raw.click_header(0)
    table = raw.table.table_model.table
    assert table is not None
    other = tmp_path / "other"
    other.mkdir()
    raw.table.show_raw(table_of(other, {"Joke": ["b", "a"]}), (0,))
    assert raw.column(0) == ["b", "a"]
    assert raw.table.search.line.text() == ""
    with pytest.raises(JokegenError):
        table.text(3, 0)
    raw.table.clear()
    assert raw.view.model().rowCount() == 0
    assert raw.count() == ""


def test_the_same_file_read_anew_is_searched_for_the_same(raw: Robot, tmp_path: Path) -> None:
    raw.search("horse")
    again = tmp_path / "again"
    again.mkdir()
    columns = {"Votes": ["1"], "Setup": ["hörse"], "Punchline": ["horse!"]}
    raw.table.show_raw(table_of(again, columns), (1,))
    raw.settle()
    assert raw.table.search.line.text() == "horse"
    assert raw.count() == "1 of 1 row"


def test_a_file_that_is_gone_is_told_once(raw: Robot, tmp_path: Path) -> None:
    errors: list[object] = []
    raw.table.table_failed.connect(errors.append)
    os.remove(tmp_path / "table.arrow")
    raw.search("horse")
    raw.click_header(1)
    assert len(errors) == 1
    assert "cannot be read" in str(errors[0])


def test_a_table_that_goes_away_while_it_is_searched_does_no_harm(
    qtbot: QtBot, tmp_path: Path
) -> None:
    texts = [f"joke number {number}" for number in range(20_000)]
    for _ in range(5):
        table = JokesTable(name="jokes")
        table.show_raw(table_of(tmp_path, {"Joke": texts}, rows_a_batch=50), (0,))
        table.show_text("joke number 19999")
        assert table.is_busy
        table.table_model.set_table(None)
        table.deleteLater()
        QApplication.sendPostedEvents(table, QEvent.Type.DeferredDelete)
    qtbot.wait(50)


def test_everything_has_a_name_for_those_who_cannot_see_it(robot: Robot) -> None:
    robot.show()
    table = robot.table
    for widget in (
        table.view, table.search.line, table.search.views, table.search.order_button,
        table.editor.edit, table.editor.close_button, table.footer.open_button,
        table.footer.remove_button, table.footer.restore_button, table.nothing.button,
        table.view.horizontalHeader(), table.view.verticalHeader(),
    ):  # fmt: skip
        assert widget.accessibleName(), widget.objectName()
        assert widget.objectName()
    for action in table.view.findChildren(QAction):
        if action.objectName().startswith("jokes_"):
            assert action.text()
    assert "Delete" in table.view.accessibleDescription()
