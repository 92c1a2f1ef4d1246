"""A training run on its way: what it does, how far it is, and the ways to end it early."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.events import Event, Metric, Notice, Phase, Progress, RunStarted
from jokegen.records import RunInfo
from jokegen.ui.finetune import words
from jokegen.ui.finetune.facts import Facts
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.feedback import ProgressPanel
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_FACTS = {
    "step": ("steps", "A step is one small correction, after a handful of jokes."),
    "epoch": ("epoch", "In one epoch it reads every joke once."),
    "time": ("so far", "How long it has been learning, pauses left out."),
    "speed": ("tokens a second", "Tokens are pieces of words: how quickly it reads your jokes."),
}
_FINISH = "Finish now and keep the best"
_PAUSE = "Pause"
_UNITS_SHOWN = ("bytes", "batches")  # steps have a place of their own


class RunProgress(Card):
    """Shows the events of one run; the buttons only ask."""

    pause_requested = Signal()
    finish_requested = Signal()
    discard_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="run_progress")
        self._dataset = ""
        self._step = 0
        self._run: int | None = None
        self._ending = ""  # what it does instead of going on, once it was asked to end
        self._seconds_before = 0.0
        self._elapsed = QElapsedTimer()
        self._each_second = QTimer(self)
        self._each_second.setInterval(1000)
        self._each_second.timeout.connect(self._on_second_passed)
        self.panel = ProgressPanel(name="run_panel")
        self.pause_button = Button(
            _PAUSE,
            ButtonKind.SECONDARY,
            "pause",
            name="pause_run",
            tip="Ends after this step and gives the memory back. You can go on where it stopped, "
            "today or another day. Possible after the first step.",
        )
        self.finish_button = Button(
            _FINISH,
            ButtonKind.SECONDARY,
            "check",
            name="finish_run",
            tip="Ends after this step and keeps the version that did best on jokes it had never "
            "seen. Possible after the first step.",
        )
        self.discard_button = Button(
            "Stop and discard",
            ButtonKind.DANGER,
            "stop",
            name="discard_run",
            tip="Ends the run and throws away what it learned. Asks first.",
        )
        for button in (self.pause_button, self.finish_button, self.discard_button):
            self.add_to_header(button)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.facts = Facts(_FACTS, name="run_facts")
        self._notices = QVBoxLayout()
        self._notices.setSpacing(Space.XS)
        self.body.addWidget(self.facts)
        self.body.addWidget(self.panel)
        self.body.addLayout(self._notices)
        self.pause_button.clicked.connect(self.pause_requested)
        self.finish_button.clicked.connect(self.finish_requested)
        self.discard_button.clicked.connect(self.discard_requested)

    @property
    def run(self) -> int | None:
        """The number of the run; None before it has one."""
        return self._run

    @property
    def title(self) -> str:
        """What the run is called."""
        if self._run is None:
            return f"Getting ready: {self._dataset}"
        return f"Run {self._run}: {self._dataset}"

    def begin(self, dataset: str, continued: RunInfo | None = None) -> None:
        """A run on `dataset` was asked for, or one is `continued`; nothing was heard of it yet."""
        self._dataset = dataset
        self._run = continued.number if continued else None
        self._step = continued.steps if continued else 0
        self._seconds_before = continued.seconds if continued else 0.0
        self._ending = ""
        self.facts.reset()
        self._clear_notices()
        self.set_title(self.title)
        self.panel.set_fraction(None)
        self.panel.set_status("Getting ready to go on" if continued else "Getting ready")
        self.panel.set_remaining("")
        if continued and continued.total_steps:
            self.facts.set_value("step", f"{continued.steps:,} of {continued.total_steps:,}")
            self.panel.set_fraction(continued.steps / continued.total_steps)
        self.pause_button.set_text(_PAUSE)
        self.finish_button.set_text(_FINISH)
        # Of a run that goes on there is something to keep from the start.
        self.pause_button.setEnabled(self._step > 0)
        self.finish_button.setEnabled(self._step > 0)
        self.discard_button.setEnabled(True)
        self._elapsed.start()
        self._each_second.start()
        self._on_second_passed()

    def end(self) -> None:
        """The run is over."""
        self._each_second.stop()

    def show_events(self, events: Sequence[Event]) -> None:
        """Show what the run says."""
        for event in events:
            if isinstance(event, Progress):
                self._show_progress(event)
            elif isinstance(event, Metric):
                self._show_metric(event)
            elif isinstance(event, RunStarted):
                self._run = event.run
                self.set_title(self.title)
                self.facts.set_value("step", f"{self._step:,} of {event.steps:,}")
            elif isinstance(event, Notice):
                self._add_notice(event)

    def show_pausing(self) -> None:
        """It was asked to end soon and to go on another day."""
        self.pause_button.set_text("Pausing…")
        self._show_ending("Pausing after this step…")

    def show_finishing(self) -> None:
        """It was asked to end early and to keep the best."""
        self.finish_button.set_text("Finishing…")
        self._show_ending("Finishing after this step…")

    def show_stopping(self) -> None:
        """It was asked to end at once."""
        self._show_ending("Stopping…")
        self.discard_button.setEnabled(False)
        self.panel.set_fraction(None)

    def _show_ending(self, words: str) -> None:
        self._ending = words
        self.pause_button.setEnabled(False)
        self.finish_button.setEnabled(False)
        self.panel.set_status(words)
        self.panel.set_remaining("")

    def _show_progress(self, event: Progress) -> None:
        if not self.discard_button.isEnabled():
            return
        status = wording.phase_title(event.phase)
        if event.unit in _UNITS_SHOWN:
            status += f" · {wording.amount(event.done, event.total, event.unit)}"
        if self._ending:
            status = self._ending if event.phase is Phase.TRAINING else f"{self._ending} {status}"
        self.panel.set_status(status)
        is_known = event.seconds_left is not None and not self._ending
        self.panel.set_remaining(wording.time_left(event.seconds_left or 0) if is_known else "")
        # From the first step on the bar is about steps alone, and never goes back.
        if event.phase is Phase.TRAINING or not self._step:
            self.panel.set_fraction(event.done / event.total if event.total else None)

    def _show_metric(self, event: Metric) -> None:
        self._step = event.step
        self.facts.set_value("step", f"{event.step:,} of {event.steps:,}")
        self.facts.set_value("epoch", words.epoch_of(event.epoch, event.epochs))
        if event.tokens_per_second is not None:
            self.facts.set_value("speed", f"{round(event.tokens_per_second):,}")
        if event.step and not self._ending:
            self.pause_button.setEnabled(True)
            self.finish_button.setEnabled(True)

    def _add_notice(self, event: Notice) -> None:
        label = PlainLabel(event.text, TextRole.CAPTION, name="run_notice", selectable=True)
        if event.is_warning:
            label.set_tone(Tone.WARNING)
        self._notices.addWidget(label)

    def _clear_notices(self) -> None:
        while (item := self._notices.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()

    @Slot()
    def _on_second_passed(self) -> None:
        seconds = self._seconds_before + self._elapsed.elapsed() // 1000
        self.facts.set_value("time", wording.duration(seconds))
