"""What went wrong: two sentences, and the details for whoever wants them."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from jokegen.errors import JokegenError
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.labels import describe
from jokegen.ui.kit.panels import Disclosure
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, Tone


class ProblemPanel(QWidget):
    """A banner with details that unfold. Hidden until there is something to say."""

    def __init__(self, parent: QWidget | None = None, *, name: str = "problem") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.banner = Banner(name=f"{name}_banner")
        self.details = Disclosure("Details", name=f"{name}_details")
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(scaled(110))
        describe(
            self._text,
            f"{name}_details_text",
            "Details",
            "The technical side of it, for a report of the problem.",
        )
        self.details.body.addWidget(self._text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.banner)
        layout.addWidget(self.details)
        self.banner.dismissed.connect(self._on_dismissed)
        self.hide()

    def show_error(self, error: JokegenError, details: str = "") -> None:
        """Show what happened and what to do, the details folded away."""
        self._show(Tone.ERROR, error.happened, error.todo, details)

    def show_notice(self, text: str, *, is_warning: bool) -> None:
        """Show a sentence of the job's."""
        self._show(Tone.WARNING if is_warning else Tone.INFO, text, "", "")

    def clear(self) -> None:
        """Hide it, saying nothing more."""
        self.hide()

    def _show(self, tone: Tone, happened: str, todo: str, details: str) -> None:
        self.banner.show_message(tone, happened, todo)
        self._text.setPlainText(details)
        self.details.set_open(False)
        self.details.setVisible(bool(details.strip()))
        self.show()

    @Slot()
    def _on_dismissed(self) -> None:
        self.hide()
