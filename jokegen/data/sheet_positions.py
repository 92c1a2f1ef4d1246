"""Finds how far the cells with values in a workbook's sheets reach, from the bytes of their XML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

# A cell as all usual programs write it; "/" at the end: it has a style and no value.
_CELL = re.compile(
    rb'<(?:\w+:)?c(?: [\w:.]+="[^"<>]*")*? r="([A-Z]{1,3})(\d{1,7})"(?: [\w:.]+="[^"<>]*")* ?(/?)>'
)
_START_OF_CELL = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])")
_NAME = re.compile(r"([A-Za-z]+)(\d+)")
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


class Unreadable(Exception):  # noqa: N818 - becomes a JokegenError where the file's name is known
    """The bytes are no XML."""


class Unusual(Exception):  # noqa: N818 - a signal to look again
    """The cells are written in a way that only a parser understands."""


class Positions:
    """`rows` × `columns` is the size of the largest sheet so far, up to its last value."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0

    def feed(self, text: bytes) -> None:
        """Look at more of a part's bytes. Raises Unreadable and Unusual."""
        raise NotImplementedError


class UsualPositions(Positions):
    """Finds the cells of an XLSX sheet by their names ("B12"), in a tenth of a parser's time."""

    def __init__(self) -> None:
        super().__init__()
        self._letters: set[bytes] = set()

    def feed(self, text: bytes) -> None:
        cells = _CELL.findall(text)
        if len(cells) != len(_START_OF_CELL.findall(text)):
            raise Unusual
        found = [(letters, row) for letters, row, is_empty in cells if not is_empty]
        if not found:
            return
        self.rows = max(self.rows, max(map(int, {row for _, row in found})))
        letters = {letters for letters, _ in found} - self._letters
        self._letters |= letters
        self.columns = max([self.columns, *(_column(each.decode()) for each in letters)])


class _Parsed(Positions):
    """Finds the cells with a parser."""

    def __init__(self) -> None:
        super().__init__()
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end

    def feed(self, text: bytes) -> None:
        try:
            self._parser.Parse(text, False)
        except (expat.ExpatError, ValueError) as error:
            raise Unreadable from error

    def _on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        raise NotImplementedError

    def _on_end(self, name: str) -> None:
        """Most elements need nothing."""


class ParsedPositions(_Parsed):
    """Finds the cells of an XLSX sheet that is written in an unusual way."""

    def __init__(self) -> None:
        super().__init__()
        self._row = self._column = 0

    def _on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = name.rpartition(" ")[2]
        if kind == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif kind == "c":
            match = _NAME.fullmatch(attributes.get("r", ""))
            if match is not None:
                self._column, self._row = _column(match[1].upper()), int(match[2])
            else:
                self._column += 1
            self.rows = max(self.rows, self._row)
            self.columns = max(self.columns, self._column)


class OdsPositions(_Parsed):
    """Finds the cells of all sheets of an OpenDocument file.

    There a row or cell stands for as many equal ones as it says. `empty_formulas` names for each
    sheet the rows (from 1) with a formula that has no stored value.
    """

    def __init__(self) -> None:
        super().__init__()
        self.empty_formulas: list[tuple[str, list[int]]] = []
        self._rows = self._columns = self._last_row = self._last_column = 0
        self._has_value = False

    def _on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{_TABLE}table":
            self.empty_formulas.append((attributes.get(f"{_TABLE}name", ""), []))
            self._rows = self._last_row = self._last_column = 0
        elif name == f"{_TABLE}table-row":
            self._rows += int(attributes.get(f"{_TABLE}number-rows-repeated", 1))
            self._columns = 0
            self._has_value = False
        elif name in _CELLS:
            self._columns += int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
            if f"{_OFFICE}value-type" in attributes:
                self._has_value = True
                self._last_column = max(self._last_column, self._columns)
            elif f"{_TABLE}formula" in attributes and self.empty_formulas:
                self.empty_formulas[-1][1].append(self._rows)

    def _on_end(self, name: str) -> None:
        if name == f"{_TABLE}table-row" and self._has_value:
            self._last_row = self._rows
            if self._last_row * self._last_column > self.rows * self.columns:
                self.rows, self.columns = self._last_row, self._last_column


def _column(letters: str) -> int:
    """ "A" → 1, "AA" → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
