"""Where a person is in a table, so that they find themselves there when its rows have changed."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Slot
from PySide6.QtWidgets import QAbstractItemView

from jokegen.ui.joke_table.model import JokesModel
from jokegen.ui.joke_table.view import JokesView

if TYPE_CHECKING:
    from jokegen.data.joke_edits import JokeEdits

_MOST_RANGES = 200


class Keep(Enum):
    """What stays when other rows are shown."""

    TOP = auto()  # nothing: one sees the first rows
    JOKE = auto()  # the joke that is chosen, wherever it has gone
    PLACE = auto()  # what one sees: the same stretch of the table


class Spot(QObject):
    """Remembers the chosen joke and the stretch in sight when `take` is called."""

    def __init__(self, view: JokesView) -> None:
        super().__init__(view)
        self._view = view
        self.forget()

    def forget(self) -> None:
        """Nobody is anywhere."""
        self._is_taken = False
        self._row = self._joke = -1
        self._column = 0
        self._place: tuple[int, int] | None = None
        self._scroll = 0
        self._ranges: list[tuple[int, int, int, int]] = []
        self._rows: Any = None
        self._count = 0

    @Slot()
    def take(self) -> None:
        """Remember where one is; what was taken before and not used yet stays."""
        if self._is_taken:
            return
        self._is_taken = True
        table_model = self._view.table_model
        index = self._view.currentIndex()
        has_choice = index.isValid() and self._view.selectionModel().hasSelection()
        self._row = index.row() if has_choice else -1
        self._joke = table_model.table_row(index.row()) if has_choice else -1
        edits: JokeEdits | None = table_model.edits
        self._column = max(0, index.column())
        self._place = edits.place(self._joke) if edits is not None and has_choice else None
        self._scroll = self._view.verticalScrollBar().value()
        ranges = self._view.selectionModel().selection()
        parts = [ranges.at(number) for number in range(min(ranges.count(), _MOST_RANGES))]
        self._ranges = [(p.top(), p.left(), p.bottom(), p.right()) for p in parts]
        self._rows, self._count = table_model.shown_rows, table_model.rowCount()

    def go_back(self, keep: Keep, table_model: JokesModel) -> None:
        """Go where one was, as far as that is still there."""
        row, joke = self._row, self._joke
        edits = table_model.edits
        if self._place is not None and edits is not None:
            joke = edits.find(self._place)
        if keep is Keep.TOP or not self._is_taken:
            self._view.scrollToTop()
        elif keep is Keep.PLACE:
            self._view.lay_out()
            self._view.verticalScrollBar().setValue(self._scroll)
            if self._has_same_rows(table_model):
                self._choose_ranges(row)
            elif row >= 0:
                found = table_model.view_row(joke)
                self._view.choose_row(found if found >= 0 else row, self._column)
        elif joke >= 0 and (found := table_model.view_row(joke)) >= 0:
            self._view.choose_row(found, self._column)
            middle = QAbstractItemView.ScrollHint.PositionAtCenter
            self._view.scrollTo(self._view.currentIndex(), middle)
        else:
            self._view.scrollToTop()
        if not self._view.currentIndex().isValid():
            # Without a cell to start from, any key would lead to the first row.
            first = table_model.index(0, 0)
            no_choice = QItemSelectionModel.SelectionFlag.NoUpdate
            self._view.selectionModel().setCurrentIndex(first, no_choice)
        self.forget()

    def _has_same_rows(self, table_model: JokesModel) -> bool:
        import numpy as np

        new = table_model.shown_rows
        if new is None or self._rows is None:
            return new is self._rows and self._count == table_model.rowCount()
        return bool(np.array_equal(new, self._rows))

    def _choose_ranges(self, row: int) -> None:
        """Choose the same rows again, all of them."""
        table_model, selection = self._view.table_model, QItemSelection()
        for top, left, bottom, right in self._ranges:
            selection.select(table_model.index(top, left), table_model.index(bottom, right))
        if row >= 0:
            current = table_model.index(row, self._column)
            flags = QItemSelectionModel.SelectionFlag
            self._view.selectionModel().setCurrentIndex(current, flags.NoUpdate)
            self._view.selectionModel().select(selection, flags.ClearAndSelect)
