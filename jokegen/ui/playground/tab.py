"""The Playground: choose a language model, give it a beginning, and read what it writes.

The tab only asks and shows. Writing is a job in the worker process of `Line.GENERATE`, which is
kept warm, so that the language model is loaded once; what it streams goes into the joke list.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from jokegen import model_service, wording
from jokegen.errors import JokegenError, explain
from jokegen.jobs.events import (
    Cancelled,
    Done,
    Event,
    Failed,
    JokeWritten,
    Notice,
    Progress,
    TextChunk,
)
from jokegen.jobs.requests import GenerateRequest, GenerateSummary
from jokegen.jobs.running import Outcome
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.feedback import EmptyState
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.playground.composer import Composer, Writing
from jokegen.ui.playground.joke_list import BAR_ROOM, JokeList
from jokegen.ui.playground.problem import ProblemPanel
from jokegen.ui.playground.settings import SettingsPanel


class PlaygroundTab(QWidget):
    """The third tab."""

    finetune_wanted = Signal()

    def __init__(
        self,
        service: ModelService,
        runner: JobRunner,
        state: AppState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("playground_tab")
        self.setAccessibleName("Playground")
        self._service = service
        self._runner = runner
        self._state = state
        self._job: JobHandle | None = None
        self._is_fetching = False
        self._is_opened = False  # somebody asked for a language model that is not here yet
        self._wants_focus = False
        self.settings = SettingsPanel()
        self.composer = Composer()
        self.problem = ProblemPanel(name="playground_problem")
        self.jokes = JokeList()
        self._nobody = EmptyState(
            "playground",
            "No language model of yours yet",
            "Fine-tune one on your jokes, and it will write new ones here. To look around first, "
            "the starter model writes too, though it knows none of your jokes.",
            action="Fine-tune one",
            action_icon="finetune",
            secondary="Try the starter model",
            name="no_language_model",
        )
        self._no_jokes = EmptyState(
            "laugh",
            "No jokes yet",
            "Press “Write jokes”. A beginning is not needed, but it is fun to give one.",
            name="no_jokes",
        )
        self._arrange()
        self._connect()
        self.refresh()

    @property
    def is_writing(self) -> bool:
        """Whether jokes are being written just now."""
        return self._job is not None

    @Slot()
    def refresh(self) -> None:
        """List the language models anew."""
        try:
            self.settings.models.show_models(self._service.runs(), self._service.base_models())
        except (JokegenError, OSError) as error:
            self.problem.show_error(explain(error))
            self._is_opened = True
        self._redraw()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        self._count = PlainLabel("", TextRole.MUTED, name="joke_total")
        self._clear = Button(
            "Clear", ButtonKind.QUIET, "trash", name="clear_jokes", tip="Takes all jokes away."
        )
        head.addWidget(self._count, 1)
        head.addWidget(self._clear)
        self._head = QWidget()
        self._head.setLayout(head)
        head.setContentsMargins(0, 0, 0, 0)
        for part in (self.problem, self._no_jokes, self._head):
            self.jokes.add_above(part)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, BAR_ROOM, 0)
        top.addWidget(self.composer)
        right = QVBoxLayout()
        right.setSpacing(Space.M)
        right.addLayout(top)
        right.addWidget(self.jokes, 1)
        self.settings.setMaximumWidth(scaled(310))
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(Space.XL, Space.L, Space.XL - BAR_ROOM, Space.L)
        columns.setSpacing(Space.L)
        columns.addWidget(self.settings, 2)
        columns.addLayout(right, 3)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._nobody)
        self._pages.addWidget(page)

    def _connect(self) -> None:
        self.composer.write_requested.connect(self._on_write_requested)
        self.composer.stop_requested.connect(self._on_stop_requested)
        self._clear.clicked.connect(self.jokes.clear)
        self.jokes.count_changed.connect(self._redraw)
        self.jokes.repeat_requested.connect(self._on_repeat_requested)
        self._nobody.action_clicked.connect(self.finetune_wanted)
        self._nobody.secondary_clicked.connect(self._on_starter_wanted)
        self._state.runs_changed.connect(self.refresh)
        self._state.models_changed.connect(self.refresh)
        self._state.play_requested.connect(self._on_play_requested)
        self._runner.job_started.connect(self._on_jobs_changed)
        self._runner.job_finished.connect(self._on_jobs_changed)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            self._shortcut(keys).activated.connect(self._on_write_requested)
        self._escape = self._shortcut("Escape")
        self._escape.setEnabled(False)
        self._escape.activated.connect(self._on_stop_requested)

    def _shortcut(self, keys: str) -> QShortcut:
        return QShortcut(
            QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
        )

    @Slot()
    def _redraw(self) -> None:
        models = self.settings.models
        is_open = models.has_usable or self._is_opened or bool(self.jokes.groups)
        starter = models.first_to_download()
        if starter is not None:
            size = wording.size(starter.download_bytes)
            self._nobody.secondary_button.set_text(f"Try the starter model ({size} to download)")
        self._nobody.secondary_button.setVisible(starter is not None)
        self._pages.setCurrentIndex(1 if is_open else 0)
        count = self.jokes.joke_count()
        self._count.setText(wording.jokes(count))
        self._head.setVisible(count > 0)
        self._clear.setEnabled(self.jokes.can_clear)
        self._no_jokes.setVisible(not self.jokes.groups)

    # ---- Writing ---------------------------------------------------------------------------

    @Slot()
    def _on_write_requested(self) -> None:
        chosen = self.settings.models.choice()
        if self._job is not None or chosen is None or self._pages.currentIndex() == 0:
            return
        request = self.settings.request(
            chosen.key, self.composer.prompt.text().strip(), self.composer.joke_count()
        )
        self.problem.clear()
        self._is_fetching = not chosen.is_here
        self.jokes.begin(chosen.title, request)
        title = f"Writing {wording.jokes(request.count)}"
        self._job = self._runner.start(Line.GENERATE, title, model_service.generate, request)
        self._job.events_arrived.connect(self._on_events_arrived)
        self._job.finished.connect(self._on_finished)
        self.composer.set_writing(Writing.BUSY)
        self._escape.setEnabled(True)

    @Slot()
    def _on_stop_requested(self) -> None:
        if self._job is not None:
            self.composer.set_writing(Writing.STOPPING)
            self._job.cancel()

    @Slot(object)
    def _on_events_arrived(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, TextChunk):
                self.jokes.add_text(event.joke, event.text)
            elif isinstance(event, JokeWritten):
                self.jokes.finish_joke(event.joke, event.text, has_ended=event.ended)
            elif isinstance(event, Progress):
                self.jokes.show_progress(event)
            elif isinstance(event, Notice):
                self.problem.show_notice(event.text, is_warning=event.is_warning)
                self.jokes.show_top()

    @Slot(object)
    def _on_finished(self, outcome: Outcome[GenerateSummary]) -> None:
        self._job = None
        self.composer.set_writing(Writing.IDLE)
        self._escape.setEnabled(False)
        if isinstance(outcome, Done):
            self.jokes.end(outcome.summary.jokes)
        elif isinstance(outcome, Cancelled):
            self.jokes.end(stopped_because="Stopped")
        elif isinstance(outcome, Failed):
            self.jokes.end(stopped_because="Interrupted")
            error = JokegenError(outcome.happened, outcome.todo)
            self.problem.show_error(error, outcome.details)
            self.jokes.show_top()
        self._put_newest_first_for_keyboard()
        if self._is_fetching:
            self._is_fetching = False
            self._state.models_changed.emit()

    def _put_newest_first_for_keyboard(self) -> None:
        before: QWidget = self._clear
        for control in self.jokes.groups[0].controls() if self.jokes.groups else []:
            QWidget.setTabOrder(before, control)
            before = control

    # ---- What comes from elsewhere ---------------------------------------------------------

    @Slot()
    def _on_starter_wanted(self) -> None:
        starter = self.settings.models.first_to_download()
        if starter is not None and self.settings.models.choose(starter.key):
            self._is_opened = True
            self._redraw()
            self.composer.button.setFocus()
            self._on_write_requested()

    @Slot(object)
    def _on_repeat_requested(self, request: GenerateRequest) -> None:
        self.settings.show_request(request)
        self.composer.prompt.setText(request.prompt)
        self.composer.count.setValue(request.count)
        self.composer.button.setFocus()
        if not self.settings.models.choose(request.model or ""):
            self.problem.show_error(
                JokegenError(
                    "The language model that wrote these jokes is not there any more.",
                    "The other settings are as they were; choose another language model.",
                )
            )

    @Slot(str)
    def _on_play_requested(self, model_id: str) -> None:
        self.problem.clear()
        self.refresh()
        if self.settings.models.choose(model_id):
            self._is_opened = True
        else:
            what = f"Run {model_id}" if model_id.isdecimal() else f"“{model_id}”"
            self.problem.show_error(
                JokegenError(
                    f"{what} has no language model to write with.",
                    "Choose another one from the list on the left.",
                )
            )
        self._redraw()
        self._wants_focus = not self.isVisible()
        self.composer.button.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._wants_focus:
            self._wants_focus = False
            self.composer.button.setFocus()

    @Slot()
    def _on_jobs_changed(self) -> None:
        self.composer.set_training(bool(self._runner.running(Line.TRAIN)))
