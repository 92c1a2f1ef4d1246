"""The window: three steps as tabs, a place for messages, and the question before closing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QToolButton, QVBoxLayout, QWidget

import jokegen
from jokegen.config.settings import Settings
from jokegen.errors import JokegenError
from jokegen.jobs.context import Stop
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.ui.dataset.tab import DatasetTab
from jokegen.ui.finetune.offer import RunOffer
from jokegen.ui.finetune.tab import FinetuneTab
from jokegen.ui.kit.buttons import ButtonKind, IconButton
from jokegen.ui.kit.dialogs import Answer, ask
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.pages import StepTabs
from jokegen.ui.kit.theme import Scheme, Theme
from jokegen.ui.kit.tokens import Space, Tone
from jokegen.ui.playground.tab import PlaygroundTab

_SCHEMES = {
    Scheme.SYSTEM: "As the desktop",
    Scheme.LIGHT: "Light",
    Scheme.DARK: "Dark",
}

_STOPS = {"discard": Stop.CANCEL, "keep": Stop.FINISH, "pause": Stop.PAUSE}
_LEAVING = {
    Stop.CANCEL: "Everything is being ended in good order.",
    Stop.FINISH: "The best so far is being saved. Close again to end at once.",
    Stop.PAUSE: "The fine-tuning is being paused. Close again to end at once: "
    "then only the steps since it was last saved are lost.",
}


class MainWindow(QMainWindow):
    """Shows the tabs; closing it is only asked for, the application decides when it is done."""

    close_requested = Signal()

    def __init__(
        self,
        service: ModelService,
        runner: JobRunner,
        state: AppState,
        theme: Theme,
        settings: Settings,
    ) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("Jokegen")
        self.setMinimumSize(1000, 640)
        self._service = service
        self._state = state
        self._theme = theme
        self._settings = settings

        self.dataset_tab = DatasetTab(service, runner, state)
        self.dataset_tab.last_folder = settings.last_folder
        self.finetune_tab = FinetuneTab(service, runner, state)
        self.playground_tab = PlaygroundTab(service, runner, state)
        self.steps = StepTabs()
        self._dataset_step = self.steps.add_step(
            self.dataset_tab, "Dataset", "dataset", tip="Bring your jokes"
        )
        self._finetune_step = self.steps.add_step(
            self.finetune_tab, "Fine-tune", "finetune", tip="Let a language model learn from them"
        )
        self._playground_step = self.steps.add_step(
            self.playground_tab, "Playground", "playground", tip="Have it write jokes"
        )
        self.steps.setCornerWidget(self._make_corner())
        for step in range(self.steps.count()):
            action = QAction(self)
            action.setShortcut(QKeySequence(f"Ctrl+{step + 1}"))
            action.triggered.connect(self._on_step_shortcut)
            action.setData(step)
            self.addAction(action)

        self.banner = Banner(name="window_banner")
        self.offer = RunOffer(name="window_offer")  # where the tab's own cannot be seen
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        holder = QVBoxLayout()
        holder.setContentsMargins(Space.XL, 0, Space.XL, 0)
        holder.setSpacing(Space.S)
        holder.addWidget(self.banner)
        holder.addWidget(self.offer)
        column.addLayout(holder)
        column.addWidget(self.steps, 1)
        self.setCentralWidget(content)

        state.train_requested.connect(self._on_train_requested)
        state.play_requested.connect(self._on_play_requested)
        state.datasets_changed.connect(self._mark_done_steps)
        state.runs_changed.connect(self._mark_done_steps)
        self.finetune_tab.dataset_wanted.connect(self._on_dataset_wanted)
        self.finetune_tab.offer_changed.connect(self._show_offer)
        self.steps.currentChanged.connect(self._show_offer)
        self.offer.action_clicked.connect(self._on_continue_wanted)
        self.offer.secondary_clicked.connect(self.finetune_tab.leave_offered)
        self.playground_tab.finetune_wanted.connect(self._on_finetune_wanted)

    @property
    def settings(self) -> Settings:
        """The preferences as they are now, to be saved."""
        return replace(
            self._settings,
            window=(self.width(), self.height()),
            appearance=self._theme.scheme.value,
            last_folder=self.dataset_tab.last_folder,
            left_runs=self.finetune_tab.left_runs,
        )

    def start(self) -> None:
        """Fill the tabs from what is on disk; called once the window is shown."""
        self._state.datasets_changed.emit()
        self._state.models_changed.emit()
        self._state.runs_changed.emit()
        self.finetune_tab.offer_unfinished(self._settings.left_runs)
        # The first step would show a focus ring that nobody asked for.
        self.setFocus()

    def show_problem(self, problem: JokegenError) -> None:
        """Something without which nothing can be done: the tabs stay closed."""
        self.banner.show_error(problem)
        self.steps.setEnabled(False)

    def show_notice(self, title: str, text: str) -> None:
        """A message above the tabs."""
        self.banner.show_message(Tone.WARNING, title, text)

    def ask_before_closing(self, jobs: Sequence[JobHandle], leave: Callable[[Stop], None]) -> None:
        """Say what would be lost; `leave(how to stop)` is called unless the person stays."""
        titles = "\n".join(f"• {job.title}" for job in jobs)
        unsaved = self.dataset_tab.unsaved()
        if unsaved:
            titles = "\n".join(filter(None, [titles, f"• {unsaved}"]))
        answers = [Answer("stay", "Keep working")]
        if any(job.line is Line.TRAIN for job in jobs):
            text = (
                f"This is still under way:\n{titles}\n\n"
                "A fine-tuning that is paused loses nothing: Jokegen offers to go on with it when "
                "you open it again. It can also be finished early: the best so far is kept, "
                "after a last check that may take a minute."
            )
            answers.append(Answer("discard", "Discard and close", ButtonKind.DANGER))
            answers.append(Answer("keep", "Finish, keep and close"))
            answers.append(Answer("pause", "Pause and close", ButtonKind.PRIMARY))
        elif jobs:
            text = f"This is still under way and would be given up:\n{titles}"
            answers.append(Answer("discard", "Stop it and close", ButtonKind.DANGER))
        else:
            text = f"This is not saved yet and would be given up:\n{titles}"
            answers.append(Answer("discard", "Close all the same", ButtonKind.DANGER))

        def on_answered(key: str) -> None:
            if key != "stay":
                leave(_STOPS[key])

        ask(self, "Close Jokegen?", text, answers, on_answered)

    def show_leaving(self, stop: Stop) -> None:
        """The person sees that the window is about to close."""
        self.steps.setEnabled(False)
        self.offer.clear()
        self.banner.show_message(Tone.INFO, "Closing.", _LEAVING[stop])

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.close_requested.emit()

    def _make_corner(self) -> QWidget:
        """The menu button, on the line of the steps and of the pages' right edge."""
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, Space.L, Space.XS)
        row.addWidget(self._make_menu_button())
        return corner

    def _make_menu_button(self) -> QToolButton:
        button = IconButton("more", "Appearance and more", name="menu_button")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setObjectName("menu")
        menu.addSection("Appearance")
        group = QActionGroup(menu)
        for scheme, text in _SCHEMES.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(scheme is self._theme.scheme)
            action.setData(scheme)
            group.addAction(action)
        group.triggered.connect(self._on_appearance_chosen)
        menu.addSeparator()
        menu.addAction("Show Jokegen's files").triggered.connect(self._on_files_wanted)
        menu.addAction("About Jokegen").triggered.connect(self._on_about_wanted)
        button.setMenu(menu)
        return button

    @Slot(QAction)
    def _on_appearance_chosen(self, action: QAction) -> None:
        self._theme.set_scheme(action.data())

    @Slot()
    def _on_files_wanted(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._service.paths.home)))

    @Slot()
    def _on_about_wanted(self) -> None:
        ask(
            self,
            f"Jokegen {jokegen.__version__}",
            "Turns a pile of jokes into a small language model of your own, on this computer. "
            "Nothing you import or write leaves it.\n\n"
            f"Your data sets and runs are in {self._service.paths.home}",
            [Answer("close", "Close")],
            lambda _key: None,
        )

    @Slot()
    def _on_step_shortcut(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.steps.setCurrentIndex(action.data())

    @Slot(str)
    def _on_train_requested(self, _dataset: str) -> None:
        self.steps.setCurrentIndex(self._finetune_step)

    @Slot(str)
    def _on_play_requested(self, _language_model: str) -> None:
        self.steps.setCurrentIndex(self._playground_step)

    @Slot()
    def _on_dataset_wanted(self) -> None:
        self.steps.setCurrentIndex(self._dataset_step)

    @Slot()
    def _on_finetune_wanted(self) -> None:
        self.steps.setCurrentIndex(self._finetune_step)

    @Slot()
    def _show_offer(self) -> None:
        run = self.finetune_tab.offered
        if run is None or self.steps.currentIndex() == self._finetune_step:
            self.offer.clear()
        else:
            self.offer.show_run(run)

    @Slot()
    def _on_continue_wanted(self) -> None:
        self.steps.setCurrentIndex(self._finetune_step)
        self.finetune_tab.continue_offered()

    @Slot()
    def _mark_done_steps(self) -> None:
        self.steps.set_step_done(self._dataset_step, bool(self._service.datasets()))
        has_run = any(run.is_usable for run in self._service.runs())
        self.steps.set_step_done(self._finetune_step, has_run)
