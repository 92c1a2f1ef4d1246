"""Losses and accuracy as figures that one can picture; pure functions."""

from __future__ import annotations

import math

from jokegen.jobs.events import Metric


def wavers_between(before: Metric | None, after: Metric | None) -> str:
    """ "108 → 27": among how many equally likely pieces the joke loss is like choosing."""
    return _change(
        None if before is None else _perplexity(before.joke_loss),
        None if after is None else _perplexity(after.joke_loss),
    )


def sure_of_ends(before: Metric | None, after: Metric | None) -> str:
    """ "2% → 71%": the chance that an end was given (their geometric mean)."""
    return _change(
        None if before is None else _chance(before.end_loss),
        None if after is None else _chance(after.end_loss),
    )


def guessed_exactly(before: Metric | None, after: Metric | None) -> str:
    """ "24% → 31%": how often the first guess was right."""
    return _change(
        None if before is None else _share(before.accuracy),
        None if after is None else _share(after.accuracy),
    )


def copied(after: Metric | None) -> str:
    """ "3%": the share of what it wrote that copies a training joke or nearly."""
    return "" if after is None or after.copied is None else f"{after.copied:.0%}"


def _change(before: str | None, after: str | None) -> str:
    if after is None:
        return ""
    return after if before is None else f"{before} → {after}"


def _perplexity(loss: float | None) -> str | None:
    if loss is None or not math.isfinite(loss):
        return None
    pieces = math.exp(min(loss, 30.0))
    return f"{pieces:,.0f}" if pieces >= 10 else f"{pieces:.1f}"


def _chance(loss: float | None) -> str | None:
    return None if loss is None or not math.isfinite(loss) else _share(math.exp(-loss))


def _share(value: float | None) -> str | None:
    if value is None or not math.isfinite(value):
        return None
    return f"{value:.1%}" if 0 < value < 0.02 else f"{value:.0%}"
