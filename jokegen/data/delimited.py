"""Reads CSV and TSV strictly; what does not fit is repaired or left out, and always reported.

Well-formed files, nearly all, go through the csv module in one piece. At the first quotation mark
that is not closed as it should be, reading goes on from there record by record (`torn`), so that
one torn line costs that line and not the rest of the file.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.batches import (
    FEWEST_ROWS,
    TextFile,
    check_width,
    plain,
    rows_per_batch,
    text_batch,
)
from jokegen.data.dialect import (
    DELIMITERS,
    HEAD_CHARACTERS,
    NO_DELIMITER,
    Dialect,
    propose_dialect,
)
from jokegen.data.encoding import Reading, check_lines, open_text, read_through
from jokegen.data.misfits import MisfitLog
from jokegen.data.repairs import Repairs
from jokegen.data.torn import careful_rows, even_rows
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format, Question, ReadOptions, Topic
from jokegen.jobs.events import Phase

if TYPE_CHECKING:
    import pyarrow as pa

_LINE_END = re.compile(r"\r\n|\r|\n")
# A joke of 200 KB is long, not wrong: the module's own limit is 128 KB. A field much longer than
# any joke is a quotation mark that was never closed, on its way to fill the memory.
_LONGEST_FIELD = 8_000_000


def open_delimited(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """A CSV or TSV file. Cells keep every character that the file has in them.

    Raises JokegenError, here or while reading, that names file and line.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    chosen = _chosen(options.delimiter)
    reading = read_through(path, name, options.encoding, context)
    check_lines(reading, name)
    with open_text(path, name, reading, context, phase=Phase.VERIFYING) as text:
        # Blank lines on top say nothing about the columns, however many they are.
        while (head := text.read(HEAD_CHARACTERS)) and not head.strip("\0 \t\r\n"):
            pass
        is_whole = not text.read(1)
    is_tsv = options.format is Format.TSV
    try:
        dialect = propose_dialect(
            head,
            is_whole=is_whole,
            prefers_tab=is_tsv,
            delimiter=chosen,
            has_header=options.has_header,
        )
    except ValueError:
        raise JokegenError(
            f"The file “{plain(name)}” holds nothing but empty cells.",
            "Choose a file with at least one joke in it.",
        ) from None
    check_width(len(dialect.columns), name)
    kind = "TSV" if is_tsv else "CSV"
    return TextFile(
        dialect.columns,
        f"{kind}, {dialect.in_words}, {reading.title}",
        _DelimitedRows(path, name, reading, dialect, log, context).batches(),
        options=replace(
            options,
            format=options.format or Format.CSV,
            encoding=reading.codec,
            delimiter="" if dialect.delimiter == NO_DELIMITER else dialect.delimiter,
            has_header=dialect.has_header,
        ),
        questions=tuple(filter(None, [reading.question, *_questions(dialect, options)])),
        sha256=reading.sha256,
    )


def _chosen(delimiter: str | None) -> str | None:
    """The delimiter that was asked for. Raises JokegenError for what cannot be one."""
    if delimiter == "":
        return NO_DELIMITER
    if delimiter is not None and (len(delimiter) > 1 or delimiter in '"\r\n'):
        raise JokegenError(
            f"“{plain(delimiter)}” cannot stand between columns.",
            "Choose one character that is no quotation mark: a comma, a semicolon, a tab…",
        )
    return delimiter


def _questions(dialect: Dialect, options: ReadOptions) -> Iterator[Question]:
    """What should be asked of the person: only what was guessed on little evidence."""
    if options.delimiter is None and dialect.is_delimiter_unsure:
        words = DELIMITERS.get(dialect.delimiter, dialect.delimiter)
        yield Question(Topic.DELIMITER, f"Are the columns really {words}?")
    if options.has_header is None and dialect.is_header_unsure:
        first = " · ".join(dialect.first)
        yield Question(Topic.HEADER, f"Is the first line, “{first[:80]}”, the name of the column?")


