"""Offensive words: a list that one can edit, begun with that of the library better-profanity."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources

# In the library's list, but no insult: jokes about God, sex and the body are not left out for a
# word, and nobody is offensive for whom they love.
_HARMLESS = frozenset(
    """
    areole arian aryan bastard beaver boob boobs booby booger boozer boozy breast breastfeed breasts
    butt carpetmuncher crap cipa dammit damn damned damnit dawgie-style dong drunk dummy dumb
    enlargement erect erotic escort extacy extasy fart farted farting farts farty fat feces fecal
    foreskin gae gai gay gays gigolo girl girls god goddamn goddammit gods hardcore headlights hell
    hemp heroin herp hobag homey homo hooch hooter hooters horniest horny hump humped humping hymen
    incest jerk jock joint kill kinky lech lesbian lesbians lmao lmfao loin loins lube lust lusting
    lusty marijuana menstruate menstruation mick moron naked nipple nipples nude nudes nudity nympho
    omg opiate opium oral orally organ orgasm orgasmic orgasms ovary ovum ovums paddy pantie
    panties panty pasty pawn peepee pee peyote penis period perversion phallic pinko pms poop pot
    potty pregnant primetime prostitute prude pubic puss quicky racy randy raunch rectal rectum
    reefer retard rum rump sadism scantily screw screwed screwing scum scrotum seaman seamen seduce
    semen sex sexual sexy sleaze sleazy smut smutty sniper snuff sob sperm stoned strip stroke
    stupid suck sucked sucking sucks tampon tawdry teat teats teste testee testes testical testicle
    testis threesome thug tinkle toots topless trashy tush ugly undies urinal urine uterus uzi vagina
    valium viagra virgin vixen vodka voyeur vulgar wad wazoo wedgie weed weenie weewee weiner
    weirdo whiz womb woody yeasty yobbo
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[\w@$!*'’-]+")
_LOOK_ALIKES = str.maketrans(
    {"@": "a", "$": "s", "!": "i", "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"}
)
_DISGUISED = re.compile(r"[@$!*013457]")


class OffensiveWords:
    """Finds words of a list as whole words, plurals and simple disguises ("sh1t") included."""

    def __init__(self, words: Iterable[str]) -> None:
        cleaned = {" ".join(word.casefold().split()) for word in words} - {""}
        self.words: tuple[str, ...] = tuple(sorted(cleaned))
        self._phrases = [word for word in self.words if not _WORD.fullmatch(word)]
        self._phrase = (
            re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, self._phrases))})(?!\w)")
            if self._phrases
            else None
        )
        self._forms: dict[str, str] = {}
        for word in sorted(cleaned.difference(self._phrases)):
            for ending in ("s", "'s", "’s"):
                self._forms.setdefault(word + ending, word)
        self._forms.update({word: word for word in cleaned.difference(self._phrases)})
        self._undisguised = lru_cache(maxsize=10_000)(self._unmask)

    @classmethod
    def usual(cls) -> OffensiveWords:
        """The list to begin with; the same object every time."""
        return _usual()

    def found_in(self, joke: str) -> list[str]:
        """The listed words that a joke holds, each once."""
        text = joke.casefold()
        words = set(_WORD.findall(text))
        found = {self._forms[word] for word in words & self._forms.keys()}
        for word in words:
            if not word.isalpha() and (listed := self._undisguised(word)):
                found.add(listed)
        if self._phrase is not None:
            found.update(self._phrase.findall(text))
        return sorted(found)

    def _unmask(self, word: str) -> str:
        """The listed word that something such as "sh1t!", "f*ck" or "'word-" stands for; or ""."""
        bare = word.strip("'’-*_")
        for form in (bare, bare.rstrip("!")):
            if form in self._forms:
                return self._forms[form]
            if not any(map(str.isalpha, form)) or not _DISGUISED.search(form):
                continue
            plain = form.translate(_LOOK_ALIKES)
            if plain in self._forms:
                return self._forms[plain]
            if 0 < plain.count("*") < len(plain) - 1:
                masked = re.compile(re.escape(plain).replace(r"\*", r"[^\W\d_]"))
                for candidate, listed in self._forms.items():
                    if len(candidate) == len(plain) and masked.fullmatch(candidate):
                        return listed
        return ""


def usual_words() -> tuple[str, ...]:
    """The list to begin with, to be shown and edited."""
    return _usual().words


@cache
def _usual() -> OffensiveWords:
    text = resources.files("better_profanity").joinpath("profanity_wordlist.txt").read_text("utf-8")
    words = {line.strip().casefold() for line in text.splitlines()}
    return OffensiveWords(word for word in words if word and word not in _HARMLESS)
