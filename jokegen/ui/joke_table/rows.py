"""Which rows of the table are shown: asked for on a thread, handed to the table model."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from jokegen import wording
from jokegen.data.row_query import Memo, RowQuery, known_rows
from jokegen.qt.row_finder import RowFinder
from jokegen.qt.text_table_model import TextTableModel


def in_words(count: int, word: str) -> str:
    """1 row, 2,948 rows."""
    return f"{wording.number(count)} {word}{'' if count == 1 else 's'}"


class RowsShown(QObject):
    """One question at a time. What is shown stays until the first rows of the next answer come.

    `about_to_change` and `changed` come before and after other rows take the place of those that
    are shown, `grown` after more of them; `settled` when that is all, with a JokegenError if the
    table could not be read.
    """

    about_to_change = Signal()
    changed = Signal()
    grown = Signal()
    settled = Signal(object)

    def __init__(self, table_model: TextTableModel, parent: QObject) -> None:
        super().__init__(parent)
        self._table_model = table_model
        self._finder = RowFinder(self)
        self._finder.told.connect(self._on_told)
        self._finder.ended.connect(self._on_ended)
        self._memo = Memo()
        self._query = RowQuery()
        self._is_first = True

    @property
    def is_busy(self) -> bool:
        """Whether rows are being looked for."""
        return self._finder.is_busy

    @property
    def is_waiting(self) -> bool:
        """Whether none of the rows that are looked for has been found yet."""
        return self.is_busy and self._is_first

    @property
    def query(self) -> RowQuery:
        """What was asked for last."""
        return self._query

    def count_text(self, word: str) -> str:
        """How many rows are shown, and of how many; `word` is what one is called."""
        table = self._table_model.table
        if table is None:
            return ""
        if self.is_waiting:
            return "Searching…" if self._query.words else "Sorting…"
        words = in_words(table.rows, word)
        if self._query.words or self._query.wanted is not None:
            words = f"{wording.number(self._table_model.rowCount())} of {words}"
        return f"Searching… {words}" if self.is_busy else words

    def forget(self) -> None:
        """Another table: nothing that was found out is true any more."""
        self._finder.stop()
        self._memo = Memo()
        self._query = RowQuery()

    def forget_order(self) -> None:
        """Sort anew when it is asked for again."""
        self._memo = Memo(found=self._memo.found)

    def forget_words(self) -> None:
        """Search anew when it is asked for again."""
        self._memo = Memo(in_order=self._memo.in_order)

    def ask(self, query: RowQuery, *, at_once: bool = False) -> None:
        """Show these rows: all of them `at_once`, or the first ones as soon as they are found."""
        self._finder.stop()
        self._query = query
        table = self._table_model.table
        if table is None:
            return
        if query.is_plain:
            self._show_all()
            self.settled.emit(None)
        elif (rows := known_rows(table.rows, query, self._memo)) is not None:
            self._replace(rows)
            self.settled.emit(None)
        else:
            self._is_first = True
            self._finder.find(table, query, self._memo, at_once=at_once)

    def _show_all(self) -> None:
        if self._table_model.shown_rows is None:
            self.about_to_change.emit()
            self.changed.emit()
        else:
            self._replace(None)

    def _replace(self, rows: object) -> None:
        self.about_to_change.emit()
        self._table_model.show_rows(rows)  # type: ignore[arg-type]
        self.changed.emit()

    @Slot(object)
    def _on_told(self, rows: object) -> None:
        if self._is_first:
            self._is_first = False
            self._replace(rows)
        else:
            self._table_model.add_rows(rows)  # type: ignore[arg-type]
            self.grown.emit()

    @Slot(object)
    def _on_ended(self, error: object) -> None:
        self.settled.emit(error)
