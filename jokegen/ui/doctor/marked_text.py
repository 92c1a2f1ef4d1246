"""A joke as plain text, whatever it looks like, with marks behind what was removed or added."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from jokegen.ui.doctor.differences import Mark, Piece
from jokegen.ui.kit.icons import colours

_LINE_BREAK = "\u2028"  # what Qt's text layout takes for one


class MarkedText(QWidget):
    """Wrapped text with some pieces marked: removed ones struck out, added ones underlined.

    The marks do not rely on colour alone. `is_quiet` draws the rest in the colour of captions.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        parent: QWidget | None = None,
        *,
        name: str = "",
        is_quiet: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._pieces = [Piece(_in_one_paragraph(piece.text), piece.mark) for piece in pieces]
        self._is_quiet = is_quiet
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def text(self) -> str:
        """All that is shown."""
        return "".join(piece.text for piece in self._pieces).replace(_LINE_BREAK, "\n")

    def marked(self, mark: Mark) -> list[str]:
        """The pieces with this mark."""
        return [piece.text for piece in self._pieces if piece.mark is mark and piece.text]

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._lay_out(width).boundingRect().height() + 0.5)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().averageCharWidth() * 40
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 8, self.fontMetrics().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
        if event.type() is QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = colours()
        painter.setPen(QColor(look.muted if self._is_quiet else look.text))
        self._lay_out(self.width()).draw(painter, QPointF(0, 0))
        painter.end()

    def _lay_out(self, width: int) -> QTextLayout:
        layout = QTextLayout("".join(piece.text for piece in self._pieces), self.font())
        layout.setTextOption(self._option())
        layout.setFormats(self._formats())
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout

    def _option(self) -> QTextOption:
        """Each text in its own direction; words too long for a line are broken."""
        text = "".join(piece.text for piece in self._pieces)
        is_right_to_left = is_written_right_to_left(text)
        edge = Qt.AlignmentFlag.AlignRight if is_right_to_left else Qt.AlignmentFlag.AlignLeft
        option = QTextOption(edge | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(
            Qt.LayoutDirection.RightToLeft if is_right_to_left else Qt.LayoutDirection.LeftToRight
        )
        return option

    def _formats(self) -> list[QTextLayout.FormatRange]:
        look = colours()
        made: list[QTextLayout.FormatRange] = []
        start = 0
        for piece in self._pieces:
            length = _units(piece.text)
            if piece.mark is not Mark.SAME:
                entry = QTextLayout.FormatRange()
                entry.start, entry.length = start, length
                if piece.mark is Mark.REMOVED:
                    entry.format = _format(piece, look.danger, look.danger_soft)
                else:
                    entry.format = _format(piece, look.success, look.success_soft)
                made.append(entry)
            start += length
        return made


def _format(piece: Piece, ink: str, ground: str) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(QColor(ink))
    style.setBackground(QColor(ground))
    # A line through a dot that stands for a blank would hide the dot.
    is_sign = not any(map(str.isalnum, piece.text)) or piece.text.startswith("‹")
    style.setFontStrikeOut(piece.mark is Mark.REMOVED and not is_sign)
    style.setFontUnderline(piece.mark is Mark.ADDED)
    return style


def is_written_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction has that one."""
    for letter in text:
        if (direction := unicodedata.bidirectional(letter)) in ("L", "R", "AL"):
            return direction != "L"
    return False


def _in_one_paragraph(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", _LINE_BREAK)


def _units(text: str) -> int:
    """The length of `text` as Qt counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
