"""Holds back a part of the jokes for validation, so that no joke is on both sides, not even nearly.

The choice depends on the texts alone, not on their order or on a random generator: the same jokes
give the same split anywhere. Jokes that differ only in case, spacing, punctuation or Unicode form
stay together, and so do those that are nearly the same: every pair of them, found without chance
(see `alike`). Otherwise the validation loss would be measured on jokes that were practised.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jokegen.data.alike import Alike, find_alike
from jokegen.data.near_duplicates import USUAL_SIMILARITY
from jokegen.data.word_numbers import WordNumbers, mixed

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jokegen.data.word_numbers import Ints, Keys

# Below this, holding one joke back would be a tenth of all there is and measure nothing.
FEWEST_TO_SPLIT = 10
_TWINS_A_CHECK = 65_536
_GROUPS_AT_ONCE = 16_384
# So similar jokes are never on different sides.
NEARLY_THE_SAME = USUAL_SIMILARITY

_NOT_WORD = re.compile(r"[\W_]+")
_SPACE = re.compile(r"\s+")
_ASCII = bytes(range(128))
_ASCII_NOT_WORD = bytes(byte for byte in _ASCII if not chr(byte).isalnum())
_ASCII_SPACE = bytes(byte for byte in _ASCII if chr(byte).isspace())
_LOWER = bytes(range(256)).lower()


@dataclass(frozen=True)
class Split:
    """Both parts keep the order in which the jokes came.

    `is_complete` is false where so many jokes share so many words that not all could be compared,
    and jokes that are nearly the same may be on both sides.
    """

    train: list[str]
    validation: list[str]
    is_complete: bool = True


def split_jokes(
    jokes: Sequence[str], share: float = 0.1, check: Callable[[int], None] = lambda _: None
) -> Split:
    """Split off about `share` (0 to 1) of the jokes for validation.

    With 10 jokes or more validation gets at least one, unless all belong together; with fewer it
    gets none. `check` is told now and then how many jokes are done, and may raise.
    """
    target = _target(len(jokes), share)
    if target == 0:
        return Split(list(jokes), [])
    words = WordNumbers.of(jokes, sameness_key, check)

    def heed() -> None:
        check(len(jokes))

    alike = find_alike(words, NEARLY_THE_SAME, heed)
    groups = _groups(words, alike, heed)
    heed()
    is_held_out = _held_out(groups, target)
    heed()
    train = list(itertools.compress(jokes, (~is_held_out).tolist()))
    heed()
    return Split(train, list(itertools.compress(jokes, is_held_out.tolist())), alike.is_complete)


@dataclass(frozen=True)
class _Groups:
    """Jokes that stay together: the group of each joke, the size and the mark of each group.

    Groups are held out in the order of their marks.
    """

    of: Ints
    sizes: Ints
    marks: Keys


def _groups(words: WordNumbers, alike: Alike, check: Callable[[], None]) -> _Groups:
    import numpy as np

    marks = words.marks
    order = np.argsort(marks, kind="stable")
    check()
    twins = np.flatnonzero(marks[order[1:]] == marks[order[:-1]])
    for start in range(0, len(twins), _TWINS_A_CHECK):
        check()
        part = twins[start : start + _TWINS_A_CHECK]
        alike.link(order[part], order[part + 1])
    leaders = alike.leaders_of(np.arange(len(marks)))
    check()
    is_leader = leaders == np.arange(len(marks))
    group = (np.cumsum(is_leader) - 1)[leaders]
    # A lone joke has its own mark, and is on the same side whatever comes and goes beside it.
    least = marks[is_leader]
    most = least.copy()
    others = np.flatnonzero(~is_leader)
    np.minimum.at(least, group[others], marks[others])
    np.maximum.at(most, group[others], marks[others])
    # The smallest of many marks is likely to be small: taken as it is, it would bring far more
    # large groups than small ones into the validation part.
    return _Groups(group, np.bincount(group), np.where(least == most, least, mixed(least)))


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


def _held_out(groups: _Groups, target: int) -> npt.NDArray[np.bool_]:
    """For each joke whether it is in a group that is held out: whole ones, as far as they fit."""
    import numpy as np

    chosen = np.zeros(len(groups.sizes), bool)
    if len(chosen) > 1:
        order = np.argsort(groups.marks, kind="stable")
        count = 0
        for start in range(0, len(order), _GROUPS_AT_ONCE):
            part = order[start : start + _GROUPS_AT_ONCE]
            for group, size in zip(part.tolist(), groups.sizes[part].tolist(), strict=True):
                if count + size <= target:
                    chosen[group] = True
                    count += size
            if count == target:
                break
        if not count:  # every group is larger than the target: take the smallest one
            smallest = np.flatnonzero(groups.sizes == groups.sizes.min())
            chosen[smallest[np.argmin(groups.marks[smallest])]] = True
    return chosen[groups.of]
