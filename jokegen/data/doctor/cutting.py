"""Takes something out of a text so that no gap shows: what several changes share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Change = Callable[[str], str]

_BLANKS = " \t"
_CLOSING = (".", ",", ";", ":", "!", "?", "…", ")", "]", "”")


def cut(text: str, pattern: re.Pattern[str]) -> str:
    """The text without what the pattern matches: see `cut_spans`."""
    return cut_spans(text, (match.span() for match in pattern.finditer(text)))


def cut_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without these parts (rising); blanks on both sides of one become one, or none.

    A line that held nothing else goes too. Time grows with the length of the text alone.
    """
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        between = text[end:start]
        if not pieces or between.strip(_BLANKS):
            pieces.append(between)
        end = stop
    if not pieces:
        return text
    pieces.append(text[end:])
    joined = [pieces[0]]
    for piece in pieces[1:]:
        left = joined.pop()
        is_line_start = not left.strip(_BLANKS) and (not joined or joined[-1].endswith("\n"))
        joined += _sides(left, piece, is_line_start)
    return "".join(joined)


def _sides(left: str, right: str, is_line_start: bool) -> tuple[str, str]:
    """Both sides of a cut, with the blanks between them as they should be."""
    before, after = left.rstrip(_BLANKS), right.lstrip(_BLANKS)
    is_line_start = is_line_start or before.endswith("\n")
    if not after or after.startswith("\n"):
        return before, after[1:] if is_line_start else after
    if is_line_start or after.startswith(_CLOSING):
        return before, after
    has_gap = before != left or after != right
    return before, f" {after}" if has_gap else after


def settled(change: Change) -> Change:
    """The same change, done until nothing more changes: cutting can bring together what is cut.

    Whatever is changed is also freed from outer white space.
    """

    def changed(text: str) -> str:
        new = change(text)
        if new == text:
            return text
        while True:
            new = new.strip()
            again = change(new)
            if again == new or len(again) > len(new):
                return new
            new = again

    return changed
