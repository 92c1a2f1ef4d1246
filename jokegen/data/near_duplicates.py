"""Finds jokes that are nearly the same: most of their words are.

Similarity is the Jaccard index of the sets of words (of pairs of characters in languages without
spaces): words in common by words in either. Candidates come from MinHash signatures, made by the
library rensa and cut into bands (Broder 1997; Indyk and Motwani 1998); each candidate is then
compared exactly, so nothing is called similar that is not. Everything that grows with the pile is
held in numpy arrays, some 250 bytes a joke. Measured on one core: 80,000 to 100,000 jokes/s.
"""

from __future__ import annotations

import array
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jokegen.data.pacing import stretches

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Keys = npt.NDArray[np.uint64]
    Words = npt.NDArray[np.uint32]

LEAST_SIMILARITY, MOST_SIMILARITY = 0.5, 1.0
USUAL_SIMILARITY = 0.85

_VALUES = 64  # of a signature, at most
_RECALL = 0.999  # at the threshold; more similar pairs are found more surely
_SEED = 42
_JOKES_AT_ONCE = 4_096
_PAIRS_AT_ONCE = 65_536
_WORDS_AT_ONCE = 2_000_000
# A joke is compared with so many jokes before it in its band. Where thousands share a band, each
# has its like among those, and comparing all with all would take time by the square.
_COMPARED = 16
# What is promised before the work: half of what one idle core was measured to do.
_JOKES_A_SECOND = 45_000

_WORD = re.compile(r"\w+")
# Letters of scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, kana, Han.
UNSPACED_LETTERS = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
UNSPACED = re.compile(f"[{UNSPACED_LETTERS}]")
_PIECE = re.compile(rf"[{UNSPACED_LETTERS}]+|[^\W{UNSPACED_LETTERS}]+")


def seconds_for(count: int) -> float:
    """About how long `cluster` takes for so many jokes."""
    return count / _JOKES_A_SECOND


def cluster(
    jokes: Sequence[str], similarity: float, check: Callable[[int], None] = lambda _: None
) -> list[int]:
    """For each joke the index of the first joke of its cluster; its own where it stands alone.

    Jokes at least so similar (0.5 to 1) are in one cluster, and so are those that are linked by
    others between them. `check` is told now and then how many jokes are done, and may raise.
    """
    if not jokes:
        return []
    similarity = min(max(similarity, LEAST_SIMILARITY), MOST_SIMILARITY)
    bands = Bands.for_similarity(similarity)
    words = _WordLists(jokes, check)
    leaders = _Leaders(len(jokes))
    keys = _band_keys(words, bands, check)

    def heed() -> None:
        check(len(jokes))

    for band in range(bands.count):
        for first, second in _pairs(keys[:, band], leaders, heed):
            heed()
            possible = words.may_be(first, second, similarity)
            if not possible.any():
                continue
            for one, other in words.portions(first[possible], second[possible]):
                heed()
                is_similar = words.similarities(one, other) >= similarity
                leaders.join(one[is_similar], other[is_similar])
        leaders.settle()
    return leaders.all()


def word_set(joke: str) -> frozenset[str]:
    """What is compared: the words in lower case and in one Unicode form, punctuation left out."""
    return frozenset(words_in_order(joke))


def words_in_order(joke: str) -> list[str]:
    """The same words as they stand in the joke, each as often as it does."""
    folded = joke.lower() if joke.isascii() else unicodedata.normalize("NFKC", joke).casefold()
    words = _WORD.findall(folded)
    if not words:  # nothing but emoji or punctuation
        return folded.split()
    if joke.isascii() or not UNSPACED.search(folded):
        return words
    words = []
    for piece in _PIECE.findall(folded):
        if UNSPACED.match(piece):
            words += [piece[place : place + 2] for place in range(max(1, len(piece) - 1))]
        else:
            words.append(piece)
    return words


