"""Turns copied text into cells: lines of text, or rows that were copied from a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterator

Row = tuple[str, ...]

# A cell in quotation marks, as spreadsheets copy one that holds a line break or a tab.
_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=\t|\n|\Z)')
_PLAIN = re.compile(r"[^\t\n]*")


def cells_of(text: str, *, is_table: bool) -> list[Row]:
    """The rows that `text` holds, blank ones left out; all of them have equally many cells.

    `is_table` says that it comes from a spreadsheet, which parts cells by tabs and quotes those
    with line breaks inside. Quotation marks of other text are never touched.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if not is_table and "\t" not in text:
        return [(line.strip(),) for line in text.split("\n") if line.strip()]
    rows = [row for row in _rows(text) if any(row)]
    width = max(map(len, rows), default=0)
    filled = [row + ("",) * (width - len(row)) for row in rows]
    used = [number for number in range(width) if any(row[number] for row in filled)]
    return [tuple(row[number] for number in used) for row in filled]


def _rows(text: str) -> Iterator[Row]:
    row: list[str] = []
    place = 0
    while place <= len(text):
        quoted = _QUOTED.match(text, place)
        if quoted and ("\n" in quoted[1] or "\t" in quoted[1]):
            cell, place = quoted[1].replace('""', '"'), quoted.end()
        else:
            plain = _PLAIN.match(text, place)
            assert plain is not None  # the pattern matches the empty string too
            cell, place = plain[0], plain.end()
        row.append(cell.strip())
        if text[place : place + 1] != "\t":
            yield tuple(row)
            row = []
        place += 1
