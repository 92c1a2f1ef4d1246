"""What two texts differ in is found, and can be seen whatever it is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jokegen.ui.doctor.differences import (
    Mark,
    Piece,
    differences,
    excerpt,
    shortened,
    visible,
)
from jokegen.ui.doctor.marked_text import MarkedText, is_written_right_to_left
from tests.gui.support import Show


def marked(pieces: list[Piece], mark: Mark) -> list[str]:
    return [piece.text for piece in pieces if piece.mark is mark and piece.text]


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        ("I like R&amp;D <b>a lot</b>", "I like R&D a lot", ["amp;", "<b>", "</b>"], []),
        ("A CafÃ© in town", "A Café in town", ["Ã©"], ["é"]),
        ("12. Why not?", "Why not?", ["12. "], []),
        ("too  many", "too many", ["·"], []),
        ("a\u200bb", "ab", ["‹zero width space›"], []),
        ("bell\x07", "bell", ["‹character 7›"], []),
        ("Cafe\u0301 here", "Café here", ["e◌\u0301"], ["é"]),
        ("one<br>two", "one\ntwo", ["<br>"], ["⏎"]),
        ("all the same", "all the same", [], []),
        ("https://example.com", "", ["https://example.com"], []),
    ],
)
def test_what_differs_is_marked_in_both_texts(
    before: str, after: str, removed: list[str], added: list[str]
) -> None:
    was, now = differences(before, after)
    assert marked(was, Mark.REMOVED) == removed
    assert marked(now, Mark.ADDED) == added


LETTERS = st.text(alphabet="ab .<>&;😀é")


@given(LETTERS, LETTERS)
def test_the_pieces_are_the_texts_but_for_signs_in_place_of_blanks(before: str, after: str) -> None:
    was, now = differences(before, after)
    assert "".join(piece.text for piece in was).replace("·", " ") == before
    assert "".join(piece.text for piece in now).replace("·", " ") == after
    assert all(piece.mark is not Mark.ADDED for piece in was)
    assert all(piece.mark is not Mark.REMOVED for piece in now)


def test_the_longest_jokes_are_compared_in_a_moment() -> None:
    start = time.process_time()
    differences("tick tock " * 800, "tock tick " * 800)
    differences("ab " * 100, "ba " * 100)
    assert time.process_time() - start < 0.5


def test_an_excerpt_shows_the_same_place_of_both_texts() -> None:
    was, now = differences("x" * 500 + "&amp;" + "y" * 500, "x" * 500 + "&" + "y" * 500)
    before = "".join(piece.text for piece in excerpt(was))
    after = "".join(piece.text for piece in excerpt(now))
    assert "&amp;y" in before
    assert "&y" in after
    assert len(before) < 160
    assert before.startswith("… x")
    assert after.endswith("y …")


def test_a_text_without_differences_is_shown_from_its_beginning() -> None:
    assert excerpt([Piece("short")]) == [Piece("short")]
    assert excerpt([Piece("long " * 100)])[0].text.startswith("long long")
    assert shortened("a" * 500, 10) == "a" * 10 + "…"


def test_only_what_cannot_be_seen_gets_a_name() -> None:
    assert visible("see me") == "see me"
    assert visible(" \t") == "·→"
    assert visible("\u200d") == "‹zero width joiner›"


@pytest.mark.parametrize(
    ("text", "is_rtl"),
    [("hello", False), ("12 שלום", True), ("سلام", True), ("(!) <b>", False), ("", False)],
)
def test_a_text_is_written_in_the_direction_of_its_first_letter(text: str, is_rtl: bool) -> None:
    assert is_written_right_to_left(text) is is_rtl


def test_marked_text_is_plain_text_and_grows_where_it_is_narrow(shown: Show) -> None:
    pieces = [Piece("<b>not bold</b> 😀 "), Piece("gone", Mark.REMOVED), Piece(" " + "x" * 300)]
    label = MarkedText(pieces)
    shown(label, 400, 300)
    assert label.text() == "<b>not bold</b> 😀 gone " + "x" * 300
    assert label.marked(Mark.REMOVED) == ["gone"]
    assert label.heightForWidth(100) > 2 * label.heightForWidth(400)
