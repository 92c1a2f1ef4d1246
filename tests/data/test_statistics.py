"""The figures of a pile are right, and what is said about it is plain."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.data.statistics import FEWEST_JOKES, histogram, judge, measure
from jokegen.errors import JobCancelled
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.dataset_requests import Bar, Level, Opening, Statistics
from jokegen.model_service import FEWEST_JOKES as FEWEST_TO_TRAIN


def characters(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


def figures(jokes: Sequence[str], **facts: int | None) -> Statistics:
    context = RecordingContext(Paths(Path("unused")))
    return measure(jokes, context, characters, is_token_estimate=False, **facts)  # type: ignore[arg-type]


def test_figures_of_a_small_pile() -> None:
    jokes = [
        "Why did the duck cross?",
        "Why did the goose stop? It's late.",
        "why did THE hen run",
        "A duck.",
    ]
    found = figures(jokes, repeated=1, left_out=1, near=2)
    assert (found.jokes, found.words, found.distinct_words) == (4, 19, 12)
    assert found.tokens == sum(map(len, jokes))
    assert not found.is_token_estimate
    assert (found.median_words, found.median_tokens) == (5.0, 21.0)
    assert found.openings == (Opening("why did the", 3),)
    assert (found.duplicate_share, found.near_duplicate_share) == (0.2, 0.5)
    assert sorted(found.sample) == sorted(jokes)
    assert found.word_histogram == (
        Bar(2, 3, 1), Bar(3, 4, 0), Bar(4, 5, 0), Bar(5, 6, 2), Bar(6, 7, 0), Bar(7, 8, 1),
    )  # fmt: skip


def test_figures_of_no_jokes() -> None:
    found = figures([])
    assert found == Statistics(is_token_estimate=False)
    assert judge(found) == judge(Statistics())


def test_words_of_languages_without_blanks_are_counted_in_pairs_of_characters() -> None:
    assert figures(["昨日私は面白い"]).words == 4
    assert figures(["Über allen Gipfeln ist Ruh’"]).words == 5


def test_openings_are_the_most_common_ones_first() -> None:
    jokes = [f"what do you call {n}" for n in range(5)] + [f"how do you do {n}" for n in range(9)]
    assert figures([*jokes, "one of a kind"]).openings == (
        Opening("how do you", 9),
        Opening("what do you", 5),
    )


def test_the_sample_is_random_but_always_the_same() -> None:
    jokes = [f"joke number {number}" for number in range(1_000)]
    first, second = figures(jokes).sample, figures(jokes).sample
    assert first == second
    assert len(set(first)) == 5
    assert set(first) <= set(jokes)
    assert list(first) != jokes[:5]


def test_what_was_not_looked_for_has_no_share() -> None:
    assert figures(["a joke"], near=None).near_duplicate_share is None
    assert figures(["a joke"], near=0).near_duplicate_share == 0.0


def test_measuring_can_be_stopped() -> None:
    context = RecordingContext(Paths(Path("unused")))
    context.request_stop(Stop.CANCEL)
    with pytest.raises(JobCancelled):
        measure(["joke"], context, characters, is_token_estimate=True)


def test_bars_of_one_value() -> None:
    assert histogram([7]) == (Bar(7, 8, 1),)
    assert histogram([7, 7, 7]) == (Bar(7, 8, 3),)
    assert histogram([0]) == (Bar(0, 1, 1),)


def test_bars_of_two_values() -> None:
    bars = histogram([3, 5])
    assert [(bar.low, bar.high, bar.count) for bar in bars] == [(3, 4, 1), (4, 5, 0), (5, 6, 1)]
    far = histogram([1, 1_000])
    assert sum(bar.count for bar in far) == 2
    assert 1 <= len(far) <= 30


def test_no_bars_of_nothing() -> None:
    assert histogram([]) == ()


@pytest.mark.parametrize("count", [1, 2, 20, 999, 100_000])
@pytest.mark.parametrize("spread", [1, 10, 100, 10_000, 1_000_000])
def test_bars_hold_all_values_in_round_steps(count: int, spread: int) -> None:
    dice = random.Random(count * spread)
    values = [int(dice.paretovariate(1.2) * spread / 10) for _ in range(count)]
    bars = histogram(values)
    assert sum(bar.count for bar in bars) == count
    assert bars[0].low <= min(values)
    assert max(values) < bars[-1].high
    assert len(bars) <= 30
    steps = {bar.high - bar.low for bar in bars[:-1]}
    assert len(steps) <= 1
    for step in steps:
        assert str(step).rstrip("0") in ("1", "2", "5")
    for bar, following in pairwise(bars):
        assert bar.high == following.low
    for bar in bars[:3]:
        assert bar.count == sum(bar.low <= value < bar.high for value in values)


def test_one_very_long_text_does_not_squeeze_the_others() -> None:
    bars = histogram([*range(10, 30)] * 50 + [8_000])
    assert len(bars) >= 10
    assert bars[-1].high == 8_001


def statistics(jokes: int, near: float | None = None) -> Statistics:
    return Statistics(jokes=jokes, near_duplicate_share=near)


@pytest.mark.parametrize(
    ("jokes", "near", "repeated", "level", "text"),
    [
        (0, None, 0, Level.POOR, "0 jokes: at least 20 more are needed to fine-tune on them."),
        (1, None, 0, Level.POOR, "1 joke: at least 19 more are needed to fine-tune on them."),
        (19, None, 0, Level.POOR, "19 jokes: at least 1 more is needed to fine-tune on them."),
        (20, 0.0, 0, Level.FAIR,
         "20 jokes: enough to try it out; a few hundred more work better."),
        (150, 0.031, 0, Level.FAIR,
         "150 jokes: enough to try it out; a few hundred more work better; "
         "3% are nearly the same."),
        (200, None, 0, Level.GOOD, "200 jokes, a good start for a first model."),
        (2_948, 0.03, 0, Level.GOOD,
         "2,948 jokes, good for a first model; 3% are nearly the same."),
        (2_948, 0.004, 0, Level.GOOD, "2,948 jokes, good for a first model."),
        (2_948, 0.03, 295, Level.GOOD, "2,948 jokes, good for a first model; 10% are repeated."),
        (5_000, 0.5, 0, Level.FAIR,
         "5,000 jokes, but 50% are nearly the same: keep one of each group."),
        (1_000_000, None, 900_000, Level.FAIR,
         "1,000,000 jokes, but 90% are repeated: keep one of each group."),
        (1_000, 0.999, 0, Level.FAIR,
         "1,000 jokes, but 99% are nearly the same: keep one of each group."),
        (100, 0.6, 0, Level.FAIR,
         "100 jokes, but 60% are nearly the same: keep one of each group."),
    ],
)  # fmt: skip
def test_the_verdict_is_a_plain_sentence(
    jokes: int, near: float | None, repeated: int, level: Level, text: str
) -> None:
    verdict = judge(statistics(jokes, near), repeated)
    assert (verdict.level, verdict.text) == (level, text)


def test_the_verdict_knows_how_many_jokes_fine_tuning_needs() -> None:
    assert FEWEST_JOKES == FEWEST_TO_TRAIN
