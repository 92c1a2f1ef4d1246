"""Naming a data set: a field that says at once what is wrong with a name, and a dialog."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from jokegen.data.dataset_names import check_name, free_name, same_name
from jokegen.errors import JokegenError
from jokegen.ui.dataset.keys import pressed_enter
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole


class NameField(Field):
    """A line for a name that is neither blank nor taken; `text_changed` tells of every change."""

    text_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        self.line = QLineEdit()
        self.line.setObjectName(f"{name}_line")
        self.line.setAcceptDrops(False)  # a file dropped here is meant for the page
        super().__init__(
            "Name of the data set",
            self.line,
            parent,
            tip="What you will call these jokes; anything goes.",
            name=name,
        )
        self._taken: Sequence[str] = ()
        self.line.textChanged.connect(self._on_text_changed)

    def set_taken(self, taken: Sequence[str]) -> None:
        """Say which names belong to other data sets."""
        self._taken = taken
        self._check()

    def propose(self, name: str) -> None:
        """Put in `name`, or with a number behind it where it is taken."""
        self.line.setText(free_name(name, self._taken))
        self.line.setCursorPosition(0)
        self._check()

    def name(self) -> str:
        """The name as it would be saved; only meaningful while `is_valid`."""
        return self.line.text().strip()

    @property
    def is_valid(self) -> bool:
        return not self.problem()

    @Slot()
    def _on_text_changed(self) -> None:
        self._check()
        self.text_changed.emit()

    def _check(self) -> None:
        self.set_problem(self._problem_with(self.line.text()))

    def _problem_with(self, text: str) -> str:
        try:
            name = check_name(text)
        except JokegenError as error:
            return str(error)
        if any(same_name(name, other) for other in self._taken):
            return "This name is taken. Choose another one."
        return ""


class NameDialog(QDialog):
    """Asks for a name; `name_chosen` carries it. Opened with `open()`, never `exec()`.

    `action` is what the button says; `taken` are the names that cannot be chosen.
    """

    name_chosen = Signal(str)

    def __init__(
        self, parent: QWidget | None, title: str, action: str, name: str, taken: Sequence[str]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("name_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(scaled(420))
        self.name_field = NameField(name="name_dialog")
        self.name_field.set_taken(taken)
        self.name_field.line.setText(name)
        self.name_field.line.selectAll()
        cancel = Button("Cancel", name="name_dialog_cancel", tip="Leaves everything as it is.")
        self._save = Button(
            action, ButtonKind.PRIMARY, name="name_dialog_save", tip=f"{action} it under this name."
        )
        self.name_field.text_changed.connect(self._on_text_changed)
        self._save.clicked.connect(self._on_save_wanted)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._save)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        self._column.setSpacing(Space.L)
        self._column.addWidget(PlainLabel(title, TextRole.TITLE))
        self._column.addWidget(self.name_field)
        self._column.addLayout(buttons)
        self.name_field.line.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_enter(self, event, self._save):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._fit()
        super().showEvent(event)

    def _fit(self) -> None:
        # A wrapped text knows how high it is only once its width is known.
        width = max(self.width(), self.minimumWidth())
        self.resize(width, self._column.totalHeightForWidth(width))

    @Slot()
    def _on_text_changed(self) -> None:
        self._save.setEnabled(self.name_field.is_valid)
        self._fit()

    @Slot()
    def _on_save_wanted(self) -> None:
        if self.name_field.is_valid:
            self.name_chosen.emit(self.name_field.name())
            self.accept()
