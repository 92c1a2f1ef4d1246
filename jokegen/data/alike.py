"""Finds every pair of jokes that are nearly the same, where nearly means very nearly.

Two jokes of so high a similarity (the Jaccard index of their sets of words, as in
`near_duplicates`) differ in d words at most, for their sizes. Put the words of both into d + 1
drawers by their numbers: a word that only one of them has disturbs one drawer, so at least one is
the same in both (PartEnum: Arasu, Ganti, Kaushik 2006). Pairs with an equal drawer are compared,
and nothing is left to chance. For low similarities drawers would hold a word each, and be of no
use: `near_duplicates` is for those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jokegen.data.word_numbers import Ints, Keys, WordNumbers, Words

_EACH_SIZE = 48  # jokes with more distinct words are taken together with some of other sizes
_WIDTH = 1.05
_PAIRS_AT_ONCE = 1 << 18
# Where thousands share a drawer, each is compared with so many of them at first; then drawers
# within the drawer part them further, and after that the search is given up and said to be.
_COMPARED = 128
_PAUSES = (2, 8, 32)
_DEPTH = 2


@dataclass
class Alike:
    """Who is alike: `leaders[i]` is the first joke that joke i is linked to, by others or not.

    `is_complete` is false where so many jokes share so many words that not all were compared.
    """

    leaders: Ints
    is_complete: bool = True

    def link(self, first: Ints, second: Ints) -> None:
        """Link the jokes of each pair (first[i], second[i])."""
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            low, high = sorted((self._leader(a), self._leader(b)))
            self.leaders[high] = low

    def leaders_of(self, jokes: Ints) -> Ints:
        """The leaders of these jokes, to which they point directly from now on."""
        import numpy as np

        found = self.leaders[jokes]
        while not np.array_equal(above := self.leaders[found], found):
            found = above
        self.leaders[jokes] = found
        return found

    def _leader(self, joke: int) -> int:
        while (above := int(self.leaders[joke])) != joke:
            joke = above
        return joke


def find_alike(
    words: WordNumbers, similarity: float, check: Callable[[], None] = lambda: None
) -> Alike:
    """Link all jokes that are so similar (0.8 to 1). `check` is called often, and may raise."""
    return _Search(words, similarity, check).result()


def allowed_difference(one: int, other: int, similarity: float) -> int:
    """How many words may be in only one of two sets of these sizes that are so similar.

    -1 if sets of these sizes cannot be.
    """
    common = min(one, other)
    if common == 0 or common / (one + other - common) < similarity:
        return -1
    while common > 1 and (common - 1) / (one + other - common + 1) >= similarity:
        common -= 1
    return one + other - 2 * common


@dataclass
class _Class:
    """Jokes of `least` to `most` distinct words."""

    least: int
    most: int
    jokes: Ints


class _Search:
    def __init__(self, words: WordNumbers, similarity: float, check: Callable[[], None]) -> None:
        import numpy as np

        self._words = words
        self._similarity = similarity
        self._check = check
        self._words_of: dict[int, tuple[Words, Ints]] = {}
        self._drawers: dict[tuple[int, int], Keys] = {}
        self._alike = Alike(np.arange(len(words.counts), dtype=np.int64))
        self._masks = _masks(words, check)

    def result(self) -> Alike:
        import numpy as np

        classes = list(self._classes())
        for number, one in enumerate(classes):
            for distance, other in enumerate(classes[number:]):
                if one.most < self._similarity * other.least:
                    break
                self._check()
                drawers = self._most_different(one, other) + 1
                if drawers:
                    self._compare(one, other, drawers, is_same=distance == 0)
            self._words_of.pop(one.least, None)
            for key in [key for key in self._drawers if key[0] == one.least]:
                del self._drawers[key]
        self._alike.leaders_of(np.arange(len(self._alike.leaders)))
        return self._alike

    def _classes(self) -> Iterator[_Class]:
        import numpy as np

        counts = self._words.counts
        few = counts.astype(np.uint16) if counts.max(initial=0) < 1 << 16 else counts
        order = np.argsort(few, kind="stable")  # a radix sort where there are few different ones
        sizes = counts[order]
        least, largest = 1, int(sizes[-1]) if len(sizes) else 0
        while least <= largest:
            most = least if least < _EACH_SIZE else int(least * _WIDTH)
            first, last = np.searchsorted(sizes, [least, most + 1])
            if last > first:
                yield _Class(least, most, order[first:last])
            least = most + 1

    def _most_different(self, one: _Class, other: _Class) -> int:
        """In how many words jokes of both may differ at most; -1 if they cannot be alike."""
        if one.least == one.most and other.least == other.most:
            return allowed_difference(one.least, other.least, self._similarity)
        # For a range of sizes a bound is good enough: one drawer too many does no harm.
        sizes = min(one.most + other.most, one.most * (1 + 1 / self._similarity))
        return int(sizes * (1 - self._similarity) / (1 + self._similarity) + 1e-9)

    def _compare(self, one: _Class, other: _Class, drawers: int, *, is_same: bool) -> None:
        import numpy as np

        mine = self._drawers_of(one, drawers)
        if is_same:
            for keys in mine:
                self._check()
                chosen = _repeated(keys)
                if len(chosen):
                    self._within(keys[chosen], one.jokes[chosen], drawers)
            return
        theirs = self._drawers_of(other, drawers)
        for keys, other_keys in zip(mine, theirs, strict=True):
            self._check()
            shared = _in_both(keys, other_keys)
            if shared is not None:
                a, b = shared
                self._within(
                    np.concatenate((keys[a], other_keys[b])),
                    np.concatenate((one.jokes[a], other.jokes[b])),
                    drawers,
                )

    def _drawers_of(self, some: _Class, drawers: int) -> Keys:
        """For each drawer one number a joke: equal where the drawer holds the same words."""
        key = (some.least, drawers)
        if key not in self._drawers:
            if some.least not in self._words_of:
                self._words_of[some.least] = self._words.words_of(some.jokes)
            words, joke = self._words_of[some.least]
            self._drawers[key] = self._fill(words, joke, len(some.jokes), drawers)
        return self._drawers[key]

    def _fill(self, words: Words, joke: Ints, jokes: int, drawers: int, salt: int = 0) -> Keys:
        """For each drawer and joke (numbered from 0 to `jokes`) a number for what is in it."""
        import numpy as np

        numbers = words.astype(np.uint64)
        if salt:
            numbers = (numbers * np.uint64(0x9E3779B1 + 2 * salt)) & np.uint64(0xFFFFFFFF)
        drawer = ((numbers * np.uint64(drawers)) >> np.uint64(32)).astype(np.int64)
        place = drawer * jokes + joke
        # Sums below 2**53 are exact in floating point; the longest jokes have some 4,000 words.
        sums = np.bincount(place, weights=words, minlength=drawers * jokes)
        keys = sums.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        return (keys ^ (keys >> np.uint64(32))).reshape(drawers, jokes)

    def _within(self, keys: Keys, jokes: Ints, drawers: int, depth: int = 0) -> None:
        """Compare jokes that have the same key with each other."""
        import numpy as np

        order = np.argsort(keys, kind="stable")
        keys, jokes = keys[order], jokes[order]
        masks = self._masks[jokes]
        together = np.arange(len(keys))
        for distance in range(1, _COMPARED + 1):
            together = together[: np.searchsorted(together, len(keys) - distance)]
            together = together[keys[together + distance] == keys[together]]
            if not len(together):
                return
            for start in range(0, len(together), _PAIRS_AT_ONCE):
                self._check()
                first = together[start : start + _PAIRS_AT_ONCE]
                second = first + distance
                # Every word that only one has may set a bit that only one has, and no more.
                may_be = np.bitwise_count(masks[first] ^ masks[second]) < drawers
                if may_be.any():
                    self._link(jokes[first[may_be]], jokes[second[may_be]])
            if distance in _PAUSES:
                stays = self._still_apart(keys, jokes)
                keys, jokes, masks = keys[stays], jokes[stays], masks[stays]
                together = np.arange(len(keys))
        stays = self._still_apart(keys, jokes, more_than=_COMPARED)
        keys, jokes = keys[stays], jokes[stays]
        if not len(keys):
            return
        if depth == _DEPTH:
            self._alike.is_complete = False
            return
        words, joke = self._words.words_of(jokes)
        for inner in self._fill(words, joke, len(jokes), drawers, salt=depth + 1):
            both = (keys * np.uint64(0x100000001B3)) ^ inner
            chosen = _repeated(both)
            if len(chosen):
                self._within(both[chosen], jokes[chosen], drawers, depth + 1)

    def _still_apart(self, keys: Keys, jokes: Ints, more_than: int = 1) -> npt.NDArray[np.bool_]:
        """Which jokes are in a group (by key) that is so large and not all linked by now."""
        import numpy as np

        if not len(keys):
            return np.zeros(0, bool)
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        sizes = np.diff(np.concatenate((starts, [len(keys)])))
        leaders = self._alike.leaders_of(jokes)
        is_apart = np.minimum.reduceat(leaders, starts) != np.maximum.reduceat(leaders, starts)
        stays: npt.NDArray[np.bool_] = np.repeat(is_apart & (sizes > more_than), sizes)
        return stays

    def _link(self, first: Ints, second: Ints) -> None:
        """Link those pairs that are similar enough and not linked yet."""
        is_apart = self._alike.leaders_of(first) != self._alike.leaders_of(second)
        first, second = first[is_apart], second[is_apart]
        if len(first):
            common = self._common(first, second)
            either = self._words.counts[first] + self._words.counts[second] - common
            is_similar = common / either >= self._similarity
            self._alike.link(first[is_similar], second[is_similar])

    def _common(self, first: Ints, second: Ints) -> Ints:
        """How many words the jokes of each pair have in common."""
        import numpy as np

        marked = []
        for side in (first, second):
            words, pair = self._words.words_of(side)
            marked.append((pair.astype(np.uint64) << np.uint64(32)) | words)
        both = np.concatenate(marked)
        both.sort()
        twice = both[1:][both[1:] == both[:-1]] >> np.uint64(32)
        return np.bincount(twice.astype(np.int64), minlength=len(first))


def _masks(words: WordNumbers, check: Callable[[], None]) -> Keys:
    """One bit of 64 set for each word of a joke: tells most different jokes apart at once."""
    import numpy as np

    masks = np.zeros(len(words.counts), np.uint64)
    for start in range(0, len(masks), 1 << 16):
        check()
        jokes = np.arange(start, min(start + (1 << 16), len(masks)))
        jokes = jokes[words.counts[jokes] > 0]
        if len(jokes):
            last = jokes[-1]
            flat = words.flat[words.starts[jokes[0]] : words.starts[last] + words.counts[last]]
            bits = np.uint64(1) << (flat & np.uint32(63)).astype(np.uint64)
            offsets = words.starts[jokes] - words.starts[jokes[0]]
            masks[jokes] = np.bitwise_or.reduceat(bits, offsets)
    return masks


def _places(keys: Keys, count: int) -> Ints:
    """The keys cut short to number the places of a table with about eight for each of `count`."""
    import numpy as np

    bits = max(10, (8 * count).bit_length())
    return (keys & np.uint64((1 << bits) - 1)).astype(np.int64)


def _repeated(keys: Keys) -> Ints:
    """Where keys stand that others may be equal to; most that are alone are left out, unsorted."""
    import numpy as np

    places = _places(keys, len(keys))
    return np.flatnonzero(np.bincount(places)[places] > 1)


def _in_both(one: Keys, other: Keys) -> tuple[Ints, Ints] | None:
    """Where keys stand that may be in the other array too."""
    import numpy as np

    most = max(len(one), len(other))
    mine, theirs = _places(one, most), _places(other, most)
    table: npt.NDArray[np.bool_] = np.zeros(max(mine.max(), theirs.max()) + 1, bool)
    table[mine] = True
    b = np.flatnonzero(table[theirs])
    if not len(b):
        return None
    table[:] = False
    table[theirs[b]] = True
    return np.flatnonzero(table[mine]), b
