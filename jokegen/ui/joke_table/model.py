"""The table model of the jokes: rows of a file as they are, or jokes with what is done to them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QWidget

from jokegen.data.joke_edits import CHANGED, MENDED, REMOVED, JokeEdits
from jokegen.data.row_query import JOKE, NOTE
from jokegen.errors import JokegenError, explain
from jokegen.qt.text_table_model import TextTableModel

if TYPE_CHECKING:
    from jokegen.data.table import TextTable

Index = QModelIndex | QPersistentModelIndex

_SHOWN_CHARACTERS = 300
_NOTE_TITLE = "What is done"


class State(IntEnum):
    """How a joke stands; the view draws each differently."""

    PLAIN = 0
    LEFT_OUT = 1
    MENDED = 2  # by the joke doctor
    CHANGED = 3  # by the person


class SafeTableModel(TextTableModel):
    """A table model that reports a file which can no longer be read, instead of raising."""

    table_failed = Signal(object)  # JokegenError, once a table

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._has_failed = False

    def set_table(self, table: TextTable | None, columns: int | None = None) -> None:
        self._has_failed = False
        super().set_table(table, columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        try:
            return self._data(index, role)
        except (JokegenError, OSError, ValueError, IndexError) as error:
            self.report(error)
            return None

    def report(self, error: Exception) -> None:
        """Tell of what could not be read, once a table."""
        if not self._has_failed:
            self._has_failed = True
            self.table_failed.emit(explain(error))

    def _data(self, index: Index, role: int) -> object:
        return super().data(index, role)


class JokesModel(SafeTableModel):
    """Rows are those of the view here; `edits` lie over an examined table."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_examined = False
        self._edits: JokeEdits | None = None

    @property
    def edits(self) -> JokeEdits | None:
        """None where nothing can be changed (yet)."""
        return self._edits

    def show_table(self, table: TextTable | None, *, is_examined: bool = False) -> None:
        """Show rows as they are in the file, or the jokes of an examined table."""
        self._is_examined = is_examined
        self._edits = None
        self.set_table(table, NOTE + 1 if is_examined else None)

    def set_edits(self, edits: JokeEdits) -> None:
        """Lay these over the jokes."""
        self._edits = edits
        self.tell_all()

    def whole_text(self, row: int, column: int) -> str:
        """What is in a cell, from its first to its last character. Raises JokegenError."""
        assert self.table is not None
        number = self.table_row(row)
        if self._edits is not None and column == NOTE:
            return self._edits.label(number)
        if self._edits is not None and column == JOKE:
            return self._edits.text(number)
        return self.table.text(number, column)

    def state(self, row: int) -> State:
        """How the joke in this row stands."""
        if self._edits is None:
            return State.PLAIN
        code = int(self._edits.codes[self.table_row(row)])
        if code >= REMOVED:
            return State.LEFT_OUT
        if code >= CHANGED:
            return State.CHANGED
        return State.MENDED if code == MENDED else State.PLAIN

    def row_label(self, row: int) -> int:
        if self._edits is not None:
            return self._edits.place(self.table_row(row))[0] + 1
        return super().row_label(row)

    def tell_all(self) -> None:
        """Say that any joke may look different now."""
        if rows := self.rowCount():
            last = self.index(rows - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def shown(self, index: Index) -> str | None:
        """What stands in a cell, on one line; None where that has still to be read."""
        try:
            return self._shown(self.table_row(index.row()), index.column())
        except (JokegenError, OSError, ValueError, IndexError) as error:
            self.report(error)
            return None

    def _shown(self, number: int, column: int) -> str | None:
        edits = self._edits
        if edits is not None and column == NOTE:
            return edits.label(number)
        if edits is not None and (text := edits.changed.get(number)) is not None:
            return " ⏎ ".join(text.splitlines())[:_SHOWN_CHARACTERS]
        shown = self.cell(number, column)
        if not self._is_examined or column == JOKE or not shown:
            return shown
        return shown[:1].upper() + shown[1:]

    def _data(self, index: Index, role: int) -> object:
        if not index.isValid() or self.table is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._shown(self.table_row(index.row()), index.column())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        is_note = self._is_examined and section == NOTE and orientation == Qt.Orientation.Horizontal
        if is_note and role == Qt.ItemDataRole.DisplayRole:
            return _NOTE_TITLE
        return super().headerData(section, orientation, role)
