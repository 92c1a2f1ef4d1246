"""The Fine-tune tab: set a run up, watch it learn, see what came of it, and the runs before.

The tab asks and shows. Training is a job in the worker process of `Line.TRAIN`; its events go to
the two views that show a run, its outcome decides which view comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QVBoxLayout, QWidget

from jokegen import model_service
from jokegen.errors import JokegenError, explain
from jokegen.jobs.events import Cancelled, Done, Event, Failed
from jokegen.jobs.requests import TrainRequest, TrainSummary
from jokegen.jobs.running import Outcome
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.records import RunInfo, RunStatus
from jokegen.ui.finetune.curves import RunCurves
from jokegen.ui.finetune.failure import FailurePanel
from jokegen.ui.finetune.progress import RunProgress
from jokegen.ui.finetune.result import RunResult
from jokegen.ui.finetune.run_list import RunList
from jokegen.ui.finetune.setup import SetupCard
from jokegen.ui.finetune.start import StartBar
from jokegen.ui.kit.buttons import ButtonKind
from jokegen.ui.kit.dialogs import Answer, AskDialog, ask
from jokegen.ui.kit.feedback import Banner, EmptyState
from jokegen.ui.kit.pages import ScrollPage
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Tone

_WIDTH = 960
Read = TypeVar("Read")


class _View(Enum):
    SETUP = auto()
    RUNNING = auto()
    RESULT = auto()


class FinetuneTab(QWidget):
    """The second tab."""

    dataset_wanted = Signal()

    def __init__(
        self,
        service: ModelService,
        runner: JobRunner,
        state: AppState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("finetune_tab")
        self.setAccessibleName("Fine-tune")
        self._service = service
        self._runner = runner
        self._state = state
        self._view = _View.SETUP
        self._job: JobHandle | None = None
        self._request: TrainRequest | None = None
        self._runs_before: set[int] = set()
        self._question: AskDialog | None = None
        self._finished_run = 0
        self.banner = Banner(name="finetune_banner")
        self.failure = FailurePanel()
        self.setup = SetupCard(runner, state)
        self.start_bar = StartBar(_WIDTH)
        self.progress = RunProgress()
        self.result = RunResult()
        self.curves = RunCurves()
        self.runs = RunList(service, state)
        self._no_jokes = Card(name="no_jokes_card")
        self._no_jokes_words = EmptyState(
            "dataset",
            "First, some jokes",
            "A language model learns from a saved data set. Import yours, or take the starter "
            "jokes; then come back here.",
            action="Go to the data sets",
            action_icon="dataset",
            name="no_jokes",
        )
        self._arrange()
        self._connect()
        self._on_models_changed()
        self._on_datasets_changed()
        self.runs.refresh()

    @property
    def is_training(self) -> bool:
        """Whether a run is under way."""
        return self._job is not None

    @property
    def running_title(self) -> str:
        """What the run under way is called; "" when there is none."""
        return self.progress.title if self.is_training else ""

    def _arrange(self) -> None:
        self._page = ScrollPage(
            "Fine-tune",
            "A base model that knows language learns from your jokes, on this computer.",
            max_width=_WIDTH,
            name="finetune_page",
        )
        self._no_jokes.body.addWidget(self._no_jokes_words)
        for part in (
            self.banner, self.failure, self._no_jokes, self.setup, self.progress, self.result,
            self.curves, self.runs,
        ):  # fmt: skip
            self._page.add(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._page, 1)
        layout.addWidget(self.start_bar)

    def _connect(self) -> None:
        self._state.datasets_changed.connect(self._on_datasets_changed)
        self._state.models_changed.connect(self._on_models_changed)
        self._state.train_requested.connect(self._on_train_requested)
        self._no_jokes_words.action_clicked.connect(self.dataset_wanted)
        self.setup.changed.connect(self._on_setup_changed)
        self.setup.length.unfolded.connect(self._on_length_unfolded)
        self.setup.more.toggled.connect(self._on_more_toggled)
        self.start_bar.start_requested.connect(self._on_start_requested)
        self.progress.finish_requested.connect(self._on_finish_requested)
        self.progress.discard_requested.connect(self._on_discard_requested)
        self.result.play_requested.connect(self._on_result_play_requested)
        self.result.again_requested.connect(self._on_again_requested)
        self.failure.play_requested.connect(self._state.play_requested)
        self.runs.run_deleted.connect(self._on_run_deleted)
        self.runs.problem_found.connect(self._on_problem_found)
        self._page.verticalScrollBar().rangeChanged.connect(self._on_scroll_range_changed)
        self._escape = QShortcut(
            QKeySequence("Escape"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
        )
        self._escape.activated.connect(self._on_discard_requested)

    # ---- What is shown ---------------------------------------------------------------------

    def _show_view(self, view: _View) -> None:
        self._view = view
        self._redraw()
        self._page.verticalScrollBar().setValue(0)

    def _redraw(self) -> None:
        is_setup = self._view is _View.SETUP
        has_jokes = self.setup.has_datasets
        self._no_jokes.setVisible(is_setup and not has_jokes)
        self.setup.setVisible(is_setup and has_jokes)
        self.start_bar.setVisible(is_setup and has_jokes)
        self.progress.setVisible(self._view is _View.RUNNING)
        self.result.setVisible(self._view is _View.RESULT)
        self.curves.setVisible(not is_setup)
        self._escape.setEnabled(self._view is _View.RUNNING)
        self._on_setup_changed()

    @Slot()
    def _on_setup_changed(self) -> None:
        reason = self.setup.blocked_because()
        if reason:
            self.start_bar.show_blocked(reason)
        else:
            self.start_bar.show_plan(self.setup.plan())

    def _reveal_soon(self, widget: QWidget) -> None:
        """Scroll to `widget` once it has its place."""
        QTimer.singleShot(0, self, lambda: self._page.show_widget(widget))

    @Slot()
    def _on_length_unfolded(self) -> None:
        self._reveal_soon(self.setup.length)

    @Slot(bool)
    def _on_more_toggled(self, is_open: bool) -> None:
        if is_open:
            self._reveal_soon(self.setup.more)

    @Slot(int, int)
    def _on_scroll_range_changed(self, lowest: int, highest: int) -> None:
        bar = self._page.verticalScrollBar()
        self.start_bar.leave_room(bar.sizeHint().width() if highest > lowest else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, else the primary one."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        focused = QApplication.focusWidget()
        if isinstance(focused, QPushButton | QToolButton):
            focused.click()
        elif self._view is _View.RESULT:
            self.result.play_button.click()
        elif self._view is _View.SETUP and self.setup.has_datasets:
            self.start_bar.button.click()
        elif self._view is _View.SETUP:
            self._no_jokes_words.action_button.click()

    def _focus(self, widget: QWidget) -> None:
        if self.isVisible():
            widget.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- What comes from elsewhere ---------------------------------------------------------

    def _read(self, read: Callable[[], list[Read]]) -> list[Read]:
        """What the service has; a problem is shown, and the window goes on without."""
        try:
            return read()
        except (JokegenError, OSError) as error:
            self._on_problem_found(explain(error))
            return []

    @Slot()
    def _on_datasets_changed(self) -> None:
        self.setup.show_datasets(self._read(self._service.datasets))
        self._redraw()

    @Slot()
    def _on_models_changed(self) -> None:
        self.setup.show_base_models(self._read(self._service.base_models))

    @Slot(object)
    def _on_problem_found(self, problem: JokegenError) -> None:
        self.banner.show_error(problem)
        self._reveal_soon(self.banner)

    @Slot(str)
    def _on_train_requested(self, dataset: str) -> None:
        self.setup.choose_dataset(dataset)
        if not self.is_training:
            self._show_view(_View.SETUP)
            self._focus(self.start_bar.button)

    # ---- A run -----------------------------------------------------------------------------

    @Slot()
    def _on_start_requested(self) -> None:
        if self.is_training:
            return
        request = self.setup.request()
        if request is None:
            self._reveal_soon(self.setup.more)
            return
        self.banner.clear()
        self.failure.clear()
        self._request = request
        self._runs_before = {run.number for run in self._read(self._service.runs)}
        self.curves.clear()
        self.progress.begin(request.dataset)
        self._job = self._runner.start(
            Line.TRAIN, f"Fine-tuning on {request.dataset}", model_service.train, request
        )
        self._job.events_arrived.connect(self._on_events_arrived)
        self._job.finished.connect(self._on_finished)
        self._show_view(_View.RUNNING)
        # Not on a button: whoever pressed Enter to start may press it once more.
        self._focus(self.progress)

    @Slot(object)
    def _on_events_arrived(self, events: Sequence[Event]) -> None:
        had_number = self.progress.run is not None
        self.progress.show_events(events)
        self.curves.show_events(events)
        if not had_number and self.progress.run is not None:
            self.runs.refresh()

    @Slot()
    def _on_finish_requested(self) -> None:
        if self._job is not None:
            self.progress.show_finishing()
            self._job.finish()

    @Slot()
    def _on_discard_requested(self) -> None:
        if self._job is None or not self.progress.discard_button.isEnabled() or self._question:
            return
        self._question = ask(
            self,
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

    @Slot(object)
    def _on_finished(self, outcome: Outcome[TrainSummary]) -> None:
        self._job = None
        self.progress.end()
        if self._question is not None:
            self._question.reject()
        if isinstance(outcome, Done):
            self._show_done(outcome.summary)
        elif isinstance(outcome, Failed):
            self._show_failed(outcome)
        elif isinstance(outcome, Cancelled):
            self._show_cancelled()
        self._state.runs_changed.emit()
        # It may have fetched its base model on the way, even if it failed later.
        self._state.models_changed.emit()

    def _show_done(self, summary: TrainSummary) -> None:
        self._finished_run = summary.run
        self.result.show_summary(summary, self._request.dataset if self._request else "")
        self._show_view(_View.RESULT)
        self._focus(self.result.play_button)

    def _show_failed(self, outcome: Failed) -> None:
        made = [run for run in self._made_by_this_run() if run.is_usable]
        self.failure.show_failure(outcome, made[0] if made else None)
        self._show_view(_View.SETUP)
        self._focus(self.start_bar.button)

    def _show_cancelled(self) -> None:
        # A worker that was killed could not remove what it had made.
        for run in self._made_by_this_run():
            if run.number == self.progress.run or run.status is RunStatus.INTERRUPTED:
                self._service.discard_run(run.number)
        number = self.progress.run
        title = "The run was discarded." if number is None else f"Run {number} was discarded."
        self.banner.show_message(Tone.INFO, title, "Your jokes and the base model are untouched.")
        self._show_view(_View.SETUP)
        self._focus(self.start_bar.button)

    def _made_by_this_run(self) -> list[RunInfo]:
        """The run that just ended, if it is on disk; without a number, what is new there."""
        runs = self._read(self._service.runs)
        if self.progress.run is not None:
            return [run for run in runs if run.number == self.progress.run]
        return [
            run
            for run in runs
            if run.number not in self._runs_before and run.status is not RunStatus.RUNNING
        ]

    # ---- Afterwards ------------------------------------------------------------------------

    @Slot()
    def _on_result_play_requested(self) -> None:
        self._state.play_requested.emit(str(self._finished_run))

    @Slot()
    def _on_again_requested(self) -> None:
        self._show_view(_View.SETUP)
        self._focus(self.start_bar.button)

    @Slot(int)
    def _on_run_deleted(self, number: int) -> None:
        if self._view is _View.RESULT and number == self._finished_run:
            self._show_view(_View.SETUP)
