"""A field for jokes that were copied somewhere, which stays quick however large the text is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.dataset_requests import BringRequest
from jokegen.ui.bring.dialog import BringDialog, NameField
from jokegen.ui.bring.guess import LOOKED_AT, guess_in_words
from jokegen.ui.bring.ways import Way
from jokegen.ui.dataset.drop import dropped_files
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.tokens import Space, TextRole

# What Qt's text field lays out within 50 ms on a slow computer; a longer text or line is kept
# beside it, and only its beginning is shown.
_MOST_EDITED = 2_000_000
_LONGEST_LINE = 100_000
_SHOWN_OF_LARGE = 20_000
_PAUSE_MS = 120  # after the last key, before the text is looked at
_CLIPBOARD_NOTE = "This was in the clipboard. Change it as you like, or clear the field."
_EMPTY_NOTE = "Nothing here yet: paste or type your jokes."


class TextBox(QPlainTextEdit):
    """Text of any length. `text_changed` tells of every change, `files_pasted` carries paths.

    A large text cannot be edited: it is kept as it is, and its beginning is shown.
    """

    text_changed = Signal()
    files_pasted = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self._large = ""
        self._is_pasting = False
        self._pastes = 0
        self._is_typed_in = False
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._on_text_changed)

    @property
    def is_large(self) -> bool:
        """Whether only the beginning is shown."""
        return bool(self._large)

    @property
    def holds_work(self) -> bool:
        """Whether there is more than one thing that was pasted, which can be pasted again."""
        return bool(self.length()) and (self._is_typed_in or self._pastes > 1)

    def length(self) -> int:
        """Characters in all."""
        return len(self._large) or self.document().characterCount() - 1

    def text(self) -> str:
        """All of it."""
        return self._large or self.toPlainText()

    def set_text(self, text: str) -> None:
        """Show another text, of any length, as if it had just been pasted."""
        self._pastes = 1
        self._put(text)
        self._is_typed_in = False

    def add(self, text: str) -> None:
        """Paste `text` in the place of what is chosen; behind a large text, which has no cursor."""
        self._pastes += 1
        if self._large:
            self._put(f"{self._large.rstrip()}\n{text}")
        elif self.length() + len(text) <= _MOST_EDITED and not _has_long_line(text):
            self._is_pasting = True
            self.insertPlainText(text)
            self._is_pasting = False
        else:
            self.textCursor().removeSelectedText()
            there, place = self.toPlainText(), self.textCursor().position()
            self._put(there[:place] + text + there[place:])

    def empty(self) -> None:
        """Take everything out; Ctrl+Z brings it back, unless it was too large to be edited."""
        if self._large:
            self._put("")
            return
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()

    def _put(self, text: str) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        is_large = len(text) > _MOST_EDITED or _has_long_line(text)
        self._large = text if is_large else ""
        self.setReadOnly(is_large)
        self._is_pasting = True
        self.setPlainText(f"{text[:_SHOWN_OF_LARGE]}…" if is_large else text)
        self._is_pasting = False

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or bool(dropped_files(source))

    def insertFromMimeData(self, source: QMimeData) -> None:
        files = dropped_files(source)
        if files:
            self.files_pasted.emit(files)
        else:
            self.add(source.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._large and event.matches(QKeySequence.StandardKey.Paste):
            self.insertFromMimeData(QApplication.clipboard().mimeData())
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_text_changed(self) -> None:
        if not self._is_pasting:
            self._is_typed_in = True
        if not self.length():
            self._pastes, self._is_typed_in = 0, False
        self.text_changed.emit()


class PasteDialog(BringDialog):
    """Filled with what the clipboard holds; `files_pasted` carries paths if that are files."""

    files_pasted = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            parent,
            Way.PASTE,
            title="Paste jokes",
            intro="Lines of text, rows of a table, or a whole chat: copy them where they are, "
            "and paste them here.",
            action="Bring these jokes",
            tip="Takes the text as it is and shows what is in it, before anything is saved.",
            width=640,
            height=520,
        )
        self.box = TextBox()
        self.box.setPlaceholderText("Your jokes, one a line or with blank lines between them.")
        describe(self.box, "paste_text", "Jokes", "The text to read; it can be changed here.")
        self.guess = PlainLabel("", TextRole.STRONG, name="paste_guess")
        self.note = PlainLabel("", TextRole.CAPTION, name="paste_note")
        self.clear_button = Button(
            "Clear", ButtonKind.QUIET, "close", name="paste_clear", tip="Empties the field."
        )
        self.name_field = NameField(name="paste_name", example="Pasted jokes")
        self._arrange()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_paused)
        self.box.text_changed.connect(self._on_text_changed)
        self.box.files_pasted.connect(self._on_files_pasted)
        self.clear_button.clicked.connect(self._on_clear_clicked)
        self.name_field.line.textChanged.connect(self.refresh)
        self._take_clipboard()
        self._on_text_changed()
        self._on_paused()
        self.box.setFocus()

    def make_request(self) -> BringRequest | None:
        if not self.box.length() or self.name_field.problem():
            return None
        text = self.box.text()
        if text.isspace():
            return None
        return BringRequest(text=text, name=self.name_field.value())

    def loss(self) -> str:
        return "The text in this field is not kept anywhere else." if self.box.holds_work else ""

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.guess)
        words.addWidget(self.note)
        below = QHBoxLayout()
        below.setSpacing(Space.M)
        below.addLayout(words, 1)
        below.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(Space.S)
        column.addWidget(self.box, 1)
        column.addLayout(below)
        self.body.addLayout(column, 1)
        self.body.addWidget(self.name_field)

    def _take_clipboard(self) -> None:
        data = QApplication.clipboard().mimeData()
        if data is None or dropped_files(data) or not data.text().strip():
            self.note.setText(_EMPTY_NOTE)
            return
        self.box.set_text(data.text())
        self.box.moveCursor(QTextCursor.MoveOperation.Start)
        self.note.setText(_CLIPBOARD_NOTE)

    @Slot()
    def _on_text_changed(self) -> None:
        self.clear_button.setEnabled(bool(self.box.length()))
        self.refresh()
        self._pause.start()

    @Slot()
    def _on_paused(self) -> None:
        length = self.box.length()
        self.guess.setText(guess_in_words(self.box.text()[: LOOKED_AT + 1], length))
        self.guess.setVisible(bool(self.guess.text()))
        if self.box.is_large:
            self.note.setText(
                f"This is too long to be changed here ({wording.number(length)} characters). "
                "You see its beginning; all of it will be read."
            )
        elif not length:
            self.note.setText(_EMPTY_NOTE)
        elif self.box.holds_work or self.note.text() != _CLIPBOARD_NOTE:
            self.note.setText("")
        self.note.setVisible(bool(self.note.text()))

    @Slot(list)
    def _on_files_pasted(self, files: list[Path]) -> None:
        self.files_pasted.emit(files)
        self.accept()

    @Slot()
    def _on_clear_clicked(self) -> None:
        self.box.empty()
        self.box.setFocus()


def _has_long_line(text: str) -> bool:
    return len(text) > _LONGEST_LINE and max(map(len, text.split("\n"))) > _LONGEST_LINE
