"""Proposes how a delimited file is to be read: delimiter, quotation marks, header line.

csv.Sniffer and its kin count characters and are wrong on short and on one-column files. Here each
delimiter is tried by parsing, quotes honoured, and the one that gives every line the same number
of fields wins; the preview shows the result.
"""

from __future__ import annotations

import csv
import io
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from jokegen.data.batches import name_columns
from jokegen.data.names import is_known

if TYPE_CHECKING:
    from _csv import Reader

# A character that text never has: one column, with quotation marks still understood.
NO_DELIMITER = "\0"
DELIMITERS: dict[str, str] = {
    ",": "separated by commas",
    ";": "separated by semicolons",
    "\t": "separated by tabs",
    "|": "separated by vertical bars",
    NO_DELIMITER: "one column",
}
HEAD_CHARACTERS = 256 * 1024
_RECORDS = 200
_FEW_RECORDS = 4
_CELLS = 200  # of a header that are looked at

_NUMBER_OR_DATE = re.compile(r"[-+]?[\d\s.,:/%$€£-]*\d[\d\s.,:/%$€£TZ-]*")
_NUMBER = re.compile(r"\s*[-+]?\d[\d.,]*%?\s*")
_ADDRESS = re.compile(r"\w+://|www\.", re.IGNORECASE)
# What Excel puts before a table to say how it is to be read.
_HINT = re.compile(r"\s*\"?sep=([^\r\n\"]?)\"?(?:\r\n|\r|\n)", re.IGNORECASE)
_EMPTY_CELLS = ' \t\r\n",;|'
_ESCAPED = re.compile(r'\\(["\\])')


class Quotes(Enum):
    """What quotation marks mean in a delimited file."""

    DOUBLED = "doubled"  # around fields; one inside is written twice
    ESCAPED = "escaped"  # around fields; one inside has a backslash before it
    TEXT = "text"  # nothing: they are part of the text


@dataclass(frozen=True)
class Dialect:
    """How a delimited file is read. `columns` are its header's names, or "Column 1" and so on.

    `hint_lines` is how many lines before the table only say how to read it. `text_column` is
    that with the longest texts, `numbers` those with nothing but numbers (both from 0).
    """

    delimiter: str
    has_header: bool
    columns: tuple[str, ...]
    first: tuple[str, ...] = ()
    is_header_unsure: bool = False
    is_delimiter_unsure: bool = False
    quotes: Quotes = Quotes.DOUBLED
    hint_lines: int = 0
    text_column: int = 0
    numbers: frozenset[int] = frozenset()

    @property
    def in_words(self) -> str:
        header = "first line is the header" if self.has_header else "no header line"
        words = DELIMITERS.get(self.delimiter, f"separated by “{self.delimiter}”")
        return f"{words}, {header}"

    def rows_of(self, lines: Iterable[str]) -> Reader:
        """The rows of these lines; its iteration raises csv.Error at the first flaw."""
        if self.quotes is Quotes.TEXT:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        if self.quotes is Quotes.ESCAPED:
            lines = doubled(lines)
        return csv.reader(lines, delimiter=self.delimiter, strict=True)


def doubled(lines: Iterable[str]) -> Iterator[str]:
    """Lines whose quotation marks have backslashes before them, written as CSV has them."""
    return (
        _ESCAPED.sub(lambda found: '""' if found[1] == '"' else "\\", line)
        if "\\" in line
        else line
        for line in lines
    )


