"""The bar at the foot of the Fine-tune tab: what would happen, and the button that starts it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.ui.finetune.line import Hairline
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole, Tone


class StartBar(QWidget):
    """Always in sight, however long the form above it is."""

    start_requested = Signal()

    def __init__(self, max_width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start_bar")
        self._words = PlainLabel("", TextRole.MUTED, name="start_words")
        self.button = Button(
            "Start fine-tuning",
            ButtonKind.PRIMARY,
            "finetune",
            name="start_run",
            tip="Lets the base model learn from your jokes. You can go on using Jokegen meanwhile.",
        )
        inside = QWidget()
        inside.setMaximumWidth(scaled(max_width))
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.L)
        row.addWidget(self._words, 1)
        row.addWidget(self.button)
        self._row = QHBoxLayout()
        self._row.addStretch(1)
        self._row.addWidget(inside, 1000)
        self._row.addStretch(1)
        self.leave_room(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Hairline())
        layout.addLayout(self._row)
        self.button.clicked.connect(self.start_requested)

    def leave_room(self, width: int) -> None:
        """Keep in line with a page that has a scroll bar of `width` at its right."""
        self._row.setContentsMargins(Space.XL, Space.M, Space.XL + width, Space.M)

    def words(self) -> str:
        """What stands beside the button."""
        return self._words.text()

    def show_plan(self, plan: str) -> None:
        """The button can be pressed, and this is what it would do."""
        self._words.set_tone(None)
        self._words.setText(plan)
        self.button.setEnabled(True)

    def show_blocked(self, reason: str) -> None:
        """The button cannot be pressed, and this is why."""
        self._words.set_tone(Tone.WARNING)
        self._words.setText(reason)
        self.button.setEnabled(False)
