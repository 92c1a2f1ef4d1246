"""Offensive words: a list that one can edit, begun with that of the library better-profanity."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

# In the library's list, but no insult: jokes about God, sex and the body are not left out for a
# word, and nobody is offensive for whom they love.
_HARMLESS = frozenset(
    """
    beaver boob boobs breast breastfeed breasts butt crap dammit damn drunk erotic fart fat
    foreskin gay gays gigolo girl girls god goddamn gods hardcore hell heroin horny jerk joint
    kill kinky lesbian lesbians lmao lmfao lust naked nude nudity opium oral organ pantie
    panties panty pee penis period pot pregnant prostitute pubic rectum screw sex sexual sexy
    sperm strip stupid suck sucks tampon testicle trashy ugly urine vagina viagra virgin vodka
    weed weirdo womb
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\W_]+(?:[@$!'’*\-][^\W_]+)*[$@!]*|[@$][^\W_]+", re.IGNORECASE)
_LOOK_ALIKES = str.maketrans(
    {"@": "a", "$": "s", "!": "i", "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"}
)


class OffensiveWords:
    """Finds words of a list as whole words, plurals and simple disguises ("sh1t") included."""

    def __init__(self, words: Iterable[str]) -> None:
        cleaned = {" ".join(word.casefold().split()) for word in words}
        self._single = {word for word in cleaned if word and " " not in word}
        phrases = sorted(word for word in cleaned if " " in word)
        self._phrases = (
            re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b") if phrases else None
        )

    @classmethod
    def usual(cls) -> OffensiveWords:
        """The list to begin with; the same object every time."""
        return _usual()

    @property
    def words(self) -> list[str]:
        """The single words, in order."""
        return sorted(self._single)

    def found_in(self, joke: str) -> list[str]:
        """The listed words that a joke holds."""
        text = joke.casefold()
        found = []
        for word in _WORD.findall(text):
            listed = self._listed(word)
            if listed:
                found.append(listed)
        if self._phrases is not None:
            found += self._phrases.findall(text)
        return found

    def _listed(self, word: str) -> str:
        for form in (word, word.translate(_LOOK_ALIKES)):
            if form.isdigit() or not form:
                continue
            for candidate in (form, form.removesuffix("s"), form.removesuffix("'s")):
                if candidate in self._single:
                    return candidate
        return ""


@cache
def _usual() -> OffensiveWords:
    text = resources.files("better_profanity").joinpath("profanity_wordlist.txt").read_text("utf-8")
    words = {line.strip().casefold() for line in text.splitlines()}
    return OffensiveWords(word for word in words if word and word not in _HARMLESS)
