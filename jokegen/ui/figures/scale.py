"""Round numbers for the axes of a chart, and what its bars say in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jokegen import wording
from jokegen.jobs.dataset_requests import Bar


def nice_step(least: float) -> int:
    """1, 2, 5, 10, 20, 50 …: the smallest that is at least so much."""
    scale = 1
    while True:
        for step in (1, 2, 5):
            if step * scale >= least:
                return step * scale
        scale *= 10


def is_open_ended(bars: Sequence[Bar]) -> bool:
    """Whether the last bar holds all that is longer, and so is wider than the others."""
    if len(bars) < 2:
        return False
    return bars[-1].high - bars[-1].low > bars[0].high - bars[0].low


def shown_edges(bars: Sequence[Bar], every: int) -> Iterator[tuple[int, str]]:
    """Numbers of edges (0 to the number of bars) and what stands there: one of `every` few.

    Where the last bar is open, the edge before it says so: "120+".
    """
    last = len(bars)
    open_at = last - 1 if is_open_ended(bars) else None
    step = nice_step(every)
    for number in range(0, last, step):
        if open_at is None or number <= open_at - step or number == open_at:
            yield number, f"{bars[number].low:,}" + ("+" if number == open_at else "")
    if open_at is not None and open_at % step:
        yield open_at, f"{bars[open_at].low:,}+"
    elif open_at is None and last % step == 0:
        yield last, f"{bars[-1].high:,}"


def bar_in_words(bars: Sequence[Bar], number: int, unit: str) -> str:
    """ "312 jokes of 15 to 19 words (11%)"."""
    bar = bars[number]
    total = sum(each.count for each in bars)
    if number == len(bars) - 1 and is_open_ended(bars):
        length = f"{bar.low:,} {unit} or more"
    elif bar.high - bar.low == 1:
        length = f"{bar.low:,} {unit[:-1] if bar.low == 1 else unit}"
    else:
        length = f"{bar.low:,} to {bar.high - 1:,} {unit}"
    return f"{wording.jokes(bar.count)} of {length} ({share(bar.count, total)})"


def rounded(number: int) -> int:
    """To three figures, for what is only estimated."""
    scale: int = 10 ** max(0, len(str(number)) - 3)
    return round(number / scale) * scale


def share(part: int, whole: int) -> str:
    """ "11%", "under 1%"."""
    return percent(part / whole) if whole else "0%"


def percent(value: float) -> str:
    """A share in whole per cent, never nothing where there is something."""
    if 0 < value < 0.005:
        return "under 1%"
    if 0.995 <= value < 1:
        return "over 99%"
    return f"{value:.0%}"
