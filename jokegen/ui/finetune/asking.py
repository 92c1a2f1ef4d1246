"""Asking a model in training for a joke just now, and the jokes that were asked for."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from jokegen.jobs.events import Sample
from jokegen.ui.finetune.sample_row import SampleRow
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.tokens import Space, TextRole

MOST_SHOWN = 12
_LONGEST_PROMPT = 500  # letters


class AskedJokes(QWidget):
    """A line for a beginning with its button while the run is under way, and what came of it."""

    sample_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._waiting = 0
        self._rows: list[SampleRow] = []
        self.beginning = QLineEdit()
        self.beginning.setPlaceholderText("How it shall begin, or nothing")
        self.beginning.setMaxLength(_LONGEST_PROMPT)
        self.beginning.setClearButtonEnabled(True)
        describe(
            self.beginning,
            f"{name}_beginning",
            "How it shall begin",
            "The joke goes on from these words. Left empty, it begins as it likes.",
        )
        self.button = Button(
            "Write one now",
            ButtonKind.SECONDARY,
            "sparkle",
            name=f"{name}_button",
            tip="Has it write a joke after the step that it is at, with what it has learned by "
            "then. The training goes on as if nothing had been asked.",
        )
        self._line = QWidget()
        line = QHBoxLayout(self._line)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.S)
        line.addWidget(self.beginning, 1)
        line.addWidget(self.button)
        self._note = PlainLabel("", TextRole.CAPTION, name=f"{name}_note")
        self._title = PlainLabel("Jokes that you asked for", TextRole.STRONG, name=f"{name}_title")
        self._title.setContentsMargins(0, Space.S, 0, 0)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        for part in (self._line, self._note, self._title):
            layout.addWidget(part)
        layout.addLayout(self._list)
        self.button.clicked.connect(self._on_asked)
        self.beginning.returnPressed.connect(self._on_asked)
        self.set_running(False)

    def clear(self) -> None:
        """Forget the run before."""
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows.clear()
        self._waiting = 0
        self.beginning.clear()
        self._show_parts()

    def set_running(self, is_running: bool) -> None:
        """Whether there is anybody to ask."""
        if not is_running:
            self._waiting = 0
        self._line.setVisible(is_running)
        self._show_parts()

    def add(self, sample: Sample) -> None:
        """Show a joke that was asked for, above those before."""
        self._waiting = max(0, self._waiting - 1)
        row = SampleRow(name=f"{self.objectName()}_joke", has_moment=True)
        row.show_sample(sample)
        self._rows.insert(0, row)
        self._list.insertWidget(0, row)
        for old in self._rows[MOST_SHOWN:]:
            old.hide()
            old.deleteLater()
        del self._rows[MOST_SHOWN:]
        self._show_parts()

    def jokes(self) -> list[str]:
        """The jokes on the screen, the newest first."""
        return [row.sample.text for row in self._rows if row.sample is not None]

    def _show_parts(self) -> None:
        note = ""
        if self._waiting == 1:
            note = "It writes as soon as this step is done…"
        elif self._waiting:
            note = f"It writes {self._waiting} jokes as soon as this step is done…"
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._title.setVisible(bool(self._rows))
        self.setVisible(not self._line.isHidden() or bool(self._rows))

    @Slot()
    def _on_asked(self) -> None:
        self._waiting += 1
        self._show_parts()
        self.sample_requested.emit(self.beginning.text())
