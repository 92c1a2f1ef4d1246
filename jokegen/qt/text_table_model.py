"""A table of texts for a QTableView: a window onto a file, whatever its size.

The table hands out one cell at a time from record batches it keeps; nothing is made per row, so
a quarter of a million rows open and scroll like ten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

if TYPE_CHECKING:
    from jokegen.data.table import TextTable

_NO_INDEX = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class TextTableModel(QAbstractTableModel):
    """Shows a `TextTable`; `set_table(None)` empties it and closes the file."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: TextTable | None = None

    def set_table(self, table: TextTable | None) -> None:
        """Show another table; the old one is closed."""
        self.beginResetModel()
        old, self._table = self._table, table
        if old is not None:
            old.close()
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if self._table is None or parent.isValid() else self._table.rows

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if self._table is None or parent.isValid() else len(self._table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._table is None or not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._table.cell(index.row(), index.column())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if self._table is None or role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._table.columns[section] if section < len(self._table.columns) else None
        return f"{section + 1:,}"
