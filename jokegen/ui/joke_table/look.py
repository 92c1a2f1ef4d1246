"""How the column of jokes stands out in a table: its cells, and its name above them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.theme import scaled

Index = QModelIndex | QPersistentModelIndex

_PADDING = 11  # pixels beside a text, as the style sheet has it for cells and names
_TINT = 90  # of 255: between the page and what is selected


class JokeCells(QStyledItemDelegate):
    """Draws the jokes as text upon a tint, and what stands beside them more quietly."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._joke_column = 0

    def set_joke_column(self, column: int) -> None:
        self._joke_column = column

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight
        if index.column() != self._joke_column:
            option.palette.setColor(QPalette.ColorRole.Text, QColor(colours().muted))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.column() == self._joke_column:
            tint = QColor(colours().accent_soft)
            tint.setAlpha(_TINT)
            painter.fillRect(option.rect, tint)
        super().paint(painter, option, index)


class JokeHeader(QHeaderView):
    """The names of the columns; that of the jokes is underlined and in the accent's colour."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._joke_column = 0
        self.setObjectName("column_names")
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHighlightSections(False)
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(scaled(48))

    def set_joke_column(self, column: int) -> None:
        self._joke_column = column
        self.viewport().update()

    def sectionSizeFromContents(self, section: int) -> QSize:
        size = super().sectionSizeFromContents(section)
        return QSize(size.width() + scaled(8), size.height())

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rect, section)
        painter.restore()
        if section != self._joke_column or not rect.isValid():
            return
        look = colours()
        painter.save()
        painter.fillRect(rect, QColor(look.accent_soft))
        line = scaled(2)
        painter.fillRect(
            QRect(rect.left(), rect.bottom() + 1 - line, rect.width(), line), QColor(look.accent)
        )
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(look.accent_text))
        room = rect.adjusted(_PADDING, 0, -_PADDING, -line)
        name = str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")
        name = " ".join(name.split())
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        self.style().drawItemText(
            painter,
            room,
            int((Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value),
            self.palette(),
            True,
            shown,
        )
        painter.restore()


class RowNumbers(QHeaderView):
    """The numbers of the rows: quiet, right-aligned, upon the ground of their row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setObjectName("row_numbers")
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setHighlightSections(False)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        if not rect.isValid():
            return
        look = colours()
        painter.save()
        painter.fillRect(rect, QColor(look.window if section % 2 else look.surface))
        painter.setPen(QColor(look.muted))
        painter.drawText(
            rect.adjusted(0, 0, -_PADDING, 0),
            int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value),
            f"{section + 1:,}",
        )
        painter.restore()