@dataclass
class _DelimitedRows:
    """The rows of one file below its header."""

    path: Path
    name: str
    reading: Reading
    dialect: Dialect
    log: MisfitLog
    context: JobContext

    def batches(self) -> Iterator[pa.RecordBatch]:
        columns = self.dialect.columns
        for begins, rows in self._groups():
            try:
                cells = list(zip(*rows, strict=True))
            except ValueError:
                cells = []
            if len(cells) != len(columns):
                numbers = begins if isinstance(begins, list) else line_numbers(begins, rows)
                numbered = zip(numbers, rows, strict=False)
                even = even_rows(numbered, self.dialect, self.name, self.log)
                cells = list(zip(*even, strict=True)) or [()] * len(columns)
            yield text_batch(columns, cells)
        self.reading.state.check(self.path, self.name)

    def _groups(self) -> Iterator[tuple[int | list[int], list[list[str]]]]:
        """Equally many rows at a time, with the line that the first or each of them begins on."""
        rows: list[list[str]] = []
        size, is_size_known = FEWEST_ROWS, False
        begins = self.dialect.hint_lines + 1
        has_header = self.dialect.has_header
        if not self.reading.needs_repairs:
            try:
                with self._opened() as text:
                    reader = self.dialect.rows_of(text)
                    if has_header:
                        next((row for row in reader if any(cell.strip() for cell in row)), None)
                        has_header = False
                        begins += reader.line_num
                    while True:
                        # In one piece, and in C: a loop here takes half as long again.
                        rows.extend(itertools.islice(reader, size - len(rows)))
                        if len(rows) < size:
                            break
                        if not is_size_known:
                            size, is_size_known = _size(rows), True
                            rows.extend(itertools.islice(reader, size - len(rows)))
                        yield begins, rows
                        begins, rows = self.dialect.hint_lines + reader.line_num + 1, []
                if rows:
                    yield begins, rows
                return
            except csv.Error:
                pass  # the rows before the flaw are kept
        numbers = line_numbers(begins, rows)
        for number, row in self._careful(numbers.pop(), has_header):
            numbers.append(number)
            rows.append(row)
            if len(rows) == size and not is_size_known:
                size, is_size_known = _size(rows), True
            if len(rows) == size:
                yield numbers, rows
                numbers, rows = [], []
        if rows:
            yield numbers, rows

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Iterator[str]]:
        """The lines of the file, without those that only say how to read it."""
        with open_text(self.path, self.name, self.reading, self.context) as text:
            for _ in range(self.dialect.hint_lines):
                next(text)
            yield text

    def _careful(self, first_line: int, has_header: bool) -> Iterator[tuple[int, list[str]]]:
        """The rows from a line on, each with the line that it begins on."""
        repairs = Repairs(self.name, self.log, self.dialect.hint_lines + 1)
        with self._opened() as text:
            lines = repairs.mended(text) if self.reading.needs_repairs else text
            lines = itertools.islice(lines, first_line - self.dialect.hint_lines - 1, None)
            for begins, ends, row in careful_rows(
                lines, self.dialect, self.name, self.log, first_line
            ):
                if has_header and any(cell.strip() for cell in row):
                    has_header = False
                elif repairs.accept(ends) and not has_header:
                    yield begins, row


def line_numbers(first_line: int, rows: Iterable[list[str]]) -> list[int]:
    """The line that each row begins on, and in the end the line after all of them."""
    numbers = [first_line]
    for row in rows:
        breaks = sum(len(_LINE_END.findall(cell)) for cell in row if "\n" in cell or "\r" in cell)
        numbers.append(numbers[-1] + 1 + breaks)
    return numbers


def _size(rows: list[list[str]]) -> int:
    """How many rows make a batch, judged by the first few."""
    return rows_per_batch(sum(len(cell) for row in rows for cell in row) / len(rows))
