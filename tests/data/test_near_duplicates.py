"""Jokes that are nearly the same are found, and only those."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from jokegen.data.near_duplicates import Bands, cluster, seconds_for, word_set
from jokegen.errors import JobCancelled


def similarity(first: str, second: str) -> float:
    one, other = word_set(first), word_set(second)
    return len(one & other) / len(one | other) if one | other else 1.0


def variants(jokes: list[str], count: int) -> list[str]:
    """The jokes and, among them, some with a word replaced."""
    dice = random.Random(7)
    words = " ".join(jokes).split()
    made = list(jokes)
    for joke in dice.choices(jokes, k=count):
        parts = joke.split()
        parts[dice.randrange(len(parts))] = dice.choice(words)
        made.insert(dice.randrange(len(made)), " ".join(parts))
    return made


@pytest.fixture(scope="module")
def some_jokes(real_jokes: Path) -> list[str]:
    lines = real_jokes.read_text(encoding="utf-8").splitlines()[1:]
    return [line.partition(",")[2].strip('"') for line in lines[:700]]


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.85, 0.95])
def test_clusters_are_those_of_comparing_every_pair(
    some_jokes: list[str], threshold: float
) -> None:
    jokes = variants(some_jokes, 200)
    leaders = list(range(len(jokes)))
    sets = [word_set(joke) for joke in jokes]
    for second in range(len(jokes)):
        for first in range(second):
            common = len(sets[first] & sets[second])
            if common >= threshold * (len(sets[first]) + len(sets[second]) - common):
                old, new = sorted((leaders[second], leaders[first]), reverse=True)
                leaders = [new if leader == old else leader for leader in leaders]
    found = cluster(jokes, threshold)
    different = sum(one != other for one, other in zip(found, leaders, strict=True))
    assert len(set(leaders)) < len(jokes) - 5
    # Bands may miss one pair in a thousand at the threshold itself.
    assert different <= len(jokes) // 400


def test_nothing_is_joined_that_is_not_linked_by_similar_jokes(some_jokes: list[str]) -> None:
    jokes = variants(some_jokes, 100)
    for index, leader in enumerate(cluster(jokes, 0.8)):
        assert leader <= index
        if leader != index:
            links = (similarity(jokes[index], other) for other in jokes if other != jokes[index])
            assert jokes.count(jokes[index]) > 1 or max(links) >= 0.8


def test_case_punctuation_and_unicode_form_do_not_matter() -> None:
    jokes = ["Why did the café close?", "WHY did the cafe\u0301 close", "Something else entirely"]
    assert cluster(jokes, 1.0) == [0, 0, 2]


def test_languages_without_spaces_are_compared_too() -> None:
    jokes = [
        "昨日私は面白い冗談を友達に聞かせてもらいました",
        "昨日私は面白い冗談を友達に聞かせてもらったよ",
    ]
    assert cluster(jokes, 0.6) == [0, 0]
    assert cluster(jokes, 0.95) == [0, 1]


def test_jokes_of_emoji_alone_are_told_apart() -> None:
    assert cluster(["😂", "🎉", "😂"], 0.85) == [0, 1, 0]


def test_few_and_no_jokes() -> None:
    assert cluster([], 0.85) == []
    assert cluster(["one"], 0.85) == [0]


def test_thousands_of_variants_of_one_joke_do_not_take_time_by_the_square() -> None:
    def seconds(count: int) -> float:
        words = [f"word{number}" for number in range(20)]
        jokes = [" ".join([*words, f"end{number}"]) for number in range(count)]
        started = time.process_time()
        assert set(cluster(jokes, 0.85)) == {0}
        return time.process_time() - started

    seconds(500)  # the library's own start
    assert seconds(16_000) < 12 * max(seconds(4_000), 0.02)


def test_it_can_be_stopped() -> None:
    def check(done: int) -> None:
        if done:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        cluster([f"joke number {number}" for number in range(9_000)], 0.85, check)


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.75, 0.85, 0.9, 1.0])
def test_bands_find_pairs_at_the_threshold(threshold: float) -> None:
    bands = Bands.for_similarity(threshold)
    assert bands.count * bands.rows <= 64
    assert bands.recall(threshold) >= 0.999


def test_the_promise_grows_with_the_pile() -> None:
    assert seconds_for(50_000) == 2 * seconds_for(25_000) > 0
