"""The pane under the table in which one joke can be read as a whole, and changed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.labels import ElidedLabel, describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_LINES = 3
# The keyboard is only lent to a menu or another window: one has not left the joke.
_NOT_GONE = (
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
)
_PARAGRAPH = "\u2029"  # how Qt's documents part lines


class JokeEditor(QWidget):
    """Shows one joke; `text_saved` carries its new text, also when a person goes elsewhere.

    `left` tells that one goes back to the table, `closed` that the pane is not needed any more.
    """

    text_saved = Signal(str)
    left = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._line_end = "\n"
        self.original = ""  # the joke that is shown
        self._shown = ""  # the same as Qt gives it back, if nobody changes it
        self.edit = QPlainTextEdit()
        describe(
            self.edit, f"{name}_text", "The joke",
            "The whole joke. Ctrl+Enter keeps what you changed, Escape gives it up.",
        )  # fmt: skip
        self.edit.setTabChangesFocus(True)
        self._line = QWidget()  # what the joke was, and the buttons
        self._was = ElidedLabel("", TextRole.CAPTION, name=f"{name}_was")
        self.save_button = Button(
            "Keep the change", ButtonKind.SECONDARY, "check", name=f"{name}_save",
            tip="Keeps the joke as it is written here (Ctrl+Enter).",
        )  # fmt: skip
        self.cancel_button = Button(
            "Give up", ButtonKind.QUIET, name=f"{name}_cancel",
            tip="Puts the joke back as it was (Escape).",
        )  # fmt: skip
        self.close_button = IconButton("close", "Close this joke (Escape)", name=f"{name}_close")
        self.edit.textChanged.connect(self._on_text_changed)
        self.edit.installEventFilter(self)
        for button in (self.save_button, self.cancel_button):
            # The keyboard stays in the joke, where their keys work: leaving it keeps the change.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.save_button.clicked.connect(self._on_save_wanted)
        self.cancel_button.clicked.connect(self._on_cancel_wanted)
        self.close_button.clicked.connect(self._on_close_wanted)
        self._arrange()
        self.show_nothing()

    def set_editable(self, can_edit: bool) -> None:
        """Whether jokes are changed here, or only read."""
        self._line.setVisible(can_edit)

    def show_joke(self, text: str, *, can_edit: bool) -> None:
        """Show a joke."""
        self.original = text
        self._line_end = "\r\n" if "\r\n" in text else "\n"
        blocked = self.edit.blockSignals(True)
        self.edit.setPlainText(text)
        self.edit.blockSignals(blocked)
        self._shown = self._raw_text()
        self.edit.setReadOnly(not can_edit)
        self.edit.setEnabled(True)
        self.show_before("")
        self._show_buttons()

    def show_before(self, before: str) -> None:
        """Say what the joke was before; "" if it is as it was."""
        self._was.setText(f"It was: {before}" if before else "")

    def show_nothing(self, why: str = "") -> None:
        """No joke, or several, are chosen."""
        self.show_joke("", can_edit=False)
        self.edit.setEnabled(False)
        self._was.setText(why)

    def begin(self) -> None:
        """Put the cursor behind the joke."""
        self.edit.setFocus()
        self.edit.moveCursor(QTextCursor.MoveOperation.End)

    @property
    def is_changed(self) -> bool:
        """Whether somebody changed the text that is shown."""
        return not self.edit.isReadOnly() and self._raw_text() != self._shown

    def text(self) -> str:
        """The text as it stands here."""
        # Not `toPlainText`, which makes ordinary blanks of those that do not break.
        return self._raw_text().replace(_PARAGRAPH, self._line_end)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.edit and isinstance(event, QFocusEvent):
            if event.type() is QEvent.Type.FocusOut and event.reason() not in _NOT_GONE:
                self._save()
            return False
        if watched is not self.edit or not isinstance(event, QKeyEvent):
            return False
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        is_save = is_enter and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_escape = event.key() == Qt.Key.Key_Escape
        if event.type() is QEvent.Type.ShortcutOverride and (is_save or is_escape):
            event.accept()  # these keys belong to the joke while one is in it
            return True
        if event.type() is QEvent.Type.KeyPress and is_save:
            self._on_save_wanted()
        elif event.type() is QEvent.Type.KeyPress and is_escape:
            self._on_cancel_wanted()
        else:
            return False
        return True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(Space.XS)
        top.addWidget(self.edit, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        # As high without its buttons, so that nothing moves when one begins to write.
        self._line.setMinimumHeight(self.save_button.sizeHint().height())
        line = QHBoxLayout(self._line)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.S)
        line.addWidget(self._was, 1)
        line.addWidget(self.cancel_button)
        line.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addLayout(top)
        layout.addWidget(self._line)
        self._fit()

    def _fit(self) -> None:
        self.edit.setFixedHeight(_LINES * self.edit.fontMetrics().lineSpacing() + scaled(24))

    def _raw_text(self) -> str:
        return self.edit.document().toRawText()

    def _show_buttons(self) -> None:
        is_changed = self.is_changed
        self.save_button.setVisible(is_changed)
        self.save_button.setEnabled(bool(self.edit.toPlainText().strip()))
        self.cancel_button.setVisible(is_changed)

    @Slot()
    def _on_text_changed(self) -> None:
        self._show_buttons()

    def take_as_shown(self) -> None:
        """What is written here is the joke from now on."""
        self.original = self.text()
        self._shown = self._raw_text()
        self._show_buttons()

    def _save(self) -> None:
        if self.is_changed and self.edit.toPlainText().strip():
            self.text_saved.emit(self.text())

    @Slot()
    def _on_save_wanted(self) -> None:
        self._save()
        self.left.emit()

    @Slot()
    def _on_cancel_wanted(self) -> None:
        """Put the text back as it was."""
        if self.is_changed:
            self.edit.setPlainText(self.original)
            self._shown = self._raw_text()
            self._show_buttons()
        self.left.emit()

    @Slot()
    def _on_close_wanted(self) -> None:
        self._save()
        self.closed.emit()
