"""Fields side by side in columns of equal width: as many columns as there is room for."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QLayoutItem

from jokegen.ui.kit.rows import RowsLayout


class FieldGrid(RowsLayout):
    """Rows of fields; a hidden one leaves no gap. Those of a row are level at their tops."""

    def __init__(self, column_width: int, most_columns: int, spacing: int) -> None:
        super().__init__(spacing)
        self._column_width, self._most_columns = column_width, most_columns

    def sizeHint(self) -> QSize:
        return QSize(self._column_width, self.minimumSize().height())

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        """Put the items into their places (or only see) and return the height of all rows."""
        items = self._shown()
        if not items:
            return 0
        gap = self.spacing()
        fitting = (rect.width() + gap) // (self._column_width + gap)
        columns = max(1, min(self._most_columns, fitting))
        width = (rect.width() - (columns - 1) * gap) // columns
        y = rect.y()
        for start in range(0, len(items), columns):
            row = items[start : start + columns]
            heights = [_height(item, width) for item in row]
            if not is_trial:
                for column, (item, height) in enumerate(zip(row, heights, strict=True)):
                    left = rect.x() + column * (width + gap)
                    item.setGeometry(QRect(left, y, width, height))
            y += max(heights) + gap
        return y - gap - rect.y()


def _height(item: QLayoutItem, width: int) -> int:
    if item.hasHeightForWidth():
        return item.heightForWidth(width)
    return item.sizeHint().height()
