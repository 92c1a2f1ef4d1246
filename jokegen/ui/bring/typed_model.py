"""The table of jokes typed by hand: one column or two, with an empty row at its end to go on in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from jokegen.ui.bring.cells import Row

ONE_COLUMN: Row = ("Joke",)
TWO_COLUMNS: Row = ("Setup", "Punchline")
_MOST_STEPS = 100  # that can be undone

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class _State:
    columns: Row
    rows: tuple[Row, ...]


class TypedModel(QAbstractTableModel):
    """Rows of one cell or two. The last row is always empty, and none of the jokes.

    `jokes_changed` tells of every change.
    """

    jokes_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._state = _State(ONE_COLUMN, ())
        self._former: list[_State] = []
        self._parted: tuple[_State, _State] | None = None  # joined to one column, as they were

    # ---- What Qt asks ----------------------------------------------------------------------

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._state.rows) + 1

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._state.columns)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self.text(index.row(), index.column())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Horizontal:
            return self._state.columns[section]
        return f"{section + 1:,}"

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        text = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or text == self.text(index.row(), index.column()):
            return False
        row, column = index.row(), index.column()
        rows = list(self._state.rows)
        if row == len(rows):
            rows.append(("",) * len(self._state.columns))
        rows[row] = (*rows[row][:column], text, *rows[row][column + 1 :])
        is_new = len(rows) > len(self._state.rows)
        if is_new:
            self.beginInsertRows(QModelIndex(), len(rows), len(rows))
        self._remember()
        self._state = _State(self._state.columns, tuple(rows))
        if is_new:
            self.endInsertRows()
        here = self.index(row, column)
        self.dataChanged.emit(here, here)
        self.jokes_changed.emit()
        return True

    # ---- What the dialog asks ---------------------------------------------------------------

    @property
    def columns(self) -> Row:
        """ONE_COLUMN or TWO_COLUMNS."""
        return self._state.columns

    @property
    def can_undo(self) -> bool:
        return bool(self._former)

    def text(self, row: int, column: int) -> str:
        """What a cell holds."""
        rows = self._state.rows
        return rows[row][column] if row < len(rows) else ""

    def rows(self) -> tuple[Row, ...]:
        """What is there, without the empty row at the end."""
        return self._state.rows

    def jokes(self) -> int:
        """Rows that hold something."""
        return sum(any(row) for row in self._state.rows)

    def as_csv(self) -> str:
        """The jokes as a CSV file with a header line, every cell in quotation marks."""
        file = io.StringIO()
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(self._state.columns)
        writer.writerows(row for row in self._state.rows if any(row))
        return file.getvalue()

    def set_columns(self, columns: Row) -> None:
        """Change to one column, joining the two with a blank, or to two."""
        former = self._state
        if columns == former.columns:
            return
        if columns == ONE_COLUMN:
            joined = tuple((" ".join(filter(None, row)),) for row in former.rows)
            self._reset(_State(columns, joined))
            self._parted = (self._state, former)
        elif self._parted is not None and self._parted[0] == former:
            self._reset(self._parted[1])
        else:
            self._reset(_State(columns, tuple((row[0], "") for row in former.rows)))

    def put(self, row: int, column: int, cells: Sequence[Row]) -> None:
        """Write rows of cells from here on: over empty rows, otherwise between the rows.

        There must be no more cells in a row than columns from `column` on.
        """
        padded = [
            ("",) * column + cell + ("",) * (len(self._state.columns) - column - len(cell))
            for cell in cells
        ]
        rows = self._state.rows
        is_empty = row >= len(rows) or not any(rows[row])
        after = row + 1 if is_empty else row
        self._reset(_State(self._state.columns, (*rows[:row], *padded, *rows[after:])))

    def clear_cells(self, indexes: Iterable[tuple[int, int]]) -> None:
        """Empty these cells, and take out the rows in which nothing is left by that."""
        wanted: dict[int, set[int]] = {}
        for row, column in indexes:
            wanted.setdefault(row, set()).add(column)
        rows: list[Row] = []
        for number, former in enumerate(self._state.rows):
            gone = wanted.get(number, set())
            left = tuple("" if at in gone else cell for at, cell in enumerate(former))
            if any(left) or not gone:
                rows.append(left)
        if tuple(rows) != self._state.rows:
            self._reset(_State(self._state.columns, tuple(rows)))

    def undo(self) -> None:
        """Take the last change back."""
        if self._former:
            self.beginResetModel()
            self._state = self._former.pop()
            self.endResetModel()
            self.jokes_changed.emit()

    def _reset(self, state: _State) -> None:
        self.beginResetModel()
        self._remember()
        self._state = state
        self.endResetModel()
        self.jokes_changed.emit()

    def _remember(self) -> None:
        self._former = [*self._former[-_MOST_STEPS:], self._state]
