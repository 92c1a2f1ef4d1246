"""Text as it is: labels that never take what somebody wrote for markup.

Jokes, file names and error texts can look like HTML, and Qt's labels and tool tips guess. Every
text of the window goes through these instead.
"""

from __future__ import annotations

import html
import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from jokegen.ui.kit.theme import restyle
from jokegen.ui.kit.tokens import TextRole, Tone

_LONG_WORD = re.compile(r"\S{33,}")
_BREAK_HERE = "\u200b"  # zero-width space: shows nothing, lets a line end


def plain_tip(text: str) -> str:
    """`text` as a tool tip that shows these very characters, in lines of a readable length."""
    if not text:
        return ""
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'


def describe(widget: QWidget, name: str, accessible_name: str = "", tip: str = "") -> None:
    """Give `widget` its object name, what a screen reader says, and a plain-text tool tip."""
    widget.setObjectName(name)
    if accessible_name:
        widget.setAccessibleName(accessible_name)
    if tip:
        widget.setToolTip(plain_tip(tip))
        widget.setAccessibleDescription(tip)


class PlainLabel(QLabel):
    """A label for any text whatever; it wraps, and breaks words too long for a line."""

    def __init__(
        self,
        text: str = "",
        role: TextRole = TextRole.BODY,
        parent: QWidget | None = None,
        *,
        name: str = "",
        selectable: bool = False,
    ) -> None:
        super().__init__(parent)
        self._text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setObjectName(name)
        self.setProperty("textRole", role.value)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.setText(text)

    def text(self) -> str:
        """The text as it was given."""
        return self._text

    def setText(self, text: str) -> None:
        """Show `text` as it is."""
        self._text = text
        super().setText(_LONG_WORD.sub(lambda word: _BREAK_HERE.join(word[0]), text))
        self.setAccessibleName(text)

    def set_role(self, role: TextRole) -> None:
        """Change size, weight and colour to those of another role."""
        self.setProperty("textRole", role.value)
        restyle(self)

    def set_tone(self, tone: Tone | None) -> None:
        """Colour the text for good or bad news; None takes the colour of its role."""
        self.setProperty("tone", tone.value if tone else None)
        restyle(self)


class ElidedLabel(QLabel):
    """One line that shortens itself with “…”; the whole text is in the tool tip."""

    def __init__(
        self,
        text: str = "",
        role: TextRole = TextRole.BODY,
        parent: QWidget | None = None,
        *,
        name: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self.setProperty("textRole", role.value)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show `text` on one line (line breaks become spaces)."""
        super().setText(" ".join(text.split()))
        self.setToolTip(plain_tip(text))
        self.setAccessibleName(text)

    def shown_text(self) -> str:
        """What there is room for."""
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), self._mode, width)

    def minimumSizeHint(self) -> QSize:
        self.ensurePolished()
        few = self.fontMetrics().averageCharWidth() * 6
        return QSize(min(few, self.sizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int((self.alignment() | Qt.AlignmentFlag.AlignVCenter).value),
            self.palette(),
            self.isEnabled(),
            self.shown_text(),
            self.foregroundRole(),
        )
        painter.end()


class Badge(PlainLabel):
    """A word or two in a coloured pill, such as “Best” or “Recommended”."""

    def __init__(
        self, text: str, tone: Tone = Tone.INFO, parent: QWidget | None = None, *, name: str = ""
    ) -> None:
        super().__init__(text, TextRole.CAPTION, parent, name=name)
        self.setWordWrap(False)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.setProperty("tone", tone.value)


class Stat(QWidget):
    """One big number with a caption under it, such as “2,950 · jokes”."""

    def __init__(
        self, value: str = "–", caption: str = "", parent: QWidget | None = None, *, name: str = ""
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._value = PlainLabel(value, TextRole.DISPLAY, name=f"{name}_value")
        self._value.setWordWrap(False)
        self._caption = PlainLabel(caption, TextRole.CAPTION, name=f"{name}_caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._value)
        layout.addWidget(self._caption)
        self._say()

    def value(self) -> str:
        """The number as it is shown."""
        return self._value.text()

    def set_value(self, value: str) -> None:
        """Show another number."""
        self._value.setText(value)
        self._say()

    def set_caption(self, caption: str) -> None:
        """Show other words under the number."""
        self._caption.setText(caption)
        self._say()

    def _say(self) -> None:
        self.setAccessibleName(f"{self._caption.text()}: {self._value.text()}")
