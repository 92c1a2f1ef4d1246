"""How a training run failed: what happened, what to do, and the worker's last words."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFontDatabase, QFontInfo, QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from jokegen.jobs.events import Failed
from jokegen.records import RunInfo
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.labels import describe
from jokegen.ui.kit.panels import Disclosure
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, Tone

_PLAY = "Try it in the Playground"


class FailurePanel(QWidget):
    """Two banners at most: the failure, and the usable rest if there is one."""

    play_requested = Signal(str)  # run number as text
    continue_requested = Signal(int, bool)  # run number; whether to accept what has changed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_failure")
        self._run: RunInfo | None = None
        self.banner = Banner(name="run_failed")
        self.kept = Banner(name="run_kept")
        self.details = Disclosure("Details", name="failure_details")
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(QFontInfo(QApplication.font()).pointSizeF())
        self._text.setFont(font)
        self._text.setFixedHeight(scaled(160))
        describe(
            self._text,
            "failure_text",
            "Details of the failure",
            "The last words of the part that did the work, for a report of the problem.",
        )
        self._copy_button = Button(
            "Copy the details",
            ButtonKind.QUIET,
            "copy",
            name="copy_failure",
            tip="Puts the details on the clipboard, for a report of the problem.",
        )
        row = QHBoxLayout()
        row.addWidget(self._copy_button)
        row.addStretch(1)
        self.details.body.setSpacing(Space.S)
        self.details.body.addWidget(self._text)
        self.details.body.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.banner)
        layout.addWidget(self.kept)
        layout.addWidget(self.details)
        self.banner.dismissed.connect(self.clear)
        self.banner.action_clicked.connect(self._on_accept_clicked)
        self.banner.secondary_clicked.connect(self.clear)
        self.kept.action_clicked.connect(self._on_kept_clicked)
        self.kept.secondary_clicked.connect(self._on_play_clicked)
        self._copy_button.clicked.connect(self._on_copy_clicked)
        self.hide()

    def show_failure(self, outcome: Failed, kept: RunInfo | None) -> None:
        """Show it; `kept` is the run, if it has come so far that there is one."""
        self._run = kept
        self.kept.clear()
        if outcome.is_about_changes and kept is not None and kept.can_continue:
            self.banner.show_message(
                Tone.WARNING,
                outcome.happened,
                outcome.todo,
                action="Continue all the same",
                secondary="Leave it",
                can_dismiss=False,
            )
            self.details.hide()
            self.show()
            return
        tone, todo = Tone.ERROR, outcome.todo
        if outcome.is_forced:  # they wanted it so
            tone = Tone.INFO
            if kept is None or not (kept.can_continue or kept.is_usable):
                todo = "Nothing had been saved yet, so nothing is left of what it had learned."
        self.banner.show_message(tone, outcome.happened, todo)
        self._text.setPlainText(outcome.details)
        self.details.set_open(False)
        self.details.setVisible(bool(outcome.details.strip()))
        if kept is not None:
            self._show_kept(kept)
        self.show()

    def first_answer(self) -> QWidget | None:
        """The button to press next, if there is one: the careful one."""
        if not self.isVisible():
            return None
        if self.banner.secondary_button.isVisible():
            return self.banner.secondary_button
        return self.kept.action_button if self.kept.isVisible() else None

    def _show_kept(self, run: RunInfo) -> None:
        if run.can_continue:
            where = f" from about step {run.steps:,}" if run.steps else ""
            self.kept.show_message(
                Tone.INFO,
                f"Run {run.number} can go on{where}.",
                "What it had learned was saved.",
                action="Continue",
                secondary=_PLAY if run.is_usable else "",
                can_dismiss=False,
            )
        elif run.is_usable:
            self.kept.show_message(
                Tone.INFO,
                f"The best of run {run.number} so far was kept.",
                "It can be played with as it is.",
                action=_PLAY,
                can_dismiss=False,
            )

    @Slot()
    def clear(self) -> None:
        """Hide it, saying nothing more."""
        self.banner.clear()
        self.hide()

    @Slot()
    def _on_accept_clicked(self) -> None:
        if self._run is not None:
            self.continue_requested.emit(self._run.number, True)

    @Slot()
    def _on_kept_clicked(self) -> None:
        if self._run is not None and self._run.can_continue:
            self.continue_requested.emit(self._run.number, False)
        else:
            self._on_play_clicked()

    @Slot()
    def _on_play_clicked(self) -> None:
        if self._run is not None:
            self.play_requested.emit(str(self._run.number))

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
