"""Proposes how a delimited file is to be read: its delimiter, and whether it has a header line.

csv.Sniffer and its kin count characters and are wrong on short and on one-column files. Here each
delimiter is tried by parsing, quotes honoured, and the one that gives every line the same number
of fields wins; the preview shows the result.
"""

from __future__ import annotations

import csv
import io
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from jokegen.data.batches import name_columns
from jokegen.data.names import is_known

# A character that text never has: one column, with quotation marks still understood.
NO_DELIMITER = "\x1f"
DELIMITERS: dict[str, str] = {
    ",": "separated by commas",
    ";": "separated by semicolons",
    "\t": "separated by tabs",
    "|": "separated by vertical bars",
    NO_DELIMITER: "one column",
}
HEAD_CHARACTERS = 256 * 1024
_RECORDS = 200

_NUMBER_OR_DATE = re.compile(r"[-+]?[\d\s.,:/%$€£-]*\d[\d\s.,:/%$€£TZ-]*")
_ADDRESS = re.compile(r"\w+://|www\.", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a delimited file is read. `columns` are its header's names, or "Column 1" and so on."""

    delimiter: str
    has_header: bool
    columns: tuple[str, ...]
    first: tuple[str, ...] = ()
    is_header_unsure: bool = False
    is_delimiter_unsure: bool = False

    @property
    def in_words(self) -> str:
        header = "first line is the header" if self.has_header else "no header line"
        words = DELIMITERS.get(self.delimiter, f"separated by “{self.delimiter}”")
        return f"{words}, {header}"


def propose_dialect(
    head: str,
    *,
    is_whole: bool,
    prefers_tab: bool = False,
    delimiter: str | None = None,
    has_header: bool | None = None,
) -> Dialect:
    """Propose how to read a file that begins with `head` (all of it, if `is_whole`).

    `head` must hold something besides blank lines. `prefers_tab` settles a tie for TSV files.
    What was chosen already (`delimiter`, `has_header`) is not proposed anew.
    """
    order = sorted(DELIMITERS, key=lambda delimiter: prefers_tab and delimiter != "\t")
    tried = {delimiter: _records(head, delimiter, is_whole) for delimiter in order}
    del tried[NO_DELIMITER]
    is_torn = False
    if delimiter is None:
        even = _even(tried)
        nearly = None if even else _nearly_even(tried)
        delimiter = even or nearly or NO_DELIMITER
        is_torn = nearly is not None and not any(map(is_known, tried[nearly][0]))
    records = tried.get(delimiter) or _records(head, delimiter, is_whole)
    is_header = looks_like_header(records[0], records[1:]) if has_header is None else has_header
    width = max(map(len, records[:1])) if is_header else _usual_width(records)
    names = records[0] if is_header else [""] * width
    is_named = any(map(is_known, records[0]))
    return Dialect(
        delimiter,
        is_header,
        name_columns(names),
        tuple(cell.strip() for cell in records[0]),
        # A short first line that is no usual name may be a joke; so may one in a file of few lines.
        is_header_unsure=is_header and not is_named and (len(records[0]) == 1 or len(records) < 4),
        is_delimiter_unsure=is_torn,
    )


def _usual_width(records: Sequence[Sequence[str]]) -> int:
    """How many fields most records have."""
    return statistics.mode(len(record) for record in records)


def looks_like_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether the first record names the columns. A first line that may be a joke is a joke."""
    cells = [cell.strip() for cell in first if cell.strip()]
    if not cells or not all(is_known(cell) or _is_label(cell) for cell in cells):
        return False
    if any(map(is_known, cells)):
        return True
    if len(first) > 1:
        return True
    # One column with an unknown word on top: a name, if what follows is much longer.
    lengths = [len(row[0]) for row in rest if row]
    return (
        len(cells[0].split()) <= 3
        and len(cells[0]) <= 30
        and bool(lengths)
        and statistics.median(lengths) > 2 * len(cells[0])
    )


def _records(head: str, delimiter: str, is_whole: bool) -> list[list[str]]:
    """The first records that are not blank; the one that the head's end may cut is left out."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    records = []
    for record in reader:
        if any(cell.strip() for cell in record):
            records.append(record)
        if len(records) > _RECORDS:
            break
    if len(records) > 1 and (not is_whole or len(records) > _RECORDS):
        records.pop()
    return records


def _even(tried: dict[str, list[list[str]]]) -> str | None:
    """The delimiter that gives all records equally many fields; of several, the most fields."""
    widths = {
        delimiter: len(records[0])
        for delimiter, records in tried.items()
        if len({len(record) for record in records}) == 1
        and len(records[0]) > 1
        and not _is_prose(records)
    }
    return max(widths, key=lambda delimiter: widths[delimiter], default=None)


def _nearly_even(tried: dict[str, list[list[str]]]) -> str | None:
    """The delimiter that most records agree with: the file has a flaw, which reading it will name.

    Without this a single bad line would turn a table into one column of torn lines.
    """
    shares = {}
    for delimiter, records in tried.items():
        width = len(records[0])
        share = sum(len(record) == width for record in records) / len(records)
        is_named = any(map(is_known, records[0])) and looks_like_header(records[0], records[1:])
        if width > 1 and (is_named or (share >= 0.6 and not _is_prose(records))):
            shares[delimiter] = share + is_named
    return max(shares, key=lambda delimiter: shares[delimiter], default=None)


def _is_prose(records: list[list[str]]) -> bool:
    """Whether the "delimiter" is only punctuation: "I came, I saw" is one field, not two."""
    if any(map(is_known, records[0])):
        return False
    follows = [cell for record in records for cell in record[1:]]
    wordy = sum(" " in record[0].strip() for record in records)
    return wordy * 2 > len(records) and all(cell.startswith(" ") or not cell for cell in follows)


def _is_label(cell: str) -> bool:
    """Whether a cell may be the name of a column: short, no sentence, number, date or address."""
    return (
        len(cell) <= 40
        and len(cell.split()) <= 5
        and not cell.endswith((".", "!", "?", "…", "。", "”", '"', ","))
        and any(character.isalpha() for character in cell)
        and not _NUMBER_OR_DATE.fullmatch(cell)
        and not _ADDRESS.match(cell)
    )
