"""The one run under way: its job, the cards that show it, and what a person asks of it.

The tab puts the cards on its page. `view_wanted` says which of them should show; how a run ended
badly is left to the tab to say.
"""

from __future__ import annotations

import contextlib
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from jokegen import model_service
from jokegen.errors import JokegenError, explain
from jokegen.jobs.events import Cancelled, Done, Failed
from jokegen.jobs.requests import ContinueRequest, TrainRequest, TrainSummary
from jokegen.jobs.running import Outcome
from jokegen.lm.last_save import LastSave
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.records import RunInfo, RunStatus
from jokegen.ui.finetune.display import RunDisplay
from jokegen.ui.finetune.health import When
from jokegen.ui.finetune.paused import PausedRun
from jokegen.ui.finetune.result import RunResult
from jokegen.ui.kit.buttons import ButtonKind
from jokegen.ui.kit.dialogs import Answer, AskDialog, ask


class View(Enum):
    """What the tab is about just now."""

    SETUP = auto()
    RUNNING = auto()
    PAUSED = auto()
    RESULT = auto()


class RunUnderWay(QObject):
    """Starts a run or goes on with one, and passes on what a person wants of it."""

    view_wanted = Signal(object)  # View
    failed = Signal(object)  # Failed
    discarded = Signal(object)  # number of the run, or None where it had none yet
    number_given = Signal()  # the run's folder is there
    problem_found = Signal(object)  # JokegenError

    def __init__(
        self, service: ModelService, runner: JobRunner, state: AppState, page: QWidget
    ) -> None:
        super().__init__(page)
        self._service = service
        self._runner = runner
        self._state = state
        self._page = page  # questions are asked over it
        self._job: JobHandle | None = None
        self._dataset = ""
        self._runs_before: set[int] = set()
        self._question: AskDialog | None = None
        self._display = RunDisplay(service, self)
        self.progress, self.curves = self._display.progress, self._display.curves
        self.paused = PausedRun()
        self.result = RunResult()
        self.finished_run = 0
        self._display.number_given.connect(self.number_given)
        self._display.problem_found.connect(self.problem_found)
        self.progress.force_due.connect(self._on_force_due)
        self.progress.force_requested.connect(self._on_force_requested)
        self.curves.health.finish_requested.connect(self._on_finish_requested)
        self.curves.sample_requested.connect(self._on_sample_requested)
        self.progress.pause_requested.connect(self._on_pause_requested)
        self.progress.finish_requested.connect(self._on_finish_requested)
        self.progress.discard_requested.connect(self.ask_to_discard)
        self.paused.finish_requested.connect(self._on_finish_paused_requested)
        self.paused.discard_requested.connect(self._on_discard_paused_requested)

    @property
    def is_on(self) -> bool:
        """Whether a job is training."""
        return self._job is not None

    def start(self, request: TrainRequest) -> None:
        """Train as asked."""
        self._runs_before = {run.number for run in self._runs()}
        self._begin(request.dataset, None)
        self._listen_to(
            self._runner.start(
                Line.TRAIN, f"Fine-tuning on {request.dataset}", model_service.train, request
            )
        )

    def carry_on(self, run: RunInfo, *, accept_changes: bool = False) -> None:
        """Go on with a run that can be continued; its curves are drawn from what is on disk."""
        self._begin(run.dataset, run)
        self._listen_to(
            self._runner.start(
                Line.TRAIN,
                f"Fine-tuning on {run.dataset}",
                model_service.continue_training,
                ContinueRequest(run.number, accept_changes),
            )
        )

    def _begin(self, dataset: str, continued: RunInfo | None) -> None:
        self._dataset = dataset
        self._display.begin(dataset, continued)

    def _listen_to(self, job: JobHandle) -> None:
        self._job = job
        self._display.listen_to(job)
        job.finished.connect(self._on_finished)
        self.view_wanted.emit(View.RUNNING)

    # ---- What a person asks ----------------------------------------------------------------

    @Slot()
    def _on_pause_requested(self) -> None:
        if self._job is not None:
            # Before its button is disabled: the focus would go on to the one that discards.
            self.progress.setFocus()
            self.progress.show_pausing()
            self._job.pause()

    @Slot()
    def _on_finish_requested(self) -> None:
        if self._job is not None:
            self.progress.setFocus()
            self.progress.show_finishing()
            self._job.finish()

    @Slot()
    def _on_force_due(self) -> None:
        saved: LastSave | None = None
        if self.progress.run is not None:
            with contextlib.suppress(JokegenError, OSError):  # then nothing can be promised
                saved = self._service.last_save(self.progress.run)
        self.progress.offer_force(saved)

    @Slot()
    def _on_force_requested(self) -> None:
        if self._job is not None:
            self.progress.setFocus()
            self.progress.show_forcing()
            self._job.force()

    @Slot(str)
    def _on_sample_requested(self, prompt: str) -> None:
        if self._job is not None:
            self._job.ask_sample(prompt)

    @Slot()
    def ask_to_discard(self) -> None:
        """Ask whether the run under way shall be thrown away."""
        if self._job is None or not self.progress.discard_button.isEnabled() or self._question:
            return
        self._question = ask(
            self._page,
            "Stop and discard this run?",
            "What it has learned so far goes for good. Your jokes and the base model stay.",
            [
                Answer("go_on", "Keep training"),
                Answer("discard", "Stop and discard", ButtonKind.DANGER),
            ],
            self._on_discard_answered,
        )

    @Slot(str)
    def _on_discard_answered(self, key: str) -> None:
        self._question = None
        if key == "discard" and self._job is not None:
            self.progress.show_stopping()
            self._job.cancel()

    @Slot()
    def _on_finish_paused_requested(self) -> None:
        number = self.paused.number
        run = self.find(number)
        if run is not None and (not run.is_usable or run.validation_loss is None):
            # It was never checked: it goes on for just that, and keeps what it has learned.
            self.carry_on(run)
            self._on_finish_requested()
            return
        try:
            run = self._service.finish_run(number)
        except (JokegenError, OSError) as error:
            self.problem_found.emit(explain(error))
            return
        best = self._display.record.best
        self._show_done(summary_of(run, best.step if best else run.steps))
        self._state.runs_changed.emit()

    @Slot()
    def _on_discard_paused_requested(self) -> None:
        if self._question is None:
            self._question = ask(
                self._page,
                f"Discard run {self.paused.number}?",
                "What it has learned so far goes for good. Your jokes and the base model stay.",
                [Answer("keep", "Keep"), Answer("discard", "Discard", ButtonKind.DANGER)],
                self._on_discard_paused_answered,
            )

    @Slot(str)
    def _on_discard_paused_answered(self, key: str) -> None:
        self._question = None
        if key != "discard":
            return
        try:
            self._service.delete_run(self.paused.number)
        except (JokegenError, OSError) as error:
            self.problem_found.emit(explain(error))
            return
        self.discarded.emit(self.paused.number)
        self._state.runs_changed.emit()

    # ---- How it ends -----------------------------------------------------------------------

    @Slot(object)
    def _on_finished(self, outcome: Outcome[TrainSummary]) -> None:
        self._job = None
        self._display.end()
        if self._question is not None:
            self._question.reject()
        if isinstance(outcome, Done):
            self._show_done(outcome.summary)
        elif isinstance(outcome, Failed):
            self.failed.emit(outcome)
        elif isinstance(outcome, Cancelled):
            self._clear_up()
            self.discarded.emit(self.progress.run)
        self._state.runs_changed.emit()
        # It may have fetched its base model on the way, even if it failed later.
        self._state.models_changed.emit()

    def _show_done(self, summary: TrainSummary) -> None:
        self.finished_run = summary.run
        is_paused = summary.status == RunStatus.PAUSED.value
        self._display.show_health(When.PAUSED if is_paused else When.OVER)
        if not is_paused:
            record = self._display.record
            self.result.show_summary(summary, self._dataset, record.before, record.best)
            self.view_wanted.emit(View.RESULT)
        elif (run := self.find(summary.run)) is not None:
            self.paused.show_run(run)
            self.view_wanted.emit(View.PAUSED)
        else:  # its folder was taken away meanwhile
            self.view_wanted.emit(View.SETUP)

    def _clear_up(self) -> None:
        """A worker that was killed could not remove what it had made."""
        for run in self.made():
            if run.number == self.progress.run or run.status is RunStatus.INTERRUPTED:
                self._service.discard_run(run.number)
        number = self.progress.run
        if number is None or self.find(number) is None:
            return
        try:  # one that was to go on, but had not yet begun to
            self._service.delete_run(number)
        except (JokegenError, OSError) as error:
            self.problem_found.emit(explain(error))

    def made(self) -> list[RunInfo]:
        """The run that just ended, if it is on disk; without a number, what is new there."""
        runs = self._runs()
        if self.progress.run is not None:
            return [run for run in runs if run.number == self.progress.run]
        return [
            run
            for run in runs
            if run.number not in self._runs_before and run.status is not RunStatus.RUNNING
        ]

    def find(self, number: int) -> RunInfo | None:
        """The run of that number as it is on disk now."""
        return next((run for run in self._runs() if run.number == number), None)

    def _runs(self) -> list[RunInfo]:
        try:
            return self._service.runs()
        except (JokegenError, OSError) as error:
            self.problem_found.emit(explain(error))
            return []


def summary_of(run: RunInfo, best_step: int) -> TrainSummary:
    """What came of a run that was ended without a job, from what is on disk of it."""
    loss = run.validation_loss or 0.0
    before = run.validation_loss_before
    return TrainSummary(
        run=run.number,
        status=run.status.value,
        steps=run.steps,
        best_step=best_step,
        train_loss=loss,
        validation_loss=loss,
        validation_loss_before=loss if before is None else before,
        seconds=run.seconds,
        tokens_per_second=0.0,
        path=run.path,
    )
