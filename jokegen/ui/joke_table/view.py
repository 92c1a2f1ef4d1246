"""The view of a table of jokes: rows of one height, a wide column of jokes, keys for editing.

It is a window onto a file on disk, so a million rows scroll like ten: every row has the same
height, widths come from the first few rows, and nothing is made or asked per row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
    SignalInstance,
    Slot,
)
from PySide6.QtGui import QHelpEvent, QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QTableView, QToolTip

from jokegen.errors import JokegenError
from jokegen.ui.joke_table.look import JokeCells, JokeHeader, RowNumbers
from jokegen.ui.joke_table.matches import Matches
from jokegen.ui.joke_table.model import JokesModel
from jokegen.ui.kit.labels import plain_tip
from jokegen.ui.kit.theme import scaled

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Index = QModelIndex | QPersistentModelIndex

_ROWS_MEASURED = 40
_TIP_CHARACTERS = 1_500
_WIDEST_OTHER, _NARROWEST_JOKE = 180, 120


class JokesView(QTableView):
    """A table whose columns of jokes take the width that the others leave."""

    selection_changed = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()
    escaped = Signal()

    def __init__(self, table_model: JokesModel, whole_text: Callable[[QModelIndex], str]) -> None:
        super().__init__()
        self.table_model = table_model
        self._whole_text = whole_text
        self._joke_columns: tuple[int, ...] = ()
        self.can_undo = self.can_redo = False  # whether the keys for it are taken here
        self._header = JokeHeader(self)
        self._cells = JokeCells(self, table_model)
        self.setHorizontalHeader(self._header)
        self.setItemDelegate(self._cells)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setCornerButtonEnabled(False)
        self.setMinimumHeight(scaled(104))
        self.setMinimumWidth(scaled(240))
        rows = RowNumbers(self)
        rows.setMinimumSectionSize(1)  # before there are rows: see `_fit_rows`
        self.setVerticalHeader(rows)
        self._fit_rows()
        self.setSortingEnabled(True)
        self.setModel(table_model)
        table_model.cells_missing.connect(self._on_cells_missing)

    # ---- Columns ---------------------------------------------------------------------------

    def set_joke_columns(self, columns: Sequence[int]) -> None:
        """Mark these columns as those with the jokes."""
        self._joke_columns = tuple(columns)
        self._header.set_joke_columns(columns)
        self._cells.set_joke_columns(columns)
        # Where all is jokes, nothing has to stand out.
        self._cells.has_tint = self.table_model.columnCount() > len(self._joke_columns)
        self.viewport().update()

    def fit_columns(self) -> None:
        """Make the other columns as wide as their first rows ask for, within reason."""
        rows = min(_ROWS_MEASURED, self.table_model.rowCount())
        widest = scaled(_WIDEST_OTHER)
        for column in range(min(self.table_model.columnCount(), 100)):
            cells = (self.table_model.index(row, column).data() for row in range(rows))
            longest = max((str(cell or "") for cell in cells), key=len, default="")
            wanted = max(
                self.fontMetrics().horizontalAdvance(longest) + scaled(24),
                self._header.sectionSizeHint(column),
            )
            self.setColumnWidth(column, min(wanted, widest))
        self.fit_joke_columns()

    def fit_column(self, column: int, texts: Sequence[str]) -> None:
        """Make a column wide enough for all that can stand in it."""
        advance = self.fontMetrics().horizontalAdvance
        longest = max((advance(text) for text in texts), default=0) + scaled(24)
        wanted = max(longest, self._header.sectionSizeHint(column))
        self.setColumnWidth(column, min(wanted, scaled(_WIDEST_OTHER)))
        self.fit_joke_columns()

    def fit_joke_columns(self) -> None:
        """Give the columns of jokes the rest of the width."""
        count = self.table_model.columnCount()
        columns = [column for column in self._joke_columns if column < count]
        if not columns:
            return
        taken = self._header.length() - sum(map(self.columnWidth, columns))
        share = (self.viewport().width() - taken) // len(columns)
        for column in columns:
            self.setColumnWidth(column, max(scaled(_NARROWEST_JOKE), share))

    def show_order(self, column: int, *, is_descending: bool) -> None:
        """Show in the header how the rows are sorted; -1 by none of its columns. Sorts nothing."""
        down, up = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
        blocked = self._header.blockSignals(True)
        self._header.setSortIndicator(column, down if is_descending else up)
        self._header.blockSignals(blocked)
        self._header.viewport().update()

    def set_matches(self, matches: Matches) -> None:
        """Mark these words in the cells."""
        self._cells.matches = matches
        self.viewport().update()

    def lay_out(self) -> None:
        """Let the scroll bars know at once of rows that have become others."""
        self.executeDelayedItemsLayout()

    # ---- Rows ------------------------------------------------------------------------------

    def chosen_count(self) -> int:
        """How many rows are chosen, quickly however many that are."""
        return len(self.chosen_rows()) if self.has_several_ranges() else self._range_rows()

    def has_several_ranges(self) -> bool:
        return self.selectionModel().selection().count() > 1

    def chosen_rows(self) -> npt.NDArray[np.int64]:
        """The chosen rows of the view, from above."""
        import numpy as np

        ranges = self.selectionModel().selection()
        parts = [ranges.at(number) for number in range(ranges.count())]
        rows = [np.arange(part.top(), part.bottom() + 1) for part in parts]
        if len(rows) == 1:
            return rows[0]
        return np.unique(np.concatenate([np.empty(0, np.int64), *rows]))

    def choose_row(self, row: int, column: int | None = None) -> None:
        """Choose one row and no other; the cell in this column, or in the one where one is."""
        row = min(row, self.table_model.rowCount() - 1)
        if row < 0:
            return
        column = max(0, self.currentIndex().column() if column is None else column)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        if self.selectionBehavior() is QAbstractItemView.SelectionBehavior.SelectRows:
            flags |= QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self.table_model.index(row, column), flags)

    def _range_rows(self) -> int:
        ranges = self.selectionModel().selection()
        return ranges.at(0).height() if ranges.count() else 0

    # ---- What Qt calls ---------------------------------------------------------------------

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def keyboardSearch(self, _text: str) -> None:
        """Nothing: Qt would go through all rows for the letter that was typed."""

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(240), scaled(104))

    def sizeHint(self) -> QSize:
        return QSize(scaled(320), scaled(150))  # it takes all the room that there is anyway

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and self._undo_signal(event) is not None
        ):
            event.accept()  # before anybody around the table takes it back
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        signal = self._undo_signal(event)
        if signal is not None:
            signal.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def selectionCommand(
        self, index: Index, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        command = super().selectionCommand(index, event)
        is_jump = (
            isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End)
            and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        )
        if not is_jump:
            return command
        # To the first or last row means to choose it; Qt would only move the frame there.
        chosen = QItemSelectionModel.SelectionFlag.ClearAndSelect
        if self.selectionBehavior() is QTableView.SelectionBehavior.SelectRows:
            chosen |= QItemSelectionModel.SelectionFlag.Rows
        return chosen

    def _undo_signal(self, event: QKeyEvent) -> SignalInstance | None:
        """What a key asks for, if there is something to take back or to do again."""
        if self.can_undo and event.matches(QKeySequence.StandardKey.Undo):
            return self.undo_wanted
        if self.can_redo and _is_redo(event):
            return self.redo_wanted
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        with self.table_model.painting():
            super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_joke_columns()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_rows()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            self._show_tip(event)
            return True
        return super().viewportEvent(event)

    def _fit_rows(self) -> None:
        # Not the least size too: Qt then looks at every row for every row, 20 s for 250,000.
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + scaled(11))

    def _show_tip(self, event: QHelpEvent) -> None:
        """The whole joke where the cell is too narrow for it, else what the table is."""
        index = self.indexAt(event.pos())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        if index.isValid():
            wanted = self._cells.sizeHint(option, index).width()
            if wanted > self.visualRect(index).width():
                try:
                    text = self._whole_text(index)
                except (JokegenError, OSError, ValueError):
                    text = ""  # the table says itself that it cannot be read
                if len(text) > _TIP_CHARACTERS:
                    text = text[:_TIP_CHARACTERS] + "…"
                QToolTip.showText(event.globalPos(), plain_tip(text), self)
                return
        QToolTip.hideText()

    @Slot()
    def _on_cells_missing(self) -> None:
        self.viewport().update()


def _is_redo(event: QKeyEvent) -> bool:
    """Ctrl+Y and Ctrl+Shift+Z both, whichever of them the system does not know."""
    if event.matches(QKeySequence.StandardKey.Redo):
        return True
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    keys = event.key(), event.modifiers()
    return keys in ((Qt.Key.Key_Y, control), (Qt.Key.Key_Z, control | shift))
