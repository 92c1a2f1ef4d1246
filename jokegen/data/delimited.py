"""Reads CSV and TSV strictly; what does not fit is repaired or left out, and always reported.

Well-formed files, nearly all, go through the csv module in one piece. At the first quotation mark
that is not closed as it should be, reading goes on from there record by record, so that one torn
line costs that line and not the rest of the file.
"""

from __future__ import annotations

import csv
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.batches import TextFile, grouped, text_batch
from jokegen.data.dialect import DELIMITERS, HEAD_CHARACTERS, NO_DELIMITER, Dialect, propose_dialect
from jokegen.data.encoding import Reading, open_text, read_through
from jokegen.data.misfits import MisfitLog
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format, Question, ReadOptions, Topic
from jokegen.jobs.events import Phase

if TYPE_CHECKING:
    import pyarrow as pa

_LINE_END = re.compile(r"\r\n|\r|\n")
_LINES_OF_A_FIELD = 200  # a quotation mark that is open for longer was never meant to be one
# With so few columns surplus fields at the end are a joke whose commas were not protected.
_COLUMNS_TO_MEND = 4
_TODO = (
    "Put quotation marks around a joke that contains the separating character, and double those "
    'that are part of the joke (""like this""). If the file holds one joke a line and no columns, '
    "choose “Text” as its kind."
)


