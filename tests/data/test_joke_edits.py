"""What a person does to jokes: seen at once, undone, and what the joke doctor makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.data import joke_edits
from jokegen.data.doctor import engine
from jokegen.data.joke_digest import read_digest
from jokegen.data.joke_edits import JokeEdits
from jokegen.data.row_query import Show
from jokegen.data.table import TextTable
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import (
    Edit,
    ExamineRequest,
    Fix,
    FixKind,
    PreviewRequest,
    Recipe,
)
from tests.examined_tables import write_examined

JOKES = [
    ("Plain.", "", ""),
    ("Mended.", "", "Mended  ."),
    ("Again.", "repeated", ""),
    ("Gone.", "removed by hand", ""),
    ("", "empty", ""),
    ("New.", "", "Old."),
    ("Long.", "too long", ""),
]


def rows(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(numbers, np.int64)


@pytest.fixture
def table(tmp_path: Path) -> TextTable:
    return TextTable.for_examined(write_examined(tmp_path / "t.arrow", JOKES, rows_a_batch=2))


def edits_over(table: TextTable, edits: Sequence[Edit] = ()) -> JokeEdits:
    return JokeEdits(read_digest(table, lambda: None), edits, table.text)


def labels(edits: JokeEdits) -> list[str]:
    return [edits.label(row) for row in range(len(edits.codes))]


def test_the_words_and_limits_are_those_of_the_doctor() -> None:
    assert (joke_edits.EMPTY, joke_edits.TOO_LONG, joke_edits.BY_HAND) == (
        engine.EMPTY,
        engine.TOO_LONG,
        engine.BY_HAND,
    )
    assert joke_edits.MOST_CHARACTERS == engine.MAX_JOKE_CHARACTERS


def test_each_joke_says_what_is_done_to_it(table: TextTable) -> None:
    edits = edits_over(table, (Edit(3), Edit(5, text="New.")))
    assert labels(edits) == [
        "", "Mended", "Repeated", "Removed by you", "Empty", "Changed by you", "Too long",
    ]  # fmt: skip
    assert edits.former_text(5) == "Old."
    assert edits.former_text(1) == "Mended  ."
    assert edits.former_text(0) == ""
    counts = edits.counts
    assert (counts.jokes, counts.kept, counts.left_out) == (7, 3, 4)
    assert counts.reasons == {"removed by hand": 1, "repeated": 1, "empty": 1, "too long": 1}
    assert (counts.mended, counts.edited) == (1, 2)


def test_edits_are_seen_at_once_and_told_by_their_place(table: TextTable) -> None:
    edits = edits_over(table)
    assert edits.set_text(0, "  Better.  ") == "changed 1 joke"
    assert edits.remove(rows(1, 2)) == "removed 1 joke", "one of them is left out already"
    assert edits.restore(rows(2, 6)) == "restored 2 jokes"
    assert labels(edits)[:3] == ["Changed by you", "Removed by you", "Kept by you"]
    assert (edits.text(0), edits.former_text(0)) == ("Better.", "Plain.")
    assert edits.edits() == (
        Edit(0, text="Better."), Edit(1), Edit(2, is_kept=True), Edit(6, is_kept=True),
    )  # fmt: skip
    assert edits.edits() is edits.edits(), "made anew only when something changed"


def test_every_step_is_undone_and_done_again(table: TextTable) -> None:
    edits = edits_over(table)
    states = [(labels(edits), edits.edits())]
    for act in (
        partial(edits.remove, rows(0, 1, 5)),
        partial(edits.set_text, 1, "Another."),
        partial(edits.restore, rows(0, 2)),
        partial(edits.set_text, 1, "Mended."),
    ):
        assert act()
        states.append((labels(edits), edits.edits()))
    for state in reversed(states[:-1]):
        edits.undo()
        assert (labels(edits), edits.edits()) == state
    assert not edits.can_undo
    for state in states[1:]:
        edits.redo()
        assert (labels(edits), edits.edits()) == state
    edits.undo()
    assert edits.remove(rows(0))
    assert not edits.can_redo, "what comes after a new step is another story"


def test_restoring_takes_the_last_thing_back_first(table: TextTable) -> None:
    edits = edits_over(table)
    edits.set_text(0, "Changed.")
    edits.remove(rows(0))
    assert labels(edits)[0] == "Removed by you"
    assert edits.restore(rows(0)) == "restored 1 joke"
    assert (labels(edits)[0], edits.text(0)) == ("Changed by you", "Changed.")
    assert edits.restore(rows(0)) == "took back your changes to 1 joke"
    assert (labels(edits)[0], edits.text(0)) == ("", "Plain.")
    assert edits.edits() == ()
    assert edits.restore(rows(0)) == ""


def test_taking_back_what_is_in_the_table_already_shows_the_former_text(table: TextTable) -> None:
    edits = edits_over(table, (Edit(3), Edit(5, text="New.")))
    edits.restore(rows(5))
    assert (edits.text(5), labels(edits)[5]) == ("Old.", "")
    edits.restore(rows(3))
    assert labels(edits)[3] == ""
    assert edits.edits() == ()


def test_an_empty_joke_cannot_be_kept_but_written(table: TextTable) -> None:
    edits = edits_over(table)
    assert edits.restore(rows(4)) == ""
    assert edits.set_text(4, "   ") == ""
    assert edits.set_text(4, "Now it is one.") == "changed 1 joke"
    assert labels(edits)[4] == "Changed by you"


def test_a_giant_that_could_not_be_kept_says_so(tmp_path: Path) -> None:
    giant = "x" * (joke_edits.MOST_CHARACTERS + 1)
    path = write_examined(tmp_path / "t.arrow", [(giant, "too long", ""), ("ok", "too long", "")])
    edits = edits_over(TextTable(path), (Edit(0, is_kept=True), Edit(1, is_kept=True)))
    assert labels(edits) == ["Too long", "Kept by you"]


def test_edits_that_are_not_in_the_table_yet_are_shown_as_well(table: TextTable) -> None:
    edits = edits_over(table, (Edit(0, text="To come."), Edit(1), Edit(2, is_kept=True)))
    assert labels(edits)[:3] == ["Changed by you", "Removed by you", "Kept by you"]
    assert edits.text(0) == "To come."
    assert edits.changed == {0: "To come."}


def test_edits_of_jokes_that_are_not_there_are_not_lost(table: TextTable) -> None:
    elsewhere = (Edit(99), Edit(0, 7, "Part of a row."))
    edits = edits_over(table, elsewhere)
    assert edits.edits() == elsewhere
    edits.remove(rows(0))
    assert set(edits.edits()) == {Edit(0), *elsewhere}


@pytest.mark.parametrize(
    ("places", "texts", "can"),
    [
        ([(0, 0), (1, 0)], ("A.", "a."), True),
        ([(0, 0), (0, 1)], ("A.", "A. B."), False),  # part of a row
        ([(0, 0), (2, 0)], ("A\nB", "A"), False),  # several rows joined
        ([(0, 0), (1, 0)], ("A.", ""), False),  # nothing was done to it
    ],
)
def test_a_former_text_is_put_back_only_where_nothing_is_lost(
    tmp_path: Path, places: list[tuple[int, int]], texts: tuple[str, str], can: bool
) -> None:
    jokes = [(texts[0], "", texts[1]), ("Other.", "", "")]
    path = write_examined(tmp_path / "t.arrow", jokes, places)
    edits = edits_over(TextTable(path))
    assert edits.can_put_back(0) is can
    if can:
        edits.put_back(0)
        assert edits.edits() == (Edit(0, text="a."),)


def test_only_what_is_asked_for_is_wanted(table: TextTable) -> None:
    edits = edits_over(table, (Edit(3),))
    edits.set_text(0, "Changed.")
    wanted = {
        (show, note): [] if mask is None else np.flatnonzero(mask).tolist()
        for show in Show
        for note in ("", "repeated", "removed by hand", "no such reason")
        for mask in (edits.wanted(show, note),)
    }
    assert edits.wanted(Show.ALL) is None
    assert wanted[Show.KEPT, ""] == [0, 1, 5]
    assert wanted[Show.LEFT_OUT, ""] == [2, 3, 4, 6]
    assert wanted[Show.LEFT_OUT, "repeated"] == [2]
    assert wanted[Show.LEFT_OUT, "removed by hand"] == [3]
    assert wanted[Show.LEFT_OUT, "no such reason"] == []
    assert wanted[Show.CHANGED, ""] == [1, 5]
    assert wanted[Show.EDITED, ""] == [0, 3]


def test_after_the_next_examination_everything_looks_the_same(paths: Paths) -> None:
    paths.home.mkdir()
    source = paths.home / "jokes.txt"
    lines = [f"Joke number {n} is a  good one." for n in range(20)]
    lines[7] = lines[3]
    source.write_text("\n".join(lines), encoding="utf-8")
    context = RecordingContext(paths)
    preview = model_service.preview(PreviewRequest((source,)), context)
    fixes = (Fix(FixKind.SPACES), Fix(FixKind.EXACT_DUPLICATES))

    def examined(edits: Sequence[Edit]) -> JokeEdits:
        request = ExamineRequest(
            preview.table, preview.joke_columns, preview.template, Recipe(fixes, tuple(edits))
        )
        table = TextTable.for_examined(model_service.examine(request, context).table)
        return edits_over(table, edits)

    before = examined(())
    assert before.label(7) == "Repeated"
    before.remove(rows(1, 2))
    before.restore(rows(7))
    before.set_text(5, "Quite another joke.\nOn two lines.")
    before.set_text(7, "Not repeated any more.")
    before.put_back(9)
    after = examined(before.edits())
    assert labels(after) == labels(before)
    kept = [row for row in range(20) if row not in (1, 2)]
    assert [after.text(row) for row in kept] == [before.text(row) for row in kept]
    assert after.edits() == before.edits()
    assert after.changed == {}, "all of it is in the table now"
    assert [after.former_text(row) for row in (5, 9)] == [before.former_text(5), ""]