def propose_dialect(
    head: str,
    *,
    is_whole: bool,
    prefers_tab: bool = False,
    delimiter: str | None = None,
    has_header: bool | None = None,
) -> Dialect:
    """Propose how to read a file that begins with `head` (all of it, if `is_whole`).

    `prefers_tab` settles a tie for TSV files. What was chosen already (`delimiter`, `has_header`)
    is not proposed anew. Raises ValueError for a head without any text in it.
    """
    head = head.replace("\0", "")
    if not head.strip(_EMPTY_CELLS):
        raise ValueError("no text")
    hint = _HINT.match(head)
    if hint is not None:
        delimiter = delimiter or hint[1] or None
        hint_lines = len(head[: hint.end()].splitlines())
        head = head[hint.end() :]
    order = sorted(DELIMITERS, key=lambda delimiter: prefers_tab and delimiter != "\t")
    tried = {
        candidate: records
        for candidate in order
        if candidate != NO_DELIMITER and (records := _records(head, candidate, is_whole))
    }
    is_torn = False
    if delimiter is None:
        even = _even(tried) or _even_without_quotes(head, order, is_whole)
        nearly = None if even else _nearly_even(tried)
        delimiter = even or nearly or NO_DELIMITER
        proposed = tried.get(delimiter, [])
        is_known_table = bool(proposed) and any(map(is_known, proposed[0][:_CELLS]))
        is_torn = not is_known_table and (
            nearly is not None or (even not in (None, "\t") and len(proposed) < _FEW_RECORDS)
        )
    quotes = _quotes(head, delimiter, is_whole)
    if quotes is Quotes.DOUBLED:
        records = tried.get(delimiter) or _records(head, delimiter, is_whole)
    else:
        records = _records(head, delimiter, is_whole, quotes)
    if not records:
        raise ValueError("no text")
    is_header = looks_like_header(records[0], records[1:]) if has_header is None else has_header
    width = len(records[0]) if is_header else _usual_width(records)
    names = records[0] if is_header else [""] * width
    is_named = any(map(is_known, records[0][:_CELLS]))
    text_column, numbers = _kinds_of_columns(records[is_header:], width)
    return Dialect(
        delimiter,
        is_header,
        name_columns(names),
        tuple(cell.strip() for cell in records[0]),
        # A short first line that is no usual name may be a joke; so may one in a file of few lines.
        is_header_unsure=is_header
        and not is_named
        and (len(records[0]) == 1 or len(records) < _FEW_RECORDS),
        is_delimiter_unsure=is_torn,
        quotes=quotes,
        hint_lines=0 if hint is None else hint_lines,
        text_column=text_column,
        numbers=numbers,
    )


def _usual_width(records: Sequence[Sequence[str]]) -> int:
    """How many fields most records have."""
    return statistics.mode(len(record) for record in records)


def _kinds_of_columns(records: Sequence[Sequence[str]], width: int) -> tuple[int, frozenset[int]]:
    """The column with the longest texts (the last, if it is hardly shorter), and those of numbers.

    A joke whose commas were not protected has to be put together again in the right column.
    """
    fitting = [record for record in records if len(record) == width]
    if not fitting:
        return width - 1, frozenset()
    columns = list(zip(*fitting, strict=True))
    lengths = [statistics.fmean(map(len, column)) for column in columns]
    longest = max(range(width), key=lambda column: lengths[column])
    if lengths[-1] * 2 >= lengths[longest]:
        longest = width - 1
    numbers = frozenset(
        number
        for number, column in enumerate(columns)
        if all(_NUMBER.fullmatch(cell) for cell in column)
    )
    return longest, numbers


def is_number(cell: str) -> bool:
    """Whether a cell could stand in a column of numbers."""
    return not cell.strip() or _NUMBER.fullmatch(cell) is not None


