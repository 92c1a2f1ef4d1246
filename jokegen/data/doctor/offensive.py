"""Offensive words: a list that one can edit, begun with those of the library glin-profanity.

Why that library: it is kept up (dozens of releases, the last ones of this year), has lists for many
languages, is free (MIT) and small, and needs nothing that compiles. better-profanity, whose list
is longer, had its last release in 2020. Its filter is not used, only its lists: what is found are
whole words of a list that the person sees and edits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from jokegen.data.doctor.offensive_exceptions import ADDED, EVERYWHERE, HARMLESS, LANGUAGES

USUAL_LANGUAGE = "en"

_TOKEN = re.compile(r"[^\W_]+")
_DISGUISE = re.compile(r"[@$!*013457]")
_DISGUISED = re.compile(r"[^\W_]*[@$!*013457][^\W_@$!*]*(?:[@$!*][^\W_@$!*]*)*")
_LOOK_ALIKES = str.maketrans(
    {"@": "a", "$": "s", "!": "i", "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"}
)
_HISSING = ("s", "x", "z", "ch", "sh")
_NAMES = frozenset({"dick"})
_MOST_KNOWN = 100_000
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


class _Known(dict[str, str]):
    """Asks once for each word."""

    def __init__(self, ask: Callable[[str], str]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, word: str) -> str:
        answer = self[word] = self._ask(word)
        return answer


class OffensiveWords:
    """Finds words of a list as whole words, with plurals and simple disguises.

    "sh1t", "f**k" and "shiiit" are disguises. In phrases any white space or hyphen may part words.
    "Dick" is a name.
    """

    def __init__(self, words: Iterable[str]) -> None:
        cleaned = {" ".join(word.casefold().split()) for word in words} - {""}
        self.words: tuple[str, ...] = tuple(sorted(cleaned))
        self._forms: dict[str, str] = {}
        phrases: dict[tuple[str, ...], str] = {}
        for word in self.words:
            pieces = tuple(_TOKEN.findall(word))
            if pieces == (word,):
                self._forms.setdefault(word, word)
                self._forms[word + ("es" if word.endswith(_HISSING) else "s")] = word
            else:
                phrases[pieces] = word
        phrases.pop((), None)
        self._signs = tuple(word for word in self.words if not _TOKEN.search(word))
        self._phrases: dict[str, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
        for pieces, word in phrases.items():
            between = r"[\W_]{1,3}".join(map(re.escape, pieces))
            self._phrases[pieces[0]].append((re.compile(rf"(?<!\w){between}s?(?!\w)"), word))
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for form in self._forms:
            self._by_length[len(form)].append(form)
        self._known = _Known(self._listed)
        self._undisguised = lru_cache(maxsize=10_000)(self._unmask)

    @classmethod
    def usual(cls, language: str = USUAL_LANGUAGE) -> OffensiveWords:
        """The list to begin with for jokes in this language; the same object every time."""
        return _usual(language if language in LANGUAGES else "")

    def found_in(self, joke: str) -> list[str]:
        """The listed words that a joke holds, each once."""
        text = joke.casefold()
        tokens = set(_TOKEN.findall(text))
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        known = self._known
        found = {known[token] for token in tokens}
        for token in tokens & self._phrases.keys():
            found.update(word for pattern, word in self._phrases[token] if pattern.search(text))
        if _DISGUISE.search(text):
            for token in set(_DISGUISED.findall(text)):
                found.add(self._undisguised(token))
        if self._signs:
            found.update(sign for sign in self._signs if sign in text)
        found.discard("")
        found.difference_update(name for name in found & _NAMES if _is_only_a_name(name, joke))
        return sorted(found)

    def _listed(self, token: str) -> str:
        """The listed word that is written like this, or like "fuuuck" or "asssss"; or ""."""
        if token in self._forms:
            return self._forms[token]
        for repeated in (r"\1", r"\1\1"):
            short = _STRETCHED.sub(repeated, token)
            if short != token and short in self._forms:
                return self._forms[short]
        return ""

    def _unmask(self, token: str) -> str:
        """The listed word that something such as "sh1t!", "a$$" or "f*ck" stands for; or ""."""
        for form in (token.strip("*"), token.strip("*").rstrip("!")):
            letters = sum(map(str.isalpha, form))
            if not letters or sum(map(str.isdigit, form)) > letters or not _DISGUISE.search(form):
                continue  # "the A55" is a road
            plain = form.translate(_LOOK_ALIKES)
            if plain in self._forms:
                return self._forms[plain]
            if 0 < plain.count("*") < len(plain) - 1:
                return self._fitting(plain)
        return ""

    def _fitting(self, masked: str) -> str:
        """The listed word with letters in place of stars; of several the one most others hold."""
        fitting = [
            form
            for form in self._by_length.get(len(masked), ())
            if all(star in ("*", letter) for star, letter in zip(masked, form, strict=True))
        ]
        if not fitting:
            return ""
        return self._forms[max(fitting, key=lambda form: sum(form in word for word in self.words))]


def _is_only_a_name(word: str, joke: str) -> bool:
    """ "Dick", wherever it is written like this."""
    return word.capitalize() in joke and word not in joke and word.upper() not in joke


def usual_words(language: str = USUAL_LANGUAGE) -> tuple[str, ...]:
    """The list to begin with for jokes in this language (ISO 639-1), to be shown and edited."""
    return OffensiveWords.usual(language).words


@cache
def _usual(language: str) -> OffensiveWords:
    words = set(EVERYWHERE)
    if language:
        from glin_profanity.data.dictionary import DictionaryLoader

        listed = DictionaryLoader().get_words(LANGUAGES[language])
        words.update(word.strip().casefold() for word in listed)
        words -= HARMLESS[language]
        words |= ADDED[language]
    # Disguised words are found by what they stand for.
    return OffensiveWords(word for word in words if word and not _DISGUISE.search(word))
