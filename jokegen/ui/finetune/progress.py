"""A training run on its way: what it does, how far it is, and the two ways to end it early."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.events import Event, Metric, Notice, Phase, Progress, RunStarted
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
    "time": ("so far", "Time since you started it."),
    "speed": ("tokens a second", "Tokens are pieces of words: how quickly it reads your jokes."),
}
_FINISH = "Finish now and keep the best"
_UNITS_SHOWN = ("bytes", "batches")  # steps have a place of their own


class RunProgress(Card):
    """Shows the events of one run; the buttons only ask."""

    finish_requested = Signal()
    discard_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="run_progress")
        self._dataset = ""
        self._step = 0
        self._run: int | None = None
        self._is_ending = False
        self._elapsed = QElapsedTimer()
        self._each_second = QTimer(self)
        self._each_second.setInterval(1000)
        self._each_second.timeout.connect(self._on_second_passed)
        self.panel = ProgressPanel(name="run_panel")
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
        for button in (self.finish_button, self.discard_button):
            self.add_to_header(button)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.facts = Facts(_FACTS, name="run_facts")
        self._notices = QVBoxLayout()
        self._notices.setSpacing(Space.XS)
        self.body.addWidget(self.facts)
        self.body.addWidget(self.panel)
        self.body.addLayout(self._notices)
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

    def begin(self, dataset: str) -> None:
        """A run on `dataset` was asked for; nothing is known of it yet."""
        self._dataset = dataset
        self._step = 0
        self._run = None
        self._is_ending = False
        self.facts.reset()
        self._clear_notices()
        self.set_title(self.title)
        self.panel.set_fraction(None)
        self.panel.set_status("Getting ready")
        self.panel.set_remaining("")
        self.finish_button.set_text(_FINISH)
        self.finish_button.setEnabled(False)
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
                self.facts.set_value("step", f"0 of {event.steps:,}")
            elif isinstance(event, Notice):
                self._add_notice(event)

    def show_finishing(self) -> None:
        """It was asked to end early and to keep the best."""
        self._is_ending = True
        self.finish_button.setEnabled(False)
        self.finish_button.set_text("Finishing after this step…")
        self.panel.set_remaining("")

    def show_stopping(self) -> None:
        """It was asked to end at once."""
        self._is_ending = True
        self.finish_button.setEnabled(False)
        self.discard_button.setEnabled(False)
        self.panel.set_status("Stopping…")
        self.panel.set_remaining("")
        self.panel.set_fraction(None)

    def _show_progress(self, event: Progress) -> None:
        if not self.discard_button.isEnabled():
            return
        status = wording.phase_title(event.phase)
        if event.unit in _UNITS_SHOWN:
            status += f" · {wording.amount(event.done, event.total, event.unit)}"
        self.panel.set_status(status)
        is_known = event.seconds_left is not None and not self._is_ending
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
        if event.step and not self._is_ending:
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
        self.facts.set_value("time", wording.duration(self._elapsed.elapsed() // 1000))
