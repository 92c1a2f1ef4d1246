"""The dialog in which a person changes the list of offensive words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole


class WordListDialog(QDialog):
    """One word or phrase a line. `words_chosen` carries a tuple, or None for the usual list."""

    words_chosen = Signal(object)

    def __init__(
        self, words: Sequence[str] | None, usual: Sequence[str], parent: QWidget | None = None
    ) -> None:
        """`words` None shows the `usual` ones."""
        super().__init__(parent)
        self._usual = tuple(sorted(usual))
        self.setObjectName("word_list_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Offensive words")
        self.edit = QPlainTextEdit()
        self.edit.setTabChangesFocus(True)
        describe(
            self.edit, "word_list", "Offensive words",
            "A word or a few in each line. Jokes with any of them are found.",
        )  # fmt: skip
        self._count = PlainLabel("", TextRole.CAPTION, name="word_list_count")
        self._count.setWordWrap(False)
        self.usual_button = Button(
            "Back to the usual list", ButtonKind.QUIET, "undo", name="word_list_usual",
            tip="Shows the list that Jokegen comes with. Nothing changes until you use it.",
        )  # fmt: skip
        self.cancel_button = Button(
            "Cancel", name="word_list_cancel", tip="Leaves the list as it was."
        )
        self.use_button = Button(
            "Use this list", ButtonKind.PRIMARY, name="word_list_use",
            tip="Jokes are looked through for these words.",
        )  # fmt: skip
        self._arrange()
        self.edit.textChanged.connect(self._on_text_changed)
        self.usual_button.clicked.connect(self._on_usual_wanted)
        self.cancel_button.clicked.connect(self.reject)
        self.use_button.clicked.connect(self._on_use_wanted)
        self._show(self._usual if words is None else words)
        self.edit.setFocus()

    def words(self) -> tuple[str, ...]:
        """What is written there: each once, in small letters, in the order of the alphabet."""
        lines = self.edit.toPlainText().splitlines()
        return tuple(sorted({" ".join(line.casefold().split()) for line in lines} - {""}))

    def _show(self, words: Sequence[str]) -> None:
        self.edit.setPlainText("\n".join(words))
        self._on_text_changed()

    def _arrange(self) -> None:
        below = QHBoxLayout()
        below.addWidget(self.usual_button)
        below.addStretch(1)
        below.addWidget(self._count)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.use_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        layout.setSpacing(Space.S)
        layout.addWidget(PlainLabel("Offensive words", TextRole.TITLE))
        layout.addWidget(
            PlainLabel(
                "A word or a few in each line. Their plurals and disguises such as “sh1t” are "
                "found too. Take out what does not offend you, add what does.",
                TextRole.MUTED,
            )
        )
        layout.addSpacing(Space.XS)
        layout.addWidget(self.edit, 1)
        layout.addLayout(below)
        layout.addSpacing(Space.S)
        layout.addLayout(buttons)
        self.resize(scaled(440), scaled(500))

    @Slot()
    def _on_text_changed(self) -> None:
        words = self.words()
        counted = f"{len(words):,} {'word' if len(words) == 1 else 'words'}"
        is_usual = words == self._usual
        self._count.setText(f"{counted}, the usual list" if is_usual else counted)
        self.usual_button.setEnabled(not is_usual)

    @Slot()
    def _on_usual_wanted(self) -> None:
        self._show(self._usual)
        self.edit.setFocus()

    @Slot()
    def _on_use_wanted(self) -> None:
        words = self.words()
        self.words_chosen.emit(None if words == self._usual else words)
        self.accept()
