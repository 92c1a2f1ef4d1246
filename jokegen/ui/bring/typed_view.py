"""The table into which jokes are typed: keys as in a spreadsheet, cells that grow as one types."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QPlainTextEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from jokegen.ui.bring.cells import cells_of
from jokegen.ui.bring.typed_model import TWO_COLUMNS, TypedModel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space

_ROWS_FITTED = 500  # beyond, all rows are one line high: measuring each would hold up the window
_ROW = 38  # pixels: one line with room around it
_Index = QModelIndex | QPersistentModelIndex
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NEW_LINE = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier


class CellEditor(QPlainTextEdit):
    """One cell while it is typed: `entered` on Enter, `paste_wanted` if rows are pasted into it."""

    entered = Signal()
    paste_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("type_cell")
        self.setAccessibleName("Joke")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(1)

    def wanted_height(self) -> int:
        """What the text needs, in pixels (Qt counts a plain text's height in lines)."""
        lines = max(1, round(self.document().size().height()))
        return lines * self.fontMetrics().lineSpacing() + 2 + 2 * Space.S

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and event.modifiers() & _NEW_LINE:
            self.insertPlainText("\n")
        elif event.key() in _ENTER:
            self.entered.emit()
        elif event.matches(QKeySequence.StandardKey.Paste) and self._is_for_rows():
            self.paste_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _is_for_rows(self) -> bool:
        if self.toPlainText():
            return False
        text = QApplication.clipboard().text().strip("\r\n")
        return "\n" in text or "\r" in text or "\t" in text


class _Cells(QStyledItemDelegate):
    """Makes the editors, and keeps what is typed whichever way an editor is left."""

    entered = Signal()
    paste_wanted = Signal()
    typed = Signal()
    left = Signal()
    tabbed = Signal(bool)

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: _Index
    ) -> CellEditor:
        editor = CellEditor(parent)
        editor.entered.connect(self.entered)
        editor.paste_wanted.connect(self.paste_wanted)
        editor.textChanged.connect(self.typed)
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        assert isinstance(editor, CellEditor)
        editor.setPlainText(str(index.data(Qt.ItemDataRole.EditRole)))
        editor.moveCursor(editor.textCursor().MoveOperation.End)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        assert isinstance(editor, CellEditor)
        model.setData(index, editor.toPlainText())

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: _Index
    ) -> None:
        editor.setGeometry(option.rect)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(watched, CellEditor)
            and isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        ):
            # Qt would throw away what was typed on Escape, and leave the cell closed on Tab.
            if event.key() == Qt.Key.Key_Escape:
                self.left.emit()
            else:
                self.tabbed.emit(event.key() == Qt.Key.Key_Tab)
            return True
        return super().eventFilter(watched, event)


