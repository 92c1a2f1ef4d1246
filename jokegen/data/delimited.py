"""Reads CSV, TSV and plain text strictly: what does not fit is named, never guessed or skipped."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.batches import TextFile, grouped, shown, text_batch
from jokegen.data.dialect import HEAD_CHARACTERS, Dialect, propose_dialect
from jokegen.data.encoding import Encoding, find_encoding, open_text
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase

if TYPE_CHECKING:
    import pyarrow as pa

_LINE_END = re.compile(r"\r\n|\r|\n")


def open_lines(path: Path, context: JobContext) -> TextFile:
    """A text file with one joke a line; blank lines are empty rows. Raises JokegenError."""
    encoding = find_encoding(path, context)
    return TextFile(
        ("Joke",), f"Text, one joke a line, {encoding}", _line_batches(path, encoding, context)
    )


def open_delimited(path: Path, context: JobContext, *, prefers_tab: bool = False) -> TextFile:
    """A CSV or TSV file. Raises JokegenError, here or while reading, that names file and line.

    Blank lines are rows of empty cells. Cells keep every character that the file has in them.
    """
    # A joke of 200 KB is long, not wrong: the module's own limit is 128 KB. Windows takes no
    # more than 31 bits.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    encoding = find_encoding(path, context)
    with open_text(path, encoding, context, phase=Phase.VERIFYING) as text:
        # Blank lines on top say nothing about the columns, however many they are.
        while (head := text.read(HEAD_CHARACTERS)) and not head.strip():
            pass
        is_whole = not text.read(1)
    dialect = propose_dialect(head, is_whole=is_whole, prefers_tab=prefers_tab)
    kind = "TSV" if prefers_tab else "CSV"
    return TextFile(
        dialect.columns,
        f"{kind}, {dialect.in_words}, {encoding}",
        _delimited_batches(path, encoding, dialect, context),
    )


def _line_batches(path: Path, encoding: Encoding, context: JobContext) -> Iterator[pa.RecordBatch]:
    with open_text(path, encoding, context, newline=None) as text:
        for lines in grouped((line.rstrip("\n") for line in text), len):
            yield text_batch(("Joke",), [lines])


def _delimited_batches(
    path: Path, encoding: Encoding, dialect: Dialect, context: JobContext
) -> Iterator[pa.RecordBatch]:
    width = len(dialect.columns)
    with open_text(path, encoding, context) as text:
        reader = csv.reader(text, delimiter=dialect.delimiter, strict=True)
        try:
            if dialect.has_header:
                next(row for row in reader if any(cell.strip() for cell in row))
            line = reader.line_num  # the last line before the rows at hand
            for rows in grouped(reader, lambda row: sum(map(len, row))):
                try:
                    cells = list(zip(*rows, strict=True))
                except ValueError:
                    cells = []
                if len(cells) != width:
                    cells = list(zip(*_even_rows(rows, dialect, path, line), strict=True))
                yield text_batch(dialect.columns, cells)
                line = reader.line_num
        except csv.Error:
            with open_text(path, encoding, context, phase=Phase.VERIFYING) as again:
                raise _bad_quotes(path, bad_quote_line(again, dialect.delimiter)) from None


def _even_rows(
    rows: list[list[str]], dialect: Dialect, path: Path, line: int
) -> Iterator[list[str]]:
    """The rows with blank lines filled up; raises JokegenError at the first other misfit.

    `line` is the number of the last line before the first of them.
    """
    width = len(dialect.columns)
    for row in rows:
        if len(row) == width:
            yield row
        elif not "".join(row).strip() and len(row) <= 1:
            yield [""] * width
        else:
            raise JokegenError(
                f"Line {line + 1} of {shown(path)} has {_fields(len(row))}, "
                f"but the file begins with {_fields(width)} a line.",
                "Put quotation marks around a joke that contains the separating character. "
                "If the file holds one joke a line and no columns, give it a name that ends in "
                ".txt, then choose it again.",
            )
        line += 1 + sum(len(_LINE_END.findall(cell)) for cell in row)


def bad_quote_line(lines: Iterable[str], delimiter: str) -> int:
    """The line on which the quoted field begins that is never closed or is closed wrongly.

    The csv module only tells where it noticed, which may be the end of the file. `lines` keep
    their line ends; the first is number 1.
    """
    opened = last = 0
    for number, line in enumerate(lines, 1):
        at = 0
        while True:
            if not opened:
                if line[at : at + 1] == '"':
                    opened = last = number
                    at += 1
                    continue
                at = line.find(delimiter, at) + 1
                if at == 0:
                    break
            else:
                at = line.find('"', at)
                if at < 0:
                    break
                after = line[at + 1 : at + 2]
                if after == '"':
                    at += 2
                elif after in ("", "\r", "\n", delimiter):
                    opened = 0
                    at = line.find(delimiter, at) + 1
                    if at == 0:
                        break
                else:
                    return opened
    return opened or last or 1


def _bad_quotes(path: Path, line: int) -> JokegenError:
    return JokegenError(
        f"The quotation mark that opens a field on line {line} of {shown(path)} is not closed "
        "as it should be.",
        'Close it, or double the quotation marks that are part of the joke (""like this""). '
        "If the file holds one joke a line, give it a name that ends in .txt instead.",
    )


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
