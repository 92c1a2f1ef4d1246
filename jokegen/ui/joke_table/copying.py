"""Puts what is chosen in a table on the clipboard, as plain text."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from PySide6.QtCore import QItemSelection, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from jokegen.errors import JokegenError
from jokegen.ui.joke_table.model import JokesModel

COPIED_AT_MOST = 10_000  # rows: more would take long, and no clipboard is a data set
_BREAKS = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_SECONDS_AT_ONCE = 0.015


class Copying(QObject):
    """Copies in slices that nobody notices; `copied` tells how many rows when all are there.

    Cells are parted by tabs, rows by line ends; one cell alone is copied as it is, line breaks
    and all.
    """

    copied = Signal(int)

    def __init__(self, table_model: JokesModel, parent: QObject) -> None:
        super().__init__(parent)
        self._table_model = table_model
        self._steps: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_time_for_more)
        table_model.modelReset.connect(self._on_reset)

    def copy(self, ranges: QItemSelection, columns: frozenset[int] | None = None) -> None:
        """Copy these cells, of `columns` only; at most `COPIED_AT_MOST` rows."""
        self._steps = self._copy(_cells_of(ranges, columns))
        self._go_on()

    def _go_on(self) -> None:
        end = time.perf_counter() + _SECONDS_AT_ONCE
        try:
            while self._steps is not None:
                next(self._steps)
                if time.perf_counter() > end:
                    self._timer.start()
                    return
        except StopIteration:
            pass
        except (JokegenError, OSError, ValueError, IndexError) as error:
            self._table_model.report(error)
        self._stop()

    def _stop(self) -> None:
        self._timer.stop()
        self._steps = None

    def _copy(self, picked: dict[int, list[int]]) -> Iterator[None]:
        read = self._table_model.whole_text
        rows = sorted(picked)[:COPIED_AT_MOST]
        if len(rows) == 1 and len(picked[rows[0]]) == 1:
            text = read(rows[0], picked[rows[0]][0])
        else:
            lines: dict[int, str] = {}
            # In the order of the file: sorted rows lie all over it, and it is read by the batch.
            for row in sorted(rows, key=self._table_model.table_row):
                cells = (_BREAKS.sub(" ", read(row, column)) for column in sorted(picked[row]))
                lines[row] = "\t".join(cells)
                yield
            text = "\n".join(lines[row] for row in rows)
        if rows:
            QGuiApplication.clipboard().setText(text)
            self.copied.emit(len(rows))

    @Slot()
    def _on_time_for_more(self) -> None:
        self._go_on()

    @Slot()
    def _on_reset(self) -> None:
        self._stop()  # the rows are others now


def _cells_of(ranges: QItemSelection, columns: frozenset[int] | None) -> dict[int, list[int]]:
    """The selected columns of each selected row, without asking Qt for every single cell."""
    picked: dict[int, list[int]] = {}
    parts = [ranges.at(number) for number in range(ranges.count())]
    for part in sorted(parts, key=lambda part: part.top()):
        wanted = [
            column
            for column in range(part.left(), part.right() + 1)
            if columns is None or column in columns
        ]
        for row in range(part.top(), min(part.bottom() + 1, part.top() + COPIED_AT_MOST)):
            if wanted:
                picked.setdefault(row, []).extend(wanted)
    return picked
