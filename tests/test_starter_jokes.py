"""The jokes that come with Jokegen: enough of them, whole, clean and all different."""

from __future__ import annotations

import csv
import difflib
import re
from collections import Counter

import pytest

from jokegen.config.paths import resource


@pytest.fixture(scope="module")
def jokes() -> list[str]:
    with resource("starter_jokes.csv").open(encoding="utf-8", newline="") as file:
        return [row["joke"] for row in csv.DictReader(file, strict=True)]


def words(joke: str) -> list[str]:
    return re.findall(r"[a-z']+", joke.lower())


def test_there_are_at_least_600_and_each_is_one_whole_line(jokes: list[str]) -> None:
    assert len(jokes) >= 600
    for joke in jokes:
        assert joke == joke.strip()
        assert "\n" not in joke
        assert re.search(r"[.!?…]['\"”’)]*$", joke), joke
        assert 5 <= len(words(joke)) <= 45, joke


def test_no_two_are_nearly_the_same(jokes: list[str]) -> None:
    grams: dict[tuple[str, ...], set[int]] = {}
    sets = []
    for number, joke in enumerate(jokes):
        w = words(joke)
        mine = {tuple(w[i : i + 3]) for i in range(len(w) - 2)}
        sets.append(mine)
        for gram in mine:
            grams.setdefault(gram, set()).add(number)
    pairs = {(a, b) for found in grams.values() for a in found for b in found if a < b}
    for a, b in pairs:
        overlap = len(sets[a] & sets[b]) / len(sets[a] | sets[b])
        assert overlap < 0.3, (jokes[a], jokes[b])
        assert difflib.SequenceMatcher(None, jokes[a], jokes[b]).ratio() < 0.8, (jokes[a], jokes[b])


def test_they_begin_in_many_ways(jokes: list[str]) -> None:
    openings = Counter(tuple(words(joke)[:2]) for joke in jokes)
    assert openings.most_common(1)[0][1] < 0.05 * len(jokes)
    assert len(openings) > 0.5 * len(jokes)
