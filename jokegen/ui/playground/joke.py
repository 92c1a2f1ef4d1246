"""One joke: it grows while it is written, then it can be copied."""

from __future__ import annotations

import re
from enum import Enum

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.playground.copying import CopyIconButton

_WAITING = "…"
_NOTHING = "(It ended at once, without a word.)"
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")

_SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


class JokeState(Enum):
    """How far a joke is."""

    WRITING = "writing"
    FINISHED = "finished"  # the language model ended it itself
    CUT = "cut"  # it reached the most it may write
    STOPPED = "stopped"  # somebody or something ended the writing


class JokeRow(QWidget):
    """A joke with its copy button and, where its end needs a word, a note."""

    def __init__(
        self, parent: QWidget | None = None, *, is_first: bool = False, name: str = ""
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.state = JokeState.WRITING
        self._text = ""
        self.is_first = is_first
        self._label = PlainLabel(_WAITING, TextRole.MUTED, name=f"{name}_text")
        self._note: PlainLabel | None = None  # made when needed: there are hundreds of jokes
        self.copy_button = CopyIconButton("Copy this joke", name=f"{name}_copy")
        policy = self.copy_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.copy_button.setSizePolicy(policy)
        self.copy_button.hide()
        words = self._words = QVBoxLayout()
        words.setContentsMargins(0, Space.XS, 0, Space.XS)
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self._label)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, Space.XS, 0, Space.XS)
        layout.setSpacing(Space.M)
        layout.addLayout(words, 1)
        layout.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        self.copy_button.clicked.connect(self._on_copy_clicked)

    def text(self) -> str:
        """The joke as far as it is written."""
        return self._text

    def note(self) -> str:
        """What is said about its end, "" if there is nothing to say."""
        return self._note.text() if self._note else ""

    def add_text(self, text: str) -> None:
        """Let it grow."""
        if self.state is JokeState.WRITING and text:
            self._show(self._text + text)

    def finish(self, text: str, *, has_ended: bool) -> None:
        """Show the whole joke in the place of what was streamed."""
        if has_ended:
            self._end(JokeState.FINISHED, text, "")
        else:
            what = "sentence" if _SENTENCE_END.search(text) else "word"
            note = f"It reached the most it may write: cut at its last whole {what}."
            self._end(JokeState.CUT, text, note)

    def stop(self) -> None:
        """Mark it as unfinished; no effect on a joke that is finished."""
        if self.state is JokeState.WRITING:
            self._end(JokeState.STOPPED, self._text, "Stopped before its end.")

    def _end(self, state: JokeState, text: str, note: str) -> None:
        self.state = state
        self._show(text)
        if note:
            self._note = PlainLabel(note, TextRole.CAPTION, name=f"{self.objectName()}_note")
            self._words.insertWidget(self._words.count() - 1, self._note)
            self._note.show()  # Qt would do so later, after the row has been measured
        self.copy_button.setVisible(bool(text))
        if self.underMouse():
            self._make_selectable()

    def _make_selectable(self) -> None:
        """Only where the mouse is: it makes a label several times slower to lay out."""
        if self.state is not JokeState.WRITING and self._text:
            self._label.setTextInteractionFlags(_SELECTABLE)

    def _show(self, text: str) -> None:
        if bool(text) != bool(self._text):
            self._label.set_role(TextRole.BODY if text else TextRole.MUTED)
        self._text = text
        is_waiting = self.state is JokeState.WRITING
        self._label.setText(text or (_WAITING if is_waiting else _NOTHING))

    @Slot()
    def _on_copy_clicked(self) -> None:
        self.copy_button.copy(self._text)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._make_selectable()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.is_first:
            return
        painter = QPainter(self)
        painter.setPen(QColor(colours().border))
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()
