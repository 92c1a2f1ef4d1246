"""The Fine-tune tab: set a run up, watch it learn, see what came of it, and the runs before.

The tab arranges and leads from one view to the next; the run under way, with its job and the
cards that show it, is `RunUnderWay`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QVBoxLayout, QWidget

from jokegen.errors import JokegenError, explain
from jokegen.jobs.events import Failed
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner
from jokegen.records import RunInfo
from jokegen.ui.finetune.evaluate import EvaluateDialog
from jokegen.ui.finetune.failure import FailurePanel
from jokegen.ui.finetune.offer import RunOffer, unfinished
from jokegen.ui.finetune.run import RunUnderWay, View
from jokegen.ui.finetune.run_list import RunList
from jokegen.ui.finetune.setup import SetupCard
from jokegen.ui.finetune.start import StartBar
from jokegen.ui.kit.feedback import Banner, EmptyState
from jokegen.ui.kit.pages import ScrollPage
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Tone

_WIDTH = 960
Read = TypeVar("Read")


class FinetuneTab(QWidget):
    """The second tab."""

    dataset_wanted = Signal()
    offer_changed = Signal()  # another run is offered to go on with, or none any more

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
        self._view = View.SETUP
        self._left: set[int] = set()
        self.banner = Banner(name="finetune_banner")
        self.offer = RunOffer(name="run_offer")
        self.failure = FailurePanel()
        self.setup = SetupCard(runner, state)
        self.start_bar = StartBar(_WIDTH)
        self.run = RunUnderWay(service, runner, state, self)
        self.progress, self.paused = self.run.progress, self.run.paused
        self.result, self.curves = self.run.result, self.run.curves
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
        self._on_runs_changed()
        self.runs.refresh()

    @property
    def is_training(self) -> bool:
        """Whether a run is under way."""
        return self.run.is_on

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
            self.banner, self.offer, self.failure, self._no_jokes, self.setup, self.progress,
            self.paused, self.result, self.curves, self.runs,
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
        self._state.runs_changed.connect(self._on_runs_changed)
        self._state.train_requested.connect(self._on_train_requested)
        self._no_jokes_words.action_clicked.connect(self.dataset_wanted)
        self.setup.changed.connect(self._on_setup_changed)
        self.setup.length.unfolded.connect(self._on_length_unfolded)
        self.setup.more.toggled.connect(self._on_more_toggled)
        self.setup.more.evaluate_requested.connect(self._on_evaluate_requested)
        self.setup.device.device_changed.connect(self._on_device_changed)
        self.start_bar.start_requested.connect(self._on_start_requested)
        self.run.view_wanted.connect(self._on_view_wanted)
        self.run.failed.connect(self._on_failed)
        self.run.discarded.connect(self._on_discarded)
        self.run.number_given.connect(self.runs.refresh)
        self.run.problem_found.connect(self._on_problem_found)
        self.paused.continue_requested.connect(self._on_continue_paused_requested)
        self.paused.leave_requested.connect(self._on_again_requested)
        self.offer.action_clicked.connect(self.continue_offered)
        self.offer.secondary_clicked.connect(self.leave_offered)
        self.result.play_requested.connect(self._on_result_play_requested)
        self.result.again_requested.connect(self._on_again_requested)
        self.failure.play_requested.connect(self._state.play_requested)
        self.failure.continue_requested.connect(self.continue_run)
        self.runs.continue_requested.connect(self.continue_run)
        self.runs.run_deleted.connect(self._on_run_deleted)
        self.runs.evaluate_requested.connect(self._on_evaluate_run_requested)
        self.runs.problem_found.connect(self._on_problem_found)
        self._page.verticalScrollBar().rangeChanged.connect(self._on_scroll_range_changed)
        self._escape = QShortcut(
            QKeySequence("Escape"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
        )
        self._escape.activated.connect(self.run.ask_to_discard)

    # ---- What is shown ---------------------------------------------------------------------

    def _show_view(self, view: View) -> None:
        self._view = view
        self._redraw()
        self._page.verticalScrollBar().setValue(0)

    def _redraw(self) -> None:
        is_setup = self._view is View.SETUP
        has_jokes = self.setup.has_datasets
        self._no_jokes.setVisible(is_setup and not has_jokes)
        self.setup.setVisible(is_setup and has_jokes)
        self.start_bar.setVisible(is_setup and has_jokes)
        self.progress.setVisible(self._view is View.RUNNING)
        self.paused.setVisible(self._view is View.PAUSED)
        self.result.setVisible(self._view is View.RESULT)
        self.curves.setVisible(not is_setup)
        self._escape.setEnabled(self._view is View.RUNNING)
        self.runs.set_training(self.is_training, self.progress.run)
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
        elif self._view is View.RESULT:
            self.result.play_button.click()
        elif self._view is View.PAUSED:
            self.paused.continue_button.click()
        elif self._view is View.SETUP and self.setup.has_datasets:
            self.start_bar.button.click()
        elif self._view is View.SETUP:
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
            self._show_view(View.SETUP)
            self._focus(self.start_bar.button)

    # ---- A run -----------------------------------------------------------------------------

    @Slot()
    def _on_start_requested(self) -> None:
        if self.is_training:
            return
        request = self.setup.request()
        if request is None:
            self._reveal_soon(self.setup.more.first_problem())
            return
        self._forget_messages()
        self.run.start(request)

    @Slot(int)
    @Slot(int, bool)
    def continue_run(self, number: int, accept_changes: bool = False) -> None:
        """Go on with a run that was paused or interrupted."""
        if self.is_training:
            return
        run = self.run.find(number)
        if run is None or not run.can_continue:
            self._on_problem_found(
                JokegenError(f"Run {number} cannot go on any more.", "Start a new one instead.")
            )
            return
        self._left.discard(number)
        self._forget_messages()
        self.run.carry_on(run, accept_changes=accept_changes)

    def _forget_messages(self) -> None:
        self.banner.clear()
        self.failure.clear()
        self._withdraw_offer()

    @Slot(object)
    def _on_view_wanted(self, view: View) -> None:
        self._show_view(view)
        self._focus(
            {
                # Not on a button: whoever pressed Enter to start may press it once more.
                View.RUNNING: self.progress,
                View.PAUSED: self.paused.continue_button,
                View.RESULT: self.result.play_button,
            }.get(view, self.start_bar.button)
        )

    @Slot(object)
    def _on_failed(self, outcome: Failed) -> None:
        made = self.run.made()
        self.failure.show_failure(outcome, made[0] if made else None)
        self.setup.device.look_if_it_may_be_gone()
        self._show_view(View.SETUP)
        self._focus(self.failure.first_answer() or self.start_bar.button)

    @Slot(object)
    def _on_discarded(self, number: int | None) -> None:
        title = "The run was discarded." if number is None else f"Run {number} was discarded."
        self.banner.show_message(Tone.INFO, title, "Your jokes and the base model are untouched.")
        self._on_view_wanted(View.SETUP)

    @Slot()
    def _on_device_changed(self) -> None:
        if self.setup.device.is_gone and self._view is View.SETUP:
            self._reveal_soon(self.setup.device)

    # ---- Measuring without training --------------------------------------------------------

    @Slot()
    def _on_evaluate_requested(self) -> None:
        base, dataset = self.setup.base.chosen(), self.setup.dataset()
        self._evaluate(base.id if base else "", dataset.name if dataset else "")

    @Slot(int)
    def _on_evaluate_run_requested(self, number: int) -> None:
        run = self.run.find(number)
        self._evaluate(str(number), run.dataset if run else "")

    def _evaluate(self, language_model: str, dataset: str) -> None:
        EvaluateDialog(
            self,
            self._service,
            self._runner,
            language_model=language_model,
            dataset=dataset,
            device=self.setup.device.device(),
        ).open()

    # ---- Runs that did not reach their end -------------------------------------------------

    @property
    def offered(self) -> RunInfo | None:
        """The run that the person is asked to go on with."""
        return self.offer.run

    @property
    def left_runs(self) -> tuple[int, ...]:
        """Unfinished runs that the person does not want to be asked about any more."""
        there = {run.number for run in unfinished(self._read(self._service.runs))}
        return tuple(sorted(self._left & there))

    def offer_unfinished(self, left: Sequence[int]) -> None:
        """Ask about the newest run that can go on, unless it was `left` before."""
        self._left = set(left)
        runs = unfinished(self._read(self._service.runs))
        asked = [run for run in runs if run.number not in self._left]
        if asked and not self.is_training:
            self.offer.show_run(asked[0])
            self.offer_changed.emit()

    @Slot()
    def leave_offered(self) -> None:
        """The person does not want to go on with it, now or later; it stays in the list."""
        if self.offered is not None:
            self._left.add(self.offered.number)
        self._withdraw_offer()

    @Slot()
    def continue_offered(self) -> None:
        """Go on with the run that is offered."""
        if self.offered is not None:
            self.continue_run(self.offered.number)

    def _withdraw_offer(self) -> None:
        self.offer.clear()
        self.offer_changed.emit()

    @Slot()
    def _on_runs_changed(self) -> None:
        runs = self._read(self._service.runs)
        self.setup.show_runs(runs)
        numbers = {run.number for run in unfinished(runs)}
        if self.offered is not None and self.offered.number not in numbers:
            self._withdraw_offer()

    # ---- Afterwards ------------------------------------------------------------------------

    @Slot()
    def _on_result_play_requested(self) -> None:
        self._state.play_requested.emit(str(self.run.finished_run))

    @Slot()
    def _on_continue_paused_requested(self) -> None:
        self.continue_run(self.paused.number)

    @Slot()
    def _on_again_requested(self) -> None:
        self._on_view_wanted(View.SETUP)

    @Slot(int)
    def _on_run_deleted(self, number: int) -> None:
        if self._view in (View.RESULT, View.PAUSED) and number == self.run.finished_run:
            self._show_view(View.SETUP)