def looks_like_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether the first record names the columns. A first line that may be a joke is a joke."""
    cells = [cell.strip() for cell in first[:_CELLS] if cell.strip()]
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


def _quotes(head: str, delimiter: str, is_whole: bool) -> Quotes:
    """What quotation marks mean: usually they are doubled, unless that cannot be so.

    TSV files are often written without any quoting, and some programs write `\\"`.
    """
    if '"' not in head or _is_sound(head, delimiter, is_whole, Quotes.DOUBLED):
        return Quotes.DOUBLED
    if '\\"' in head and _is_sound(head, delimiter, is_whole, Quotes.ESCAPED):
        return Quotes.ESCAPED
    records = _records(head, delimiter, is_whole, Quotes.TEXT)
    is_even = len({len(record) for record in records}) == 1
    return Quotes.TEXT if is_even and _are_quotes_text(records) else Quotes.DOUBLED


def _are_quotes_text(records: Sequence[Sequence[str]]) -> bool:
    """Whether most fields that begin with a quotation mark do not end with one; one is a slip."""
    cells = [cell for record in records for cell in record if cell.startswith('"')]
    wrapped = sum(map(is_wrapped, cells))
    return wrapped * 2 < len(cells) and len(cells) - wrapped > 1


def is_wrapped(cell: str) -> bool:
    """Whether quotation marks stand around a raw cell, and those inside it are doubled."""
    return len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', "")


def _even_without_quotes(head: str, order: Sequence[str], is_whole: bool) -> str | None:
    """The delimiter of a file in which quotation marks are nothing but text."""
    if '"' not in head:
        return None
    tried = {
        candidate: records
        for candidate in order
        if candidate != NO_DELIMITER
        and (records := _records(head, candidate, is_whole, Quotes.TEXT))
        and _are_quotes_text(records)
    }
    return _even(tried)


def _is_sound(head: str, delimiter: str, is_whole: bool, quotes: Quotes) -> bool:
    """Whether the head can be read without a flaw, and gives records of one width."""
    widths: set[int] = set()
    count = 0
    lines = io.StringIO(head, newline="")
    reader = Dialect(delimiter, False, (), quotes=quotes).rows_of(lines)
    try:
        for record in reader:
            count += 1
            if any(cell.strip() for cell in record):
                widths.add(len(record))
            if count > _RECORDS:
                break
    except csv.Error as error:
        # The head may end within a record, but only within its last.
        if is_whole or "unexpected end" not in str(error):
            return False
    return len(widths) <= 1 or (not is_whole and count <= _RECORDS and len(widths) == 2)


def _records(
    head: str, delimiter: str, is_whole: bool, quotes: Quotes = Quotes.DOUBLED
) -> list[list[str]]:
    """The first records that are not blank; the one that the head's end may cut is left out."""
    lines: Iterable[str] = io.StringIO(head, newline="")
    if quotes is Quotes.TEXT:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(
            doubled(lines) if quotes is Quotes.ESCAPED else lines, delimiter=delimiter
        )
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
    """The delimiter that gives all records equally many fields.

    Of several the one that explains most of the quotation marks, then that of the most fields.
    """
    likeliness = {
        delimiter: (-_marks_left(records), len(records[0]))
        for delimiter, records in tried.items()
        if len({len(record) for record in records}) == 1
        and len(records[0]) > 1
        and not _is_prose(records)
    }
    return max(likeliness, key=lambda delimiter: likeliness[delimiter], default=None)


def _marks_left(records: Sequence[Sequence[str]]) -> int:
    """How many quotation marks are in the fields: with the right delimiter the fewest."""
    return sum(cell.count('"') for record in records for cell in record)


def _nearly_even(tried: dict[str, list[list[str]]]) -> str | None:
    """The delimiter that most records agree with: the file has a flaw, which reading it will name.

    Without this a single bad line would turn a table into one column of torn lines.
    """
    shares = {}
    for delimiter, records in tried.items():
        width = len(records[0])
        share = sum(len(record) == width for record in records) / len(records)
        first, *rest = records
        is_named = any(map(is_known, first[:_CELLS])) and looks_like_header(first, rest)
        if width > 1 and (is_named or (share >= 0.6 and not _is_prose(records))):
            shares[delimiter] = share + is_named
    return max(shares, key=lambda delimiter: shares[delimiter], default=None)


def _is_prose(records: list[list[str]]) -> bool:
    """Whether the "delimiter" is only punctuation: "I came, I saw" is one field, not two."""
    if any(map(is_known, records[0][:_CELLS])):
        return False
    follows = [cell for record in records for cell in record[1:]]
    wordy = sum(" " in record[0].strip() for record in records)
    is_punctuation = all(cell.startswith((" ", '"')) or not cell for cell in follows)
    return wordy * 2 > len(records) and is_punctuation


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
