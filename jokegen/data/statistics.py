"""Figures of a pile of jokes, and what they mean for a first language model."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice

from jokegen.data.doctor.lengths import words_of
from jokegen.data.pacing import stretches
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
_SHARE_TO_TELL, _SHARE_TOO_HIGH = 0.01, 0.2

TokenCounter = Callable[[Sequence[str]], Sequence[int]]


def measure(
    jokes: Sequence[str],
    context: JobContext,
    count_tokens: TokenCounter,
    *,
    is_token_estimate: bool,
    repeated: int = 0,
    left_out: int = 0,
    near: int | None = None,
) -> Statistics:
    """Measure the jokes that are kept. Raises JobCancelled.

    `repeated` are jokes of the pile that repeat others, `left_out` so many of them are not among
    these any more; `near` are those among these that are nearly the same as others, None where
    that was not looked for.
    """
    import numpy as np

    if not jokes:
        return Statistics(is_token_estimate=is_token_estimate)
    words: list[int] = []
    tokens: list[int] = []
    vocabulary: set[str] = set()
    openings: Counter[str] = Counter()
    for stretch in stretches(jokes):
        context.check()
        context.emit(Progress(Phase.PREPARING, stretch.start, len(jokes), "jokes"))
        part = jokes[stretch.start : stretch.stop]
        tokens += count_tokens(part)
        for joke in part:
            found = words_of(joke.lower())
            words.append(len(found))
            vocabulary.update(found)
            if len(found) > _OPENING_WORDS:
                openings[" ".join(islice(found, _OPENING_WORDS))] += 1
    dice = random.Random(_SEED)
    return Statistics(
        jokes=len(jokes),
        words=sum(words),
        distinct_words=len(vocabulary),
        tokens=sum(tokens),
        is_token_estimate=is_token_estimate,
        word_histogram=histogram(words),
        token_histogram=histogram(tokens),
        median_words=float(np.median(words)),
        median_tokens=float(np.median(tokens)),
        openings=tuple(
            Opening(text, count) for text, count in openings.most_common(_OPENINGS) if count > 1
        ),
        duplicate_share=repeated / (len(jokes) + left_out),
        near_duplicate_share=None if near is None else near / len(jokes),
        sample=tuple(jokes[i] for i in dice.sample(range(len(jokes)), min(_SAMPLE, len(jokes)))),
    )


def histogram(values: Sequence[int]) -> tuple[Bar, ...]:
    """Bars of one width, a round number, that hold all values; the last takes the longest 1%.

    Without that a single text of a thousand words would press all others into one bar.
    """
    import numpy as np

    if not values:
        return ()
    ordered = np.sort(np.asarray(values, np.int64))
    first, usual = int(ordered[0]), int(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))])
    width = _round_width((usual - first + 1) / _BARS)
    low = first // width * width
    bars = (usual - low) // width + 1
    counts = np.bincount(np.minimum((ordered - low) // width, bars - 1), minlength=bars)
    edges = [low + number * width for number in range(bars + 1)]
    edges[-1] = max(edges[-1], int(ordered[-1]) + 1)
    return tuple(
        Bar(edges[number], edges[number + 1], int(counts[number])) for number in range(bars)
    )


def _round_width(least: float) -> int:
    """1, 2, 5, 10, 20, 50 …: the smallest that is at least so wide."""
    scale = 1
    while True:
        for step in (1, 2, 5):
            if step * scale >= least:
                return step * scale
        scale *= 10


def judge(statistics: Statistics, repeated: int = 0) -> Verdict:
    """A plain sentence: are these enough jokes, and are they different enough?

    `repeated` of them are the same as others.
    """
    count = statistics.jokes
    jokes = f"{count:,} {'joke' if count == 1 else 'jokes'}"
    if count < FEWEST_JOKES:
        missing = FEWEST_JOKES - count
        return Verdict(
            Level.POOR,
            f"{jokes}: at least {missing} more {'is' if missing == 1 else 'are'} needed to "
            "fine-tune on them.",
        )
    alike, what = statistics.near_duplicate_share or 0.0, "nearly the same"
    if repeated / count >= alike:
        alike, what = repeated / count, "repeated"
    share = f"{_percent(alike)} are {what}"
    if alike > _SHARE_TOO_HIGH:
        return Verdict(Level.FAIR, f"{jokes}, but {share}: keep one of each group.")
    told = f"; {share}" if alike >= _SHARE_TO_TELL else ""
    if count < SOME_JOKES:
        return Verdict(
            Level.FAIR, f"{jokes}: enough to try it out; a few hundred more work better{told}."
        )
    if count < MANY_JOKES:
        return Verdict(Level.GOOD, f"{jokes}, a good start for a first model{told}.")
    return Verdict(Level.GOOD, f"{jokes}, good for a first model{told}.")


def _percent(share: float) -> str:
    """Whole percents; those of a part that is not all are never 100."""
    return f"{min(round(share * 100), 100 if share >= 1 else 99)}%"
