"""Holds back a part of the jokes for validation, so that no joke is on both sides.

The choice depends on the texts alone, not on their order or on a random generator: the same jokes
give the same split anywhere, and a joke that differs only in case, spacing, punctuation or
Unicode form goes where its twin goes. Otherwise the validation loss would be measured on jokes
that were practised.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

# Below this, holding one joke back would be a tenth of all there is and measure nothing.
FEWEST_TO_SPLIT = 10
_JOKES_A_CHECK = 4_096

_NOT_WORD = re.compile(r"[\W_]+")
_SPACE = re.compile(r"\s+")
_ASCII = bytes(range(128))
_ASCII_NOT_WORD = bytes(byte for byte in _ASCII if not chr(byte).isalnum())
_ASCII_SPACE = bytes(byte for byte in _ASCII if chr(byte).isspace())
_LOWER = bytes(range(256)).lower()


@dataclass(frozen=True)
class Split:
    """Both parts keep the order in which the jokes came."""

    train: list[str]
    validation: list[str]


def split_jokes(
    jokes: Sequence[str],
    share: float = 0.1,
    check: Callable[[], None] = lambda: None,
    clusters: Sequence[int] | None = None,
) -> Split:
    """Split off about `share` (0 to 1) of the jokes for validation.

    With 10 jokes or more validation gets at least one, unless all are twins of each other; with
    fewer it gets none. `clusters` names for each joke the first one of its cluster of nearly equal
    jokes, which stay together too. `check` is called now and then and may raise.
    """
    marks = []
    for number, joke in enumerate(jokes):
        if number % _JOKES_A_CHECK == 0:
            check()
        marks.append(hashlib.blake2b(sameness_key(joke), digest_size=16).digest())
    if clusters is not None:
        marks = _marks_of_clusters(marks, clusters, check)
    sizes = Counter(marks)
    check()
    held_out = _held_out(sizes, _target(len(jokes), share), check)
    check()
    train: list[str] = []
    validation: list[str] = []
    for start in range(0, len(jokes), _JOKES_A_CHECK):
        check()
        for joke, mark in zip(
            jokes[start : start + _JOKES_A_CHECK],
            marks[start : start + _JOKES_A_CHECK],
            strict=True,
        ):
            (validation if mark in held_out else train).append(joke)
    return Split(train, validation)


def _marks_of_clusters(
    marks: list[bytes], clusters: Sequence[int], check: Callable[[], None]
) -> list[bytes]:
    """One mark for all jokes that are linked by a cluster or by a mark: the smallest of them."""
    smallest: dict[bytes, bytes] = {}

    def find(mark: bytes) -> bytes:
        while (above := smallest.get(mark, mark)) != mark:
            mark = above
        return mark

    for number, leader in enumerate(clusters):
        if number % _JOKES_A_CHECK == 0:
            check()
        if leader != number:
            low, high = sorted((find(marks[number]), find(marks[leader])))
            if low != high:
                smallest[high] = low
    if not smallest:
        return marks
    return [find(mark) for mark in marks]


def sameness_key(joke: str) -> bytes:
    """Equal for jokes that differ only in case, spacing, punctuation and Unicode form (NFKC)."""
    if joke.isascii():  # the same as below, ten times as fast
        key = joke.encode().translate(_LOWER, _ASCII_NOT_WORD)
        return key or joke.encode().translate(None, _ASCII_SPACE)
    folded = unicodedata.normalize("NFKC", joke).casefold()
    folded = unicodedata.normalize("NFKC", folded)  # casefold can undo the normal form
    # A joke of emoji alone has no word characters, but is not the same as every other of them.
    return (_NOT_WORD.sub("", folded) or _SPACE.sub("", folded)).encode()


def _target(count: int, share: float) -> int:
    return max(1, round(count * share)) if count >= FEWEST_TO_SPLIT else 0


def _held_out(
    sizes: Mapping[bytes, int], target: int, check: Callable[[], None] = lambda: None
) -> set[bytes]:
    """The marks of whole groups of twins, smallest marks first, as far as they fit.

    `sizes` tells how many jokes bear each mark; `target` is how many jokes are wanted.
    """
    held_out: set[bytes] = set()
    if target == 0 or len(sizes) < 2:
        return held_out
    count = 0
    # Marks are evenly spread: those below this bound are enough, and quicker to sort than all.
    share = min(1.0, (2 * target + 1_000) / len(sizes))
    bound = int(share * 0xFFFF_FFFF).to_bytes(4, "big")
    few = sorted(mark for mark in sizes if mark[:4] <= bound)
    check()
    for mark in few:
        if count + sizes[mark] <= target:
            held_out.add(mark)
            count += sizes[mark]
        if count == target:
            break
    if not held_out:  # every group is larger than the target: take the smallest whole one
        held_out.add(min(sorted(sizes), key=lambda mark: sizes[mark]))
    return held_out
