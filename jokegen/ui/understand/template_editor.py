"""The template of a joke, to be seen and edited, and the usual ones to choose from."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from jokegen.ui.kit.combos import Item, ShortCombo
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.understand.joining import JOINERS, Joining

_OWN = object()  # the joiner of a template that says more than that


class TemplateEditor(QWidget):
    """Both follow `show_joining`; the signals tell only what a person does."""

    joiner_chosen = Signal(object)  # one of JOINERS; anything else is to be ignored
    text_edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("joke_template_editor")
        self.joiner_combo = ShortCombo(name="joke_joiner")
        describe(
            self.joiner_combo, "joke_joiner", "Between them",
            "What stands between the columns in the text that the language model reads.",
        )  # fmt: skip
        caption = PlainLabel("Between them", TextRole.STRONG)
        caption.setWordWrap(False)
        caption.setBuddy(self.joiner_combo)
        self._joiner_row = QWidget()
        row = QHBoxLayout(self._joiner_row)
        row.setContentsMargins(0, Space.XS, 0, Space.XS)
        row.setSpacing(Space.M)
        row.addWidget(caption)
        row.addWidget(self.joiner_combo, 1)
        self.edit = QPlainTextEdit()
        self.edit.setObjectName("joke_template")
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(scaled(54))
        self._field = Field(
            "Template", self.edit, name="joke_template_field",
            hint="A name in braces becomes the text of that column.",
            tip="How the text of one joke is put together from the columns. What stands outside "
            "of the braces is written as it is; Enter begins a new line.",
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self._joiner_row)
        layout.addWidget(self._field)
        self.joiner_combo.value_chosen.connect(self.joiner_chosen)
        self.edit.textChanged.connect(self.text_edited)

    def show_joining(self, now: Joining) -> None:
        """Show what is sound. Where it is what somebody just wrote, the cursor stays."""
        if self.edit.toPlainText() != now.template:
            with QSignalBlocker(self.edit):
                self.edit.setPlainText(now.template)
        self._field.set_problem("")
        joiner = now.joiner
        items = [Item(title, value) for value, title in JOINERS.items()]
        if joiner is None:
            items.append(Item("As the template says", _OWN))
        self.joiner_combo.show_items(items, _OWN if joiner is None else joiner)
        self._joiner_row.setVisible(len(now.columns) > 1)

    def text(self) -> str:
        """What is written there, sound or not."""
        return self.edit.toPlainText()

    def problem(self) -> str:
        """What is wrong with it, "" if nothing is."""
        return self._field.problem()

    def set_problem(self, problem: str) -> None:
        """Say what is wrong, beneath it."""
        self._field.set_problem(problem)

    def begin(self) -> None:
        """Put the keyboard at its end."""
        self.edit.setFocus()
        self.edit.moveCursor(QTextCursor.MoveOperation.End)
