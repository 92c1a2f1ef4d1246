"""Finds which of a few texts copy a joke of a pile: the same, nearly, or in a long passage.

What words are is said by `near_duplicates.words_in_order`: case, punctuation and Unicode forms do
not count. A text copies a joke if their sets of words are at least `SIMILARITY` alike (the Jaccard
index), or if they share `PASSAGE` words in a row or more and these make up at least
`PASSAGE_SHARE` of the text: a joke with a new ending is hardly a new joke, and the first words of
a riddle are everybody's. The pile is gone through for each question and nothing is kept of it, so
that a million jokes take no memory: some seconds of time instead, and all comparing is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jokegen.data.near_duplicates import USUAL_SIMILARITY, words_in_order
from jokegen.data.word_numbers import Hasher

if TYPE_CHECKING:
    from jokegen.data.word_numbers import Ints, Keys, Words

SIMILARITY = USUAL_SIMILARITY
PASSAGE = 8
PASSAGE_SHARE = 0.5

_JOKES_AT_ONCE = 4_096
_CHARACTERS_AT_ONCE = 500_000
_BASE = 0x9E3779B97F4A7C15  # odd


class CopyFinder:
    """Knows a pile of jokes, and finds those that a text copies."""

    def __init__(self, jokes: Iterable[str]) -> None:
        """`jokes` can be gone through again and again: a list, or what is read from a disk."""
        self._jokes = jokes

    def __call__(
        self, texts: Sequence[str], check: Callable[[], None] = lambda: None
    ) -> list[str | None]:
        """For each text the joke that it is most alike to of those it copies; None: it is new.

        `check` is called often, and may raise to stop.
        """
        asked = _Asked(texts)
        for part in self._parts():
            check()
            asked.compare_with(part)
        return asked.answers()

    def _parts(self) -> Iterator[list[str]]:
        part: list[str] = []
        size = 0
        for joke in self._jokes:
            size += len(joke)
            if part and (size > _CHARACTERS_AT_ONCE or len(part) == _JOKES_AT_ONCE):
                yield part
                part, size = [], len(joke)
            part.append(joke)
        if part:
            yield part


class _Asked:
    """The texts, and what was found for them so far."""

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        self._hasher = Hasher()
        self._words = [words_in_order(text) for text in texts]
        self._found: list[tuple[float, str] | None] = [None] * len(texts)
        text, words = self._hasher.in_order(texts)
        # Which words the texts have, and which text has which: (words, texts).
        short = (words >> np.uint64(32)).astype(np.uint32)
        self._vocabulary, place = np.unique(short, return_inverse=True)
        self._has = np.zeros((len(self._vocabulary), len(texts)), np.int32)
        self._has[place, text] = 1
        self._sizes = self._has.sum(axis=0)
        self._passages, self._owners, self._times = self._passages_of(text, words)
        lengths = np.array([len(words) for words in self._words], np.int64)
        self._least = np.maximum(PASSAGE, np.ceil(PASSAGE_SHARE * lengths)).astype(np.int64)

    def answers(self) -> list[str | None]:
        return [None if found is None else found[1] for found in self._found]

    def compare_with(self, jokes: Sequence[str]) -> None:
        """Note which of the texts copy one of these jokes."""
        joke, words = self._hasher.in_order(jokes)
        if not len(words) or not len(self._vocabulary):
            return
        for number, text, similarity in self._alike(joke, words):
            self._note(text, similarity, jokes[number])
        for number, text in self._with_passage(joke, words):
            # Numbers may agree by chance, and passages lie apart: the words themselves decide.
            found = self._found[text]
            if found is not None and found[0] == 1.0:
                continue  # nothing can be more alike
            mine, theirs = self._words[text], words_in_order(jokes[number])
            length = _longest_run(mine, theirs)
            if length >= self._least[text]:
                self._note(text, length / (len(mine) + len(theirs) - length), jokes[number])

    def _note(self, text: int, similarity: float, joke: str) -> None:
        before = self._found[text]
        if before is None or similarity > before[0]:
            self._found[text] = (similarity, joke)

    def _alike(self, joke: Ints, words: Keys) -> Iterator[tuple[int, int, float]]:
        """(joke, text, Jaccard index) of all that are similar enough."""
        import numpy as np

        both = (joke.astype(np.uint64) << np.uint64(32)) | (words >> np.uint64(32))
        both.sort()
        is_new = np.ones(len(both), bool)
        np.not_equal(both[1:], both[:-1], out=is_new[1:])
        both = both[is_new]
        joke = (both >> np.uint64(32)).astype(np.int64)
        sizes = np.bincount(joke)
        place = self._places(both.astype(np.uint32))
        is_known = place >= 0
        joke, place = joke[is_known], place[is_known]
        if not len(joke):
            return
        starts = np.flatnonzero(np.concatenate(([True], joke[1:] != joke[:-1])))
        common = np.add.reduceat(self._has[place], starts)
        either = sizes[joke[starts]][:, None] + self._sizes[None, :] - common
        similarity = common / either
        for row, text in np.argwhere(similarity >= SIMILARITY).tolist():
            yield int(joke[starts[row]]), text, float(similarity[row, text])

    def _places(self, words: Words) -> Ints:
        """Where in the vocabulary each word stands, -1 for those that no text has."""
        import numpy as np

        place = np.searchsorted(self._vocabulary, words).clip(max=len(self._vocabulary) - 1)
        place[self._vocabulary[place] != words] = -1
        return place

    def _with_passage(self, joke: Ints, words: Keys) -> Iterator[tuple[int, int]]:
        """(joke, text) that may share a passage that is long enough."""
        import numpy as np

        keys, owners, _ = self._passages_of(joke, words)
        if not len(keys) or not len(self._passages):
            return
        first = np.searchsorted(self._passages, keys, "left")
        last = np.searchsorted(self._passages, keys, "right")
        counts = last - first
        if not counts.any():
            return
        # Every text that has this passage, for every joke that has it.
        begins = np.cumsum(counts) - counts
        where = np.arange(int(counts.sum())) + np.repeat(first - begins, counts)
        pairs = np.stack((np.repeat(owners, counts), self._owners[where]), axis=1)
        pairs, place = np.unique(pairs, axis=0, return_inverse=True)
        times = np.bincount(place.ravel(), weights=self._times[where])
        # A run of n words holds n - PASSAGE + 1 of them.
        is_possible = times > self._least[pairs[:, 1]] - PASSAGE
        for number, text in pairs[is_possible].tolist():
            yield int(number), int(text)

    def _passages_of(self, owner: Ints, words: Keys) -> tuple[Keys, Ints, Ints]:
        """A number for each `PASSAGE` words in a row, rising, whose words they are, how often.

        Once for each owner: a text that says the same over and over has thousands of one kind.
        """
        import numpy as np

        count = max(0, len(words) - PASSAGE + 1)
        keys = np.zeros(count, np.uint64)
        for place in range(PASSAGE):
            keys = keys * np.uint64(_BASE) + words[place : place + count]
        is_within = owner[:count] == owner[PASSAGE - 1 : PASSAGE - 1 + count]
        keys, owner = keys[is_within], owner[:count][is_within]
        order = np.argsort(keys, kind="stable")  # owners stay in their order
        keys, owner = keys[order], owner[order]
        is_new = np.ones(len(keys), bool)
        is_new[1:] = (keys[1:] != keys[:-1]) | (owner[1:] != owner[:-1])
        starts = np.flatnonzero(is_new)
        times = np.diff(np.append(starts, len(keys)))
        return keys[starts], owner[starts], times


def _longest_run(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """How many words in a row both have, at the most; also where they repeat themselves."""
    import numpy as np

    numbers: dict[str, int] = {}
    first, second = sorted(
        (
            np.array([numbers.setdefault(w, len(numbers)) for w in words])
            for words in (mine, theirs)
        ),
        key=len,
    )
    ending_here = np.zeros(len(second) + 1, np.int32)
    longest = 0
    for word in first:
        ending_here[1:] = np.where(second == word, ending_here[:-1] + 1, 0)
        longest = max(longest, int(ending_here.max()))
    return longest
