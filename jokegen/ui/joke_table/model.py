"""The table models of the jokes: one that reports what cannot be read, one that can be edited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QWidget

from jokegen.data.row_query import BEFORE, JOKE, NOTE, PART, ROW
from jokegen.errors import JokegenError, explain
from jokegen.jobs.dataset_requests import Edit
from jokegen.qt.text_table_model import TextTableModel

if TYPE_CHECKING:
    from jokegen.data.table import TextTable

Index = QModelIndex | QPersistentModelIndex
Place = tuple[int, int]  # raw row and part: what an edit is kept by

STATE_ROLE = Qt.ItemDataRole.UserRole + 1
_BY_HAND = "removed by you"
_EDITED = "changed by you"
_KEPT = "kept by you"
_CHANGED = "mended"


class State(IntEnum):
    """How a joke stands; the view draws each differently."""

    PLAIN = 0
    LEFT_OUT = 1
    CHANGED = 2


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
            if not self._has_failed:
                self._has_failed = True
                self.table_failed.emit(explain(error))
            return None

    def _data(self, index: Index, role: int) -> object:
        return super().data(index, role)


class JokesModel(SafeTableModel):
    """Shows raw rows as they are, or an examined table with the edits that a person has made.

    Edits lie over the file: they take effect in it with the next examination, and can be seen
    at once.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._edits: dict[Place, Edit] = {}
        self.can_edit = False

    @property
    def edits(self) -> tuple[Edit, ...]:
        return tuple(self._edits.values())

    def show_raw(self, table: TextTable) -> None:
        """Rows of a file; nothing can be changed."""
        self.can_edit = False
        self._edits = {}
        self.set_table(table)

    def show_jokes(self, table: TextTable, edits: Sequence[Edit]) -> None:
        """Jokes of an examined table."""
        self.can_edit = True
        self._edits = {(edit.row, edit.part): edit for edit in edits}
        self.set_table(table, NOTE + 1)

    def place(self, row: int) -> Place:
        """What the joke in this row of the view is known by."""
        assert self.table is not None
        number = self.table_row(row)
        return self.table.number(number, ROW), self.table.number(number, PART)

    def joke(self, row: int) -> str:
        """The whole text of the joke in this row of the view, edits included."""
        assert self.table is not None
        edit = self._edits.get(self.place(row)) if self.can_edit else None
        if edit is not None and edit.text is not None:
            return edit.text
        return self.table.text(self.table_row(row), JOKE)

    def before(self, row: int) -> str:
        """What the joke was in the file, "" if it is still that."""
        assert self.table is not None
        number = self.table_row(row)
        former = self.table.text(number, BEFORE)
        if former:
            return former
        as_it_is = self.table.text(number, JOKE)
        return as_it_is if self.joke(row) != as_it_is else ""

    def note(self, row: int) -> str:
        """Why the joke is left out, or what was done to it; "" if nothing."""
        assert self.table is not None
        number = self.table_row(row)
        note = self.table.text(number, NOTE)
        edit = self._edits.get(self.place(row))
        if edit is not None and edit.text is None and not edit.is_kept:
            return _BY_HAND
        if note and (edit is None or not edit.is_kept):
            return note
        if edit is not None and edit.text is not None:
            return _EDITED
        if edit is not None:
            return _KEPT
        return _CHANGED if self.table.text(number, BEFORE) else ""

    def state(self, row: int) -> State:
        if not self.can_edit:
            return State.PLAIN
        note = self.note(row)
        if not note:
            return State.PLAIN
        return State.CHANGED if note in (_EDITED, _KEPT, _CHANGED) else State.LEFT_OUT

    def set_text(self, row: int, text: str) -> None:
        """Give a joke another text; its own takes the edit back."""
        place = self.place(row)
        assert self.table is not None
        if text.strip() == self.table.text(self.table_row(row), JOKE):
            self._edits.pop(place, None)
        else:
            self._edits[place] = Edit(*place, text=text.strip())
        self._tell([row])

    def remove(self, rows: Iterable[int]) -> None:
        """Leave these jokes out."""
        self._each(rows, lambda place: Edit(*place))

    def restore(self, rows: Iterable[int]) -> None:
        """Take back what was done to these jokes by hand, and keep those that would be left out."""
        assert self.table is not None
        changed = list(rows)
        for row in changed:
            place = self.place(row)
            had_edit = self._edits.pop(place, None) is not None
            note = self.table.text(self.table_row(row), NOTE)
            if note and not (had_edit and note == "removed by hand"):
                self._edits[place] = Edit(*place, is_kept=True)
        self._tell(changed)

    def _each(self, rows: Iterable[int], make: object) -> None:
        assert callable(make)
        changed = list(rows)
        for row in changed:
            place = self.place(row)
            self._edits[place] = make(place)
        self._tell(changed)

    def _tell(self, rows: Sequence[int]) -> None:
        if rows:
            first, last = self.index(min(rows), 0), self.index(max(rows), self.columnCount() - 1)
            self.dataChanged.emit(first, last)

    def _data(self, index: Index, role: int) -> object:
        if not self.can_edit or not index.isValid() or self.table is None:
            return super()._data(index, role)
        if role == STATE_ROLE:
            return self.state(index.row())
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if index.column() == NOTE:
            return self.note(index.row())
        if self._edits and (edit := self._edits.get(self.place(index.row()))) and edit.text:
            return " ⏎ ".join(edit.text.splitlines())
        return super()._data(index, role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        is_note = self.can_edit and section == NOTE and orientation == Qt.Orientation.Horizontal
        if is_note and role == Qt.ItemDataRole.DisplayRole:
            return "What is done"
        return super().headerData(section, orientation, role)
