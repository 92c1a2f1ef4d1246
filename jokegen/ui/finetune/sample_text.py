"""A joke that a model in training wrote: what it was given to begin with looks different."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QPalette, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QWidget

from jokegen.ui.doctor.differences import Mark, Piece
from jokegen.ui.doctor.marked_text import MarkedText
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import describe

NOTHING = "It ended at once, without a word."
_LONGEST = 4_000  # characters; text without an end would freeze the window while it is laid out


class SampleText(MarkedText):
    """Plain text of any kind, in its own direction; the prompt in bold and in the accent colour."""

    def __init__(self, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__([], parent, name=name)
        self._begin = ""

    def prompt(self) -> str:
        """The beginning that looks different."""
        return self._begin

    def show_joke(self, text: str, prompt: str) -> None:
        """Show another one; `prompt` counts where `text` begins with it."""
        if len(text) > _LONGEST:
            text = text[:_LONGEST].rstrip() + "…"
        begins = prompt.strip()
        self._begin = begins if begins and text.startswith(begins) else ""
        self._is_quiet = not text.strip()
        pieces = (self._begin, text[len(self._begin) :]) if text.strip() else ("", NOTHING)
        self._pieces = [Piece(_in_lines(piece), Mark.SAME) for piece in pieces]
        given = f"Begins with {self._begin}: " if self._begin else ""
        describe(self, self.objectName(), given + (text.strip() or NOTHING))
        self.updateGeometry()
        self.update()

    def _formats(self) -> list[QTextLayout.FormatRange]:
        if not self._begin:
            return []
        entry = QTextLayout.FormatRange()
        entry.start = 0
        entry.length = len(self._pieces[0].text.encode("utf-16-le", "surrogatepass")) // 2
        style = QTextCharFormat()
        style.setFontWeight(QFont.Weight.DemiBold)
        if self.isEnabled():
            style.setForeground(QColor(colours().accent_text))
        else:
            style.setForeground(self.palette().color(QPalette.ColorRole.Text))
        entry.format = style
        return [entry]


def _in_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\u2028")
