"""Goes through many texts in stretches that take about as long each, however long the texts are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MOST_TEXTS, MOST_CHARACTERS = 4_096, 500_000


def stretches(
    texts: Sequence[str], most: int = MOST_TEXTS, characters: int = MOST_CHARACTERS
) -> Iterator[range]:
    """Ranges of indexes, one after the other: of at most so many texts, and about so long in sum.

    Between two of them a job looks whether it should stop.
    """
    start = 0
    while start < len(texts):
        end = min(start + most, len(texts))
        while end - start > 1 and sum(map(len, texts[start:end])) > characters:
            end = start + (end - start) // 2
        yield range(start, end)
        start = end
