"""The split depends on the jokes alone, and leaks none, not even nearly the same ones."""

from __future__ import annotations

import random
import time
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jokegen.data.near_duplicates import USUAL_SIMILARITY, word_set
from jokegen.data.splitting import Split, sameness_key, split_jokes
from jokegen.errors import JobCancelled

WORDS = [
    f"{a}{b}" for a in ("ba", "do", "ki", "lu", "me", "no") for b in ("ra", "ti", "vo", "zu", "x")
]


def some_jokes(count: int, seed: int = 0) -> list[str]:
    """Different jokes of a few words each, hardly any two of them alike."""
    dice = random.Random(seed)
    return [
        " ".join([*dice.choices(WORDS, k=dice.randrange(6, 14)), f"n{i}."]) for i in range(count)
    ]


JOKES = some_jokes(1_000)


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    either = len(one | other)
    return len(one & other) / either if either else 0.0


def leaks(split: Split) -> list[tuple[str, str]]:
    """By brute force: jokes of both sides that are nearly the same."""
    train = [(joke, word_set(joke)) for joke in split.train]
    return [
        (joke, other)
        for joke in split.validation
        for other, words in train
        if similarity(word_set(joke), words) >= USUAL_SIMILARITY
    ]


def varied(jokes: list[str], dice: random.Random) -> list[str]:
    """The jokes, and for some of them others with a word or two less, more or different."""
    more = []
    for joke in dice.sample(jokes, len(jokes) // 2):
        words = joke.split()
        for _ in range(dice.choice((1, 1, 2))):
            place = dice.randrange(len(words))
            how = dice.randrange(3)
            if how == 0:
                words[place] = dice.choice(WORDS)
            elif how == 1:
                words.insert(place, dice.choice(WORDS))
            elif len(words) > 2:
                del words[place]
        more.append(" ".join(words))
    return jokes + more


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


@pytest.mark.parametrize("seed", range(6))
def test_nearly_the_same_jokes_are_never_on_both_sides(seed: int) -> None:
    dice = random.Random(seed)
    long = [
        f"{one} {two} {three}"
        for one, two, three in zip(*[iter(some_jokes(300, seed))] * 3, strict=True)
    ]
    jokes = varied([*some_jokes(300, seed), *long], dice)
    assert any(
        USUAL_SIMILARITY <= similarity(word_set(one), word_set(other)) < 1
        for one in jokes[:400]
        for other in jokes[400:]
    )
    for share in (0.1, 0.5):
        split = split_jokes(jokes, share)
        assert split.is_complete
        assert sorted(split.train + split.validation) == sorted(jokes)
        assert len(split.validation) == pytest.approx(share * len(jokes), rel=0.1)
        assert leaks(split) == []


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "é", "笑"]),
            min_size=1,
            max_size=40,
        ).map(" ".join),
        min_size=10,
        max_size=60,
    ),
    st.floats(0.05, 0.5),
)
def test_no_choice_of_words_leaks(jokes: list[str], share: float) -> None:
    split = split_jokes(jokes, share)
    assert sorted(split.train + split.validation) == sorted(jokes)
    assert leaks(split) == []


def test_jokes_of_all_lengths_and_scripts_are_compared() -> None:
    dice = random.Random(3)
    jokes = []
    for size in (1, 2, 5, 20, 47, 48, 60, 150, 400, 1_000):
        for number in range(6):
            words = [f"w{dice.randrange(100_000)}" for _ in range(size)]
            jokes.append(" ".join([*words, f"x{number}"]))
            jokes.append(" ".join([*words, f"y{number}"]))  # one word is different
    characters = [chr(0x4E00 + dice.randrange(2_000)) for _ in range(3_000)]
    for start in range(0, 3_000, 60):
        joke = "".join(characters[start : start + 60])
        jokes += [joke, joke[:-1] + "。", joke + "!"]
    jokes += [f"{'😂' * n} {'🐔' * n}" for n in range(1, 12)]
    for share in (0.1, 0.3, 0.5):
        assert leaks(split_jokes(jokes, share)) == []


def test_jokes_that_are_linked_by_others_stay_together() -> None:
    base = [f"word{i}" for i in range(20)]
    chain = [" ".join([*(f"other{j}" for j in range(i)), *base[i:]]) for i in range(12)]
    assert similarity(word_set(chain[0]), word_set(chain[11])) < 0.5
    for seed in range(5):
        split = split_jokes([*chain, *some_jokes(60, seed)], 0.3)
        assert len(set(chain) & set(split.validation)) in (0, len(chain))


def test_large_clusters_are_held_out_no_more_often_than_lone_jokes() -> None:
    dice = random.Random(5)
    base = some_jokes(300, 9)
    tens = []
    for number in range(150):
        words = [f"w{dice.randrange(10_000)}" for _ in range(20)]
        tens += [" ".join([*words, f"x{number}{i}"]) for i in range(10)]
    split = split_jokes([*base, *tens], 0.1)
    assert leaks(split) == []
    share_of_lone = len(set(base) & set(split.validation)) / len(split.validation)
    assert share_of_lone == pytest.approx(300 / 1800, abs=0.1)


def test_jokes_that_are_all_nearly_the_same_cannot_be_split() -> None:
    jokes = [
        f"Joke number {i}: a man walks into a bar and asks for a small beer." for i in range(50)
    ]
    split = split_jokes(jokes)
    assert (len(split.train), split.validation, split.is_complete) == (50, [], True)


def test_tens_of_thousands_of_jokes_of_one_mould_are_compared_in_time() -> None:
    moulds = [
        f"A duck walks into bar {i} and orders {i % 97} drinks for {i % 89} people in there now"
        for i in range(30_000)
    ]
    started = time.monotonic()
    split = split_jokes(moulds)
    assert time.monotonic() - started < 20
    assert len(split.train) + len(split.validation) == 30_000
    if split.is_complete:
        dice = random.Random(1)
        few = Split(dice.sample(split.train, 1_000), split.validation[:1_000])
        assert leaks(few) == []


def test_what_was_held_out_before_tends_to_stay_held_out() -> None:
    first, second = some_jokes(2_000, 1), some_jokes(2_000, 2)
    one, other = split_jokes(first), split_jokes(second)
    merged = split_jokes([*first, *second])
    before = {*one.validation, *other.validation}
    assert len(before & set(merged.validation)) > 0.9 * len(before)
    part = random.Random(1).sample(first, 500)
    held_out = set(split_jokes(part).validation)
    assert len(held_out & set(one.validation)) > 0.6 * len(held_out)


def test_a_split_can_be_stopped_anywhere() -> None:
    for moment in range(1, 60, 6):
        left = iter(range(moment))

        def check(_done: int, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise JobCancelled

        with pytest.raises(JobCancelled):
            split_jokes(JOKES, 0.1, check)
