"""The table in which a person looks at jokes: the rows of a file, or those of a saved data set.

It is a window onto a file on disk, so a quarter of a million rows scroll like ten: every row has
the same height, widths come from the first few rows, and nothing is made per row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QGuiApplication, QHelpEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from jokegen import wording
from jokegen.errors import JokegenError, explain
from jokegen.qt.text_table_model import TextTableModel
from jokegen.ui.joke_table.look import JokeCells, JokeHeader, RowNumbers
from jokegen.ui.kit.labels import PlainLabel, describe, plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

if TYPE_CHECKING:
    from jokegen.data.table import TextTable

COPIED_AT_MOST = 10_000  # rows: more would hold up the window, and no clipboard is a data set
_ROWS_MEASURED = 40
_TIP_CHARACTERS = 1_500
_BREAKS = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")

Index = QModelIndex | QPersistentModelIndex


class SafeTableModel(TextTableModel):
    """A table model that reports a file which can no longer be read, instead of raising."""

    table_failed = Signal(object)  # JokegenError, once a table

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._has_failed = False

    def set_table(self, table: TextTable | None) -> None:
        self._has_failed = False
        super().set_table(table)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        try:
            return super().data(index, role)
        except (JokegenError, OSError, ValueError) as error:
            if not self._has_failed:
                self._has_failed = True
                self.table_failed.emit(explain(error))
            return None


class JokesTable(QWidget):
    """Shows a `TextTable`, its column of jokes marked; `clear()` lets go of the file."""

    table_failed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._table: TextTable | None = None
        self.table_model = SafeTableModel(self)
        self.table_model.table_failed.connect(self.table_failed)
        self.view = _TableView(self._whole_text)
        describe(
            self.view,
            f"{name}_view",
            "Jokes",
            f"All rows. Nothing can be changed here; {_copy_keys()} copies what you select.",
        )
        self.view.setModel(self.table_model)
        self._note = PlainLabel("", TextRole.CAPTION, name=f"{name}_note")
        copy = QAction("Copy", self.view)
        copy.setObjectName(f"{name}_copy")
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._on_copy_wanted)
        self.view.addAction(copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._note)

    def show_table(self, table: TextTable, joke_column: int) -> None:
        """Show another table; the one before is closed."""
        self.table_model.set_table(table)
        self._table = table
        self.view.set_joke_column(joke_column)
        self.view.fit_columns()
        self.view.scrollToTop()
        self._say(table.rows)

    def set_joke_column(self, column: int) -> None:
        """Mark another column as the one with the jokes."""
        self.view.set_joke_column(column)
        self.view.fit_columns()
        self.view.scrollTo(self.table_model.index(max(0, self.view.rowAt(0)), column))

    def clear(self) -> None:
        """Show nothing, and let go of the file."""
        self._table = None
        self.table_model.set_table(None)
        self._note.setText("")

    def note(self) -> str:
        """What is said under the table."""
        return self._note.text()

    def selected_text(self) -> tuple[str, int]:
        """What is selected as plain text, cells parted by tabs, and how many rows that is.

        One cell alone is copied as it is, line breaks and all. At most `COPIED_AT_MOST` rows.
        """
        if self._table is None:
            return "", 0
        picked = _cells_of(self.view.selectionModel().selection())
        rows = sorted(picked)[:COPIED_AT_MOST]
        if len(rows) == 1 and len(picked[rows[0]]) == 1:
            return self._table.text(rows[0], picked[rows[0]][0]), 1
        table = self._table
        lines = [
            "\t".join(_BREAKS.sub(" ", table.text(row, column)) for column in sorted(picked[row]))
            for row in rows
        ]
        return "\n".join(lines), len(rows)

    def _say(self, rows: int) -> None:
        self._note.setText(
            f"{wording.number(rows)} {'row' if rows == 1 else 'rows'}. "
            f"Select some and press {_copy_keys()} to copy them."
        )

    def _whole_text(self, index: QModelIndex) -> str:
        return "" if self._table is None else self._table.text(index.row(), index.column())

    @Slot()
    def _on_copy_wanted(self) -> None:
        try:
            text, rows = self.selected_text()
        except (JokegenError, OSError, ValueError) as error:
            self.table_failed.emit(explain(error))
            return
        if not rows:
            return
        QGuiApplication.clipboard().setText(text)
        cut = f", the first {wording.number(rows)} you selected" if rows == COPIED_AT_MOST else ""
        self._note.setText(f"Copied {wording.number(rows)} {'row' if rows == 1 else 'rows'}{cut}.")


class _TableView(QTableView):
    """A read-only table whose column of jokes takes the width that the others leave."""

    def __init__(self, whole_text: Callable[[QModelIndex], str]) -> None:
        super().__init__()
        self._whole_text = whole_text
        self._header = JokeHeader(self)
        self._cells = JokeCells(self)
        self._joke_column = 0
        self.setHorizontalHeader(self._header)
        self.setItemDelegate(self._cells)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setCornerButtonEnabled(False)
        self.setMinimumHeight(scaled(120))
        self.setMinimumWidth(scaled(240))
        rows = RowNumbers(self)
        rows.setMinimumSectionSize(1)  # before there are rows: see `_fit_rows`
        self.setVerticalHeader(rows)
        self._fit_rows()

    def set_joke_column(self, column: int) -> None:
        self._joke_column = column
        self._header.set_joke_column(column)
        self._cells.set_joke_column(column)
        self.viewport().update()

    def fit_columns(self) -> None:
        """Make the other columns as wide as their first rows ask for, within reason."""
        table_model = self.model()
        rows = min(_ROWS_MEASURED, table_model.rowCount())
        widest = scaled(180)
        for column in range(min(table_model.columnCount(), 100)):
            texts = (str(table_model.index(row, column).data() or "") for row in range(rows))
            longest = max(texts, key=len, default="")
            wanted = max(
                self.fontMetrics().horizontalAdvance(longest) + scaled(24),
                self._header.sectionSizeHint(column),
            )
            self.setColumnWidth(column, min(wanted, widest))
        self.fit_joke_column()

    def fit_joke_column(self) -> None:
        """Give the column of jokes the rest of the width."""
        if self._joke_column >= self.model().columnCount():
            return
        others = self._header.length() - self.columnWidth(self._joke_column)
        rest = self.viewport().width() - others
        self.setColumnWidth(self._joke_column, max(scaled(320), rest))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_joke_column()

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


def _copy_keys() -> str:
    """What this computer calls the keys for copying: Ctrl+C or ⌘C."""
    keys = QKeySequence(QKeySequence.StandardKey.Copy)
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def _cells_of(ranges: QItemSelection) -> dict[int, list[int]]:
    """The selected columns of each selected row, without asking Qt for every single cell."""
    picked: dict[int, list[int]] = {}
    parts = [ranges.at(number) for number in range(ranges.count())]
    for part in sorted(parts, key=lambda part: part.top()):
        columns = range(part.left(), part.right() + 1)
        for row in range(part.top(), min(part.bottom() + 1, part.top() + COPIED_AT_MOST)):
            picked.setdefault(row, []).extend(columns)
    return picked
