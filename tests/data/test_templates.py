"""Columns become jokes as the template says, whatever their names are."""

from __future__ import annotations

import pytest

from jokegen.data.batches import text_batch
from jokegen.data.templates import Template, for_columns, pairs_among, propose
from jokegen.errors import JokegenError


def filled(template: str, **cells: list[str]) -> list[str]:
    columns = tuple(cells)
    return Template(template, columns).fill(text_batch(columns, list(cells.values())))


def test_two_parts_are_joined_as_one_can_see() -> None:
    assert filled("{a} {b}", a=["Why?", " Why not? "], b=["Because.", "\tSo.\n"]) == [
        "Why? Because.", "Why not? So.",
    ]  # fmt: skip
    assert filled("Q: {a}\nA: {b}!", a=["Why"], b=["So"]) == ["Q: Why\nA: So!"]
    assert filled("{b} – {a} {b}", a=["x"], b=["y"]) == ["y – x y"]


def test_one_column_alone_stays_exactly_what_it_is() -> None:
    texts = [" x \n", "", "{a}", "\t"]
    assert filled("{a}", a=texts, b=["y"] * 4) == texts


def test_a_part_that_is_missing_takes_what_stands_before_it_away() -> None:
    cells = {"a": ["Why?", "", "Why?", ""], "b": ["So.", "So.", "  ", ""]}
    assert filled("{a} - {b}", **cells) == ["Why? - So.", "So.", "Why?", ""]
    assert filled("Q: {a} A: {b}", **cells) == ["Q: Why? A: So.", "Q: So.", "Q: Why?", ""]


@pytest.mark.parametrize(
    "name", ["joke {en}", "{joke}", "a}b", "{", "x{{y}}", "é 😂", "a b", "(.*)"]
)
def test_any_name_of_a_column_can_be_used(name: str) -> None:
    template = Template(for_columns([name, "other"]), ["other", name])
    assert template.columns == (name, "other")
    assert template.fill(text_batch(("other", name), [["y"], ["x"]])) == ["x y"]
    assert template.fill_row(["y", "x"]) == "x y"


@pytest.mark.parametrize("template", ["{c}", "{a} {c}", "{A}", "{}", "{ a }"])
def test_a_column_that_is_not_there_is_named_with_those_that_are(template: str) -> None:
    with pytest.raises(JokegenError, match="which is not there") as caught:
        Template(template, ["a", "b"])
    assert "{a}, {b}" in caught.value.todo


@pytest.mark.parametrize("template", ["", "joke", "{a", "a}"])
def test_a_template_without_a_column_says_how_to_name_one(template: str) -> None:
    with pytest.raises(JokegenError, match="names no column") as caught:
        Template(template, ["a", "b"])
    assert "{a}" in caught.value.todo


PAIRS = [
    ("setup", "punchline"), ("Question", "Answer"), ("title", "selftext"), ("Title", "Body"),
    ("q", "a"), ("Q", "A"), ("headline", "body"), ("SETUP", "delivery"),
]  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS)
def test_two_parts_of_one_joke_are_found_by_their_names(pair: tuple[str, str]) -> None:
    columns = ("id", pair[1], pair[0])
    batch = text_batch(columns, [["1"] * 9, ["Because it is."] * 9, ["Why is that so?"] * 9])
    assert propose(columns, batch) == (pair, f"{{{pair[0]}}} {{{pair[1]}}}")
    assert pairs_among(columns) == [pair]


def test_a_second_part_that_is_nearly_always_empty_is_none() -> None:
    columns = ("title", "selftext")
    titles = [f"A whole joke in one line, number {i}." for i in range(20)]
    batch = text_batch(columns, [titles, ["[removed] it is"] * 2 + [""] * 18])
    assert propose(columns, batch) == (("title",), "{title}")


def test_setup_and_punchline_are_joined_where_they_are_nested() -> None:
    columns = ("id", "joke.setup", "joke.punchline")
    sample = text_batch(columns, [("1",), ("Why did the duck?",), ("It did not.",)])
    assert propose(columns, sample) == (
        ("joke.setup", "joke.punchline"), "{joke.setup} {joke.punchline}",
    )  # fmt: skip
