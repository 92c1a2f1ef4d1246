"""A recipe makes jokes of rows, and everything it did can be told afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from jokegen.data.doctor.engine import MAX_JOKE_CHARACTERS, Applied, Tools, apply_recipe
from jokegen.errors import JobCancelled
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.dataset_requests import Edit, Fix, FixKind, Recipe
from jokegen.jobs.events import Phase, Progress
from tests.data.doctor.support import NOWHERE, applied

CHICKEN = "Why did the chicken cross the road? To get to the other side."
GHOSTS = "Why are ghosts such bad liars? Because you can see right through them."
SEVERAL = f"1. {CHICKEN}\n2. {GHOSTS}"
QUESTION, ANSWER = "Q: What is brown and sticky?", "A: A stick."


def table(result: Applied) -> list[tuple[int, int, str, str, str]]:
    """What the window shows: row, part, joke, note, before."""
    return list(result.rows())


def test_without_fixes_only_outer_white_space_goes() -> None:
    rows = ["  two  blanks ", "&amp; <br>", "", "same", "same", "\n"]
    result = applied(rows)
    assert result.texts == ["two  blanks", "&amp; <br>", "", "same", "same", ""]
    assert result.left_out == {"empty": 2}
    assert (result.changed, result.before) == ({}, {})


def test_a_joke_longer_than_any_base_model_can_learn_is_left_out() -> None:
    rows = ["x" * MAX_JOKE_CHARACTERS, "x" * (MAX_JOKE_CHARACTERS + 1)]
    assert applied(rows).notes == {1: "too long"}
    assert applied(rows, edits=[Edit(1, is_kept=True)]).notes == {1: "too long"}


def test_what_jokes_were_before_can_be_told() -> None:
    result = applied(["a &amp;  b 😂", "plain"], FixKind.HTML, FixKind.EMOJI, FixKind.SPACES)
    assert result.texts == ["a & b", "plain"]
    assert result.before == {0: "a &amp;  b 😂"}
    assert result.changed == {"html": 1, "emoji": 1, "spaces": 1}


def test_fixes_are_done_in_their_order_whatever_the_recipe_says() -> None:
    rows = ["&lt;b&gt;bold&lt;/b&gt; &#x1F602;", "bold"]
    kinds = [FixKind.EXACT_DUPLICATES, FixKind.EMOJI, FixKind.HTML]
    assert applied(rows, *kinds).notes == {1: "repeated"}
    assert applied(rows, *reversed(kinds)).notes == {1: "repeated"}


def test_parts_of_a_row_are_told_apart() -> None:
    result = applied([CHICKEN, SEVERAL, GHOSTS], FixKind.SEVERAL_IN_ROW)
    assert table(result) == [
        (0, 0, CHICKEN, "", ""),
        (1, 1, CHICKEN, "", SEVERAL),
        (1, 2, GHOSTS, "", SEVERAL),
        (2, 0, GHOSTS, "", ""),
    ]


def test_a_joined_joke_says_how_many_rows_it_is_made_of() -> None:
    result = applied([CHICKEN, QUESTION, ANSWER, GHOSTS], FixKind.OVER_ROWS)
    assert table(result) == [
        (0, 0, CHICKEN, "", ""),
        (1, -2, f"{QUESTION}\n{ANSWER}", "", QUESTION),
        (3, 0, GHOSTS, "", ""),
    ]


def test_parting_and_joining_go_together() -> None:
    rows = [QUESTION, ANSWER, SEVERAL, "Knock, knock.", "Who's there?"]
    result = applied(rows, FixKind.SEVERAL_IN_ROW, FixKind.OVER_ROWS)
    places = [(row, part) for row, part, *_ in table(result)]
    assert places == [(0, -2), (2, 1), (2, 2), (3, 0), (4, 0)]


def test_nothing_is_joined_to_a_part_of_a_row() -> None:
    last = "Why is it so? I really cannot say, they told me nothing of it."
    rows = [f"1. {last}\n2. {last}", ANSWER]
    result = applied([QUESTION, *rows], FixKind.SEVERAL_IN_ROW, FixKind.OVER_ROWS)
    assert result.texts == [QUESTION, last, last, ANSWER]


@pytest.mark.parametrize(
    ("fixes", "edit", "expected"),
    [
        ([], Edit(1, 0, "by hand"), [CHICKEN, "by hand", QUESTION, ANSWER]),
        ([FixKind.SEVERAL_IN_ROW], Edit(1, 1, "by hand"),
         [CHICKEN, "by hand", GHOSTS, QUESTION, ANSWER]),
        ([FixKind.SEVERAL_IN_ROW], Edit(1, 2, "by hand"),
         [CHICKEN, CHICKEN, "by hand", QUESTION, ANSWER]),
        ([FixKind.SEVERAL_IN_ROW], Edit(1, 2), [CHICKEN, CHICKEN, QUESTION, ANSWER]),
        ([FixKind.OVER_ROWS], Edit(2, -2, "by hand"), [CHICKEN, SEVERAL, "by hand"]),
        ([FixKind.OVER_ROWS], Edit(2, -2), [CHICKEN, SEVERAL]),
        ([FixKind.OVER_ROWS, FixKind.SEVERAL_IN_ROW], Edit(2, -2, "by hand"),
         [CHICKEN, CHICKEN, GHOSTS, "by hand"]),
        # An edit of what is not there (any more) rests.
        ([], Edit(1, 2, "by hand"), [CHICKEN, SEVERAL, QUESTION, ANSWER]),
        ([], Edit(2, -2, "by hand"), [CHICKEN, SEVERAL, QUESTION, ANSWER]),
        ([], Edit(99, 0, "by hand"), [CHICKEN, SEVERAL, QUESTION, ANSWER]),
        # What was edited as a whole stays whole.
        ([FixKind.SEVERAL_IN_ROW], Edit(1, 0, "by hand"), [CHICKEN, "by hand", QUESTION, ANSWER]),
        ([FixKind.SEVERAL_IN_ROW], Edit(1, 0), [CHICKEN, QUESTION, ANSWER]),
        ([FixKind.OVER_ROWS], Edit(3, 0, "by hand"), [CHICKEN, SEVERAL, QUESTION, "by hand"]),
        ([FixKind.OVER_ROWS], Edit(2, 0, is_kept=True), [CHICKEN, SEVERAL, QUESTION, ANSWER]),
    ],
)  # fmt: skip
def test_an_edit_hits_the_joke_that_was_seen(
    fixes: Sequence[FixKind], edit: Edit, expected: list[str]
) -> None:
    rows = [CHICKEN, SEVERAL, QUESTION, ANSWER]
    assert applied(rows, *fixes, edits=[edit]).jokes == expected


def test_a_text_written_by_hand_is_not_changed_by_fixes() -> None:
    rows = ["one &amp; two", "three &amp; four"]
    result = applied(rows, FixKind.HTML, edits=[Edit(0, text="I want &amp; here")])
    assert result.texts == ["I want &amp; here", "three & four"]
    assert result.before == {0: "one &amp; two", 1: "three &amp; four"}
    assert result.changed == {"html": 1}


def test_a_text_written_by_hand_can_be_left_out() -> None:
    rows = ["one joke", "another"]
    edits = [Edit(1, text="one joke")]
    assert applied(rows, FixKind.EXACT_DUPLICATES, edits=edits).notes == {1: "repeated"}
    edits = [Edit(1, text=" ")]
    assert applied(rows, edits=edits).notes == {1: "empty"}


def test_what_a_person_removed_is_left_out_and_not_changed() -> None:
    result = applied(["one &amp; two", "three"], FixKind.HTML, edits=[Edit(0)])
    assert table(result)[0] == (0, 0, "one &amp; two", "removed by hand", "")


def test_halves_of_surrogate_pairs_in_edits_do_no_harm() -> None:
    assert applied(["a"], edits=[Edit(0, text="b\ud83d")]).texts == ["b?"]


def test_of_several_edits_of_one_joke_the_last_one_counts() -> None:
    edits = [Edit(0, text="first"), Edit(0), Edit(0, text="last")]
    assert applied(["joke"], edits=edits).jokes == ["last"]


LEAVING = {
    FixKind.PERSONAL: "write to bob@example.com today",
    FixKind.OFFENSIVE: "what the fuck is this",
    FixKind.LANGUAGE: "Warum können Geister so schlecht lügen? Weil man hindurchsehen kann.",
    FixKind.TOO_SHORT: "Ha!",
    FixKind.TOO_LONG: "word " * 1_500,
    FixKind.EXACT_DUPLICATES: CHICKEN,
    FixKind.SAME_WORDS: CHICKEN.upper(),
    FixKind.NEAR_DUPLICATES: CHICKEN.upper(),
}


@pytest.mark.parametrize("kind", LEAVING)
def test_a_joke_that_a_person_keeps_is_never_left_out_by_a_fix(kind: FixKind) -> None:
    rows = [CHICKEN, GHOSTS, LEAVING[kind]]
    assert len(applied(rows, kind).jokes) == 2
    edits = [Edit(2, is_kept=True)]
    assert rows[2].strip() in applied(rows, kind, edits=edits).jokes


@pytest.mark.parametrize("kind", [FixKind.EXACT_DUPLICATES, FixKind.SAME_WORDS])
def test_a_kept_repeat_takes_the_place_of_the_first(kind: FixKind) -> None:
    rows = [CHICKEN, GHOSTS, CHICKEN, CHICKEN]
    assert set(applied(rows, kind, edits=[Edit(2, is_kept=True)]).notes) == {0, 3}
    edits = [Edit(2, is_kept=True), Edit(0, is_kept=True)]
    assert set(applied(rows, kind, edits=edits).notes) == {3}


def test_a_kept_joke_may_have_a_new_text_too() -> None:
    edits = [Edit(1, text=CHICKEN, is_kept=True), Edit(0, is_kept=True)]
    result = applied([CHICKEN, "other"], FixKind.EXACT_DUPLICATES, edits=edits)
    assert result.jokes == [CHICKEN, CHICKEN]


def test_progress_rises_to_no_more_than_all() -> None:
    context = RecordingContext(NOWHERE)
    rows = [f"joke number {number} &amp; more" for number in range(10_000)]
    recipe = Recipe(tuple(Fix(kind) for kind in FixKind))
    apply_recipe([rows], recipe, Tools(), context)
    told = [event for event in context.events if isinstance(event, Progress)]
    assert {event.phase for event in told} == {Phase.CLEANING}
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert all(event.total is not None and event.done <= event.total for event in told)


def test_a_recipe_can_be_stopped() -> None:
    context = RecordingContext(NOWHERE)
    context.request_stop(Stop.CANCEL)
    with pytest.raises(JobCancelled):
        apply_recipe([["joke"]], Recipe(), Tools(), context)
