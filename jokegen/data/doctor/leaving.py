"""Fixes that leave jokes out, by kind: which jokes of a pile each of them would leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from jokegen.data.doctor import repeats
from jokegen.data.doctor.languages import Languages, language_of, language_of_most
from jokegen.data.doctor.lengths import (
    FEWEST_WORDS,
    MOST_TOKENS,
    TokenCounter,
    longer_than,
    word_count,
)
from jokegen.data.doctor.memory import Memory
from jokegen.data.doctor.meter import Check
from jokegen.data.doctor.offensive import OffensiveWords
from jokegen.data.doctor.personal import has_personal_data
from jokegen.data.near_duplicates import USUAL_SIMILARITY
from jokegen.data.pacing import MOST_TEXTS, stretches
from jokegen.jobs.dataset_requests import Fix, FixKind

# What is said of a joke that is left out.
NOTES: dict[FixKind, str] = {
    FixKind.PERSONAL: "personal data",
    FixKind.OFFENSIVE: "offensive",
    FixKind.LANGUAGE: "other language",
    FixKind.TOO_SHORT: "too short",
    FixKind.TOO_LONG: "too long",
    FixKind.EXACT_DUPLICATES: "repeated",
    FixKind.SAME_WORDS: "same words",
    FixKind.NEAR_DUPLICATES: "nearly the same",
}
_AT_ONCE_IF_SLOW = 256


@dataclass(frozen=True)
class Tools:
    """What outside knowledge the fixes need; tokens are estimated where nobody counts them."""

    count_tokens: TokenCounter | None = None
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True)
class Left:
    """Which jokes (their indexes, rising) a fix leaves out.

    `words` are those that it found, of those that are `listed`.
    """

    indexes: list[int]
    words: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pile:
    """Jokes to look through. `kept` are the indexes of those that stay whatever is found."""

    jokes: Sequence[str]
    kept: Collection[int]
    tools: Tools
    check: Check  # is told how many jokes are done, and may raise

    def others(self, at_once: int = MOST_TEXTS) -> Iterator[tuple[int, str]]:
        """Index and text of the jokes that may be left out."""
        kept, jokes = self.kept, self.jokes
        for stretch in stretches(jokes, at_once):
            self.check(stretch.start)
            for index in stretch:
                if index not in kept:
                    yield index, jokes[index]


def find(fix: Fix, pile: Pile) -> Left:
    """Which jokes of the pile the fix leaves out."""
    return _FINDERS[fix.kind](fix, pile)


def default_limit(kind: FixKind) -> float | None:
    """The limit that a fix of this kind has if it names none."""
    return {
        FixKind.TOO_SHORT: float(FEWEST_WORDS),
        FixKind.TOO_LONG: float(MOST_TOKENS),
        FixKind.NEAR_DUPLICATES: USUAL_SIMILARITY,
    }.get(kind)


def limit_of(fix: Fix) -> float | None:
    """The limit that a fix has: its own, or that of its kind."""
    return default_limit(fix.kind) if fix.limit is None else fix.limit


def _personal(_fix: Fix, pile: Pile) -> Left:
    return Left([index for index, joke in pile.others() if has_personal_data(joke)])


def _offensive(fix: Fix, pile: Pile) -> Left:
    memory = pile.tools.memory
    if fix.words is None:
        identify = memory.remembering("language", language_of)
        listed = OffensiveWords.usual(language_of_most(pile.jokes, identify))
    else:
        listed = OffensiveWords(fix.words)
    find_words = memory.remembering("offensive", listed.found_in, listed.words)
    found: Counter[str] = Counter()
    indexes = []
    for index, joke in pile.others():
        if here := find_words(joke):
            indexes.append(index)
            found.update(here)
    return Left(indexes, _most_often_first(found), listed.words)


def _language(fix: Fix, pile: Pile) -> Left:
    pile.check(0)
    identify = pile.tools.memory.remembering("language", language_of)
    languages = Languages(pile.jokes, fix.words, identify)
    found: Counter[str] = Counter()
    indexes = []
    for index, joke in pile.others(_AT_ONCE_IF_SLOW):
        if (language := languages.foreign(joke)) is not None:
            indexes.append(index)
            found[language] += 1
    return Left(indexes, _most_often_first(found))


def _most_often_first(found: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(found, key=lambda word: (-found[word], word)))


def _too_short(fix: Fix, pile: Pile) -> Left:
    fewest = limit_of(fix) or 0.0
    return Left([index for index, joke in pile.others() if word_count(joke) < fewest])


def _too_long(fix: Fix, pile: Pile) -> Left:
    indexes = []
    for stretch in stretches(pile.jokes):
        pile.check(stretch.start)
        part = pile.jokes[stretch.start : stretch.stop]
        for number in longer_than(part, limit_of(fix) or 0.0, pile.tools.count_tokens):
            if stretch.start + number not in pile.kept:
                indexes.append(stretch.start + number)
    return Left(indexes)


def _exact(_fix: Fix, pile: Pile) -> Left:
    return Left(repeats.exact(pile.jokes, pile.kept, pile.check))


def _same_words(_fix: Fix, pile: Pile) -> Left:
    return Left(repeats.same_words(pile.jokes, pile.kept, pile.check))


def _near(fix: Fix, pile: Pile) -> Left:
    similarity = limit_of(fix) or USUAL_SIMILARITY
    return Left(repeats.near(pile.jokes, pile.kept, similarity, pile.check))


_FINDERS: dict[FixKind, Callable[[Fix, Pile], Left]] = {
    FixKind.PERSONAL: _personal,
    FixKind.OFFENSIVE: _offensive,
    FixKind.LANGUAGE: _language,
    FixKind.TOO_SHORT: _too_short,
    FixKind.TOO_LONG: _too_long,
    FixKind.EXACT_DUPLICATES: _exact,
    FixKind.SAME_WORDS: _same_words,
    FixKind.NEAR_DUPLICATES: _near,
}
