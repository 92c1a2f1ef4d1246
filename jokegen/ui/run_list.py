"""The runs there have been: how each went, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.records import RunInfo, RunStatus
from jokegen.ui.buttons import Button, ButtonKind, IconButton
from jokegen.ui.finetune_line import Hairline
from jokegen.ui.finetune_words import STATUS_TONES, run_facts
from jokegen.ui.labels import Badge, ElidedLabel, PlainLabel
from jokegen.ui.panels import Card
from jokegen.ui.tokens import Space, TextRole, Tone

_SHOWN_AT_FIRST = 6
_SHOWN_MORE = 30


class RunList(Card):
    """A card with a row for each run, the newest first; older ones on demand."""

    play_requested = Signal(str)  # run number as text
    delete_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Your runs", parent=parent, name="runs")
        self._rows: list[_RunRow] = []
        self._runs: list[RunInfo] = []
        self._titles: dict[str, str] = {}
        self._shown = _SHOWN_AT_FIRST
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
        self._redraw()

    def show_runs(self, runs: Sequence[RunInfo], base_titles: dict[str, str]) -> None:
        """List these, in the order given."""
        if (list(runs), base_titles) == (self._runs, self._titles):
            return
        self._runs = list(runs)
        self._titles = dict(base_titles)
        self._redraw()

    def _redraw(self) -> None:
        for row in self._rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows.clear()
        for run in self._runs[: self._shown]:
            row = _RunRow(run, self._titles, is_first=not self._rows)
            row.play_requested.connect(self.play_requested)
            row.delete_requested.connect(self.delete_requested)
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


class _RunRow(QWidget):
    """One run: title and status, a line of facts, its problem if it had one, two buttons."""

    play_requested = Signal(str)
    delete_requested = Signal(int)

    def __init__(self, run: RunInfo, base_titles: dict[str, str], *, is_first: bool) -> None:
        super().__init__()
        self._number = run.number
        self.setObjectName(f"run_{run.number}")
        self.setAccessibleName(f"{run.title}, {wording.status_title(run.status)}")
        title = ElidedLabel(run.title, TextRole.STRONG, name=f"run_{run.number}_title")
        badge = Badge(
            wording.status_title(run.status),
            STATUS_TONES[run.status],
            name=f"run_{run.number}_status",
        )
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(title)
        head.addWidget(badge)
        head.addStretch(1)
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
        if run.status is not RunStatus.RUNNING:
            delete = IconButton(
                "trash", f"Delete run {run.number}…", name=f"delete_run_{run.number}"
            )
            delete.clicked.connect(self._on_delete_clicked)
            row.addWidget(delete, 0, top)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        if not is_first:
            layout.addWidget(Hairline())
        layout.addLayout(row)

    @Slot()
    def _on_play_clicked(self) -> None:
        self.play_requested.emit(str(self._number))

    @Slot()
    def _on_delete_clicked(self) -> None:
        self.delete_requested.emit(self._number)
