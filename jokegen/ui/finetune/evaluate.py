"""Measure a language model again without training it: which, on which jokes, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from jokegen import model_service, wording
from jokegen.errors import JokegenError, explain
from jokegen.jobs.events import Done, Event, Failed, Notice, Progress
from jokegen.jobs.requests import EvaluateRequest, EvaluateSummary
from jokegen.jobs.running import Outcome
from jokegen.model_service import ModelService
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.records import DatasetInfo, RunInfo
from jokegen.ui.finetune.evaluate_results import EvaluationResults
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.choices import Choice, Option
from jokegen.ui.kit.combos import Item, ShortCombo
from jokegen.ui.kit.feedback import Banner, ProgressPanel
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_BEST, _ALL = "best", "all"
_WIDTH, _NARROWEST = 860, 560
_FRAME = 60  # for the edges of the window and a bar of the desktop


class EvaluateDialog(QDialog):
    """Opened with `open()`. Closing it stops what is being measured."""

    def __init__(
        self,
        parent: QWidget | None,
        service: ModelService,
        runner: JobRunner,
        *,
        language_model: str,
        dataset: str,
        device: str,
    ) -> None:
        """`language_model` (a run's number or a base model) and `dataset` are chosen at first."""
        super().__init__(parent)
        self.setObjectName("evaluate_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Measure again")
        self._runner = runner
        self._device = device
        self._job: JobHandle | None = None
        self._runs: dict[str, RunInfo] = {}
        self._datasets: dict[str, DatasetInfo] = {}
        self._make_form()
        self._make_rest()
        self._arrange()
        self._fill(service, language_model, dataset)
        for combo in (self._models, self._jokes):
            combo.value_chosen.connect(self._on_chosen)
        self._start_button.clicked.connect(self._on_start_clicked)
        self._close_button.clicked.connect(self.reject)
        self._stop_button.clicked.connect(self._on_stop_clicked)
        runner.job_started.connect(self._on_jobs_changed)
        runner.job_finished.connect(self._on_jobs_changed)
        self._redraw()

    def _make_form(self) -> None:
        self._models = ShortCombo(name="evaluate_model")
        self._models_field = Field(
            "Language model",
            self._models,
            tip="A run of yours, or a base model as it comes.",
            name="evaluate_model_field",
        )
        self._jokes = ShortCombo(name="evaluate_dataset")
        self._jokes_field = Field(
            "Jokes",
            self._jokes,
            tip="It is measured on those jokes of the data set that are kept aside.",
            name="evaluate_dataset_field",
        )
        self._which = Choice(
            [
                Option(_BEST, "The best only", "The one that the Playground takes."),
                Option(
                    _ALL,
                    "All that were kept",
                    "Every checkpoint of the run, one after the other. Takes as many times longer.",
                ),
            ],
            caption="Checkpoints",
            columns=2,
            name="evaluate_which",
        )

    def _make_rest(self) -> None:
        self._words = PlainLabel("", TextRole.CAPTION, name="evaluate_words")
        self.banner = Banner(name="evaluate_banner")
        self.results = EvaluationResults()
        self.results.hide()
        self._progress = ProgressPanel(name="evaluate_progress")
        self._stop_button = self._progress.add_button(
            "Stop", ButtonKind.QUIET, "stop", name="stop_evaluate", tip="Stops; nothing is changed."
        )
        self._progress.hide()
        self._start_button = Button(
            "Measure",
            ButtonKind.PRIMARY,
            name="start_evaluate",
            tip="Has it guess jokes that it has not learned from. Nothing is changed by it.",
        )
        self._close_button = Button("Close", name="close_evaluate", tip="Closes this.")

    def _arrange(self) -> None:
        heading = QVBoxLayout()
        heading.setSpacing(Space.XS)
        heading.addWidget(PlainLabel("Measure again", TextRole.TITLE, name="evaluate_title"))
        heading.addWidget(
            PlainLabel(
                "How well does it guess jokes that it has never seen? Nothing is trained, and "
                "nothing is changed.",
                TextRole.MUTED,
            )
        )
        fields = QHBoxLayout()
        fields.setSpacing(Space.L)
        fields.addWidget(self._models_field, 1)
        fields.addWidget(self._jokes_field, 1)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self._words, 1)
        foot.addWidget(self._close_button)
        foot.addWidget(self._start_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        self._column.setSpacing(Space.L)
        self._column.addLayout(heading)
        self._column.addWidget(self.banner)
        self._column.addLayout(fields)
        self._column.addWidget(self._which)
        self._column.addWidget(self._progress)
        self._column.addWidget(self.results, 1)
        self._column.addLayout(foot)
        room = self.screen().availableGeometry().width() - Space.XXL
        around = self.parentWidget()
        if around is not None:
            room = min(room, around.window().width() - Space.XXL)
        self.setMinimumWidth(max(scaled(_NARROWEST), min(scaled(_WIDTH), room)))

    def _fill(self, service: ModelService, language_model: str, dataset: str) -> None:
        try:
            runs = [run for run in service.runs() if run.is_usable]
            bases = [base for base in service.base_models() if base.is_here]
            datasets = service.datasets()
        except (JokegenError, OSError) as error:
            self.banner.show_error(explain(error))
            runs, bases, datasets = [], [], []
        self._runs = {str(run.number): run for run in runs}
        self._datasets = {info.name: info for info in datasets}
        self._models.show_items(
            [
                *(Item(run.title, str(run.number), run.title) for run in runs),
                *(Item(f"{base.title} (base model)", base.id, base.title) for base in bases),
            ],
            language_model,
        )
        self._jokes.show_items(
            [
                Item(f"{info.name} · {wording.jokes(info.jokes)}", info.name, info.name)
                for info in datasets
            ],
            dataset,
        )

    # ---- What is shown ---------------------------------------------------------------------

    @property
    def is_measuring(self) -> bool:
        """Whether something is being measured just now."""
        return self._job is not None

    def _blocked_because(self) -> str:
        """Why nothing can be measured, for the person; "" if it can."""
        info = self._datasets.get(str(self._jokes.value()))
        if self._models.value() is None:
            return "There is no language model on this computer yet."
        if info is None:
            return "There are no jokes to measure with yet."
        if self._runner.running(Line.TRAIN):
            return "A run is under way. You can measure once it has ended or is paused."
        return ""

    def _redraw(self) -> None:
        reason = self._blocked_because()
        run = self._runs.get(str(self._models.value()))
        info = self._datasets.get(str(self._jokes.value()))
        self._which.setVisible(run is not None)
        self._progress.setVisible(self.is_measuring)
        for part in (self._models_field, self._jokes_field, self._which):
            part.setEnabled(not self.is_measuring)
        self._start_button.setEnabled(not reason and not self.is_measuring)
        self._words.setText("" if self.is_measuring else reason)
        hint = ""
        if info is not None and not info.validation:
            hint = "None of them are kept aside: it is measured with jokes that a run may know."
        elif info is not None:
            verb = "is" if info.validation == 1 else "are"
            hint = f"{wording.jokes(info.validation)} {verb} kept aside, to measure with."
            if run is not None and run.dataset != info.name:
                hint += f" It learned from “{run.dataset}”: what is in both, it may know."
        self._jokes_field.set_hint(hint)
        self._fit()

    def _fit(self) -> None:
        """As high as it needs to be now."""
        width = max(self.width(), self.minimumWidth())
        room = self.screen().availableGeometry().height() - scaled(_FRAME)
        self._column.activate()
        self.resize(width, min(room, self._column.totalHeightForWidth(width)))

    # ---- Measuring -------------------------------------------------------------------------

    @Slot()
    def _on_start_clicked(self) -> None:
        if self.is_measuring or self._blocked_because():
            return
        language_model = str(self._models.value())
        is_run = language_model in self._runs
        request = EvaluateRequest(
            language_model,
            str(self._jokes.value()),
            all_checkpoints=is_run and self._which.key() == _ALL,
            device=self._device,
        )
        title = f"Measuring {self._models.currentText()}"
        self.banner.clear()
        self.results.hide()
        self._progress.set_title(title)
        self._progress.set_status("Getting ready…")
        self._progress.set_remaining("")
        self._progress.set_fraction(None)
        self._stop_button.setEnabled(True)
        self._job = self._runner.start(Line.MEASURE, title, model_service.evaluate, request)
        self._job.events_arrived.connect(self._on_events_arrived)
        self._job.finished.connect(self._on_finished)
        self._redraw()
        self._stop_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_stop_clicked(self) -> None:
        if self._job is not None:
            self._stop_button.setEnabled(False)
            self._progress.set_status("Stopping…")
            self._job.cancel()

    @Slot(object)
    def _on_events_arrived(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Notice):
                self.banner.show_message(
                    Tone.WARNING if event.is_warning else Tone.INFO, event.text
                )
                self._fit()
            elif isinstance(event, Progress) and self._stop_button.isEnabled():
                self._progress.set_fraction(event.done / event.total if event.total else None)
                amount = wording.amount(event.done, event.total, event.unit)
                parts = [wording.phase_title(event.phase), amount]
                self._progress.set_status(" · ".join(part for part in parts if part))
                left = event.seconds_left
                self._progress.set_remaining("" if left is None else wording.time_left(left))

    @Slot(object)
    def _on_finished(self, outcome: Outcome[EvaluateSummary]) -> None:
        self._job = None
        if isinstance(outcome, Done):
            self.results.show_summary(self._with_titles(outcome.summary))
            self.results.show()
        elif isinstance(outcome, Failed):
            self.banner.show_error(JokegenError(outcome.happened, outcome.todo))
        self._redraw()
        target = self.results.copy_button if isinstance(outcome, Done) else self._start_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _with_titles(self, summary: EvaluateSummary) -> EvaluateSummary:
        """Base models by the names that the list has for them."""
        title = self._models.currentText()
        named = (replace(r, name=title) if r.step is None else r for r in summary.results)
        return replace(summary, results=tuple(named))

    @Slot(object)
    def _on_chosen(self, _value: object) -> None:
        self.results.hide()
        self.banner.clear()
        self._redraw()

    @Slot(object)
    def _on_jobs_changed(self, _job: object) -> None:
        self._redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        """Closed, by whatever way: nobody waits for the answer any more."""
        super().hideEvent(event)
        if self._job is not None and not event.spontaneous():
            self._job.finished.disconnect(self._on_finished)
            self._job.events_arrived.disconnect(self._on_events_arrived)
            self._job.cancel()
            self._job = None
