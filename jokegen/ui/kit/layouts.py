"""The one layout of our own: a column that knows what to do with height to spare."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget


class BodyColumn(QVBoxLayout):
    """Something on top, then `body`; spare height goes to `body` if it can use it.

    Otherwise it stays empty at the end. Qt's own column would deal it out among the labels, and
    tear apart what belongs together.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout()

    def add_body(self) -> None:
        """Add the body and the empty end, after what goes on top."""
        self.addLayout(self.body)
        self.addStretch(0)

    def expandingDirections(self) -> Qt.Orientation:
        return self.body.expandingDirections()

    def setGeometry(self, rect: QRect) -> None:
        wanted = 1 if self.body.expandingDirections() & Qt.Orientation.Vertical else 0
        if self.stretch(self.indexOf(self.body)) != wanted:
            self.setStretchFactor(self.body, wanted)
        super().setGeometry(rect)
