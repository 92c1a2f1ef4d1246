"""Fixes that leave jokes out: what each looks for, all of it in plain sight and adjustable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from jokegen.data.doctor.languages import LanguageFinder
from jokegen.data.doctor.offensive import OffensiveWords
from jokegen.data.near_duplicates import USUAL_SIMILARITY, cluster
from jokegen.data.splitting import sameness_key
from jokegen.jobs.dataset_requests import Fix, FixKind

FEWEST_WORDS = 3
# A joke of more tokens costs fine-tuning time by the square of its length and is hardly one.
MOST_TOKENS = 512
_CHARACTERS_A_TOKEN = 4.0  # of English text, in the tokenizers of the catalogue's base models
_AT_ONCE = 4_096

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_PHONE = re.compile(
    r"(?<![\w.,:/$€£#-])(?:\+\d{1,3}[\s./-]?)?(?:\(\d{1,5}\)[\s./-]?)?\d{2,5}"
    r"(?:[\s./-]\d{2,5}){1,5}(?![\w%])|(?<!\w)\+\d{9,15}(?!\w)|(?<![\w.,$€£])0\d{8,12}(?!\w)"
)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}[-–]\d{4}")
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
_FEWEST_PHONE_DIGITS, _MOST_PHONE_DIGITS = 8, 15

TokenCounter = Callable[[Sequence[str]], Sequence[int]]
Check = Callable[[int], None]

NOTES: dict[FixKind, str] = {
    FixKind.PERSONAL: "personal data",
    FixKind.OFFENSIVE: "offensive word",
    FixKind.LANGUAGE: "another language",
    FixKind.TOO_SHORT: "too short",
    FixKind.TOO_LONG: "too long",
    FixKind.EXACT_DUPLICATES: "repeated",
    FixKind.SAME_WORDS: "repeated with other spelling",
    FixKind.NEAR_DUPLICATES: "nearly the same",
}


@dataclass(frozen=True)
class Left:
    """Which jokes (their indexes, rising) a fix leaves out; `words` are those that it found."""

    indexes: list[int]
    words: tuple[str, ...] = ()


@dataclass
class Tools:
    """What outside knowledge the fixes need; tokens are estimated where nobody counts them."""

    count_tokens: TokenCounter | None = None
    languages: LanguageFinder = field(default_factory=LanguageFinder)

    def tokens(self, jokes: Sequence[str], check: Check) -> Iterator[int]:
        """The number of tokens of each joke."""
        for start in range(0, len(jokes), _AT_ONCE):
            check(start)
            part = jokes[start : start + _AT_ONCE]
            if self.count_tokens is not None:
                yield from self.count_tokens(part)
            else:
                yield from map(estimated_tokens, part)


def estimated_tokens(joke: str) -> int:
    """About how many tokens a joke has: four bytes each."""
    return max(1, round(len(joke.encode("utf-8", "replace")) / _CHARACTERS_A_TOKEN))


def find(fix: Fix, jokes: Sequence[str], tools: Tools, check: Check) -> Left:
    """Which of these jokes the fix leaves out. `check` is told how many are done, may raise."""
    return _FINDERS[fix.kind](fix, jokes, tools, check)


def default_limit(kind: FixKind) -> float | None:
    """The limit that a fix of this kind has if it names none."""
    return {
        FixKind.TOO_SHORT: float(FEWEST_WORDS),
        FixKind.TOO_LONG: float(MOST_TOKENS),
        FixKind.NEAR_DUPLICATES: USUAL_SIMILARITY,
    }.get(kind)


def has_personal_data(joke: str) -> bool:
    """Whether there is an e-mail address or a telephone number; prices and dates are none."""
    if "@" in joke and _EMAIL.search(joke):
        return True
    return any(_is_phone(match.group()) for match in _PHONE.finditer(joke))


def _is_phone(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    if not _FEWEST_PHONE_DIGITS <= digits <= _MOST_PHONE_DIGITS:
        return False
    return not _DATE.fullmatch(text) and not _THOUSANDS.fullmatch(text)


def _limit(fix: Fix) -> float:
    limit = default_limit(fix.kind) if fix.limit is None else fix.limit
    assert limit is not None
    return limit


def _watched(jokes: Sequence[str], check: Check) -> Iterator[tuple[int, str]]:
    for index, joke in enumerate(jokes):
        if index % _AT_ONCE == 0:
            check(index)
        yield index, joke


def _personal(_fix: Fix, jokes: Sequence[str], _tools: Tools, check: Check) -> Left:
    return Left([index for index, joke in _watched(jokes, check) if has_personal_data(joke)])


def _offensive(fix: Fix, jokes: Sequence[str], _tools: Tools, check: Check) -> Left:
    words = OffensiveWords.usual() if fix.words is None else OffensiveWords(fix.words)
    found: Counter[str] = Counter()
    indexes = []
    for index, joke in _watched(jokes, check):
        if here := words.found_in(joke):
            indexes.append(index)
            found.update(here)
    return Left(indexes, tuple(word for word, _ in found.most_common()))


def _language(fix: Fix, jokes: Sequence[str], tools: Tools, check: Check) -> Left:
    kept = set(fix.words) if fix.words else {tools.languages.main(jokes)}
    found: Counter[str] = Counter()
    indexes = []
    for index, joke in enumerate(jokes):
        if index % 256 == 0:
            check(index)
        language = tools.languages.of(joke)
        if language is not None and language not in kept:
            indexes.append(index)
            found[language] += 1
    return Left(indexes, tuple(language for language, _ in found.most_common()))


def _too_short(fix: Fix, jokes: Sequence[str], _tools: Tools, check: Check) -> Left:
    fewest = _limit(fix)
    return Left([index for index, joke in _watched(jokes, check) if word_count(joke) < fewest])


def word_count(joke: str) -> int:
    """Words between blanks; two characters count as one where a language writes without them."""
    words = joke.split()
    if joke.isascii() or sum(map(len, words)) <= 16 * len(words):
        return len(words)
    return sum(map(len, words)) // 2


def _too_long(fix: Fix, jokes: Sequence[str], tools: Tools, check: Check) -> Left:
    most = _limit(fix)
    return Left([index for index, tokens in enumerate(tools.tokens(jokes, check)) if tokens > most])


def _exact(_fix: Fix, jokes: Sequence[str], _tools: Tools, check: Check) -> Left:
    # A set of those seen at once is far quicker than asking for each whether it was seen.
    check(0)
    if len(set(jokes)) == len(jokes):
        return Left([])
    seen: set[str] = set()
    indexes = []
    for index, joke in _watched(jokes, check):
        if joke in seen:
            indexes.append(index)
        else:
            seen.add(joke)
    return Left(indexes)


def _same_words(_fix: Fix, jokes: Sequence[str], _tools: Tools, check: Check) -> Left:
    seen: set[bytes] = set()
    indexes = []
    for index, joke in _watched(jokes, check):
        key = sameness_key(joke)
        if key in seen:
            indexes.append(index)
        else:
            seen.add(key)
    return Left(indexes)


def _near(fix: Fix, jokes: Sequence[str], _tools: Tools, check: Check) -> Left:
    leaders = cluster(jokes, _limit(fix), check)
    best: dict[int, int] = {}
    for index, leader in enumerate(leaders):
        former = best.get(leader)
        if former is None or _quality(jokes[index]) > _quality(jokes[former]):
            best[leader] = index
    kept = set(best.values())
    return Left([index for index in range(len(jokes)) if index not in kept])


def _quality(joke: str) -> tuple[bool, bool, int]:
    """Of nearly equal jokes the best is whole (ends as a sentence does), not shouted, and long."""
    return (
        joke.endswith((".", "!", "?", "…", '"', "”", "'", "’", ")")),
        not joke.isupper(),
        len(joke),
    )


_FINDERS: dict[FixKind, Callable[[Fix, Sequence[str], Tools, Check], Left]] = {
    FixKind.PERSONAL: _personal,
    FixKind.OFFENSIVE: _offensive,
    FixKind.LANGUAGE: _language,
    FixKind.TOO_SHORT: _too_short,
    FixKind.TOO_LONG: _too_long,
    FixKind.EXACT_DUPLICATES: _exact,
    FixKind.SAME_WORDS: _same_words,
    FixKind.NEAR_DUPLICATES: _near,
}