def open_delimited(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """A CSV or TSV file. Cells keep every character that the file has in them.

    Raises JokegenError, here or while reading, that names file and line.
    """
    # A joke of 200 KB is long, not wrong: the module's own limit is 128 KB. Windows takes no
    # more than 31 bits.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reading = read_through(path, name, options.encoding, context)
    with open_text(path, reading, context, phase=Phase.VERIFYING) as text:
        # Blank lines on top say nothing about the columns, however many they are.
        while (head := text.read(HEAD_CHARACTERS)) and not head.strip():
            pass
        is_whole = not text.read(1)
    is_tsv = options.format is Format.TSV
    dialect = propose_dialect(
        head.replace("\0", ""),
        is_whole=is_whole,
        prefers_tab=is_tsv,
        delimiter=_chosen(options.delimiter),
        has_header=options.has_header,
    )
    questions = [
        question for question in (reading.question, _question(dialect, options)) if question
    ]
    kind = "TSV" if is_tsv else "CSV"
    return TextFile(
        dialect.columns,
        f"{kind}, {dialect.in_words}, {reading.title}",
        _batches(path, name, reading, dialect, log, context),
        options=replace(
            options,
            format=options.format or Format.CSV,
            encoding=reading.codec,
            delimiter="" if dialect.delimiter == NO_DELIMITER else dialect.delimiter,
            has_header=dialect.has_header,
        ),
        questions=tuple(questions),
        sha256=reading.sha256,
    )


def _chosen(delimiter: str | None) -> str | None:
    return NO_DELIMITER if delimiter == "" else delimiter


def _question(dialect: Dialect, options: ReadOptions) -> Question | None:
    """What should be asked of the person: only what was guessed on little evidence."""
    if options.has_header is None and dialect.is_header_unsure:
        first = " · ".join(dialect.first)
        return Question(Topic.HEADER, f"Is the first line, “{first[:80]}”, the name of the column?")
    if options.delimiter is None and dialect.is_delimiter_unsure:
        words = DELIMITERS.get(dialect.delimiter, dialect.delimiter)
        return Question(Topic.DELIMITER, f"Are the columns really {words}?")
    return None


def _batches(
    path: Path,
    name: str,
    reading: Reading,
    dialect: Dialect,
    log: MisfitLog,
    context: JobContext,
) -> Iterator[pa.RecordBatch]:
    width = len(dialect.columns)
    numbered = _numbered_rows(path, name, reading, dialect, log, context)
    for group in grouped(numbered, lambda row: sum(map(len, row[1]))):
        cells: list[tuple[str, ...]] = []
        rows = [row for _, row in group]
        try:
            cells = list(zip(*rows, strict=True))
        except ValueError:
            cells = []
        if len(cells) != width:
            even = _even_rows(group, width, dialect.delimiter, name, log)
            cells = list(zip(*even, strict=True)) or [()] * width
        yield text_batch(dialect.columns, cells)
    reading.state.check(path, name)


def _numbered_rows(
    path: Path,
    name: str,
    reading: Reading,
    dialect: Dialect,
    log: MisfitLog,
    context: JobContext,
) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header, each with the number of the line that it begins on."""
    done = 0
    is_header = dialect.has_header
    with open_text(path, reading, context) as text:
        lines = _without_nul(text, name, log) if reading.has_nul else text
        reader = csv.reader(lines, delimiter=dialect.delimiter, strict=True)
        line = 0
        try:
            for row in reader:
                begins, line = line + 1, reader.line_num
                if is_header and any(cell.strip() for cell in row):
                    is_header = False
                elif not is_header:
                    yield begins, row
                done += 1
            return
        except csv.Error:
            pass
    with open_text(path, reading, context, phase=Phase.VERIFYING) as text:
        lines = _without_nul(text, name, None) if reading.has_nul else text
        careful = _careful_rows(lines, dialect.delimiter, name, log)
        for number, (begins, row) in enumerate(careful):
            if number < done:
                continue  # it was read well before
            if is_header and any(cell.strip() for cell in row):
                is_header = False
            elif not is_header:
                yield begins, row


def _without_nul(lines: Iterable[str], name: str, log: MisfitLog | None) -> Iterator[str]:
    """The lines without NUL characters, which are no text; each such line is reported once."""
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            if log is not None:
                log.add(
                    name, number, "holds a NUL character, which was taken out", can_repair=True,
                    todo="Delete that character in a text editor.",
                )  # fmt: skip
            line = line.replace("\0", "")
        yield line


def _careful_rows(
    lines: Iterable[str], delimiter: str, name: str, log: MisfitLog
) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that each begins on; a line with bad quotes is a row by itself.

    It is read with its quotation marks as part of the text, and reported.
    """
    waiting: list[str] = []
    source = iter(lines)
    number = 1
    while True:
        if not waiting:
            waiting = list(itertools.islice(source, 1))
            if not waiting:
                return
        taken, row = 1, None
        while True:
            try:
                row = next(csv.reader(waiting[:taken], delimiter=delimiter, strict=True))
                break
            except StopIteration:
                row = []
                break
            except csv.Error as error:
                if "unexpected end" not in str(error) or taken == _LINES_OF_A_FIELD:
                    break
                taken += 1
                if taken > len(waiting):
                    more = list(itertools.islice(source, 1))
                    if not more:
                        break
                    waiting += more
        if row is None:
            taken = 1
            is_repaired = log.add(
                name, number, "has a quotation mark that is not closed as it should be",
                can_repair=True, todo=_TODO,
            )  # fmt: skip
            text = waiting[0].rstrip("\r\n")
            row = [cell.strip('"') for cell in text.split(delimiter)] if is_repaired else None
        if row is not None:
            yield number, row
        number += taken
        del waiting[:taken]


def _even_rows(
    group: list[tuple[int, list[str]]], width: int, delimiter: str, name: str, log: MisfitLog
) -> Iterator[list[str]]:
    """The rows with equally many cells: filled up or joined where that is safe, else left out."""
    for line, row in group:
        if len(row) == width:
            yield row
        elif not "".join(row).strip() and len(row) <= 1:
            yield [""] * width
        else:
            mended = _mended(row, width, delimiter)
            problem = f"has {_fields(len(row))} instead of {width}"
            if log.add(name, line, problem, can_repair=mended is not None, todo=_TODO):
                assert mended is not None
                yield mended


def _mended(row: list[str], width: int, delimiter: str) -> list[str] | None:
    """The row with `width` cells, or None where nobody can know which belong together."""
    if len(row) < width:
        return row + [""] * (width - len(row))
    if not "".join(row[width:]).strip():
        return row[:width]
    if width > _COLUMNS_TO_MEND:
        return None
    return [*row[: width - 1], delimiter.join(row[width - 1 :])]


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
