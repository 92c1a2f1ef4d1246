"""What two texts differ in, piece by piece, blanks and invisible characters made visible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from itertools import takewhile

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
# Comparing takes time by the square: letters are only compared in short texts, words in longer
# ones, and what changes in more places than that is marked as a whole.
_MOST_LETTERS = 300
_MOST_TOKENS = 250
_BLANKS = {" ": "·", "\t": "→", "\n": "⏎", "\u00a0": "·"}
_INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")
_SHORT_NAMES = {"zero width no-break space": "invisible mark", "soft hyphen": "soft hyphen"}


class Mark(Enum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    text: str
    mark: Mark = Mark.SAME


def differences(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces: what they share, what is only in `before`, what is only in `after`.

    Where only the other text has something, there is an empty piece.
    """
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    while head and unicodedata.combining((before[head:] or " ")[0]):
        head -= 1  # a letter belongs to its accent
    start, end = before[:head], before[len(before) - tail :] if tail else ""
    was, now = [Piece(start)], [Piece(start)]
    for removed, added in _compared(
        before[head : len(before) - tail], after[head : len(after) - tail]
    ):
        if removed == added:
            was.append(Piece(removed))
            now.append(Piece(removed))
        else:
            is_form = unicodedata.normalize("NFC", removed) == unicodedata.normalize("NFC", added)
            show = _apart if is_form else visible
            was.append(Piece(show(removed), Mark.REMOVED))
            now.append(Piece(show(added), Mark.ADDED))
    return _merged([*was, Piece(end)]), _merged([*now, Piece(end)])


def _shared(first: Sequence[str], second: Sequence[str]) -> int:
    """How many items both begin with."""
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _compared(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Parts of both texts, the same or different."""
    first: Sequence[str] = old
    second: Sequence[str] = new
    if max(len(old), len(new)) > _MOST_LETTERS:
        first, second = _TOKEN.findall(old), _TOKEN.findall(new)
        if max(len(first), len(second)) > _MOST_TOKENS:
            yield old, new
            return
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        yield "".join(first[i1:i2]), "".join(second[j1:j2])


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one kind as one, and nothing that is the same and empty."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].mark is piece.mark:
            merged[-1] = Piece(merged[-1].text + piece.text, piece.mark)
        elif piece.text or piece.mark is not Mark.SAME:
            merged.append(piece)
    return merged


def visible(text: str) -> str:
    """`text`, or signs and names in its place where nothing of it could be seen."""
    if not all(unicodedata.category(letter) in _INVISIBLE for letter in text):
        return text
    return "".join(_BLANKS.get(letter) or _name(letter) for letter in text)


def _name(letter: str) -> str:
    name = unicodedata.name(letter, f"character {ord(letter)}").lower()
    return f"‹{_SHORT_NAMES.get(name, name)}›"


def _apart(text: str) -> str:
    """Letters and their accents side by side."""
    return "".join(f"◌{letter}" if unicodedata.combining(letter) else letter for letter in text)


def excerpt(pieces: Sequence[Piece], around: int = 60, most: int = 160) -> list[Piece]:
    """The pieces with only so much of what is the same as helps to find the place.

    `around` characters beside a difference stay, and `most` of a difference.
    """
    cut: list[Piece] = []
    last = len(pieces) - 1
    for number, piece in enumerate(pieces):
        text = piece.text
        if piece.mark is not Mark.SAME:
            text = _without_middle(text, most - most // 4, most // 4)
        else:
            text = _without_middle(text, around if number else 0, around if number < last else 0)
        cut.append(Piece(text, piece.mark))
    return cut


def _without_middle(text: str, first: int, last: int) -> str:
    if len(text) <= first + last + 20:  # an “…” for a word or two saves nothing
        return text
    if not first + last:
        return f"{text[:120].rstrip()}…"
    begin = _to_word_end(text[: first + 1]) if first else ""
    end = _to_word_end(text[len(text) - last - 1 :][::-1])[::-1] if last else ""
    return f"{begin}{' ' if begin else ''}…{' ' if end else ''}{end}"


def _to_word_end(text: str) -> str:
    """The text without its last character, and without the word that this one belongs to.

    A word that would take half of the text, as where there are no blanks, is cut instead.
    """
    whole = text[:-1].rstrip()
    words = text.rstrip() if text[-1].isspace() else text[:-1].rpartition(" ")[0].rstrip()
    return words if len(words) * 2 > len(whole) else whole


def shortened(text: str, most: int = 280) -> str:
    """The beginning of a long text."""
    return text if len(text) <= most else f"{text[:most].rstrip()}…"
