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


def test_a_hundred_thousand_copies_of_nearly_the_same_take_seconds() -> None:
    words = [f"word{number}" for number in range(20)]
    jokes = [" ".join([*words, f"end{number % 977}"]) for number in range(100_000)]
    started = time.process_time()
    assert set(cluster(jokes, 0.85)) == {0}
    assert time.process_time() - started < 8  # about one on an idle core


def test_comparing_in_small_portions_gives_the_same(
    some_jokes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    jokes = variants(some_jokes, 200)
    at_once = cluster(jokes, 0.6)
    monkeypatch.setattr("jokegen.data.near_duplicates._WORDS_AT_ONCE", 50)
    assert cluster(jokes, 0.6) == at_once


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.85, 0.95])
def test_similar_pairs_of_thousands_of_jokes_are_found(real_jokes: Path, threshold: float) -> None:
    """Of all pairs (compared by brute force) at least 99% are found, and no other is called so."""
    import numpy as np

    lines = real_jokes.read_text(encoding="utf-8").splitlines()[1:]
    jokes = variants([line.partition(",")[2].strip('"') for line in lines], 1_000)
    sets = [word_set(joke) for joke in jokes]
    vocabulary = {word: number for number, word in enumerate(sorted(set().union(*sets)))}
    has = np.zeros((len(jokes), len(vocabulary)), np.float32)
    for index, words in enumerate(sets):
        has[index, [vocabulary[word] for word in words]] = 1
    sizes = has.sum(1)
    common = has @ has.T
    alike = common >= threshold * (sizes[:, None] + sizes[None, :] - common) - 1e-4
    first, second = np.nonzero(np.triu(alike, 1))
    leaders = np.array(cluster(jokes, threshold))
    assert len(first) > 40
    assert (leaders[first] == leaders[second]).mean() >= 0.99
    for follower in np.flatnonzero(leaders != np.arange(len(jokes))):
        others = np.flatnonzero(alike[follower])
        assert any(leaders[other] == leaders[follower] for other in others if other != follower)


def test_short_jokes_of_languages_without_blanks_are_compared_by_pairs_of_characters() -> None:
    assert cluster(["布団が吹っ飛んだ。", "布団が吹っ飛んだよ!", "猫が寝転んだ"], 0.7) == [0, 0, 2]
    assert word_set("Ein 日本語 Witz") == {"ein", "日本", "本語", "witz"}


def test_jokes_without_words_are_found_among_others() -> None:
    assert cluster(["", "", "a", "?!", "?!", "..."], 0.85) == [0, 0, 2, 3, 3, 5]


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
