"""Says in a few words what a pasted text seems to hold, cheaply enough to do it on every key.

It looks at the beginning and reckons the rest.
"""

from __future__ import annotations

import csv
import io

from jokegen.data.bringing.pasted import guess_format
from jokegen.data.dialect import propose_dialect
from jokegen.data.lines import CHAT, parted_by, propose_separator, separators_in
from jokegen.jobs.dataset_requests import BLANK_LINE, EACH_LINE, Format

LOOKED_AT = 64 * 1024  # characters
_IN_WORDS = {
    EACH_LINE: "one a line",
    BLANK_LINE: "with blank lines between them",
    CHAT: "each a message of a chat",
}


def guess_in_words(text: str, length: int | None = None) -> str:
    """Such as “About 12 jokes: one a line”; `text` may be the beginning of `length` characters."""
    head = text[:LOOKED_AT]
    if not head.strip():
        return ""
    share = (len(text) if length is None else length) / len(head)
    if "\n" in head and share > 1:
        head = head[: head.rindex("\n")]
    elif share > 1:
        return "One line of text, longer than any joke"
    kind = guess_format(head, is_whole=share <= 1)
    if kind in (Format.JSON, Format.JSON_LINES):
        return "This looks like JSON. What is in it is shown next."
    if kind in (Format.CSV, Format.TSV):
        return _table(head, kind, share)
    return _lines(head.split("\n"), share)


def _table(head: str, kind: Format, share: float) -> str:
    found = propose_dialect(head, is_whole=share <= 1, prefers_tab=kind is Format.TSV)
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=found.delimiter)
    count = _reckoned(sum(any(row) for row in rows) - found.has_header, share)
    return f"About {_counted(count, 'row')} of a table with {len(found.columns)} columns"


def _lines(lines: list[str], share: float) -> str:
    separator = propose_separator(lines, separators_in(lines))[0]
    parts = lines if separator == CHAT else parted_by(separator, lines)
    count = _reckoned(sum(bool(part.strip()) for part in parts), share)
    parted = _IN_WORDS.get(separator, f"with “{separator}” between them")
    return f"About {_counted(count, 'joke')}: {parted}"


def _reckoned(found: int, share: float) -> int:
    """What the whole has if its part of `1 / share` has `found`; no more exact than it can be."""
    if share <= 1:
        return found
    count = round(found * share)
    return round(count, 2 - len(str(count)))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
