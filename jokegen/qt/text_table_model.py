"""A table of texts for a QTableView: a window onto a file, whatever its size.

The table hands out one cell at a time from record batches it keeps; nothing is made per row, so
a million rows open and scroll like ten. Which rows are shown, and in which order, is an array of
their numbers, filled on a thread beside the window.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jokegen.data.row_query import Rows
    from jokegen.data.table import TextTable

_NO_INDEX = QModelIndex()
_CELLS_HELD = 8_000
# A screenful of sorted rows lies in as many places of the file as it has rows. What cannot be
# read in this time is painted a moment later.
_SECONDS_A_PAINTING = 0.012
Index = QModelIndex | QPersistentModelIndex


class TextTableModel(QAbstractTableModel):
    """Shows a `TextTable`; `set_table(None)` empties it and closes the file.

    `cells_missing` tells that something was painted without its text, which is there now.
    """

    cells_missing = Signal()
    sort_wanted = Signal(int, bool)  # column (-1: the order of the file), descending

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: TextTable | None = None
        self._rows: Rows | None = None
        self._room: Rows | None = None  # the array that `_rows` is the beginning of
        self._columns = 0
        self._cells: dict[tuple[int, int], str] = {}
        self._seconds_left: float | None = None  # for reading, while painting
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._on_time_for_more)

    @property
    def table(self) -> TextTable | None:
        return self._table

    @property
    def shown_rows(self) -> Rows | None:
        """The numbers of the rows that are shown, None: all of them."""
        return self._rows

    def set_table(self, table: TextTable | None, columns: int | None = None) -> None:
        """Show another table, or its first `columns` ones; the old one is closed."""
        self.beginResetModel()
        old, self._table = self._table, table
        self._rows = self._room = None
        self._columns = 0 if table is None else columns or len(table.columns)
        self._cells.clear()
        if old is not None:
            old.close()
        self.endResetModel()

    def show_rows(self, rows: Rows | None) -> None:
        """Show these rows in this order; None shows all of them."""
        self.beginResetModel()
        self._rows = self._room = rows
        self.endResetModel()

    def add_rows(self, rows: Rows) -> None:
        """Show these rows below the others."""
        import numpy as np

        if self._rows is None or self._room is None or self._table is None or not len(rows):
            return
        first, count = len(self._rows), len(self._rows) + len(rows)
        if count > len(self._room):
            # Room for all that can come: the rows there are must not be copied for each piece.
            self._room = np.empty(max(count, self._table.rows), np.int64)
            self._room[:first] = self._rows
        self.beginInsertRows(QModelIndex(), first, count - 1)
        self._room[first:count] = rows
        self._rows = self._room[:count]
        self.endInsertRows()

    def table_row(self, row: int) -> int:
        """The number in the table of what stands in this row of the view."""
        return row if self._rows is None else int(self._rows[row])

    def table_rows(self, rows: npt.NDArray[np.int64]) -> Rows:
        """The numbers in the table of these rows of the view."""
        return rows if self._rows is None else self._rows[rows]

    def view_row(self, table_row: int) -> int:
        """Where a row of the table stands in the view, -1 if it is not shown."""
        import numpy as np

        if self._rows is None:
            return table_row if 0 <= table_row < self.rowCount() else -1
        places = np.flatnonzero(self._rows == table_row)
        return int(places[0]) if len(places) else -1

    def row_label(self, row: int) -> int:
        """What a row of the view is numbered with, from 1: its place in the file."""
        return self.table_row(row) + 1

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        if self._table is None or parent.isValid():
            return 0
        return self._table.rows if self._rows is None else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if self._table is None or parent.isValid() else self._columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._table is None or not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.cell(self.table_row(index.row()), index.column())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if self._table is None or role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._table.columns[section] if section < self._columns else None
        if not 0 <= section < self.rowCount():
            return None
        return f"{self.row_label(section):,}"

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Asked for by the view; who holds the rows decides (see `sort_wanted`)."""
        self.sort_wanted.emit(column, order == Qt.SortOrder.DescendingOrder)

    def cell(self, row: int, column: int) -> str | None:
        """The short text of a cell of the table; None where there was no time to read it."""
        cell = self._cells.get((row, column))
        if cell is not None or self._table is None:
            return cell
        if self._seconds_left is not None and self._seconds_left <= 0:
            self._later.start()
            return None
        began = time.perf_counter()
        cell = self._table.cell(row, column)
        if self._seconds_left is not None:
            self._seconds_left -= time.perf_counter() - began
        if len(self._cells) >= _CELLS_HELD:
            self._cells.clear()
        self._cells[row, column] = cell
        return cell

    @contextmanager
    def painting(self) -> Iterator[None]:
        """While this lasts, only so much is read from the file that nobody has to wait."""
        self._seconds_left = _SECONDS_A_PAINTING
        try:
            yield
        finally:
            self._seconds_left = None

    @Slot()
    def _on_time_for_more(self) -> None:
        self.cells_missing.emit()
