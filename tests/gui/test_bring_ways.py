"""The button with all ways to bring jokes, the paste and link dialogs, and what links mean."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from jokegen.jobs.dataset_requests import BringRequest
from jokegen.ui.bring.guess import guess_in_words
from jokegen.ui.bring.link import LinkDialog
from jokegen.ui.bring.links import only_link, understand_hub_name, understand_link
from jokegen.ui.bring.paste import PasteDialog
from jokegen.ui.bring.ways import Way, WaysButton
from jokegen.ui.kit.dialogs import AskDialog
from jokegen.ui.kit.theme import Theme
from tests.gui.bring_bench import copy_text, copy_urls, opened, requests_of, type_lines
from tests.gui.dataset_bench import click, one, primaries
from tests.gui.support import TRICKY, Show


@pytest.fixture(autouse=True)
def clean_clipboard(qapp: object) -> Iterator[None]:
    QGuiApplication.clipboard().clear()
    yield
    QGuiApplication.clipboard().clear()


# ---- The button ----------------------------------------------------------------------------


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Space])
def test_keys_open_the_menu_of_all_ways(
    qtbot: QtBot, theme: Theme, shown: Show, key: Qt.Key
) -> None:
    button = WaysButton()
    shown(button)
    button.setFocus()
    QTest.keyClick(button, key)
    menu = one(button, QMenu, "ways_button_menu")
    qtbot.waitUntil(menu.isVisible)
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert titles == [way.title for way in Way]
    menu.hide()


def test_arrows_and_enter_choose_a_way(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    button = WaysButton()
    shown(button)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Down)
    menu = one(button, QMenu, "ways_button_menu")
    qtbot.waitUntil(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    with qtbot.waitSignal(button.way_chosen, timeout=1000) as chosen:
        QTest.keyClick(menu, Qt.Key.Key_Return)
    assert chosen.args == [Way.FOLDER]


# ---- Pasting -------------------------------------------------------------------------------


def test_the_field_is_filled_from_the_clipboard(qtbot: QtBot, theme: Theme) -> None:
    copy_text(f"One joke.\r\n{TRICKY}\r\nA third.")
    dialog = opened(qtbot, PasteDialog())
    assert dialog.box.toPlainText() == f"One joke.\n{TRICKY}\nA third."
    assert dialog.guess.text() == "About 3 jokes: one a line"
    assert dialog.box.hasFocus()
    assert primaries(dialog) == ["paste_dialog_bring"]
    made = requests_of(dialog)
    QTest.keyClicks(dialog.name_field.line, "Mine")
    click(qtbot, dialog, "paste_dialog_bring")
    assert made == [BringRequest(text=f"One joke.\n{TRICKY}\nA third.", name="Mine")]
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_nothing_can_be_brought_while_the_field_is_blank(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, PasteDialog())
    assert not dialog.primary.isEnabled()
    type_lines(dialog.box, " ", " ")
    assert not dialog.primary.isEnabled()
    QTest.keyClicks(dialog.box, "A joke")
    assert dialog.primary.isEnabled()


def test_the_guess_follows_what_is_typed(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, PasteDialog())
    type_lines(dialog.box, "One", "Two")
    qtbot.waitUntil(lambda: dialog.guess.text() == "About 2 jokes: one a line")
    click(qtbot, dialog, "paste_clear")
    qtbot.waitUntil(lambda: not dialog.guess.isVisible())
    QTest.keySequence(dialog.box, "Ctrl+Z")
    qtbot.waitUntil(lambda: dialog.guess.text() == "About 2 jokes: one a line")


def test_ctrl_enter_brings_and_enter_is_a_new_line(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, PasteDialog())
    made = requests_of(dialog)
    type_lines(dialog.box, "One", "Two")
    assert made == []
    QTest.keyClick(dialog.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert made == [BringRequest(text="One\nTwo")]


def test_a_large_paste_is_kept_whole_and_never_holds_up_the_window(
    qtbot: QtBot, theme: Theme
) -> None:
    text = "".join(f"Joke number {number:,} is told.\n" for number in range(800_000))
    assert len(text) > 20_000_000
    dialog = opened(qtbot, PasteDialog())
    copy_text(text)
    started = time.perf_counter()
    dialog.box.paste()
    QTest.keyClicks(dialog.name_field.line, "Many")
    assert time.perf_counter() - started < 1.0  # laid out as a whole it would take many
    qtbot.waitUntil(lambda: dialog.guess.text().startswith(("About 7", "About 8")))
    assert "all of it will be read" in dialog.note.text()
    assert dialog.box.isReadOnly()
    made = requests_of(dialog)
    click(qtbot, dialog, "paste_dialog_bring")
    assert made[0].text == text


def test_a_line_too_long_to_lay_out_is_kept_whole(qtbot: QtBot, theme: Theme) -> None:
    copy_text("a joke, " * 40_000)
    dialog = opened(qtbot, PasteDialog())
    assert dialog.box.is_large
    assert len(dialog.box.toPlainText()) < 30_000
    dialog.box.setFocus()
    copy_text("\nanother")
    QTest.keySequence(dialog.box, "Ctrl+V")
    assert dialog.box.text() == ("a joke, " * 40_000).rstrip() + "\n\nanother"


def test_escape_asks_before_typed_text_is_lost(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, PasteDialog())
    QTest.keyClicks(dialog.box, "A joke of my own")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    question = one(dialog, AskDialog, "ask_dialog")
    QTest.mouseClick(question.buttons["keep"], Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert dialog.box.toPlainText() == "A joke of my own"
    qtbot.waitUntil(lambda: dialog.findChild(AskDialog) is None)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    question = one(dialog, AskDialog, "ask_dialog")
    QTest.mouseClick(question.buttons["discard"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_escape_closes_at_once_what_is_still_in_the_clipboard(qtbot: QtBot, theme: Theme) -> None:
    copy_text("A joke")
    dialog = opened(qtbot, PasteDialog())
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_files_pasted_into_the_field_are_files(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    dialog = opened(qtbot, PasteDialog())
    copy_urls(QUrl.fromLocalFile(str(tmp_path / "a.csv")).toString())
    with qtbot.waitSignal(dialog.files_pasted, timeout=1000) as pasted:
        QTest.keySequence(dialog.box, "Ctrl+V")
    assert pasted.args == [[tmp_path / "a.csv"]]


def test_a_name_that_cannot_be_is_said_next_to_the_field(qtbot: QtBot, theme: Theme) -> None:
    copy_text("A joke")
    dialog = opened(qtbot, PasteDialog())
    dialog.name_field.line.setText("x" * 81)
    assert "80 is the most" in dialog.name_field.problem()
    assert not dialog.primary.isEnabled()
    dialog.name_field.line.clear()
    assert dialog.primary.isEnabled()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        (" \n", ""),
        ("one joke", "About 1 joke: one a line"),
        ("a\n\nb\n\nc", "About 3 jokes: one a line"),
        ("a\nb\n\nc\nd\n\ne\nf", "About 3 jokes: with blank lines between them"),
        ("a\nb\n%\nc\n%\nd", "About 3 jokes: with “%” between them"),
        ("id\tjoke\n1\ta\n2\tb", "About 2 rows of a table with 2 columns"),
        ("setup,punchline\na b,c\nd,e", "About 2 rows of a table with 2 columns"),
        ('[{"joke": "a"}]', "This looks like JSON. What is in it is shown next."),
        ("I came, I saw.\nYou left, you right.", "About 2 jokes: one a line"),
        ("a joke; " * 100_000, "One line of text, longer than any joke"),
        ("one more joke\n" * 100_000, "About 100,000 jokes: one a line"),
    ],
)
def test_a_text_is_described_in_a_few_words(text: str, words: str) -> None:
    assert guess_in_words(text) == words


# ---- Links ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "Paste or type"),
        ("http://example.com/a.csv", "https://"),
        ("file:///home/me/a.csv", "a file on this computer"),
        (r"C:\jokes\a.csv", "a file on this computer"),
        ("https:///", "name of the web site"),
        ("https://example.com/a b.csv", "no spaces"),
        ("hello", "whole https address"),
        ("ftp://example.com/a.csv", "ftp:"),
        ("https://me:secret@example.com/a.csv", "password"),
        ("https://example.com/" + "x" * 3_000, "too long"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_next_to_it(
    qtbot: QtBot, theme: Theme, text: str, part: str
) -> None:
    assert part in understand_link(text).problem
    dialog = opened(qtbot, LinkDialog())
    dialog.line.setText("x")
    dialog.line.setText(text)
    assert part in dialog.field.problem()
    assert not dialog.primary.isEnabled()


def test_an_address_that_is_being_typed_is_not_wrong_yet(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, LinkDialog())
    made = requests_of(dialog)
    for key in "https://":
        QTest.keyClicks(dialog.line, key)
        assert not dialog.primary.isEnabled()
    dialog.line.clear()
    QTest.keyClicks(dialog.line, "https:/")
    assert dialog.field.problem() == ""
    QTest.keyClicks(dialog.line, "/example.com/jokes.csv")
    assert dialog.field.problem() == ""
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert made == [BringRequest(link="https://example.com/jokes.csv")]


def test_an_address_in_the_clipboard_is_offered(qtbot: QtBot, theme: Theme) -> None:
    copy_text("https://example.com/jokes.csv\n")
    dialog = opened(qtbot, LinkDialog())
    assert dialog.line.text() == "https://example.com/jokes.csv"
    assert dialog.line.selectedText() == dialog.line.text()
    assert dialog.line.hasFocus()
    assert dialog.primary.isEnabled()


def test_other_text_in_the_clipboard_is_not(qtbot: QtBot, theme: Theme) -> None:
    copy_text("A joke about https://example.com")
    dialog = opened(qtbot, LinkDialog())
    assert dialog.line.text() == ""
    assert dialog.field.problem() == ""
    assert not dialog.primary.isEnabled()


def test_pages_of_files_are_explained(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, LinkDialog())
    dialog.line.setText("https://github.com/owner/jokes/blob/main/jokes.csv")
    assert "raw.githubusercontent.com" in understand_link(dialog.line.text()).note
    dialog.line.setText("https://docs.google.com/spreadsheets/d/abc/edit")
    assert "must be shared" in understand_link(dialog.line.text()).note
    assert dialog.primary.isEnabled()


def test_the_page_of_a_data_set_can_be_looked_at_first(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, LinkDialog(None, "https://huggingface.co/datasets/owner/jokes"))
    with qtbot.waitSignal(dialog.hub_wanted, timeout=1000) as wanted:
        click(qtbot, dialog, "link_hub_action")
    assert wanted.args == ["https://huggingface.co/datasets/owner/jokes"]
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_only_a_text_that_is_nothing_but_an_address_is_one() -> None:
    assert only_link(" https://example.com/a.csv ") == "https://example.com/a.csv"
    assert only_link("https://example.com/a.csv https://example.com/b.csv") == ""
    assert only_link("example.com/a.csv") == ""


def test_a_line_of_code_names_a_data_set() -> None:
    found = understand_hub_name('ds = load_dataset("owner/jokes", "short")')
    assert (found.name, found.config) == ("owner/jokes", "short")
    found = understand_hub_name("https://huggingface.co/datasets/owner/jokes/viewer/long/test")
    assert (found.name, found.config, found.split) == ("owner/jokes", "long", "test")
