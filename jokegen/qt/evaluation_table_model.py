"""How well language models guess held-out jokes, as a table for a QTableView; the best marked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from jokegen.jobs.requests import Evaluation

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
NO_NUMBER = "not a number"


class Column(IntEnum):
    """What is measured; the table has them in this order."""

    NAME = 0
    LOSS = 1
    JOKE_LOSS = 2
    END_LOSS = 3
    PERPLEXITY = 4
    ACCURACY = 5


@dataclass(frozen=True)
class _Heading:
    usual: str
    plain: str
    tip: str
    text: Callable[[Evaluation], str]


def number(value: float, decimals: int) -> str:
    """With a point, and never a nought for what is no number."""
    return f"{value:,.{decimals}f}" if math.isfinite(value) else NO_NUMBER


def _percent(share: float) -> str:
    return f"{share:.1%}" if math.isfinite(share) else NO_NUMBER


_HEADINGS = {
    Column.NAME: _Heading("Measured", " ", "", lambda e: e.name),
    Column.LOSS: _Heading(
        "Loss", "in all",
        "How wrong it guesses, over words and ends of jokes it has never seen. The lower, the "
        "better.",
        lambda e: number(e.loss, 3),
    ),
    Column.JOKE_LOSS: _Heading(
        "Joke loss", "on words",
        "How wrong it guesses the words of a joke. The lower, the better it knows how jokes go on.",
        lambda e: number(e.joke_loss, 3),
    ),
    Column.END_LOSS: _Heading(
        "End loss", "when to stop",
        "How wrong it guesses where a joke ends. The lower, the better it knows when to stop.",
        lambda e: number(e.end_loss, 3),
    ),
    Column.PERPLEXITY: _Heading(
        "Perplexity", "unsureness",
        "Between how many pieces of words it wavers when it guesses the next one. The fewer, the "
        "surer.",
        lambda e: number(e.perplexity, 1),
    ),
    Column.ACCURACY: _Heading(
        "Accuracy", "exact guesses",
        "How often its first guess of the next piece was right. The more, the better.",
        lambda e: _percent(e.accuracy),
    ),
}  # fmt: skip


class EvaluationTableModel(QAbstractTableModel):
    """One row a language model, in the order they were measured."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results: tuple[Evaluation, ...] = ()
        self._names: list[str] = []
        self._best: int | None = None

    def set_results(self, results: Sequence[Evaluation]) -> None:
        """Show these."""
        self.beginResetModel()
        self._results = tuple(results)
        sound = [row for row, result in enumerate(results) if math.isfinite(result.loss)]
        self._names = _short_names([result.name for result in results])
        self._best = min(sound, key=lambda row: results[row].loss, default=None)
        self.endResetModel()

    def best(self) -> Evaluation | None:
        """The one with the lowest loss; None where no loss is a number."""
        return None if self._best is None else self._results[self._best]

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._results)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, row = Column(index.column()), index.row()
        is_best = row == self._best and len(self._results) > 1
        if role == Qt.ItemDataRole.DisplayRole:
            if column is Column.NAME:
                return f"Best · {self._names[row]}" if is_best else self._names[row]
            return _HEADINGS[column].text(self._results[row])
        if role == Qt.ItemDataRole.FontRole and is_best:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        heading = _HEADINGS[Column(section)]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{heading.usual}\n{heading.plain}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return heading.tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(Column(section))
        return None

    def as_text(self) -> str:
        """The whole table for a spreadsheet: columns parted by tabs, usual names on top."""
        lines = ["\t".join(heading.usual for heading in _HEADINGS.values())]
        for result in self._results:
            cells = [" ".join(h.text(result).split()) for h in _HEADINGS.values()]
            lines.append(
                "\t".join(cell.replace(",", "") if i else cell for i, cell in enumerate(cells))
            )
        return "\n".join(lines) + "\n"


def _short_names(names: Sequence[str]) -> list[str]:
    """Without what they all begin with, up to a comma, as in "Run 3, step 20"."""
    heads = {name.partition(", ")[0] for name in names}
    rests = [name.partition(", ")[2] for name in names]
    if len(names) < 2 or len(heads) > 1 or not all(rests):
        return list(names)
    return [rest[:1].upper() + rest[1:] for rest in rests]


def _side(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column is Column.NAME else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
