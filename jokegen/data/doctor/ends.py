"""Changes of how a text begins and ends: its number in a list, what was added after it."""

from __future__ import annotations

import re

_NUMBERING = re.compile(
    # "12. ", "12) ", "(12) ", "#12 ", "Joke 12: ", "No. 12 - "; not "3.5", "9:30", "1984: "
    r"(?:(?:(?:joke|witz|no\.?|nr\.?)[ \t]*#?|#)[ \t]*\d{1,6}(?:[ \t]*[.):\-–—](?!\d)|(?=\s))"
    r"|\(\d{1,6}\)|(?!(?:19|20)\d\d\.)\d{1,6}(?:\.(?=\s)|\.?\)))\s*(?=\S)|[•▪●‣◦]\s*(?=\S)",
    re.IGNORECASE,
)
_BEGINNINGS = frozenset("0123456789#(•▪●‣◦jJwWnN")
_EDIT = re.compile(r"\bedit(?:ed)?\b[ \t]*\(?\d{0,3}\)?[*_]*[ \t]*[:\-–—]", re.IGNORECASE)
_UPDATE = re.compile(r"\b(?:update|eta)\b[ \t]*\d{0,3}[*_]*[ \t]*[:\-–—]", re.IGNORECASE)
# An "Update:" may be part of the joke; one that thanks for votes is not.
_THANKS = re.compile(
    r"\b(?:thank|thanks|thx|gold|silver|award|awards|upvote|upvotes|karma|front ?page|reddit|inbox"
    r"|typo|typos|spelling|grammar|wording|format|formatting|blew up|blown up)\b",
    re.IGNORECASE,
)
_ADORNMENT = " \t*_([~>-"
_SENTENCE_END = (".", "!", "?", "…", '"', "”", "'", "’", ")", "]", "*")


def drop_numbering(text: str) -> str:
    """ "12. ", "#12) ", "Joke 12: " and bullets at the beginning go; "3.5" and years stay.

    "3. 2. 1. Go!" counts itself, and stays.
    """
    if text[:1] not in _BEGINNINGS:
        return text
    match = _NUMBERING.match(text)
    if match is None or _NUMBERING.match(text, match.end()):
        return text
    return text[match.end() :]


def drop_edit_tail(text: str) -> str:
    """ "EDIT: thanks for the gold!" at the end goes, with all that follows it.

    It must begin a line, or follow the end of a sentence.
    """
    lowered = text.lower()
    if "edit" in lowered:
        for match in _EDIT.finditer(text):
            if (start := _tail_start(text, match.start())) > 0:
                return text[:start]
    if "update" in lowered or "eta" in lowered:
        for match in _UPDATE.finditer(text):
            start = _tail_start(text, match.start())
            if start > 0 and text[start:].lstrip(" \t")[:1] == "\n" and _THANKS.search(text, start):
                return text[:start]
    return text


def _tail_start(text: str, at: int) -> int:
    """Where the joke before a tail ends; 0 where that is not sure."""
    before = text[:at].rstrip(_ADORNMENT)
    if before.endswith("\n") or before.endswith(_SENTENCE_END):
        return len(before.rstrip())
    return 0
