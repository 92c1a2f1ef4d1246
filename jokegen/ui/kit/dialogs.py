"""Questions to the person, asked without stopping the program.

`exec()` would run a second event loop inside the first and hold up jobs that report; these dialogs
are opened, and the answer comes as a signal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole


@dataclass(frozen=True)
class Answer:
    """One button of a question. The first answer of a question is what Escape means."""

    key: str
    text: str
    kind: ButtonKind = ButtonKind.SECONDARY


class AskDialog(QDialog):
    """A question with its answers as buttons; `answered` carries the key of the one chosen."""

    answered = Signal(str)

    def __init__(
        self, parent: QWidget | None, title: str, text: str, answers: Sequence[Answer]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("ask_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._key = answers[0].key
        self.setMinimumWidth(scaled(420))
        buttons = self._row = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        self.buttons: dict[str, Button] = {}
        for answer in answers:
            button = Button(answer.text, answer.kind, name=f"answer_{answer.key}")
            button.clicked.connect(self._on_clicked)
            self.buttons[answer.key] = button
            buttons.addWidget(button)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        layout.setSpacing(Space.S)
        layout.addWidget(PlainLabel(title, TextRole.TITLE, name="ask_title"))
        layout.addWidget(PlainLabel(text, TextRole.BODY, name="ask_text", selectable=True))
        layout.addSpacing(Space.L)
        layout.addLayout(buttons)
        self.buttons[answers[0].key].setFocus()
        self.finished.connect(self._on_finished)

    def showEvent(self, event: QShowEvent) -> None:
        # A wrapped text knows how high it is only once its width is known.
        # A button says of itself that it may be narrower than its words.
        width = max(self.width(), self.minimumWidth(), self._row.sizeHint().width() + 2 * Space.XL)
        self.resize(width, self._layout.totalHeightForWidth(width))
        super().showEvent(event)

    @Slot()
    def _on_clicked(self) -> None:
        pressed = self.sender()
        self._key = next(key for key, button in self.buttons.items() if button is pressed)
        self.accept()

    @Slot()
    def _on_finished(self) -> None:
        self.answered.emit(self._key)


def ask(
    parent: QWidget | None,
    title: str,
    text: str,
    answers: Sequence[Answer],
    on_answer: Callable[[str], object],
) -> AskDialog:
    """Open a question over the window and return at once; `on_answer` gets the answer's key.

    The first answer is the careful one: it has the focus, and Escape or closing means it.
    """
    dialog = AskDialog(parent, title, text, answers)
    dialog.answered.connect(on_answer)
    dialog.open()
    return dialog
