"""Changes of how a text begins and ends: its number in a list, what was added after it."""

from __future__ import annotations

import re

_NUMBERING = re.compile(
    # "12. ", "12) ", "12.) ", "(12) "; not "3.5", "9:30", "1984. "
    r"(?:(?P<plain>(?!(?:19|20)\d\d\b)\d{1,6})(?:\.(?=\s)|\.?\))"
    r"|\((?!(?:19|20)\d\d\b)\d{1,6}\)"
    # "#12) ", "Joke 12: ", "No. 12 - "; not "#1 fan", "No 5 men", "No. 1 in the charts"
    r"|(?:(?:joke|witz|blague|chiste|no\.?|nr\.?|№)[ \t]*#?|#)[ \t]*\d{1,6}[ \t]*[.):\-–—](?![\d)])"
    # "Joke 12 Why …", and a line of its own: "Joke 12", "#12"
    r"|(?:joke|witz)[ \t]*#?\d{1,6}(?=[ \t]*\n|[ \t]+(?-i:[A-Z]))|#\d{1,6}(?=[ \t]*\n))\s*(?=\S)"
    r"|[•▪●‣◦]\s*(?=\S)",
    re.IGNORECASE,
)
# What a number with a dot counts in many languages: "1. Mai", "2. Weltkrieg", "1. FC", "3. maja".
_ORDINAL = re.compile(
    r"(?:januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|mars|marts|maj|desember|december|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia"
    r"|września|października|listopada|grudnia|ledna|února|března|dubna|května|června|července"
    r"|srpna|září|října|listopadu|prosince|\w{2,9}kuuta|fc|sc|fsv|sv|advent|weihnachtstag|weltkrieg"
    r"|klasse|stock|etage|liga|bundesliga|platz|geburtstag|hochzeitstag|semester|runde|halbzeit"
    r"|tag|woche|jahr|jahrhundert|gang|mal|versuch|reihe|person|generation|sınıf|gün)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"(?<![^\s(])(\d{1,6})[.)](?!\d)")
_BEGINNINGS = frozenset("0123456789#(•▪●‣◦jJwWnNbBcC№")
_MARK = r"[ \t]*#?\d{0,3}(?:[ \t]*\(\d{1,3}\))?[*_]*[ \t]*"
_EDIT = re.compile(rf"\b(?:edit(?:ed|ado)?|bearbeitet){_MARK}(?::|[\-–—])", re.IGNORECASE)
_UPDATE = re.compile(rf"\b(?:update|eta){_MARK}[:\-–—]", re.IGNORECASE)
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

    "3. 2. 1. Go!" counts itself, "1. Open it. 2. Look." is a list, "1. Mai" a date: these stay.
    """
    if text[:1] not in _BEGINNINGS:
        return text
    match = _NUMBERING.match(text)
    if match is None or _NUMBERING.match(text, match.end()):
        return text
    number = match["plain"]
    if number is not None:
        wanted = int(number) + 1
        others = _COUNTED.finditer(text, match.end())
        if _ORDINAL.match(text, match.end()) or any(int(other[1]) == wanted for other in others):
            return text
    return text[match.end() :]


def drop_edit_tail(text: str) -> str:
    """ "EDIT: thanks for the gold!" at the end goes, with all that follows it.

    It must begin a line, or follow the end of a sentence with a colon after it.
    """
    lowered = text.lower()
    if "edit" in lowered or "bearbeitet" in lowered:
        for match in _EDIT.finditer(text):
            end, is_line_start = _before_tail(text, match.start())
            if end > 0 and (is_line_start or match.group().endswith(":")):
                return text[:end]
    if "update" in lowered or "eta" in lowered:
        for match in _UPDATE.finditer(text):
            end, is_line_start = _before_tail(text, match.start())
            if end > 0 and is_line_start:
                return text[:end] if _THANKS.search(text, end) else text
    return text


def _before_tail(text: str, at: int) -> tuple[int, bool]:
    """Where the joke before a tail ends (0: this is not sure), and if the tail begins a line."""
    start = at
    while start and text[start - 1] in _ADORNMENT:
        start -= 1
    end = start
    while end and text[end - 1].isspace():
        end -= 1
    if "\n" in text[end:start]:
        return end, True
    return (end if text.endswith(_SENTENCE_END, 0, end) else 0), False
