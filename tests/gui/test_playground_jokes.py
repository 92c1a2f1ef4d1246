"""The jokes of the Playground: they grow, are copied and selected, and are read in peace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from jokegen.jobs.events import TextChunk
from jokegen.ui.kit.theme import Theme
from jokegen.ui.playground.joke_list import MOST_JOKES
from tests.gui.playground_fakes import Bench, clipboard, no_text_is_cut, press, type_into
from tests.gui.support import TRICKY, Show

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, shown: Show) -> Iterator[Bench]:
    made = Bench()
    shown(made.tab, 1000, 640)
    interval = QApplication.doubleClickInterval()
    QApplication.setDoubleClickInterval(0)
    yield made
    QApplication.setDoubleClickInterval(interval)


def test_jokes_grow_as_they_come_and_end_as_plain_text(qtbot: QtBot, bench: Bench) -> None:
    press(bench.part("write_jokes"))
    assert "Loading" in bench.tab.jokes.groups[0].progress.status()
    bench.begin()
    assert bench.texts() == ["…"] * 5
    bench.chunk(1, "My dog")
    qtbot.waitUntil(lambda: bench.texts()[1] == "My dog")
    bench.emit(TextChunk(1, " is"), TextChunk(4, "<i>Fifth"))
    qtbot.waitUntil(lambda: bench.texts() == ["…", "My dog is", "…", "…", "<i>Fifth"])
    bench.written(1, TRICKY)
    assert bench.texts()[1] == TRICKY
    label = bench.part(f"{bench.rows()[1].objectName()}_text")
    assert label.textFormat() is Qt.TextFormat.PlainText
    bench.chunk(0, "A joke")
    bench.done("A joke, whole.", TRICKY, "Third.", "", "x" * 3000)
    assert bench.texts()[:3] == ["A joke, whole.", TRICKY, "Third."]
    assert "without a word" in bench.texts()[3]
    assert bench.texts()[4] == "x" * 3000
    assert bench.tab.jokes.groups[0].progress.isHidden()
    assert bench.part("write_jokes").text() == "Write jokes"
    qtbot.waitUntil(lambda: no_text_is_cut(bench.tab))
    long_row = bench.rows()[4]
    assert long_row.height() > 5 * bench.rows()[0].height()
    assert long_row.width() <= bench.tab.jokes.viewport().width()


def test_a_joke_that_ran_out_of_length_says_so(bench: Bench) -> None:
    press(bench.part("write_jokes"))
    bench.written(0, "It ends here. “Or so.”", ended=False)
    bench.written(1, "It does not even", ended=False)
    bench.written(2, "It ended itself.")
    notes = [row.note() for row in bench.rows()[:3]]
    assert "cut at its last whole sentence" in notes[0]
    assert "cut at its last whole word" in notes[1]
    assert notes[2] == ""


def test_jokes_are_copied_one_by_one_and_all_together(qtbot: QtBot, bench: Bench) -> None:
    press(bench.part("write_jokes"))
    bench.done("One.", TRICKY, "", "Four\nlines", "Five.")
    row = bench.rows()[1].objectName()
    copy = bench.part(f"{row}_copy")
    press(copy)
    assert clipboard() == TRICKY
    assert copy.accessibleName() == "Copied"
    qtbot.waitUntil(lambda: copy.accessibleName() == "Copy this joke", timeout=4_000)
    copy_all = bench.part(f"{bench.tab.jokes.groups[0].objectName()}_copy_all")
    copy_all.setFocus()
    QTest.keyClick(copy_all, Qt.Key.Key_Space)
    assert clipboard() == f"One.\n\n{TRICKY}\n\nFour\nlines\n\nFive."
    assert copy_all.text() == "Copied"


def test_the_text_of_a_joke_can_be_selected_with_the_mouse(qtbot: QtBot, bench: Bench) -> None:
    press(bench.part("write_jokes"))
    bench.done("Selectable words.", "b", "c", "d", "e")
    label = bench.part(f"{bench.rows()[0].objectName()}_text")
    QTest.mouseMove(bench.part("write_jokes"))
    QTest.mouseMove(label)
    qtbot.waitUntil(
        lambda: bool(label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse)
    )
    QTest.mouseDClick(label, LEFT, pos=label.rect().topLeft() + label.rect().center() * 0.02)
    assert label.selectedText().startswith("Selectable")


def test_clear_takes_all_but_what_is_being_written(bench: Bench) -> None:
    for _ in range(2):
        press(bench.part("write_jokes"))
        bench.done("Ha.", "Ha.")
    press(bench.part("write_jokes"))
    bench.begin()
    assert bench.part("joke_total").text() == "9 jokes"
    press(bench.part("clear_jokes"))
    assert len(bench.tab.jokes.groups) == 1
    assert not bench.part("clear_jokes").isEnabled()
    bench.done("Still here.")
    assert bench.texts()[0] == "Still here."
    press(bench.part("clear_jokes"))
    assert bench.tab.jokes.groups == []
    assert bench.part("no_jokes").isVisible()


def test_only_the_newest_jokes_are_kept(bench: Bench) -> None:
    type_into(bench.part("joke_count"), "20")
    for number in range(MOST_JOKES // 20 + 2):
        press(bench.part("write_jokes"))
        bench.done(*[f"Joke of press {number}."] * 20)
    assert bench.tab.jokes.joke_count() == MOST_JOKES
    assert bench.texts(-1)[0] == "Joke of press 2."
    assert bench.texts(0)[0] == f"Joke of press {MOST_JOKES // 20 + 1}."


def test_what_is_being_read_stays_in_place_while_jokes_above_grow(
    qtbot: QtBot, bench: Bench
) -> None:
    for _ in range(3):
        press(bench.part("write_jokes"))
        bench.done(*["An old joke."] * 5)
    press(bench.part("write_jokes"))
    bench.begin()
    bar = bench.tab.jokes.verticalScrollBar()
    read, content = bench.rows(2)[2], bench.tab.jokes.widget()
    assert content is not None
    qtbot.waitUntil(lambda: bar.maximum() > 300)
    assert bar.value() == 0, "the newest jokes come into view"
    bar.setValue(read.mapTo(content, read.rect().topLeft()).y() - 20)
    before, highest = read.mapTo(bench.tab.jokes.viewport(), read.rect().topLeft()), bar.maximum()
    bench.chunk(0, "words " * 150)
    qtbot.waitUntil(lambda: bar.maximum() > highest + 50)
    assert read.mapTo(bench.tab.jokes.viewport(), read.rect().topLeft()) == before
