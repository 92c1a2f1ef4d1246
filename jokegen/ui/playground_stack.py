"""A column of widgets that measures only what has changed.

Qt's box layout asks every widget in it for its height again when one of them changes. With
hundreds of jokes of which a few grow twenty times a second, that is what would take the time.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_STYLE_EVENTS = (QEvent.Type.FontChange, QEvent.Type.StyleChange)


class Stack(QWidget):
    """Widgets one under the other, each as wide as the stack and as high as its text needs.

    Whoever changes one of them tells the stack with `remeasure`.
    """

    def __init__(self, spacing: int = 0, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._spacing = spacing
        self._widgets: list[QWidget] = []
        self._heights: dict[QWidget, int] = {}  # at the width below
        self._measured_width = -1

    def insert(self, index: int, widget: QWidget) -> None:
        """Put a widget at that place, counted from the top."""
        widget.setParent(self)
        self._widgets.insert(index, widget)
        widget.show()
        self.remeasure(widget)

    def remove(self, widget: QWidget) -> None:
        """Take a widget away for good."""
        self._widgets.remove(widget)
        self._heights.pop(widget, None)
        widget.hide()
        widget.deleteLater()
        self.remeasure()

    def remeasure(self, *widgets: QWidget) -> None:
        """These have changed: place them, and what is under them, anew."""
        for widget in widgets:
            self._heights.pop(widget, None)
        self.updateGeometry()
        self._place()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width != self._measured_width:
            self._heights.clear()
            self._measured_width = width
        for widget in self._widgets:
            if widget not in self._heights:
                height = widget.heightForWidth(width)
                self._heights[widget] = height if height >= 0 else widget.sizeHint().height()
        gaps = self._spacing * max(0, len(self._widgets) - 1)
        return sum(self._heights.values()) + gaps

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != self.width():
            self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in _STYLE_EVENTS:
            self._measured_width = -1
            self.updateGeometry()
            self._place()

    def _place(self) -> None:
        self.heightForWidth(self.width())
        top = 0
        for widget in self._widgets:
            height = self._heights[widget]
            widget.setGeometry(0, top, self.width(), height)
            top += height + self._spacing
