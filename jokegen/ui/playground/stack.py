"""A column of widgets for when there are hundreds of them and a few grow all the time.

Qt's box layout makes everything under it forget its height when one widget changes. This one only
asks again, and whatever has not changed still knows the answer.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class Stack(QWidget):
    """Widgets one under the other, each as wide as the stack and as high as its text needs."""

    def __init__(self, spacing: int = 0, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._spacing = spacing
        self._widgets: list[QWidget] = []

    def insert(self, index: int, widget: QWidget) -> None:
        """Put a widget at that place, counted from the top."""
        widget.setParent(self)
        self._widgets.insert(index, widget)
        widget.show()
        self._on_heights_changed()

    def remove(self, widget: QWidget) -> None:
        """Take a widget away for good."""
        self._widgets.remove(widget)
        widget.hide()
        widget.deleteLater()
        self._on_heights_changed()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        gaps = self._spacing * max(0, len(self._widgets) - 1)
        return sum(_height(widget, width) for widget in self._widgets) + gaps

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:  # one of the widgets has changed
            self._on_heights_changed()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_heights_changed()

    def _on_heights_changed(self) -> None:
        self.updateGeometry()
        self._place()

    def _place(self) -> None:
        width, top = self.width(), 0
        for widget in self._widgets:
            height = _height(widget, width)
            widget.setGeometry(0, top, width, height)
            top += height + self._spacing


def _height(widget: QWidget, width: int) -> int:
    height = widget.heightForWidth(width)
    return height if height >= 0 else widget.sizeHint().height()
