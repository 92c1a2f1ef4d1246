"""The split depends on the jokes alone, and leaks none."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jokegen.data.splitting import sameness_key, split_jokes

JOKES = [f"Joke number {i}: a man walks into a bar." for i in range(1_000)]


def test_the_split_does_not_depend_on_the_order() -> None:
    first = split_jokes(JOKES)
    mixed = JOKES.copy()
    random.Random(1).shuffle(mixed)
    second = split_jokes(mixed)
    assert len(first.validation) == 100
    assert set(first.validation) == set(second.validation)
    assert first.train + first.validation != JOKES
    assert sorted(first.train + first.validation) == sorted(JOKES)
    assert first.train == [joke for joke in JOKES if joke in set(first.train)]


def test_twins_stay_on_one_side() -> None:
    twins = [
        variant
        for joke in JOKES
        for variant in (joke, joke.upper() + "!!", joke.replace(" ", "  "), f"“{joke}”")
    ]
    split = split_jokes(twins)
    assert len(split.validation) == 400
    train_keys = {sameness_key(joke) for joke in split.train}
    assert train_keys.isdisjoint(sameness_key(joke) for joke in split.validation)


def test_clusters_stay_on_one_side_with_all_that_are_linked_to_them() -> None:
    # Every fifth joke is said to be nearly the same as the one before it.
    clusters = [number - 1 if number % 5 == 4 else number for number in range(len(JOKES))]
    split = split_jokes(JOKES, 0.2, clusters=clusters)
    held_out = set(split.validation)
    assert 190 <= len(held_out) <= 200
    for number in range(4, len(JOKES), 5):
        assert (JOKES[number] in held_out) == (JOKES[number - 1] in held_out)
    assert split.validation != split_jokes(JOKES, 0.2).validation


@pytest.mark.parametrize(
    "other",
    ["STRASSE  frei", "strasse-frei?", "\uff33traße frei", "Stra\u00adße_frei", "Straße\nfrei"],
)
def test_case_spacing_punctuation_and_form_make_no_difference(other: str) -> None:
    assert sameness_key(other) == sameness_key("Straße frei.")
    composed = "Café été"
    assert sameness_key(unicodedata.normalize("NFD", composed)) == sameness_key(composed)


def test_jokes_without_words_are_told_apart() -> None:
    assert sameness_key("😂 😂") == sameness_key("😂😂")
    assert sameness_key("😂") != sameness_key("🐔")
    assert sameness_key("?!") != sameness_key("...")


@given(st.text(st.characters(max_codepoint=127)))
def test_the_fast_way_for_ascii_is_the_same(text: str) -> None:
    # A character that is no word character takes the text through the general way.
    if any(character.isalnum() for character in text):
        assert sameness_key(text + "…–") == sameness_key(text)


@pytest.mark.parametrize(
    ("count", "share", "validation"),
    [(0, 0.1, 0), (1, 0.1, 0), (9, 0.5, 0), (10, 0.1, 1), (12, 0.01, 1), (20, 0.1, 2),
     (2948, 0.1, 295), (100, 0.5, 50)],
)  # fmt: skip
def test_the_size_of_the_validation_part(count: int, share: float, validation: int) -> None:
    split = split_jokes([f"joke {i}" for i in range(count)], share)
    assert len(split.validation) == validation
    assert len(split.train) == count - validation


def test_large_groups_of_twins_leave_something_to_train_on() -> None:
    same = [f"ha{'!' * i}" for i in range(40)]
    assert len(split_jokes(same).train) == 40
    split = split_jokes([*same, *(f"ho{'!' * i}" for i in range(5))])
    assert len(split.train) == 40
    assert len(split.validation) == 5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abAB !?é", min_size=1), min_size=10, max_size=60), st.floats(0.01, 0.5))
def test_no_joke_is_lost_and_none_leaks(jokes: list[str], share: float) -> None:
    split = split_jokes(jokes, share)
    assert sorted(split.train + split.validation) == sorted(jokes)
    assert split.train
    keys = {sameness_key(joke) for joke in split.train}
    assert keys.isdisjoint(sameness_key(joke) for joke in split.validation)
    assert bool(split.validation) == (len(set(map(sameness_key, jokes))) > 1)
