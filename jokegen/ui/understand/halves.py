"""How the height of the section is divided between the first jokes and the table."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from jokegen.ui.kit.tokens import Space
from jokegen.ui.understand.first_jokes import FirstJokes

_TOP_SHARE = 0.4  # of the height, at most, for the first jokes


class Halves(QSplitter):
    """The first jokes above the table; they get what they need, but leave most to the table.

    Where a person drags the border, it stays in its place.
    """

    def __init__(self, first_jokes: FirstJokes, below: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setObjectName("read_splitter")
        self._first_jokes = first_jokes
        self._is_split_by_hand = False
        self.setChildrenCollapsible(False)
        self.setHandleWidth(Space.M)
        self.addWidget(first_jokes)
        self.addWidget(below)
        self.setStretchFactor(1, 1)
        self.splitterMoved.connect(self._on_moved)

    def split(self) -> None:
        """Divide the height anew."""
        if self._is_split_by_hand:
            return
        wanted = self._first_jokes.wanted_height(self.width())
        top = min(wanted, round(self.height() * _TOP_SHARE))
        self.setSizes([top, max(1, self.height() - top - self.handleWidth())])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.split()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.split()

    @Slot()
    def _on_moved(self) -> None:
        self._is_split_by_hand = True
