"""Which texts copy a joke: the same, nearly or in a long passage; never those that only remind."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator

import pytest

from jokegen.data.copies import CopyFinder
from jokegen.data.near_duplicates import word_set

LONG = "I told my wife that she was drawing her eyebrows much too high, and she looked surprised."
JOKES = [
    "Why did the chicken cross the road? To get to the other side.",
    LONG,
    "Ouch.",
    "有一天一只鸡过马路，它想去马路对面看看。",
    "قال الرجل لزوجته إن حاجبيها مرتفعان جدا فبدت متفاجئة من كلامه هذا",
]


def test_the_same_joke_is_found_whatever_its_case_punctuation_and_letters() -> None:
    texts = [
        "why did the chicken cross the road -- to get to the other side!",
        "OUCH",
        LONG.replace("surprised", "surprised").upper(),
        JOKES[3],
        JOKES[4],
    ]
    assert CopyFinder(JOKES)(texts) == [JOKES[0], "Ouch.", LONG, JOKES[3], JOKES[4]]


def test_a_joke_with_a_word_or_two_changed_is_a_copy_and_with_more_it_is_not() -> None:
    near = LONG.replace("wife", "husband")
    far = "I told my boss that he was parking his car much too close, and he looked at me."
    assert CopyFinder(JOKES)([near, far]) == [LONG, None]


def test_a_long_passage_with_another_ending_is_a_copy() -> None:
    assert CopyFinder(JOKES)(
        [
            "I told my wife that she was drawing her eyebrows again. I left.",
            "I told my wife that she was out.",  # seven words in a row
            "I told my wife that she was drawing her " + "quite another story about cats " * 4,
        ]
    ) == [LONG, None, None]


def test_passages_do_not_go_from_one_joke_to_the_next() -> None:
    jokes = ["one two three four", "five six seven eight"]
    assert CopyFinder(jokes)(["one two three four five six seven eight"]) == [None]


def test_the_most_alike_of_several_is_named() -> None:
    jokes = [f"{LONG} Yesterday evening.", LONG, LONG.replace("wife", "aunt")]
    assert CopyFinder(jokes)([LONG]) == [LONG]


@pytest.mark.parametrize("texts", [[], [""], ["…", "!"], ["", "x"]])
@pytest.mark.parametrize("jokes", [[], [""], ["!"], ["", "y"]])
def test_texts_and_jokes_without_words_are_nobodys_copies(
    texts: list[str], jokes: list[str]
) -> None:
    found = CopyFinder(jokes)(texts)
    assert [joke for joke in found if joke is not None and joke != "!"] == []
    assert len(found) == len(texts)


def plainly(texts: list[str], jokes: list[str]) -> list[bool]:
    """The sets of words compared one by one."""

    def alike(text: str, joke: str) -> bool:
        a, b = word_set(text), word_set(joke)
        return bool(a | b) and len(a & b) / len(a | b) >= 0.85

    return [any(alike(text, joke) for joke in jokes) for text in texts]


def test_it_finds_what_comparing_one_by_one_finds() -> None:
    chance = random.Random(4)
    words = [*"abcdefghijklmn", "é", "漢字", "_x", "ẞ"]
    jokes = [" ".join(chance.choices(words, k=chance.randint(0, 7))) for _ in range(2_000)]
    texts = [" ".join(chance.choices(words, k=chance.randint(1, 7))) for _ in range(100)]
    found = CopyFinder(jokes)(texts)
    assert [joke is not None for joke in found] == plainly(texts, jokes)
    assert 0 < sum(joke is not None for joke in found) < len(texts)


def test_who_stops_it_is_heard() -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        CopyFinder(JOKES)(["Ouch."], stop)


def test_a_text_that_shares_its_beginning_with_thousands_is_answered_soon_and_rightly() -> None:
    start = "How many penguins does it take to change a light bulb? "
    jokes = [f"{start}{number} of them, {number} more, and a ladder." for number in range(5_000)]
    new = start + "Nobody knows, since at the pole the sun shines for half a year, and then not."
    assert CopyFinder(jokes)([new, f"{start}None."]) == [None, jokes[0]]


class Unending:
    """A great many jokes that are nowhere all at once."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __iter__(self) -> Iterator[str]:
        return (f"joke number {number} of all the jokes there are" for number in range(self._count))


def test_more_jokes_take_no_more_memory() -> None:
    peaks = []
    for count in (9_000, 36_000):
        tracemalloc.start()
        found = CopyFinder(Unending(count))(["Joke number 8999 of all the jokes there are!"])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found == ["joke number 8999 of all the jokes there are"]
    assert peaks[1] < 1.1 * peaks[0]
