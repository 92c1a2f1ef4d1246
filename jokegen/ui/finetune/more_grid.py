"""Fields side by side in columns of equal width: as many columns as there is room for."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem


class FieldGrid(QLayout):
    """Rows of fields; a hidden one leaves no gap. Those of a row are level at their tops."""

    def __init__(self, column_width: int, most_columns: int, spacing: int) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)
        self._column_width, self._most_columns = column_width, most_columns
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def sizeHint(self) -> QSize:
        return QSize(self._column_width, self.minimumSize().height())

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, is_trial=False)

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        """Put the items into their places (or only see) and return the height of all rows."""
        items = [item for item in self._items if not item.isEmpty()]
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
