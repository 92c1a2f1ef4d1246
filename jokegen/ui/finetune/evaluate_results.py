"""What was measured of language models: a table with the best marked, a sentence, a way to copy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from jokegen import wording
from jokegen.jobs.events import Metric
from jokegen.jobs.requests import EvaluateSummary, Evaluation
from jokegen.qt.evaluation_table_model import Column, EvaluationTableModel
from jokegen.ui.finetune import skills
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.tokens import Space, TextRole

_NEVER = ("0%", "0.0%")
_MOST_ROWS, _FEWEST_ROWS = 8, 3


def meaning(results: Sequence[Evaluation], best: Evaluation | None) -> str:
    """What the numbers of the best one mean, in a sentence that one can picture."""
    if best is None:
        return (
            "None of the losses is a number: these models write nothing of use any more. "
            "A run with a smaller learning rate helps."
        )
    point = Metric(
        0, 0, 0.0, 0.0, 0.0,
        joke_loss=best.joke_loss, end_loss=best.end_loss, accuracy=best.accuracy,
    )  # fmt: skip
    which = f"“{best.name}” does best: it" if len(results) > 1 else "It"
    parts = []
    if exactly := skills.guessed_exactly(None, point):
        parts.append(f"guesses {exactly} of the pieces of words exactly")
    if pieces := skills.wavers_between(None, point):
        parts.append(f"is as unsure of a word as if it chose among {pieces} pieces")
    ends = skills.sure_of_ends(None, point)
    if ends in _NEVER:
        parts.append("does not know where a joke ends")
    elif ends:
        parts.append(f"is {ends} sure of an end where a joke really ends")
    if not parts:
        return ""
    said = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    return f"{which} {said}. These are jokes that were kept aside, {_tokens(best)} of text."


def _tokens(result: Evaluation) -> str:
    return f"{wording.number(result.tokens)} {'token' if result.tokens == 1 else 'tokens'}"


class EvaluationResults(QWidget):
    """Shown once something was measured; Ctrl+C in the table copies it as the button does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evaluation_results")
        self.table_model = EvaluationTableModel(self)
        self._table = _Table()
        self._table.setModel(self.table_model)
        describe(self._table, "evaluation_table", "What was measured")
        self._meaning = PlainLabel("", TextRole.BODY, name="evaluation_meaning", selectable=True)
        self._copied = PlainLabel("", TextRole.CAPTION, name="evaluation_copied")
        self.copy_button = Button(
            "Copy the table",
            ButtonKind.QUIET,
            "copy",
            name="copy_evaluation",
            tip="Puts the numbers on the clipboard, for a spreadsheet.",
        )
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self.copy_button)
        row.addWidget(self._copied, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addWidget(self._table)
        layout.addWidget(self._meaning)
        layout.addLayout(row)
        self.copy_button.clicked.connect(self._on_copy_requested)
        self._table.copy_requested.connect(self._on_copy_requested)

    def show_summary(self, summary: EvaluateSummary) -> None:
        """Show what was found."""
        self.table_model.set_results(summary.results)
        self._table.fit()
        self._meaning.setText(meaning(summary.results, self.table_model.best()))
        self._copied.setText(f"Measured in {wording.duration(summary.seconds)}.")

    @Slot()
    def _on_copy_requested(self) -> None:
        QGuiApplication.clipboard().setText(self.table_model.as_text())
        self._copied.setText("Copied.")


class _Table(QTableView):
    """As high as its rows, the names in what width the numbers leave."""

    copy_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.setWordWrap(False)

    def fit(self) -> None:
        """Find the widths and heights for what there is to show."""
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(self.fontMetrics().averageCharWidth() * 12)
        self.resizeRowsToContents()
        self.setMaximumHeight(self._height(_MOST_ROWS))
        self.updateGeometry()

    def _height(self, most: int) -> int:
        """Of the header and so many rows, if there are as many."""
        shown = min(most, self.model().rowCount())
        rows = sum(self.rowHeight(row) for row in range(shown))
        return rows + self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth() + 4

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height(_MOST_ROWS))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height(_FEWEST_ROWS))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        else:
            super().keyPressEvent(event)
