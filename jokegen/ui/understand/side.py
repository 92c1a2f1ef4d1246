"""The side of the section: groups of controls under headings, which scroll by themselves."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_WIDTH = 324


class Group(QWidget):
    """A heading with something small at its right end, and what belongs to it in `body`."""

    def __init__(self, title: str, *, name: str) -> None:
        super().__init__()
        describe(self, name, title)
        self.title = PlainLabel(title, TextRole.TITLE, name=f"{name}_title")
        self._header = QHBoxLayout()
        self._header.setSpacing(Space.S)
        self._header.addWidget(self.title, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addLayout(self._header)
        layout.addLayout(self.body)

    def add_to_header(self, widget: QWidget) -> None:
        """Put a small control at the right end of the heading."""
        self._header.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)


class Side(Card):
    """A card as high as the section; its content scrolls up and down only."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)
        content = QWidget()
        content.setObjectName("page_content")
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(Space.L, Space.L, Space.M, Space.L)
        self._column.setSpacing(Space.XL)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setObjectName(f"{name}_area")
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setMinimumHeight(scaled(120))
        self.area.setWidget(content)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(1, 1, 3, 1)
        self.body.addWidget(self.area)
        self.setFixedWidth(scaled(_WIDTH))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.setFixedWidth(scaled(_WIDTH))

    def add(self, widget: QWidget) -> None:
        """Put something under what is there."""
        self._column.insertWidget(self._column.count() - 1, widget)

    def show_widget(self, widget: QWidget) -> None:
        """Scroll until `widget` can be seen."""
        self.area.ensureWidgetVisible(widget, 0, Space.XL)
