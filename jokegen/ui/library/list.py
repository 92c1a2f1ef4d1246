"""The list of saved data sets: the rows, and how each is drawn (name above, figures below)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from jokegen import wording
from jokegen.records import DatasetInfo
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import describe, plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import TEXT_SCALE, TextRole

Index = QModelIndex | QPersistentModelIndex

_NO_INDEX = QModelIndex()
_FIGURES = Qt.ItemDataRole.UserRole


class DatasetListModel(QAbstractListModel):
    """The data sets as the service listed them last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._infos: list[DatasetInfo] = []

    def set_infos(self, infos: Sequence[DatasetInfo]) -> None:
        self.beginResetModel()
        self._infos = list(infos)
        self.endResetModel()

    def info(self, row: int) -> DatasetInfo | None:
        return self._infos[row] if 0 <= row < len(self._infos) else None

    def row_of(self, name: str) -> int:
        """The row of a data set, -1 if there is none of this name."""
        return next((row for row, info in enumerate(self._infos) if info.name == name), -1)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._infos)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        info = self.info(index.row()) if index.isValid() else None
        if info is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return info.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{info.name}, {wording.jokes(info.jokes)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(info.name)
        if role == _FIGURES:
            return wording.jokes(info.jokes)
        return None


class DatasetList(QListView):
    """The saved data sets, one or several chosen; keys for what can be done with them."""

    selection_changed = Signal()
    rename_requested = Signal()
    delete_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        describe(
            self,
            "dataset_list",
            "Your data sets",
            "The jokes you have saved. Enter fine-tunes on the chosen ones, F2 renames them, "
            "Delete deletes them. Choose several with Ctrl or Shift to join them.",
        )
        self.setToolTip("")  # each row has its own
        self.list_model = DatasetListModel(self)
        self.setModel(self.list_model)
        self.setItemDelegate(_TwoLines(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMinimumHeight(scaled(100))
        self.setMinimumWidth(scaled(190))
        self.setSpacing(0)

    def chosen_infos(self) -> list[DatasetInfo]:
        """The data sets that are chosen, in the order of the list."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        infos = (self.list_model.info(row) for row in rows)
        return [info for info in infos if info is not None]

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.rename_requested.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_requested.emit()
        else:
            super().keyPressEvent(event)


class _TwoLines(QStyledItemDelegate):
    """Draws a name (shortened where it is too long) and its figures under it."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        height = QFontMetrics(option.font).height() + QFontMetrics(_small(option.font)).height()
        return QSize(scaled(120), height + scaled(18))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground = QStyleOptionViewItem(option)
        self.initStyleOption(ground, index)
        ground.text = ""
        style = ground.widget.style()
        style.drawControl(style.ControlElement.CE_ItemViewItem, ground, painter, ground.widget)
        room = option.rect.adjusted(scaled(12), scaled(8), -scaled(12), -scaled(8))
        name_font, small_font = QFont(option.font), _small(option.font)
        name_font.setWeight(QFont.Weight.DemiBold)
        name_height = QFontMetrics(name_font).height()
        above = QRect(room.left(), room.top(), room.width(), name_height)
        below = QRect(room.left(), above.bottom() + 3, room.width(), room.height() - name_height)
        painter.save()
        text_colour = option.palette.color(QPalette.ColorRole.Text)
        _draw_line(painter, above, name_font, text_colour, str(index.data() or ""))
        figures = str(index.data(_FIGURES) or "")
        _draw_line(painter, below, small_font, QColor(colours().muted), figures)
        painter.restore()


def _draw_line(painter: QPainter, room: QRect, font: QFont, colour: QColor, text: str) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    shown = QFontMetrics(font).elidedText(
        " ".join(text.split()), Qt.TextElideMode.ElideRight, room.width()
    )
    painter.drawText(
        room,
        int((Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop).value)
        | int(Qt.TextFlag.TextSingleLine.value),
        shown,
    )


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * TEXT_SCALE[TextRole.CAPTION])
    return small
