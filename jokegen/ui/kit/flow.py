"""Things beside each other, in as many rows as the width asks for."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize

from jokegen.ui.kit.rows import RowsLayout


class FlowLayout(RowsLayout):
    """Rows from left to right: items as wide as they want, but for the width, and equally high."""

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(QSize(0, item.minimumSize().height()))
        return size

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        """Put the items into their places (or only see) and return the height of all rows."""
        items = [(item, item.sizeHint()) for item in self._shown()]
        height = max((size.height() for _, size in items), default=0)
        x, y = rect.x(), rect.y()
        for item, size in items:
            width = min(size.width(), rect.width())
            if x > rect.x() and x + width > rect.right() + 1:
                x, y = rect.x(), y + height + self.spacing()
            if not is_trial:
                item.setGeometry(QRect(x, y, width, height))
            x += width + self.spacing()
        return y + height - rect.y()
