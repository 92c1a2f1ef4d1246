"""Reads CSV record by record, so that one torn line costs no other; mends ragged rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from jokegen.data.dialect import NO_DELIMITER, Dialect, Quotes, is_number, is_wrapped
from jokegen.data.misfits import MisfitLog

TODO = (
    "Put quotation marks around a joke that contains the separating character, and double those "
    'that are part of the joke (""like this""). If the file holds one joke a line and no columns, '
    "choose “Text” as its kind."
)
_LINES_OF_A_FIELD = 200  # a quotation mark that is open for longer was never meant to be one
# Where it cannot be told which column the surplus belongs to, it goes to the last of a few.
_COLUMNS_TO_MEND = 4


def careful_rows(
    lines: Iterable[str], dialect: Dialect, name: str, log: MisfitLog, first_line: int
) -> Iterator[tuple[int, int, list[str]]]:
    """Rows with the lines that each begins and ends on.

    A line with bad quotation marks is a row by itself, reported, with them as part of its text.
    """
    source = iter(lines)
    waiting: list[str] = []
    number = first_line
    while True:
        if not waiting:
            line = next(source, None)
            if line is None:
                return
            waiting.append(line)
        row, taken = _record(waiting, source, dialect)
        if row is None:
            taken = 1
            is_repaired = log.add(
                name, number, "has a quotation mark that is not closed as it should be",
                can_repair=True, todo=TODO,
            )  # fmt: skip
            row = _plain_cells(waiting[0], dialect) if is_repaired else None
        if row is not None:
            yield number, number + taken - 1, row
        number += taken
        del waiting[:taken]


def _record(
    waiting: list[str], source: Iterator[str], dialect: Dialect
) -> tuple[list[str] | None, int]:
    """The first row of the lines waiting, and how many it takes; None if its quotes are bad.

    What it needs besides them is taken from `source`.
    """
    taken = 0

    def feed() -> Iterator[str]:
        nonlocal taken
        while taken < _LINES_OF_A_FIELD:
            if taken == len(waiting):
                line = next(source, None)
                if line is None:
                    return
                waiting.append(line)
            taken += 1
            yield waiting[taken - 1]

    try:
        return next(dialect.rows_of(feed())), taken
    except csv.Error:
        return None, taken


def _plain_cells(line: str, dialect: Dialect) -> list[str]:
    """The cells of a line in which quotation marks are text, except around a whole cell."""
    cells = line.rstrip("\r\n").split(dialect.delimiter)
    if dialect.quotes is Quotes.ESCAPED:
        cells = [cell.replace('\\"', '"') for cell in cells]
    return [cell[1:-1].replace('""', '"') if is_wrapped(cell) else cell for cell in cells]


def even_rows(
    numbered: Iterable[tuple[int, list[str]]], dialect: Dialect, name: str, log: MisfitLog
) -> Iterator[list[str]]:
    """The rows with equally many cells: filled up or joined where that is safe, else left out."""
    width = len(dialect.columns)
    for line, row in numbered:
        if len(row) == width:
            yield row
        elif len(row) <= 1 and not "".join(row).strip():
            yield [""] * width
        else:
            mended = _mended(row, dialect)
            problem = f"has {_fields(len(row))} instead of {width}"
            is_repaired = log.add(name, line, problem, can_repair=mended is not None, todo=TODO)
            if is_repaired and mended is not None:
                yield mended


def _mended(row: list[str], dialect: Dialect) -> list[str] | None:
    """The row with the right number of cells, or None where nobody can know which belong together.

    What is too much is a joke whose commas were not protected: its parts are joined again.
    """
    width = len(dialect.columns)
    if len(row) < width:
        return row + [""] * (width - len(row))
    surplus = len(row) - width
    if not "".join(row[width:]).strip() and all(map(is_number, _cells(row, dialect.numbers))):
        return row[:width]
    at = dialect.text_column
    glue = "" if dialect.delimiter == NO_DELIMITER else dialect.delimiter
    joined = [*row[:at], glue.join(row[at : at + surplus + 1]), *row[at + surplus + 1 :]]
    if dialect.numbers:
        return joined if all(map(is_number, _cells(joined, dialect.numbers))) else None
    return joined if width <= _COLUMNS_TO_MEND else None


def _cells(row: list[str], columns: Iterable[int]) -> Iterator[str]:
    return (row[column] for column in columns)


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
