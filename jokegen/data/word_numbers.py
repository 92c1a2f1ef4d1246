"""The words of many jokes as numbers, made by numpy all at once: a second for a million jokes.

What words are is said by `near_duplicates.words_in_order`. Here each becomes 32 bits of a
polynomial hash of its letters, read off sums over the whole text (Karp and Rabin 1987), mixed. Two
words in a few thousand million share their number: whoever compares numbers may take different
jokes for alike once in an age, and never the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jokegen.data.near_duplicates import words_in_order

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Keys = npt.NDArray[np.uint64]
    Words = npt.NDArray[np.uint32]

_JOKES_AT_ONCE = 4_096
_LONG_JOKES_AT_ONCE = 256
_CHARACTERS_AT_ONCE = 2_000_000
_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_BLANK, _LINE_END = 0x20, 0x0A
# ASCII in lower case, with a blank for all that is no letter of a word; NUL ends a line.
_LETTERS = bytes([_LINE_END]) + bytes(
    ord(chr(byte).lower()) if byte < 128 and (chr(byte).isalnum() or chr(byte) == "_") else _BLANK
    for byte in range(1, 256)
)
# Control characters, which would part words, as bytes that UTF-8 never has in such places.
_VISIBLE = bytes(range(0x80, 0xA1)) + bytes(range(33, 256))


@dataclass(frozen=True)
class WordNumbers:
    """The distinct words of each joke, rising: `flat[starts[i] : starts[i] + counts[i]]`.

    `marks` are equal for jokes that have the same letters in the same order (`sameness_key`), and
    evenly spread over 64 bits; they depend on nothing else.
    """

    flat: Words
    starts: Ints
    counts: Ints
    marks: Keys

    @classmethod
    def of(
        cls,
        jokes: Sequence[str],
        key: Callable[[str], bytes],
        check: Callable[[int], None] = lambda _: None,
    ) -> WordNumbers:
        """`key` gives the letters of a joke; `check` is told how many are done, and may raise."""
        import numpy as np

        hasher = Hasher()
        flat: list[Words] = [np.empty(0, np.uint32)]
        counts: list[Ints] = [np.empty(0, np.int64)]
        marks: list[Keys] = [np.empty(0, np.uint64)]
        start = 0
        while start < len(jokes):
            check(start)
            part = jokes[start : start + _JOKES_AT_ONCE]
            if sum(map(len, part)) > _CHARACTERS_AT_ONCE:
                part = part[:_LONG_JOKES_AT_ONCE]
            words, count, mark = hasher.numbers(part, key)
            flat.append(words)
            counts.append(count)
            marks.append(mark)
            start += len(part)
        count = np.concatenate(counts)
        return cls(np.concatenate(flat), np.cumsum(count) - count, count, np.concatenate(marks))

    def words_of(self, jokes: Ints) -> tuple[Words, Ints]:
        """The words of some jokes, one joke after another, and which of them each belongs to."""
        import numpy as np

        counts = self.counts[jokes]
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        where = np.arange(total) + np.repeat(self.starts[jokes] - (ends - counts), counts)
        return self.flat[where], np.repeat(np.arange(len(jokes)), counts)


class Hasher:
    """Hashes of stretches of a text, from sums of byte × base^place over all that is before."""

    def __init__(self) -> None:
        import numpy as np

        self._powers: Keys = np.ones(1, np.uint64)
        self._inverses: Keys = np.ones(1, np.uint64)

    def numbers(
        self, jokes: Sequence[str], key: Callable[[str], bytes]
    ) -> tuple[Words, Ints, Keys]:
        """The words of these jokes, how many each has, and the marks of the jokes."""
        import numpy as np

        joke, hashes, lengths, others = self._in_order(jokes)
        marks = np.zeros(len(jokes), np.uint64)
        plain = len(lengths)
        self._mark(marks, joke[:plain], hashes[:plain], lengths)
        if others:
            marks[others] = self._whole([key(jokes[number]) for number in others])
        both = (joke.astype(np.uint64) << np.uint64(32)) | (mixed(hashes) >> np.uint64(32))
        both.sort()
        is_new = np.ones(len(both), bool)
        np.not_equal(both[1:], both[:-1], out=is_new[1:])
        both = both[is_new]
        counts = np.bincount((both >> np.uint64(32)).astype(np.int64), minlength=len(jokes))
        return both.astype(np.uint32), counts, mixed(marks)

    def in_order(self, jokes: Sequence[str]) -> tuple[Ints, Keys]:
        """For each word its joke and its number of 64 bits.

        The words of a joke stand together and in their order; the jokes do not.
        """
        joke, hashes, _, _ = self._in_order(jokes)
        return joke, mixed(hashes)

    def _in_order(self, jokes: Sequence[str]) -> tuple[Ints, Keys, Ints, list[int]]:
        """For each word its joke and hash; of the first ones the lengths; whose the others are."""
        import numpy as np

        plain = [number for number, joke in enumerate(jokes) if joke.isascii()]
        text = "\0".join([jokes[number] for number in plain])
        if "_" in text or text.count("\0") >= max(1, len(plain)):
            plain = [n for n in plain if "_" not in jokes[n] and "\0" not in jokes[n]]
            text = "\0".join([jokes[number] for number in plain])
        joke, hashes, lengths = self._words(text.encode().translate(_LETTERS), plain)
        has_words = np.bincount(joke, minlength=len(jokes)) > 0
        others: list[int] = np.flatnonzero(~has_words).tolist()
        if others:
            pieces = b"\n".join(_pieces(jokes[number]) for number in others)
            other_joke, other_hashes, _ = self._words(pieces, others)
            joke = np.concatenate((joke, other_joke))
            hashes = np.concatenate((hashes, other_hashes))
        return joke, hashes, lengths, others

    def _words(self, lines: bytes, jokes: Sequence[int]) -> tuple[Ints, Keys, Ints]:
        """For each word of the lines: its joke (one of `jokes` for each line), hash and length."""
        import numpy as np

        text = np.frombuffer(lines + b"\n", np.uint8)
        is_between = text <= _BLANK
        after = np.empty(len(text), bool)
        after[0] = True
        after[1:] = is_between[:-1]
        starts = np.flatnonzero(after & ~is_between)
        ends = np.flatnonzero(is_between & ~after)
        line_ends = np.flatnonzero(text == _LINE_END)
        words = np.diff(np.searchsorted(starts, line_ends), prepend=0)
        joke = np.repeat(np.array(jokes, np.int64), words)
        return joke, self._hashes(text, starts, ends), ends - starts

    def _mark(self, marks: Keys, joke: Ints, hashes: Keys, lengths: Ints) -> None:
        """Note the hash of all words of each joke in one piece, from those of its words."""
        import numpy as np

        if len(hashes):
            before = np.cumsum(lengths) - lengths
            firsts = np.flatnonzero(np.concatenate(([True], joke[1:] != joke[:-1])))
            words = np.diff(np.concatenate((firsts, [len(joke)])))
            before -= np.repeat(before[firsts], words)
            marks[joke[firsts]] = np.add.reduceat(hashes * self._powers[before], firsts)

    def _whole(self, texts: Sequence[bytes]) -> Keys:
        """The hash of each text."""
        import numpy as np

        ends = np.cumsum([len(text) for text in texts])
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
        return self._hashes(np.frombuffer(b"".join(texts), np.uint8), starts, ends)

    def _hashes(self, text: npt.NDArray[np.uint8], starts: Ints, ends: Ints) -> Keys:
        """The sum of byte × base^place for each stretch of the text, counted from its start."""
        import numpy as np

        size = len(text)
        if size >= len(self._powers):
            self._powers = _powers(_BASE, 2 * size)
            self._inverses = _powers(pow(_BASE, -1, 1 << 64), 2 * size)
        sums = np.zeros(size + 1, np.uint64)
        np.cumsum((text.astype(np.uint64) + np.uint64(1)) * self._powers[:size], out=sums[1:])
        hashes: Keys = (sums[ends] - sums[starts]) * self._inverses[starts]
        return hashes


def mixed(hashes: Keys) -> Keys:
    """SplitMix64 (Steele, Lea, Flood 2014): every bit of the result hangs on every bit given."""
    import numpy as np

    mix = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mix = (mix ^ (mix >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mix ^ (mix >> np.uint64(31))


def _powers(base: int, count: int) -> Keys:
    """base^0, base^1, … modulo 2**64."""
    import numpy as np

    powers = np.full(count, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers)


def _pieces(joke: str) -> bytes:
    """The words of a joke in their order, with blanks between."""
    return b" ".join(word.encode().translate(_VISIBLE) for word in words_in_order(joke))
