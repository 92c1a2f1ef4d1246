"""How the same letters would look in other encodings: what a person needs to choose one.

“Windows-1250” says nothing to most people; that a word would read “café” there, and “cafй” in
another, says it all.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable

from jokegen.data.encoding import ENCODINGS

_UNUSUAL_WORD = re.compile(r"\w*[^\W\x00-\x7f]\w*")
_UNUSUAL_SIGN = re.compile(r"\w*[^\x00-\x7f]\w*")
_CHARACTERS = 22
_WHOLE_FILE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")  # a word says nothing about these


def looks_in(texts: Iterable[str], codec: str) -> dict[str, str]:
    """How the first unusual word of `texts`, which were read as `codec`, looks in each encoding.

    Encodings in which it cannot be read are left out; where every letter is ASCII, all are.
    """
    texts = list(texts)
    sample = _first(_UNUSUAL_WORD, texts) or _first(_UNUSUAL_SIGN, texts)
    try:
        written = sample.encode(codec)
    except (UnicodeEncodeError, LookupError):
        return {}
    looks: dict[str, str] = {}
    for other in ENCODINGS if sample else ():
        if other in _WHOLE_FILE:
            continue
        try:
            look = written.decode(other)
        except (UnicodeDecodeError, LookupError):
            continue
        if not any(unicodedata.category(character) in ("Cc", "Cn", "Co") for character in look):
            looks[other] = look
    return looks


def _first(pattern: re.Pattern[str], texts: Iterable[str]) -> str:
    found = next(filter(None, map(pattern.search, texts)), None)
    return found[0][:_CHARACTERS] if found else ""


def others_than(codec: str, looks: dict[str, str]) -> dict[str, str]:
    """Encodings in which the word looks different from `codec`, one for each look.

    Those in which it looks most like a word come first.
    """
    seen = {looks.get(codec)}
    others: dict[str, str] = {}
    for other, look in looks.items():
        if look not in seen:
            seen.add(look)
            others[other] = look
    return dict(sorted(others.items(), key=lambda item: _oddness(item[1])))


def _oddness(word: str) -> int:
    """How unlike a word it looks: signs and capitals inside, several scripts, heaps of accents."""
    scripts = [unicodedata.name(character, "?").split()[0] for character in word]
    is_accented = [
        script == "LATIN" and not character.isascii()
        for script, character in zip(scripts, word, strict=True)
    ]
    signs = sum(not character.isalpha() for character in word)
    capitals = sum(a.islower() and b.isupper() for a, b in itertools.pairwise(word))
    heaps = sum(a and b for a, b in itertools.pairwise(is_accented))
    return 2 * signs + capitals + heaps + len(set(scripts)) - 1
