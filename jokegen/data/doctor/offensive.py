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
    anal anus areole arian aryan beaver bimbo bimbos bondage boner boob boobs booby booger boozer
    boozy breast breastfeed breasts busty butt cipa clitoris cowgirl cowgirls crap crotch dammit
    damn damned damnit dawgie-style dink dinks dong dopey drunk dumb dummy ejaculate ejaculated
    ejaculates ejaculating ejaculation enlargement erect erection erotic erotism escort extacy
    extasy facial fanny fart farted farting farts farty fat fecal feces feck feist fisted fisty
    flange fondle foobar foreskin fubar g-spot gae gai ganja gay gays gey gigolo girl girls glans
    god goddammit goddamn gods gonad gonads gringo guido hardcore he11 headlights hebe hell hemp
    heroin herp herpes herpy hitler hiv hoar hoare hoer homey homo honky hooch hookah hooker
    hooter hooters hore horniest horny hump humped humping hussy hymen inbred jerk jock joint
    junkie junky kill kinky klan knob kooch labia lech len leper lesbian lesbians lmao lmfao loin
    loins lube lust lusting lusty mams marijuana masochist massa maxi menses menstruate
    menstruation meth mick moolie moron muff murder muther nad nads naked napalm nappy nazi nazism
    nimrod ninny nipple nipples nude nudes nudity nympho omg opiate opium oral orally organ orgasm
    orgasmic orgasms ovary ovum ovums paddy pantie panties panty pastie pasty pawn pcp pee peepee
    penetrate penetration penial penile penis period perversion peyote phallic pinko playboy pms
    poon poop pot potty pregnant prig primetime pron prostitute prude pubic punky puss quicky racy
    randy raunch rectal rectum reefer reich revue rum rump sadism sadist sandbar scag scantily
    schizo screw screwed screwing scrotum scum seaman seamen seduce semen sex sexual sexy sissy
    slave sleaze sleazy slope smut smutty snatch sniper snuff sob sodom souse soused spac sperm
    spick spunk steamy stiffy stoned strip stripclub stroke stupid suck sucked sucking sucks
    tampon tawdry teat teats teets teez teste testee testes testical testicle testis threesome
    thrust thug tinkle titi toke toots topless tramp transsexual trashy tush ugly undies unwed
    urinal urine uterus uzi vagina valium viagra virgin vixen vodka vomit voyeur vulgar vulva wad
    wazoo wedgie weed weenie weewee weiner weirdo wench whiz womb woody xx xxx yaoi yeasty yobbo
    yury
    """.split()  # noqa: SIM905
) | {"auto erotic", "booty call", "cow girl", "cow girls", "strip club", "three some"}
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
                return self._fitting(plain)
        return ""

    def _fitting(self, masked: str) -> str:
        """The listed word with letters in place of stars; of several the one most others hold."""
        pattern = re.compile(re.escape(masked).replace(r"\*", r"[^\W\d_]"))
        fitting = [form for form in self._forms if pattern.fullmatch(form)]
        if not fitting:
            return ""
        return self._forms[max(fitting, key=lambda form: sum(form in word for word in self.words))]


def usual_words() -> tuple[str, ...]:
    """The list to begin with, to be shown and edited."""
    return _usual().words


@cache
def _usual() -> OffensiveWords:
    text = resources.files("better_profanity").joinpath("profanity_wordlist.txt").read_text("utf-8")
    words = {line.strip().casefold() for line in text.splitlines()}
    return OffensiveWords(word for word in words if word and word not in _HARMLESS)
