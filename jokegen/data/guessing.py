"""Guesses the encoding of a text that does not say it: UTF-16 without its mark, code pages.

A guess is always put to the person as a question, with a line of the text as it would then read.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

# Code pages that text with many letters outside ASCII is told apart by.
_CODE_PAGES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8-r", "mac-roman",
               "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr")  # fmt: skip
# Of these one is likely where nearly all letters are ASCII; the first wins a tie.
_LATIN = ("cp1252", "cp1250", "cp850", "mac-roman")
_FEW = 0.12  # of the bytes
_FEW_LETTERS = 8  # statistics say nothing of so few
_LOOKED_AT = 1_000  # letters

_UNUSUAL = re.compile(r"[^\x00-\x7f]")
_OPENING, _CLOSING, _ANYWHERE = "“‘„‚«¿¡", "”’»…", "–—•€£©®°·½¼²³\xa0\xad"
_NUMERIC = "°½¼²³"
_WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøœùúûüýÿßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜÝðþÐÞšžŠŽ")
_CENTRAL = frozenset("ąćčďéęěëíłńňóôőöřśšťúůűüýźżžáäâăîșțßĄĆČĎÉĘĚŁŃŇÓÔŐÖŘŚŠŤÚŮŰÜÝŹŻŽÁÄ")
_CONTROLS = bytes(set(range(1, 32)) - set(b"\t\n\r\f\x0b\x1b"))
_SHOWN = 70


def code_pages(sample: bytes) -> list[str]:
    """Encodings that the bytes may be in, the likeliest first; Latin-1 fits everything."""
    unusual = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    if unusual < len(sample) * _FEW or unusual < _FEW_LETTERS:
        likeliest, *others = sorted(_LATIN, key=lambda codec: -_plausibility(sample, codec))
        if unusual < len(sample) * _FEW or _plausibility(sample, likeliest) == unusual:
            return [likeliest, *others, "latin-1"]
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_CODE_PAGES)).best()
    guessed = "" if best is None else codecs.lookup(best.encoding).name
    found = [codec for codec in _CODE_PAGES if codecs.lookup(codec).name == guessed]
    return [*found, *(codec for codec in ("cp1252", "latin-1") if codec not in found)]


def _plausibility(sample: bytes, codec: str) -> int:
    """How many more of the unusual characters stand where a writer puts them than do not."""
    score = 0
    letters = _CENTRAL if codec == "cp1250" else _WESTERN
    text = f" {sample.decode(codec, 'replace')} "
    for count, found in enumerate(_UNUSUAL.finditer(text)):
        if count == _LOOKED_AT:
            break
        score += _fits(text[found.start() - 1], found[0], text[found.end()], letters)
    return score


def _fits(before: str, character: str, after: str, letters: frozenset[str]) -> int:
    if character in letters:
        is_torn = character.isupper() and before.islower()  # "dŽjˆ" is no word
        return -1 if is_torn or not (before.isalpha() or after.isalpha()) else 1
    if character == "’" and before.isalpha() and after.isalpha():
        return 2  # an apostrophe: the commonest of all
    if character in _OPENING:
        return -1 if before.isalnum() else 1
    if character in _CLOSING:
        return -1 if after.isalnum() and before.isalnum() else 1
    is_within = before.isalpha() and after.isalpha()
    return 1 if character in _ANYWHERE and not (is_within and character in _NUMERIC) else -1


def unmarked_utf16(head: bytes) -> str | None:
    """The byte order of UTF-16 text without its mark, as the name of a codec; None: it is none.

    In Latin text every second byte is zero. In other scripts only blanks, line ends and other
    ASCII have a zero byte; that all of them lie on one side and decode to text tells them.
    """
    even, odd = head[0::2].count(0), head[1::2].count(0)
    most, fewest = max(even, odd), min(even, odd)
    if most > len(head) * 0.3 and fewest < len(head) * 0.05:
        return "utf-16-le" if odd > even else "utf-16-be"
    high = len(head) - len(head.translate(None, bytes(range(128, 256)) + _CONTROLS))
    if not most or high < len(head) * 0.15:
        return None
    readings = {
        codec: text for codec in ("utf-16-le", "utf-16-be") if (text := _as_utf16(head, codec))
    }
    return max(readings, key=lambda codec: sum(map(str.isascii, readings[codec])), default=None)


def _as_utf16(head: bytes, codec: str) -> str:
    """The text in this byte order, "" if it is none that anybody would write."""
    try:
        text = head[: len(head) // 2 * 2].decode(codec)
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # a pair that the end of the head cuts is none
            return ""
        text = head[: error.start].decode(codec)
    odd_ones = sum(
        unicodedata.category(character) in ("Cc", "Cn", "Co") and character not in "\t\n\r\f"
        for character in text
    )
    ascii_ones = sum(map(str.isascii, text))
    is_plausible = odd_ones <= len(text) * 0.01 and ascii_ones >= len(text) * 0.005
    return text if is_plausible else ""


def first_unusual(sample: bytes, codec: str, *, begins_within: bool) -> str:
    """The first line with a letter that is not plain ASCII, as read in this encoding.

    `begins_within`: the sample's first line may begin anywhere, and is not shown if others can be.
    """
    lines = sample.splitlines()
    for line in (*lines[begins_within:], *lines[:begins_within]):
        if not line.isascii():
            return shortened(line.decode(codec, "replace"))
    return "…"


def shortened(text: str) -> str:
    """Some text on one line, for a question."""
    text = " ".join(text.replace("\0", "").split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
