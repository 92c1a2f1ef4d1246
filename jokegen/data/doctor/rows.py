"""Fixes of what a row is: several jokes in one row, one joke over several rows.

Both only act where the writing itself says so (numbers that count up, lines that part, "Q:" and
"A:"): a wrong cut damages two jokes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"(?:^|\n)[ \t]*#?(\d{1,5})[.):][ \t]+(?=\S)")
_INLINE_NUMBER = re.compile(r"(?:^|(?<=[.!?…\"”)] ))(\d{1,3})[.)] +(?=\S)")
_BULLET = re.compile(r"(?:^|\n)[ \t]*[•▪●‣][ \t]*(?=\S)")
_PARTING_LINE = re.compile(r"\n[ \t]*(?:-{3,}|\*{3,}|_{3,}|={3,}|#{3,}|~{3,}|%)[ \t]*(?=\n)")
_FEWEST_INLINE = 3  # "1. … 2. …" within a line may be part of one joke

_QUESTION = re.compile(r"\s*(?:q|question|f|frage)\s*[:.)]\s*\S", re.IGNORECASE)
_ANSWER = re.compile(r"\s*(?:a|answer|antwort)\s*[:.)]\s*\S", re.IGNORECASE)
_OPEN_END = re.compile(r"(?:\.\.\.|…)\s*$")
_OPEN_START = re.compile(r"\s*(?:\.\.\.|…)\s*\S")


def split_row(text: str) -> list[str]:
    """The jokes of a row, one or more; nothing between them is lost but numbers and bullets."""
    parts = [part.strip() for part in _PARTING_LINE.split(text)]
    if len(parts) < 2:
        parts = (
            _counted(text, _NUMBER, 2)
            or _counted(text, _INLINE_NUMBER, _FEWEST_INLINE)
            or _bulleted(text)
            or [text]
        )
    parts = [part for part in parts if part]
    return parts if len(parts) > 1 else [text]


def _counted(text: str, pattern: re.Pattern[str], fewest: int) -> list[str]:
    """Cut before numbers that begin the text and count up by one; [] if they do not."""
    found = list(pattern.finditer(text))
    if len(found) < fewest or text[: found[0].start()].strip():
        return []
    first = int(found[0].group(1))
    if [int(match.group(1)) for match in found] != list(range(first, first + len(found))):
        return []
    return _cut(text, found)


def _bulleted(text: str) -> list[str]:
    found = list(_BULLET.finditer(text))
    return _cut(text, found) if len(found) > 1 and not text[: found[0].start()].strip() else []


def _cut(text: str, found: Sequence[re.Match[str]]) -> list[str]:
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [text[match.end() : end].strip() for match, end in zip(found, ends, strict=True)]


def belong_together(first: str, second: str) -> bool:
    """Whether two rows that follow each other are one joke: question and answer, or "… …"."""
    if _QUESTION.match(first) and _ANSWER.match(second):
        return "\n" not in first.strip()
    return bool(_OPEN_END.search(first) and _OPEN_START.match(second))
