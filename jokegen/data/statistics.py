"""Figures of a pile of jokes, and what they mean for a first language model."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from statistics import median

from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Bar, Level, Opening, Statistics, Verdict
from jokegen.jobs.events import Phase, Progress

# Judgements, not measurements: with fewer than the first there is nothing to hold back for
# checking; a few hundred let a first model find the tone; a thousand give it some variety.
FEWEST_JOKES = 20
SOME_JOKES, MANY_JOKES = 200, 1_000

_BARS = 24
_OPENINGS = 8
_OPENING_WORDS = 3
_SAMPLE = 5
_SEED = 42
_AT_ONCE = 8_192
_NEAR_SHARE_TO_TELL = 0.01
_NEAR_SHARE_TOO_HIGH = 0.2
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

TokenCounter = Callable[[Sequence[str]], Sequence[int]]


def measure(
    jokes: Sequence[str],
    context: JobContext,
    count_tokens: TokenCounter,
    *,
    is_token_estimate: bool,
    repeated: int,
    near: int | None,
) -> Statistics:
    """Measure the jokes that are kept. Raises JobCancelled.

    `repeated` and `near` are how many jokes of the pile repeat others, exactly or nearly; None
    where that was not looked for.
    """
    if not jokes:
        return Statistics(is_token_estimate=is_token_estimate)
    words: list[int] = []
    tokens: list[int] = []
    vocabulary: set[str] = set()
    openings: Counter[str] = Counter()
    for start in range(0, len(jokes), _AT_ONCE):
        context.check()
        context.emit(Progress(Phase.PREPARING, start, len(jokes), "jokes"))
        part = jokes[start : start + _AT_ONCE]
        tokens += count_tokens(part)
        for joke in part:
            found = _WORD.findall(joke.lower())
            words.append(len(found))
            vocabulary.update(found)
            if len(found) > _OPENING_WORDS:
                openings[" ".join(islice(found, _OPENING_WORDS))] += 1
    dice = random.Random(_SEED)
    pile = len(jokes) + repeated
    return Statistics(
        jokes=len(jokes),
        words=sum(words),
        distinct_words=len(vocabulary),
        tokens=sum(tokens),
        is_token_estimate=is_token_estimate,
        word_histogram=histogram(words),
        token_histogram=histogram(tokens),
        median_words=float(median(words)),
        median_tokens=float(median(tokens)),
        openings=tuple(
            Opening(text, count) for text, count in openings.most_common(_OPENINGS) if count > 1
        ),
        duplicate_share=repeated / pile,
        near_duplicate_share=None if near is None else near / len(jokes),
        sample=tuple(dice.sample(list(jokes), min(_SAMPLE, len(jokes)))),
    )


def histogram(values: Sequence[int]) -> tuple[Bar, ...]:
    """Bars of one width, a round number, that hold all values; the last takes the longest 1%.

    Without that a single text of a thousand words would press all others into one bar.
    """
    if not values:
        return ()
    ordered = sorted(values)
    first, usual = ordered[0], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    width = _round_width((usual - first + 1) / _BARS)
    low = first // width * width
    counts: Counter[int] = Counter()
    bars = (usual - low) // width + 1
    for value in values:
        counts[min((value - low) // width, bars - 1)] += 1
    edges = [low + number * width for number in range(bars + 1)]
    edges[-1] = max(edges[-1], ordered[-1] + 1)
    return tuple(Bar(edges[number], edges[number + 1], counts[number]) for number in range(bars))


def _round_width(least: float) -> int:
    """1, 2, 5, 10, 20, 50 …: the smallest that is at least so wide."""
    scale = 1
    while True:
        for step in (1, 2, 5):
            if step * scale >= least:
                return step * scale
        scale *= 10


def judge(statistics: Statistics) -> Verdict:
    """A plain sentence: are these enough jokes, and are they different enough?"""
    count = statistics.jokes
    jokes = f"{count:,} {'joke' if count == 1 else 'jokes'}"
    if count < FEWEST_JOKES:
        missing = FEWEST_JOKES - count
        return Verdict(
            Level.POOR, f"{jokes}: at least {missing} more are needed to fine-tune on them."
        )
    near = statistics.near_duplicate_share or 0.0
    alike = f"; {_percent(near)} are nearly the same" if near >= _NEAR_SHARE_TO_TELL else ""
    if count < SOME_JOKES:
        return Verdict(
            Level.FAIR, f"{jokes}: enough to try it out; a few hundred more work better{alike}."
        )
    if near > _NEAR_SHARE_TOO_HIGH:
        return Verdict(
            Level.FAIR,
            f"{jokes}, but {_percent(near)} are nearly the same: keep one of each group.",
        )
    if count < MANY_JOKES:
        return Verdict(Level.GOOD, f"{jokes}, a good start for a first model{alike}.")
    return Verdict(Level.GOOD, f"{jokes}, good for a first model{alike}.")


def _percent(share: float) -> str:
    return f"{share:.0%}"
