"""The line above the findings: what will be saved, undo and redo, and all that is safe at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.ui.kit.buttons import Button, IconButton
from jokegen.ui.kit.feedback import SlimBar
from jokegen.ui.kit.labels import ElidedLabel, PlainLabel, describe
from jokegen.ui.kit.tokens import Space, TextRole


class DoctorHeader(QWidget):
    """Says how it stands; `set_busy` shows a thin line for which room is always kept."""

    undo_wanted = Signal()
    redo_wanted = Signal()
    safe_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("doctor_header")
        self._outlook = ElidedLabel("", TextRole.STRONG, name="doctor_outlook")
        self._state = PlainLabel("", TextRole.CAPTION, name="doctor_state")
        self._state.setWordWrap(False)
        self.undo_button = IconButton("undo", "Undo", name="doctor_undo", role="text")
        self.redo_button = IconButton("redo", "Redo", name="doctor_redo", role="text")
        self.safe_button = Button("Fix all that is safe", icon_name="sparkle", name="doctor_safe")
        self._bar = SlimBar()
        describe(self._bar, "doctor_busy", "Looking through the jokes")
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        self._bar.setFixedHeight(3)
        self._bar.set_fraction(None)
        self._bar.hide()
        self.undo_button.clicked.connect(self.undo_wanted)
        self.redo_button.clicked.connect(self.redo_wanted)
        self.safe_button.clicked.connect(self.safe_wanted)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self._outlook, 1)
        line.addWidget(self._state)
        line.addSpacing(Space.XS)
        line.addWidget(self.undo_button)
        line.addWidget(self.redo_button)
        line.addWidget(self.safe_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addLayout(line)
        layout.addWidget(self._bar)

    def show_outlook(self, text: str) -> None:
        """Say what would be saved now."""
        self._outlook.setText(text)

    def show_history(self, undo_what: str, redo_what: str) -> None:
        """Say what can be undone and done again; "" where there is nothing."""
        for button, word, what in (
            (self.undo_button, "Undo", undo_what),
            (self.redo_button, "Redo", redo_what),
        ):
            button.setEnabled(bool(what))
            tip = f"{word}: {what}" if what else f"There is nothing to {word.lower()}"
            describe(button, button.objectName(), word, tip)

    def show_safe(self, titles: Sequence[str]) -> None:
        """Say what would be fixed at one go; nothing disables the button."""
        self.safe_button.setEnabled(bool(titles))
        tip = "Nothing is left that can be fixed without a look at it."
        if titles:
            tip = f"Fixes at one go what needs no second look: {', '.join(titles)}."
        describe(self.safe_button, "doctor_safe", "Fix all that is safe", tip)

    def set_busy(self, is_busy: bool, *, is_again: bool) -> None:
        """Show that the jokes are being looked through, perhaps once more."""
        self._bar.setVisible(is_busy)
        self._state.setText("Looking again…" if is_busy and is_again else "")
