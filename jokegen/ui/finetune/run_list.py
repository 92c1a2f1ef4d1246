"""The runs there have been: how each went, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.errors import JokegenError, explain
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.records import RunInfo, RunStatus
from jokegen.ui.finetune.line import Hairline
from jokegen.ui.finetune.words import STATUS_TONES, run_facts, run_state
from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.dialogs import Answer, AskDialog, ask
from jokegen.ui.kit.flow import FlowLayout
from jokegen.ui.kit.labels import Badge, ElidedLabel, PlainLabel, plain_tip
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_SHOWN_AT_FIRST = 6
_SHOWN_MORE = 30


class RunList(Card):
    """A card with a row for each run, the newest first; older ones on demand."""

    run_deleted = Signal(int)
    continue_requested = Signal(int)
    evaluate_requested = Signal(int)  # to be measured again on held-out jokes
    problem_found = Signal(object)  # JokegenError

    def __init__(
        self, service: ModelService, state: AppState, parent: QWidget | None = None
    ) -> None:
        super().__init__("Your runs", parent=parent, name="runs")
        self._service = service
        self._state = state
        self._question: AskDialog | None = None
        self._to_delete = 0
        self._rows: list[_RunRow] = []
        self._runs: list[RunInfo] = []
        self._titles: dict[str, str] = {}
        self._shown = _SHOWN_AT_FIRST
        self._is_training = False
        self._under_way: int | None = None
        self._nothing = PlainLabel(
            "Every run is listed here, with what it learned from and how well it went.",
            TextRole.MUTED,
            name="no_runs",
        )
        self._more_button = Button(
            "Show older runs", ButtonKind.QUIET, "chevron-down", name="older_runs"
        )
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.M)
        self.body.addWidget(self._nothing)
        self.body.addLayout(self._list)
        self.body.addWidget(self._more_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._more_button.clicked.connect(self._on_more_clicked)
        state.runs_changed.connect(self.refresh)
        self._redraw()

    @Slot()
    def refresh(self) -> None:
        """List the runs anew, if there is anything new."""
        try:
            runs = self._service.runs()
            titles = {base.id: base.title for base in self._service.base_models()}
        except (JokegenError, OSError) as error:
            self.problem_found.emit(explain(error))
            return
        if (runs, titles) != (self._runs, self._titles):
            self._runs, self._titles = runs, titles
            self._redraw()

    def set_training(self, is_training: bool, under_way: int | None) -> None:
        """Only one run is trained at a time, and the one `under_way` is left in peace."""
        self._is_training, self._under_way = is_training, under_way
        for row in self._rows:
            row.set_training(is_training, under_way)

    def _redraw(self) -> None:
        for row in self._rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows.clear()
        for run in self._runs[: self._shown]:
            row = _RunRow(run, self._titles, is_first=not self._rows)
            row.play_requested.connect(self._state.play_requested)
            row.delete_requested.connect(self._on_delete_requested)
            row.continue_requested.connect(self.continue_requested)
            row.evaluate_requested.connect(self.evaluate_requested)
            row.set_training(self._is_training, self._under_way)
            self._rows.append(row)
            self._list.addWidget(row)
        older = len(self._runs) - len(self._rows)
        self._more_button.setVisible(older > 0)
        self._more_button.set_text(f"Show {min(older, _SHOWN_MORE)} older")
        self._nothing.setVisible(not self._runs)

    @Slot()
    def _on_more_clicked(self) -> None:
        self._shown += _SHOWN_MORE
        self._redraw()

    @Slot(int)
    def _on_delete_requested(self, number: int) -> None:
        if self._question is not None:
            return
        self._to_delete = number
        self._question = ask(
            self,
            f"Delete run {number}?",
            "What it learned goes for good. The jokes it learned from stay.",
            [Answer("keep", "Keep"), Answer("delete", "Delete", ButtonKind.DANGER)],
            self._on_delete_answered,
        )

    @Slot(str)
    def _on_delete_answered(self, key: str) -> None:
        self._question = None
        if key != "delete":
            return
        try:
            self._service.delete_run(self._to_delete)
        except (JokegenError, OSError) as error:
            self.problem_found.emit(explain(error))
        else:
            self.run_deleted.emit(self._to_delete)
        self._state.runs_changed.emit()


class _RunRow(QWidget):
    """One run: title and status, a line of facts, its problem if it had one, its buttons."""

    play_requested = Signal(str)
    delete_requested = Signal(int)
    continue_requested = Signal(int)
    evaluate_requested = Signal(int)

    def __init__(self, run: RunInfo, base_titles: dict[str, str], *, is_first: bool) -> None:
        super().__init__()
        self._number = run.number
        self.setObjectName(f"run_{run.number}")
        self.setAccessibleName(f"{run.title}, {run_state(run)}")
        title = ElidedLabel(run.title, TextRole.STRONG, name=f"run_{run.number}_title")
        badge = Badge(
            run_state(run),
            STATUS_TONES[run.status],
            name=f"run_{run.number}_status",
        )
        head = FlowLayout(Space.S)  # the badge goes below where both are long
        head.addWidget(title)
        head.addWidget(badge)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addLayout(head)
        texts.addWidget(
            PlainLabel(
                run_facts(run, base_titles), TextRole.CAPTION, name=f"run_{run.number}_facts"
            )
        )
        if run.problem:
            problem = PlainLabel(
                run.problem, TextRole.CAPTION, name=f"run_{run.number}_problem", selectable=True
            )
            problem.set_tone(Tone.ERROR)
            texts.addWidget(problem)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addLayout(texts, 1)
        top = Qt.AlignmentFlag.AlignVCenter
        self._continue_button: Button | None = None
        self._delete_button: IconButton | None = None
        if run.can_continue:
            self._continue_button = Button(
                "Continue", ButtonKind.SECONDARY, "play", name=f"continue_run_{run.number}"
            )
            self._continue_button.setAccessibleName(f"Continue run {run.number}")
            self._continue_button.clicked.connect(self._on_continue_clicked)
            row.addWidget(self._continue_button, 0, top)
        if run.is_usable:
            play = Button(
                "Playground",
                ButtonKind.SECONDARY,
                "playground",
                name=f"play_run_{run.number}",
                tip=f"Has run {run.number} write jokes for you.",
            )
            play.setAccessibleName(f"Try run {run.number} in the Playground")
            play.clicked.connect(self._on_play_clicked)
            row.addWidget(play, 0, top)
            measure = IconButton(
                "gauge",
                f"Measure run {run.number} again…",
                name=f"evaluate_run_{run.number}",
            )
            measure.clicked.connect(self._on_measure_clicked)
            row.addWidget(measure, 0, top)
        if run.status is not RunStatus.RUNNING:
            self._delete_button = IconButton(
                "trash", f"Delete run {run.number}…", name=f"delete_run_{run.number}"
            )
            self._delete_button.clicked.connect(self._on_delete_clicked)
            row.addWidget(self._delete_button, 0, top)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        if not is_first:
            layout.addWidget(Hairline())
        layout.addLayout(row)

    def set_training(self, is_training: bool, under_way: int | None) -> None:
        """Let it be continued and deleted, or say why not just now."""
        is_this = is_training and under_way == self._number
        if self._delete_button is not None:
            self._delete_button.setEnabled(not is_this)
        if self._continue_button is not None:
            self._continue_button.setEnabled(not is_training)
            tip = f"Lets run {self._number} go on learning where it stopped."
            if is_this:
                tip = "It is about to go on."
            elif is_training:
                tip = "Another run is under way; this one can go on after it."
            self._continue_button.setToolTip(plain_tip(tip))
            self._continue_button.setAccessibleDescription(tip)

    @Slot()
    def _on_continue_clicked(self) -> None:
        self.continue_requested.emit(self._number)

    @Slot()
    def _on_play_clicked(self) -> None:
        self.play_requested.emit(str(self._number))

    @Slot()
    def _on_measure_clicked(self) -> None:
        self.evaluate_requested.emit(self._number)

    @Slot()
    def _on_delete_clicked(self) -> None:
        self.delete_requested.emit(self._number)
