"""The pane under the table in which one joke can be read as a whole and changed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from jokegen.ui.joke_table.model import State
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import ElidedLabel, describe, plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole


class JokeEditor(QWidget):
    """Shows the joke that is chosen; `text_saved` carries its new text."""

    text_saved = Signal(str)
    remove_requested = Signal()
    restore_requested = Signal()
    left = Signal()  # Escape: back to the table

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._text = ""
        self.edit = QPlainTextEdit()
        describe(
            self.edit, f"{name}_text", "The joke", "The whole joke. Change it here if you like."
        )
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(scaled(76))
        self._was = ElidedLabel("", TextRole.CAPTION, name=f"{name}_was")
        self.save_button = Button(
            "Save the change", ButtonKind.SECONDARY, "check", name=f"{name}_save",
            tip="Keeps the joke as it is written here (Ctrl+Enter).",
        )  # fmt: skip
        self.remove_button = Button(
            "Remove", ButtonKind.QUIET, "trash", name=f"{name}_remove",
            tip="Leaves out the jokes that are chosen (Delete). They can be restored.",
        )  # fmt: skip
        self.restore_button = Button(
            "Restore", ButtonKind.QUIET, "refresh", name=f"{name}_restore",
            tip="Takes back what you did to the chosen jokes, and keeps those left out.",
        )  # fmt: skip
        self.edit.textChanged.connect(self._on_text_changed)
        self.edit.installEventFilter(self)
        self.save_button.clicked.connect(self._on_save_wanted)
        self.remove_button.clicked.connect(self.remove_requested)
        self.restore_button.clicked.connect(self.restore_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self._was, 1)
        buttons.addWidget(self.restore_button)
        buttons.addWidget(self.remove_button)
        buttons.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.edit)
        layout.addLayout(buttons)
        self.show_nothing()

    def show_joke(self, text: str, before: str, state: State, chosen: int) -> None:
        """Show a joke; `chosen` is how many are chosen in the table."""
        self._text = text
        self.edit.blockSignals(True)
        self.edit.setPlainText(text)
        self.edit.blockSignals(False)
        self.edit.setEnabled(chosen == 1)
        was = " ".join(before.split())
        self._was.setText(f"It was: {was}" if was else "")
        self._was.setToolTip(plain_tip(before))
        self.save_button.setEnabled(False)
        self.remove_button.setEnabled(state is not State.LEFT_OUT or chosen > 1)
        self.restore_button.setEnabled(state is not State.PLAIN or chosen > 1)

    def show_nothing(self) -> None:
        """No joke is chosen."""
        self.show_joke("", "", State.PLAIN, 0)
        self.remove_button.setEnabled(False)
        self.restore_button.setEnabled(False)

    def begin(self) -> None:
        """Put the cursor into the joke."""
        if self.edit.isEnabled():
            self.edit.setFocus()
            self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)

    @property
    def is_changed(self) -> bool:
        return self.edit.toPlainText() != self._text

    def eventFilter(self, watched: object, event: object) -> bool:
        if watched is self.edit and isinstance(event, QKeyEvent):
            if event.type() is QKeyEvent.Type.KeyPress:
                is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
                if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    self._on_save_wanted()
                    return True
                if event.key() == Qt.Key.Key_Escape:
                    self.edit.setPlainText(self._text)
                    self.left.emit()
                    return True
        return False

    @Slot()
    def _on_text_changed(self) -> None:
        self.save_button.setEnabled(self.is_changed and bool(self.edit.toPlainText().strip()))

    @Slot()
    def _on_save_wanted(self) -> None:
        if self.is_changed and self.edit.toPlainText().strip():
            self._text = self.edit.toPlainText()
            self.save_button.setEnabled(False)
            self.text_saved.emit(self._text)
