"""The proposed joke column is the one a person would choose."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest

from jokegen.data.columns import find_joke_column

JOKES = [f"A man walks into bar number {i} and says ouch, {i} times over." for i in range(50)]
SHORT = [f"He said ouch {i}" for i in range(50)]
IDS = [str(i) for i in range(50)]
HASHES = [f"t3_{i * 7919:08x}" for i in range(50)]
URLS = [f"https://example.org/jokes/a long one/{i}" for i in range(50)]
DATES = [f"2019-01-{i % 28 + 1:02d} 12:30:00" for i in range(50)]
KINDS = ["animal jokes", "office jokes"] * 25


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"ID": IDS, "Joke": JOKES}, "Joke"),
        ({"joke_id": IDS, "Short_Joke": JOKES}, "Short_Joke"),
        ({"jokes": IDS, "x": JOKES}, "x"),
        ({"text": HASHES, "phrase": JOKES}, "phrase"),
        ({"title": SHORT, "body": JOKES, "score": IDS}, "body"),
        ({"url": URLS, "date": DATES, "y": SHORT}, "y"),
        ({"text": URLS, "z": SHORT}, "z"),
        ({"category": KINDS, "Column 2": SHORT}, "Column 2"),
        ({"Column 1": SHORT, "Column 2": JOKES}, "Column 2"),
        ({"Column 1": IDS, "Column 2": HASHES, "Column 3": JOKES}, "Column 3"),
        ({"text": [""] * 50, "other": JOKES}, "other"),
        ({"id": IDS, "TEXT": ["为什么鸡要过马路？"] * 50}, "TEXT"),
        ({"anything": IDS}, "anything"),
    ],
)
def test_the_likeliest_column_is_proposed(columns: dict[str, list[str]], expected: str) -> None:
    table = pa.table(columns)
    assert find_joke_column(table) == expected
    assert find_joke_column(table.to_batches()[0]) == expected


def test_a_joke_of_nothing_but_digits_does_not_hold_anybody_up() -> None:
    texts = ["1" * 200_000 + "x", "9" * 200_000, "no number here"] * 20
    started = time.monotonic()
    assert find_joke_column(pa.table({"a": texts, "b": SHORT + SHORT[:10]})) == "b"
    assert time.monotonic() - started < 1


def test_proposing_takes_a_moment_only() -> None:
    long = ["A man walks into a bar and says ouch, again and again. " * 10] * 1_000
    table = pa.table({f"column {i}": long for i in range(20)})
    started = time.process_time()
    find_joke_column(table)
    assert time.process_time() - started < 0.5
