"""Which jokes repeat others: exactly, in other spelling, or nearly; one of each is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence

from jokegen.data.doctor.meter import Check
from jokegen.data.near_duplicates import cluster
from jokegen.data.pacing import stretches
from jokegen.data.splitting import sameness_key

_WHOLE = (".", "!", "?", "…", '"', "”", "'", "’", ")", "。", "！", "？")


def exact(jokes: Sequence[str], kept: Collection[int], check: Check) -> list[int]:
    """The indexes of all but the first of equal jokes; those of `kept` are never among them."""
    check(0)
    if len(set(jokes)) == len(jokes):  # far quicker than asking for each whether it was seen
        return []
    return _repeated(jokes, kept, check, lambda part: part)


def same_words(jokes: Sequence[str], kept: Collection[int], check: Check) -> list[int]:
    """The same for jokes that differ only in case, spacing, punctuation and Unicode form."""
    return _repeated(jokes, kept, check, lambda part: map(sameness_key, part))


def _repeated(
    jokes: Sequence[str],
    kept: Collection[int],
    check: Check,
    keys: Callable[[Sequence[str]], Iterable[Hashable]],
) -> list[int]:
    seen: set[Hashable] = set(keys([jokes[index] for index in sorted(kept)]))
    left: list[int] = []
    for stretch in stretches(jokes):
        check(stretch.start)
        for index, key in zip(stretch, keys(jokes[stretch.start : stretch.stop]), strict=True):
            if key not in seen:
                seen.add(key)
            elif index not in kept:
                left.append(index)
    return left


def near(jokes: Sequence[str], kept: Collection[int], similarity: float, check: Check) -> list[int]:
    """All but the best joke of each group of similar ones; those of `kept` are never among them.

    The best is one of `kept`, else the first one that is whole (ends as a sentence does), is not
    all in capitals, and is the longest, in this order.
    """
    leaders = cluster(jokes, similarity, check)
    groups: dict[int, list[int]] = {}
    for index, leader in enumerate(leaders):
        if index != leader:
            groups.setdefault(leader, [leader]).append(index)
    left: list[int] = []
    for group in groups.values():
        staying = [index for index in group if index in kept]
        if not staying:
            staying = [max(group, key=lambda index: _quality(jokes[index]))]
        left += [index for index in group if index not in staying]
    return sorted(left)


def _quality(joke: str) -> tuple[bool, bool, int]:
    return joke.endswith(_WHOLE), not joke.isupper(), len(joke)
