"""A table of texts for a QTableView: a window onto a file, whatever its size.

The table hands out one cell at a time from record batches it keeps; nothing is made per row, so
a million rows open and scroll like ten. Which rows are shown, and in which order, is an array of
their numbers, filled on a thread beside the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

if TYPE_CHECKING:
    from jokegen.data.row_query import Rows
    from jokegen.data.table import TextTable

_NO_INDEX = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class TextTableModel(QAbstractTableModel):
    """Shows a `TextTable`; `set_table(None)` empties it and closes the file."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: TextTable | None = None
        self._rows: Rows | None = None
        self._columns = 0

    @property
    def table(self) -> TextTable | None:
        return self._table

    def set_table(self, table: TextTable | None, columns: int | None = None) -> None:
        """Show another table, or its first `columns` ones; the old one is closed."""
        self.beginResetModel()
        old, self._table = self._table, table
        self._rows = None
        self._columns = 0 if table is None else columns or len(table.columns)
        if old is not None:
            old.close()
        self.endResetModel()

    def show_rows(self, rows: Rows | None) -> None:
        """Show these rows in this order; None shows all of them."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def add_rows(self, rows: Rows) -> None:
        """Show these rows below the others."""
        import numpy as np

        if self._rows is None or not len(rows):
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows = np.concatenate((self._rows, rows))
        self.endInsertRows()

    def table_row(self, row: int) -> int:
        """The number in the table of what stands in this row of the view."""
        return row if self._rows is None else int(self._rows[row])

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
            return self._table.cell(self.table_row(index.row()), index.column())
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
        return f"{self.table_row(section) + 1:,}"
