"""Changes of single characters: garbled and invisible ones, Unicode forms, emoji, blanks."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from jokegen.data.doctor.cutting import cut

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(
    r"\x1b\[[0-9;]{0,20}[A-Za-z]|"  # colours of a terminal
    # tags are letters that cannot be seen, but for those of flags such as Scotland's
    "(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]+|\U000e0001|"
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\ufff9-\ufffc]"
)
_JOINERS = re.compile("[\u200c\u200d]+")
# Arabic, Syriac, N'Ko, the scripts of India, Tibetan, Burmese, Khmer, Mongolian: there a joiner
# decides how letters are written.
_JOINING = re.compile("[\u0600-\u0fff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
_VIRAMA = 9  # its combining class: a joiner after it counts even at the end of a word
# One wide blank alone is how Chinese and Japanese part sentences.
_BLANKS = re.compile(
    "(?!(?<![ \t\u00a0\u3000])\u3000(?![ \t\u00a0\u3000]))"
    "[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+"
)
_LINE_BLANKS = re.compile("[ \u3000]?\n[ \u3000]?")
_EMPTY_LINES = re.compile(r"\n{3,}")
_KEYCAP = re.compile("(?<=[0-9#*])\ufe0f?\u20e3")


def repair_mojibake(text: str) -> str:
    """ "CafÃ©" → "Café": text that was decoded with the wrong encoding (by the library ftfy)."""
    if text.isascii():
        return text
    import ftfy
    from ftfy.badness import is_bad

    if not is_bad(text):
        return text
    repaired: str = ftfy.fix_encoding(text)
    return repaired


def compose(text: str) -> str:
    """The composed Unicode form (NFC): "e" and an accent become "é"."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def drop_controls(text: str) -> str:
    """Control characters, zero-width and direction marks; joiners stay where writing needs them.

    Line ends of any kind become line feeds.
    """
    if text.isprintable() and "\ufffc" not in text and "\u3164" not in text:
        return text
    text = _LINE_ENDS.sub("\n", _CONTROLS.sub("", text))
    return text if text.isascii() else _JOINERS.sub(_needed_joiner, text)


def _needed_joiner(match: re.Match[str]) -> str:
    """One joiner between emoji, or where letters of its scripts meet; none elsewhere."""
    text, joiner = match.string, match.group()[0]
    before, after = text[: match.start()][-1:], text[match.end() : match.end() + 1]
    if _JOINING.match(before):
        is_needed = bool(_JOINING.match(after)) or unicodedata.combining(before) == _VIRAMA
    else:
        emoji = _emoji()
        is_needed = (
            joiner == "\u200d"
            and emoji.part.match(after) is not None
            and (before == "\ufe0f" or emoji.part.match(before) is not None)
        )
    return joiner if is_needed else ""


def drop_emoji(text: str) -> str:
    """Emoji go, with what varies and joins them; "©" and the digits of key caps stay."""
    if text.isascii():
        return text
    return cut(_KEYCAP.sub("", text), _emoji().whole)


class _Emoji:
    """What Unicode calls emoji, asked of the library regex.

    Not meant: digits, "©", "™" and arrows, which are emoji only with a variation selector, and
    signs such as "★" and "✓", which are none. "♥" and "☺" are meant with and without one.
    """

    def __init__(self) -> None:
        import regex

        one = (
            r"(?:\p{Emoji_Presentation}|[\p{Emoji}&&[\u2600-\u27bf\U0001f000-\U0001faff]]"
            r"|[\p{Emoji}--[\u0000-\u00ff]]\ufe0f)"
        )
        more = r"[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
        self.part: Any = regex.compile(r"[\p{Emoji}--[\u0000-\u007f]]", regex.V1)
        self.whole: Any = regex.compile(rf"{one}{more}(?:\u200d+{one}{more})*\u200d*", regex.V1)


@cache
def _emoji() -> _Emoji:
    return _Emoji()


def squeeze_spaces(text: str) -> str:
    """Blanks of any kind become one plain blank, none at the ends of lines; empty lines one."""
    if text.isprintable() and "  " not in text:
        return text
    return _EMPTY_LINES.sub("\n\n", _LINE_BLANKS.sub("\n", _BLANKS.sub(" ", text)))
