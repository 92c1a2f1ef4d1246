"""A paused run: where it stands, and the three ways on from there."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jokegen import wording
from jokegen.records import RunInfo
from jokegen.ui.finetune import words
from jokegen.ui.finetune.facts import UNKNOWN, Facts
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import Badge, PlainLabel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_FACTS = {
    "step": ("steps", "A step is one small correction, after a handful of jokes."),
    "time": ("so far", "How long it has been learning, pauses left out."),
    "loss": (
        "validation loss",
        "How wrong it guesses on jokes it has never seen, before and now. The lower, the better.",
    ),
}


class PausedRun(Card):
    """The card of a run that was paused in this window; the buttons only ask."""

    continue_requested = Signal()
    finish_requested = Signal()
    discard_requested = Signal()
    leave_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="run_paused")
        self.number = 0
        self._words = PlainLabel("", TextRole.BODY, name="paused_words")
        self.facts = Facts(_FACTS, name="paused_facts")
        self.add_to_header(Badge("Nothing is lost", Tone.SUCCESS, name="paused_badge"))
        self.continue_button = Button(
            "Continue",
            ButtonKind.PRIMARY,
            "play",
            name="continue_run",
            tip="Goes on learning exactly where it stopped.",
        )
        self.finish_button = Button(
            "Finish and keep the best",
            ButtonKind.SECONDARY,
            "check",
            name="finish_paused",
            tip="Ends the run here and keeps the version that did best when it was checked on "
            "jokes it had never seen.",
        )
        self.leave_button = Button(
            "Back to the settings",
            ButtonKind.QUIET,
            name="leave_paused",
            tip="Leaves it paused. It stays in “Your runs”, where you can go on with it.",
        )
        self.discard_button = Button(
            "Discard",
            ButtonKind.DANGER,
            "trash",
            name="discard_paused",
            tip="Throws away what the run has learned. Asks first.",
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.continue_button)
        buttons.addWidget(self.finish_button)
        buttons.addWidget(self.leave_button)
        buttons.addStretch(1)
        buttons.addWidget(self.discard_button)
        self.body.setSpacing(Space.L)
        self.body.addWidget(self._words)
        self.body.addWidget(self.facts)
        self.body.addLayout(buttons)
        self.continue_button.clicked.connect(self.continue_requested)
        self.finish_button.clicked.connect(self.finish_requested)
        self.leave_button.clicked.connect(self.leave_requested)
        self.discard_button.clicked.connect(self.discard_requested)

    def show_run(self, run: RunInfo) -> None:
        """Show this run, which has just been paused."""
        self.number = run.number
        self.set_title(f"Run {run.number} is paused")
        self._words.setText(
            f"{words.run_state(run)}. The memory is free again; "
            "you can close Jokegen and go on another day."
        )
        self.facts.set_value("step", words.steps_of(run))
        self.facts.set_value("time", wording.duration(run.seconds) if run.seconds else UNKNOWN)
        self.facts.set_value("loss", words.losses(run) or UNKNOWN)
