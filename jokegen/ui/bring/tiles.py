"""The ways to bring jokes as a row of tiles, each with its icon, its name and what it is for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from jokegen.ui.bring.ways import Way
from jokegen.ui.kit.buttons import PressCard
from jokegen.ui.kit.icons import IconLabel, colours
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Radius, Space, TextRole

_NARROWEST = 164  # pixels that the words of a tile need at the usual font size


class WayTile(PressCard):
    """One way, as a card that can be pressed with mouse, Space or Enter."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        describe(self, f"start_{way.value}", way.title, way.tip)
        icon = IconLabel(way.icon, "accent_text", scaled(20))
        title = PlainLabel(way.title, TextRole.STRONG)
        caption = self._caption = PlainLabel(way.caption, TextRole.CAPTION)
        for label in (title, caption):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(title)
        words.addWidget(caption)
        layout = self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        layout.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        layout.setSpacing(Space.S)
        layout.addWidget(icon)
        layout.addLayout(words, 1)

    def set_compact(self, is_compact: bool) -> None:
        """Show no more than icon and name, side by side, where there is little room."""
        self._caption.setHidden(is_compact)
        kinds = QBoxLayout.Direction
        self._layout.setDirection(kinds.LeftToRight if is_compact else kinds.TopToBottom)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_lit = self.isEnabled() and (self.underMouse() or self.isDown())
        edge = look.focus if self.hasFocus() else look.control_border if is_lit else look.border
        ground = look.accent_soft if self.isDown() else look.window if is_lit else look.raised
        painter.setPen(QPen(QColor(edge), 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), Radius.M, Radius.M)
        painter.end()


class WayTiles(QWidget):
    """Tiles side by side, in as many rows as there must be; `way_chosen` carries a `Way`."""

    way_chosen = Signal(object)

    def __init__(self, ways: Sequence[Way]) -> None:
        super().__init__()
        self.setObjectName("start_ways")
        self._rows = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.M)
        self.tiles = [WayTile(way) for way in ways]
        for tile in self.tiles:
            tile.clicked.connect(self._on_clicked)
        self._arrange(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fitting = (self.width() + Space.M) // (scaled(_NARROWEST) + Space.M)
        self._arrange(-(-len(self.tiles) // max(1, fitting)))

    def _arrange(self, rows: int) -> None:
        """Share the tiles out; a row with fewer of them has wider ones, and none has a gap."""
        if rows == self._rows:
            return
        self._rows = rows
        most = -(-len(self.tiles) // rows)
        lines = [self.tiles[at : at + most] for at in range(0, len(self.tiles), most)]
        columns = math.lcm(*map(len, lines))
        for number, line in enumerate(lines):
            span = columns // len(line)
            for place, tile in enumerate(line):
                tile.set_compact(rows > 1)
                self._grid.addWidget(tile, number, place * span, 1, span)
        for column in range(max(columns, self._grid.columnCount())):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    @Slot()
    def _on_clicked(self) -> None:
        tile = self.sender()
        if isinstance(tile, WayTile):
            self.way_chosen.emit(tile.way)
