"""All pairs of jokes that are nearly the same, and words as numbers."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jokegen.data import alike
from jokegen.data.alike import allowed_difference, find_alike
from jokegen.data.near_duplicates import word_set
from jokegen.data.splitting import sameness_key
from jokegen.data.word_numbers import WordNumbers


def numbers(jokes: list[str]) -> WordNumbers:
    return WordNumbers.of(jokes, sameness_key)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=30))
def test_words_and_marks_are_those_of_the_texts(jokes: list[str]) -> None:
    words = numbers(jokes)
    sets = [word_set(joke) for joke in jokes]
    assert words.counts.tolist() == [len(each) for each in sets]
    mine = [
        frozenset(words.flat[start : start + count].tolist())
        for start, count in zip(words.starts.tolist(), words.counts.tolist(), strict=True)
    ]
    keys = [sameness_key(joke) for joke in jokes]
    for i in range(len(jokes)):
        for j in range(i):
            assert (mine[i] == mine[j]) == (sets[i] == sets[j])
            assert len(mine[i] & mine[j]) == len(sets[i] & sets[j])
            assert (words.marks[i] == words.marks[j]) == (keys[i] == keys[j])


def test_numbers_do_not_depend_on_company() -> None:
    dice = random.Random(1)
    jokes = [
        f"joke {dice.randrange(10**6)} über_{i} Tee" if i % 3 else f"A.b {i}" for i in range(9_000)
    ]
    together = numbers(jokes)
    for number in (0, 1, 4_095, 4_096, 8_999):
        alone = numbers([jokes[number]])
        start, count = together.starts[number], together.counts[number]
        assert alone.flat.tolist() == together.flat[start : start + count].tolist()
        assert alone.marks[0] == together.marks[number]
    # They are the same on every computer and in every version: data sets are made again by them.
    assert [int(mark) for mark in numbers(["Ha, ha!", "é", "😂"]).marks] == MARKS


MARKS = [14476363507006308834, 9041499159166402258, 6532232185523897455]


def test_few_and_very_long_jokes_have_words_too() -> None:
    assert numbers([]).flat.tolist() == []
    jokes = ["x " * 200_000, "y" * 1_000_000, "a b c"]
    assert numbers(jokes * 3).counts.tolist() == [1, 1, 3] * 3


@pytest.mark.parametrize("similarity", [0.8, 0.85, 0.9, 1.0])
def test_the_allowed_difference_is_the_most_that_there_can_be(similarity: float) -> None:
    for a in range(1, 40):
        for b in range(1, 40):
            differences = [
                a + b - 2 * common
                for common in range(1, min(a, b) + 1)
                if common / (a + b - common) >= similarity
            ]
            assert allowed_difference(a, b, similarity) == max(differences, default=-1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("vocabulary", [12, 60, 5_000])
def test_the_links_are_those_of_comparing_all_with_all(seed: int, vocabulary: int) -> None:
    dice = random.Random(seed)
    jokes = [
        " ".join(f"w{dice.randrange(vocabulary)}" for _ in range(dice.randrange(1, 60)))
        for _ in range(250)
    ]
    for joke in dice.sample(jokes, 120):
        words = joke.split()
        for _ in range(dice.randrange(4)):
            words[dice.randrange(len(words))] = f"w{dice.randrange(vocabulary)}"
        jokes.append(" ".join(words))
    sets = [word_set(joke) for joke in jokes]
    leaders = list(range(len(jokes)))

    def find(joke: int) -> int:
        while leaders[joke] != joke:
            joke = leaders[joke]
        return joke

    for i in range(len(jokes)):
        for j in range(i):
            common = len(sets[i] & sets[j])
            if common / (len(sets[i]) + len(sets[j]) - common) >= 0.85:
                low, high = sorted((find(i), find(j)))
                leaders[high] = low
    found = find_alike(numbers(jokes), 0.85)
    assert found.is_complete
    assert found.leaders.tolist() == [find(joke) for joke in range(len(jokes))]


def test_groups_that_share_a_drawer_are_parted_further_and_given_up_honestly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alike, "_COMPARED", 4)
    dice = random.Random(1)
    shared = [f"all{i}" for i in range(12)]
    jokes = [
        " ".join([*shared, *(f"own{dice.randrange(10**6)}" for _ in range(8))]) for _ in range(400)
    ]
    pairs = [" ".join([*joke.split()[:-1], "last"]) for joke in jokes[:50]]
    found = find_alike(numbers([*jokes, *pairs]), 0.85)
    linked = sum(found.leaders[400 + i] == i for i in range(50))
    assert linked == 50 or not found.is_complete
    assert not np.any(found.leaders[:400] != np.arange(400))
    # Where all of such a group are linked with each other, nothing was missed.
    mould = [" ".join([*shared, *shared[:3], "and", "one", "more", f"n{i}"]) for i in range(400)]
    found = find_alike(numbers(mould), 0.85)
    assert found.is_complete
    assert set(found.leaders.tolist()) == {0}
