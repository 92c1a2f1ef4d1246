"""Files and links dropped on the page: which ones they are, and a frame that shows where to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from jokegen.ui.bring.links import only_link
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.tokens import Radius, Space


def dropped_files(data: QMimeData) -> list[Path]:
    """The files and folders of this computer among what is dragged or copied."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def dropped_links(data: QMimeData) -> list[str]:
    """The https addresses among what is dragged or copied, in their order."""
    links = [
        bytes(url.toEncoded().data()).decode("ascii")
        for url in data.urls()
        if url.scheme() == "https" and url.host()
    ]
    if not data.urls() and data.hasText():
        links = [only_link(data.text())]
    return list(dict.fromkeys(filter(None, links)))


class DropFrame(QWidget):
    """Lies over the whole page while files or a link are held above it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dataset_drop_frame")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = _words([], [])
        self.hide()

    def cover(self, data: QMimeData | None = None) -> None:
        """Show over everything else, with words that fit what is dragged.

        The parent keeps it as large as itself.
        """
        if data is not None:
            self._words = _words(dropped_files(data), dropped_links(data))
        self.raise_()
        self.show()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

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
        painter.drawText(frame, int(Qt.AlignmentFlag.AlignCenter.value), self._words)
        painter.end()


def _words(files: list[Path], links: list[str]) -> str:
    if len(files) > 1:
        return f"Drop all {len(files):,} to look inside, as one pile of jokes"
    if links and not files:
        return "Drop the link to fetch the jokes behind it"
    return "Drop it to look inside"
