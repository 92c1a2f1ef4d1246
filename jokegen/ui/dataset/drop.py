"""Files dropped on the page: which ones they are, and a frame that shows where they may fall."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.tokens import Radius, Space


def dropped_files(data: QMimeData) -> list[Path]:
    """The files and folders of this computer among what is dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class DropFrame(QWidget):
    """Lies over the whole page while a file is held above it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dataset_drop_frame")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Show over everything else; the parent keeps it as large as itself."""
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(look.window))
        painter.setBrush(QColor(look.accent_soft))
        painter.setPen(QPen(QColor(look.focus), 2))
        frame = QRectF(self.rect()).adjusted(Space.S, Space.S, -Space.S, -Space.S)
        painter.drawRoundedRect(frame, Radius.L, Radius.L)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(look.accent_text))
        painter.drawText(frame, int(Qt.AlignmentFlag.AlignCenter.value), "Drop it to look inside")
        painter.end()