@dataclass(frozen=True)
class Bands:
    """Signatures of `count` × `rows` values; jokes that share all values of a band are compared.

    Two jokes of similarity s share one or more with a chance of 1 - (1 - s^rows)^count.
    """

    count: int
    rows: int

    @classmethod
    def for_similarity(cls, similarity: float) -> Bands:
        """The longest bands, which let the fewest pairs through, that still find pairs so alike."""
        for rows in range(16, 1, -1):
            bands = cls(_VALUES // rows, rows)
            if bands.recall(similarity) >= _RECALL:
                return bands
        return cls(_VALUES, 1)

    def recall(self, similarity: float) -> float:
        """The chance that two jokes so similar share a band."""
        return float(1 - (1 - similarity**self.rows) ** self.count)


class _WordLists:
    """The words of all jokes as numbers, those of a joke sorted and each once."""

    def __init__(self, jokes: Sequence[str], check: Callable[[int], None]) -> None:
        import numpy as np

        numbers: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        flat, lengths = array.array("I"), array.array("q")
        for stretch in stretches(jokes):
            check(stretch.start)
            for index in stretch:
                words = word_set(jokes[index])
                lengths.append(len(words))
                flat.extend(map(numbers.__getitem__, words))
        self.flat: Words = np.frombuffer(flat, np.uint32)
        self.counts: Ints = np.frombuffer(lengths, np.int64)
        self.starts: Ints = np.concatenate((np.zeros(1, np.int64), np.cumsum(self.counts)))
        self.masks: Keys = self._masks(check)

    def _masks(self, check: Callable[[int], None]) -> Keys:
        """One bit of 64 set for each word of a joke: see `may_be`."""
        import numpy as np

        masks = np.zeros(len(self.counts), np.uint64)
        for start in range(0, len(masks), _JOKES_AT_ONCE):
            check(len(masks))
            end = min(start + _JOKES_AT_ONCE, len(masks))
            hashes, offsets = self.hashes(start, end)
            has_words = offsets[1:] > offsets[:-1]
            if has_words.any():
                bits = np.uint64(1) << (hashes >> np.uint64(58))
                masks[start:end][has_words] = np.bitwise_or.reduceat(bits, offsets[:-1][has_words])
        return masks

    def may_be(self, first: Ints, second: Ints, similarity: float) -> npt.NDArray[np.bool_]:
        """Which pairs may be so similar: not those where too many bits of one miss in the other.

        A bit that misses stands for one word or more; most pairs that share a band by chance are
        told apart by this, in a hundredth of the time of comparing their words.
        """
        import numpy as np

        one, other = self.masks[first], self.masks[second]
        size_of_one, size_of_other = self.counts[first], self.counts[second]
        most: Ints = np.minimum(
            size_of_one - np.bitwise_count(one & ~other),
            size_of_other - np.bitwise_count(other & ~one),
        )
        possible: npt.NDArray[np.bool_] = _share(most, size_of_one + size_of_other) >= similarity
        return possible

    def hashes(self, first: int, last: int) -> tuple[Keys, Ints]:
        """The words of jokes `first` to `last` as well mixed numbers, and where each one begins."""
        offsets = self.starts[first : last + 1] - self.starts[first]
        return _mixed(self.flat[self.starts[first] : self.starts[last]]), offsets

    def portions(self, first: Ints, second: Ints) -> Iterator[tuple[Ints, Ints]]:
        """The same pairs, in portions that have not too many words for the memory."""
        import numpy as np

        portion = np.cumsum(self.counts[first] + self.counts[second]) // _WORDS_AT_ONCE
        ends = [*(np.flatnonzero(portion[1:] > portion[:-1]) + 1).tolist(), len(first)]
        start = 0
        for end in ends:
            yield first[start:end], second[start:end]
            start = end

    def similarities(self, first: Ints, second: Ints) -> npt.NDArray[np.float64]:
        """The Jaccard index of each pair (first[i], second[i]), exactly."""
        import numpy as np

        sizes = self.counts[first] + self.counts[second]
        # Every word, marked with its pair: what stands there twice is in both jokes.
        marked = np.concatenate([self._marked(side) for side in (first, second)])
        marked.sort()
        twice = marked[1:][marked[1:] == marked[:-1]] >> np.uint64(32)
        common = np.bincount(twice.astype(np.int64), minlength=len(first))
        return _share(common, sizes)

    def _marked(self, jokes: Ints) -> Keys:
        import numpy as np

        counts = self.counts[jokes]
        ends = np.cumsum(counts)
        where = np.arange(ends[-1]) + np.repeat(self.starts[jokes] - (ends - counts), counts)
        pairs = np.repeat(np.arange(len(jokes), dtype=np.uint64), counts)
        marked: Keys = (pairs << np.uint64(32)) | self.flat[where].astype(np.uint64)
        return marked


class _Leaders:
    """Which joke leads each one's cluster; always the first of it."""

    def __init__(self, count: int) -> None:
        import numpy as np

        self._of: Ints = np.arange(count, dtype=np.int64)

    def join(self, first: Ints, second: Ints) -> None:
        for one, other in zip(first.tolist(), second.tolist(), strict=True):
            low, high = sorted((self._find(one), self._find(other)))
            self._of[high] = low

    def are_apart(self, first: Ints, second: Ints) -> npt.NDArray[np.bool_]:
        """Which pairs are not in one cluster; right for what was joined before `settle`."""
        are_apart: npt.NDArray[np.bool_] = self._of[first] != self._of[second]
        return are_apart

    def settle(self) -> None:
        """Let every joke point to its leader directly."""
        import numpy as np

        while not np.array_equal(shorter := self._of[self._of], self._of):
            self._of = shorter

    def all(self) -> list[int]:
        self.settle()
        return [int(leader) for leader in self._of]

    def _find(self, index: int) -> int:
        while (above := int(self._of[index])) != index:
            index = above
        return index


def _share(common: Ints, sizes: Ints) -> npt.NDArray[np.float64]:
    """The Jaccard index of sets with so many members in common, and so many in sum."""
    import numpy as np

    either = sizes - common
    return np.where(either > 0, common / np.maximum(either, 1), 1.0)


def _mixed(numbers: Words) -> Keys:
    """SplitMix64 (Steele, Lea, Flood 2014): every bit of the result hangs on every bit given."""
    import numpy as np

    mixed = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(_SEED)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _band_keys(words: _WordLists, bands: Bands, check: Callable[[int], None]) -> Keys:
    """One number for each joke and band: equal where all values of the band are."""
    import numpy as np
    from rensa import RMinHash

    count = len(words.counts)
    keys = np.empty((count, bands.count), np.uint64, order="F")
    for start in range(0, count, _JOKES_AT_ONCE):
        check(count)
        end = min(start + _JOKES_AT_ONCE, count)
        hashes, offsets = words.hashes(start, end)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            hashes, offsets.astype(np.uint64), bands.count * bands.rows, _SEED
        )
        flat = array.array("I")  # np.array takes five times as long
        for row in matrix.to_rows():
            flat.fromlist(row)
        values = np.frombuffer(flat, np.uint32).reshape(-1, bands.count, bands.rows)
        key = np.zeros(values.shape[:2], np.uint64)
        for number in range(bands.rows):
            key = key * np.uint64(0x100000001B3) + _mixed(values[:, :, number])
        keys[start:end] = key
    return keys


def _pairs(keys: Keys, leaders: _Leaders, check: Callable[[], None]) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of jokes with the same key that are not in one cluster yet, many at a time."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    for distance in range(1, _COMPARED + 1):
        check()
        together = np.flatnonzero(ranked[distance:] == ranked[:-distance])
        if not len(together):
            return
        for start in range(0, len(together), _PAIRS_AT_ONCE):
            part = together[start : start + _PAIRS_AT_ONCE]
            first, second = order[part], order[part + distance]
            is_apart = leaders.are_apart(first, second)
            if is_apart.any():
                yield first[is_apart], second[is_apart]
        leaders.settle()