class TypedView(QTableView):
    """Enter goes to the next row and Tab to the next cell; Delete, Ctrl+Z and Ctrl+V do as usual.

    `typing_changed` tells that the cell under way changed, `cut_off` how many columns of pasted
    rows there was no room for.
    """

    typing_changed = Signal()
    cut_off = Signal(int)

    def __init__(self, table_model: TypedModel) -> None:
        super().__init__()
        self.table_model = table_model
        self.setModel(table_model)
        self._cells = _Cells(self)
        self.setItemDelegate(self._cells)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.DoubleClicked
            | triggers.SelectedClicked
            | triggers.AnyKeyPressed
            | triggers.EditKeyPressed
        )
        self.setWordWrap(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.verticalHeader().setHighlightSections(False)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(scaled(_ROW))
        self.verticalHeader().setDefaultSectionSize(scaled(_ROW))
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self._on_fit_wanted)
        self._showing = QTimer(self, singleShot=True, interval=0)
        self._showing.timeout.connect(self._on_show_wanted)
        table_model.modelReset.connect(self._fitting.start)
        table_model.dataChanged.connect(self._on_data_changed)
        self.horizontalHeader().sectionResized.connect(self._fitting.start)
        self._cells.entered.connect(self._on_entered)
        self._cells.paste_wanted.connect(self.paste)
        self._cells.typed.connect(self._on_typed)
        self._cells.left.connect(self.finish_typing)
        self._cells.tabbed.connect(self._on_tabbed)
        self.clicked.connect(self._on_clicked)

    # ---- The cell under way ----------------------------------------------------------------

    def editor(self) -> CellEditor | None:
        """The cell that is being typed, if one is."""
        editor = self.indexWidget(self.currentIndex())
        return editor if isinstance(editor, CellEditor) else None

    def typed_text(self) -> str:
        """What is being typed and not in the table yet."""
        editor = self.editor()
        return editor.toPlainText().strip() if editor is not None else ""

    @Slot()
    def finish_typing(self) -> None:
        """Take over what is being typed."""
        editor = self.editor()
        if editor is not None:
            self.commitData(editor)
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def begin(self, row: int, column: int = 0) -> None:
        """Put the cursor into a cell."""
        self._go_to(row, column)
        self.edit(self.currentIndex())

    # ---- Keys ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence.StandardKey
        if event.matches(keys.Paste):
            self.paste()
        elif event.matches(keys.Copy):
            self.copy()
        elif event.matches(keys.Undo):
            self.undo()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_chosen()
        elif event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._on_entered()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Tab leaves the table from its empty end, and Shift+Tab from its beginning."""
        self.setTabKeyNavigation(not self._is_at_end(is_next))
        return super().focusNextPrevChild(is_next)

    def _is_at_end(self, is_next: bool) -> bool:
        here, cells = self.currentIndex(), self.table_model
        if not is_next:
            return here.row() <= 0 and here.column() <= 0
        is_last = here == cells.index(cells.rowCount() - 1, cells.columnCount() - 1)
        return is_last and not self.typed_text()

    def paste(self) -> None:
        """Fill rows from the clipboard, from the current cell on."""
        data = QGuiApplication.clipboard().mimeData()
        if data is None or not data.hasText():
            return
        self.finish_typing()
        is_table = data.hasHtml() and "<table" in data.html()[:100_000].lower()
        cells = cells_of(data.text(), is_table=is_table)
        if not cells:
            return
        row, column = max(0, self.currentIndex().row()), max(0, self.currentIndex().column())
        if len(cells[0]) > 1:
            column = 0
            self.table_model.set_columns(TWO_COLUMNS)
        room = len(self.table_model.columns) - column
        self.table_model.put(row, column, [cell[:room] for cell in cells])
        self._go_to(row + len(cells), 0)
        self.cut_off.emit(max(0, len(cells[0]) - room))

    def copy(self) -> None:
        """Put the chosen cells into the clipboard, as a spreadsheet would."""
        picked: dict[int, list[str]] = {}
        for index in sorted(self.selectedIndexes()):
            picked.setdefault(index.row(), []).append(str(index.data()))
        rows = [row for row in picked.values() if any(row)]
        file = io.StringIO()
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(rows)
        is_one = len(rows) == 1 and len(rows[0]) == 1
        if rows:
            QGuiApplication.clipboard().setText(rows[0][0] if is_one else file.getvalue())

    def remove_chosen(self) -> None:
        """Empty the chosen cells, and take out the rows in which nothing is left."""
        here = self.currentIndex()
        row, column = here.row(), here.column()
        self.table_model.clear_cells(
            (index.row(), index.column()) for index in self.selectedIndexes()
        )
        self._go_to(row, column)

    @Slot()
    def undo(self) -> None:
        """Take the last change back."""
        here = self.currentIndex()
        row, column = here.row(), here.column()
        self.table_model.undo()
        self._go_to(row, column)

    def _go_to(self, row: int, column: int) -> None:
        row = min(max(0, row), self.table_model.rowCount() - 1)
        index = self.table_model.index(row, min(column, self.table_model.columnCount() - 1))
        # Not `setCurrentIndex`, which would add to what is chosen while Ctrl is held for Ctrl+Z.
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self.scrollTo(index)

    @Slot()
    def _on_entered(self) -> None:
        row = self.currentIndex().row()
        self.finish_typing()
        last = self.table_model.rowCount() - 1
        self.begin(min(row + 1, last))

    @Slot(bool)
    def _on_tabbed(self, is_next: bool) -> None:
        is_at_end = self._is_at_end(is_next)
        self.finish_typing()
        if is_at_end:
            self.focusNextPrevChild(is_next)
            return
        moves = QAbstractItemView.CursorAction
        index = self.moveCursor(
            moves.MoveNext if is_next else moves.MovePrevious, Qt.KeyboardModifier.NoModifier
        )
        self.begin(index.row(), index.column())

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.row() == self.table_model.rowCount() - 1:
            self.edit(index)

    # ---- Heights ---------------------------------------------------------------------------

    def _grow(self) -> None:
        """Make the row under way as high as what is typed there."""
        editor = self.editor()
        if editor is None:
            return
        row = self.currentIndex().row()
        wanted = min(max(editor.wanted_height(), self._fitting_height(row)), self._most_height())
        if wanted > self.rowHeight(row):
            self.setRowHeight(row, wanted)
        self._showing.start()  # heights take effect only when the events under way are done

    @Slot()
    def _on_typed(self) -> None:
        self._grow()
        self.typing_changed.emit()

    @Slot(QModelIndex, QModelIndex)
    def _on_data_changed(self, first: QModelIndex, _last: QModelIndex) -> None:
        if first.row() < _ROWS_FITTED:
            self.setRowHeight(first.row(), self._fitting_height(first.row()))

    @Slot()
    def _on_fit_wanted(self) -> None:
        for row in range(min(_ROWS_FITTED, self.table_model.rowCount())):
            self.setRowHeight(row, self._fitting_height(row))
        self._grow()

    @Slot()
    def _on_show_wanted(self) -> None:
        self.scrollTo(self.currentIndex())

    def _fitting_height(self, row: int) -> int:
        return min(max(self.sizeHintForRow(row), scaled(_ROW)), self._most_height())

    def _most_height(self) -> int:
        return max(round(self.viewport().height() * 0.8), scaled(_ROW))
