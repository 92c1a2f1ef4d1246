"""A training run on its way: what it does, how far it is, and the ways to end it early."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from jokegen import wording
from jokegen.jobs.events import Event, Metric, Notice, Phase, Progress, RunStarted
from jokegen.lm.last_save import LastSave
from jokegen.qt.resources import Usage
from jokegen.records import RunInfo
from jokegen.ui.finetune import words
from jokegen.ui.finetune.facts import Facts
from jokegen.ui.finetune.force import ForceOffer, lost_by_force
from jokegen.ui.finetune.notices import Notices
from jokegen.ui.finetune.phases import PhaseStrip
from jokegen.ui.finetune.remaining import Remaining
from jokegen.ui.finetune.usage import UsageLine
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.feedback import Banner, ProgressPanel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, Tone

_FACTS = {
    "step": ("steps", "A step is one small correction, after a handful of jokes."),
    "epoch": ("epoch", "In one epoch it reads every joke once."),
    "time": ("so far", "How long it has been learning, pauses left out."),
    "speed": ("tokens a second", "Tokens are pieces of words: how quickly it reads your jokes."),
}
_FINISH = "Finish now and keep the best"
_PAUSE = "Pause"
_UNITS_SHOWN = ("bytes", "batches", "jokes")  # steps have a place of their own


class RunProgress(Card):
    """Shows the events of one run; the buttons only ask."""

    pause_requested = Signal()
    finish_requested = Signal()
    discard_requested = Signal()
    force_due = Signal()  # to be answered by `offer_force`
    force_requested = Signal()
    can_finish_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="run_progress")
        self._dataset = ""
        self._step = 0
        self._run: int | None = None
        self._is_forced = False
        self._ending = ""  # what it does instead of going on, once it was asked to end
        self._seconds_before = 0.0
        self._began = time.monotonic()
        self._measured = 0.0, self._began  # seconds of the run, and when it said so
        self._fraction: float | None = None
        self._remaining = Remaining()
        self._each_second = QTimer(self)
        self._each_second.setInterval(1000)
        self._each_second.timeout.connect(self._on_second_passed)
        self._make_buttons()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.panel = ProgressPanel(name="run_panel")
        self.phases = PhaseStrip(name="run_phases")
        self.facts = Facts(_FACTS, name="run_facts")
        self.usage = UsageLine(name="run_usage")
        self.force = ForceOffer(name="run_force")
        self.silence = Banner(name="run_silence")
        self._notices = Notices(name="run_notice")
        self.body.setSpacing(Space.M)
        for part in (
            self.panel, self.phases, self.facts, self.usage, self.force, self.silence,
            self._notices,
        ):  # fmt: skip
            self.body.addWidget(part)
        self.force.due.connect(self.force_due)
        self.force.force_requested.connect(self.force_requested)
        self.silence.action_clicked.connect(self.force_requested)

    def _make_buttons(self) -> None:
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
        self._began = time.monotonic()
        self._measured = self._seconds_before, self._began
        self._ending, self._is_forced = "", False
        self._fraction = None
        self._remaining = Remaining()
        for figures in (self.facts, self.phases, self.usage):
            figures.reset()
        for message in (self.force, self.silence, self._notices):
            message.clear()
        self.set_title(self.title)
        self.panel.set_fraction(None)
        self.panel.set_status("Getting ready to go on" if continued else "Getting ready")
        if continued and continued.total_steps:
            self._show_steps(continued.steps, continued.total_steps)
        self.pause_button.set_text(_PAUSE)
        self.finish_button.set_text(_FINISH)
        # Of a run that goes on there is something to keep from the start.
        self._set_can_end_early(self._step > 0)
        self.discard_button.setEnabled(True)
        self._each_second.start()
        self._on_second_passed()

    def end(self) -> None:
        """The run is over."""
        self._each_second.stop()
        self.force.clear()
        self.silence.clear()

    # ---- What the run says -----------------------------------------------------------------

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
                self._show_steps(self._step, event.steps)
            elif isinstance(event, Notice):
                self._notices.add(event)
        self._show_remaining()

    def show_usage(self, usage: Usage) -> None:
        """What the training takes from the computer."""
        self.usage.show_usage(usage)

    def show_silence(self, happened: str, todo: str) -> None:
        """Nothing was heard from the run for long; "" says that it speaks again."""
        if not happened:
            self.silence.clear()
        elif not self.silence.isVisible() or happened != self.silence.title():
            self.silence.show_message(
                Tone.WARNING,
                happened,
                todo,
                action="" if self._is_forced else "Force",
                can_dismiss=False,
            )

    def _show_progress(self, event: Progress) -> None:
        if not self.discard_button.isEnabled():
            return
        self.phases.show_progress(event)
        status = wording.phase_title(event.phase)
        if event.unit in _UNITS_SHOWN:
            status += f" · {wording.amount(event.done, event.total, event.unit)}"
        if self._ending:
            status = self._ending if event.phase is Phase.TRAINING else f"{self._ending} {status}"
        self.panel.set_status(status)
        self._remaining.take_progress(event, time.monotonic())
        if event.phase is Phase.TRAINING and event.total:
            self._show_fraction(event.done / event.total)

    def _show_metric(self, event: Metric) -> None:
        self._step = event.step
        self._measured = event.seconds, time.monotonic()
        self._show_steps(event.step, event.steps)
        self.facts.set_value("epoch", words.epoch_of(event.epoch, event.epochs))
        if event.tokens_per_second is not None:
            self.facts.set_value("speed", f"{round(event.tokens_per_second):,}")
        if event.gpu_memory is not None:
            self.usage.show_gpu_memory(event.gpu_memory)
        self._remaining.take_metric(event, time.monotonic())
        if event.step and not self._ending and not self.finish_button.isEnabled():
            self._set_can_end_early(True)

    def _show_steps(self, step: int, steps: int) -> None:
        self.facts.set_value("step", f"{step:,} of {steps:,}")
        if step:
            self._show_fraction(step / max(1, steps))

    def _show_fraction(self, fraction: float) -> None:
        """The bar is about the steps of the whole run, and never goes back."""
        self._fraction = max(fraction, self._fraction or 0.0)
        if self.discard_button.isEnabled():
            self.panel.set_fraction(self._fraction)

    def _show_remaining(self) -> None:
        left = "" if self._ending else self._remaining.words(time.monotonic())
        if left != self.panel.remaining():
            self.panel.set_remaining(left)

    @property
    def _run_seconds(self) -> float:
        """By the clock of the run itself."""
        measured, at = self._measured
        return measured + time.monotonic() - at

    @property
    def _seconds(self) -> float:
        return self._seconds_before + time.monotonic() - self._began

    @Slot()
    def _on_second_passed(self) -> None:
        self.facts.set_value("time", wording.duration(int(self._seconds)))
        self._show_remaining()

    # ---- What was asked of it --------------------------------------------------------------

    @property
    def can_finish(self) -> bool:
        """Whether there is something to keep, and nobody has asked for an end yet."""
        return self.finish_button.isEnabled()

    @property
    def finish_words(self) -> str:
        """What the button to finish says just now."""
        return self.finish_button.accessibleName()

    def show_pausing(self) -> None:
        """It was asked to end soon and to go on another day."""
        self.pause_button.set_text("Pausing…")
        self._show_ending("Pausing after this step…")

    def show_finishing(self) -> None:
        """It was asked to end early and to keep the best."""
        self.finish_button.set_text("Finishing…")
        self._show_ending("Finishing after this step…")

    def show_stopping(self) -> None:
        """It was asked to end at once and to leave nothing."""
        self._show_ending("Stopping…")
        self.force.clear()  # it is ended by force anyway, within two seconds
        self.discard_button.setEnabled(False)
        self.panel.set_fraction(None)

    def show_forcing(self) -> None:
        """It was asked to end this very moment; what was saved stays."""
        self._is_forced = True
        self._show_ending("Ending at once…")
        self.force.clear()
        self.silence.clear()
        self.discard_button.setEnabled(False)

    def _show_ending(self, said: str) -> None:
        self._ending = said
        self._set_can_end_early(False)
        self.panel.set_status(said)
        self.panel.set_remaining("")
        self.force.wait_for_end()

    def _set_can_end_early(self, can_end: bool) -> None:
        self.pause_button.setEnabled(can_end)
        self.finish_button.setEnabled(can_end)
        self.can_finish_changed.emit()

    def offer_force(self, saved: LastSave | None) -> None:
        """It takes long: say what it would cost to end it at once."""
        self.force.offer_force(lost_by_force(saved, self._step, self._run_seconds))
