"""Looks for rows of a table on a thread, and tells of them as they are found."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal, Slot

from jokegen.errors import JobCancelled, JokegenError, explain

if TYPE_CHECKING:
    from jokegen.data.row_query import RowQuery
    from jokegen.data.table import TextTable

log = logging.getLogger(__name__)

# Few enough messages that the window has time for other things between them.
_ROWS_AT_ONCE = 50_000


class RowFinder(QObject):
    """One query at a time: a new one replaces the one under way.

    `rows_found` carries an array of row numbers, `is_first` with the first of a query; `ended`
    comes after the last, with a JokegenError if the table could not be read.
    """

    rows_found = Signal(object, bool)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _QueryThread | None = None
        self._old: set[_QueryThread] = set()

    @property
    def is_busy(self) -> bool:
        return self._thread is not None

    def start(self, table: TextTable, query: RowQuery) -> None:
        """Look for rows; the table is opened anew for it and may be closed meanwhile."""
        self.stop()
        thread = _QueryThread(table, query, self)
        thread.rows_found.connect(self._on_rows_found)
        thread.ended.connect(self._on_ended)
        thread.finished.connect(self._on_thread_finished)
        self._thread = thread
        thread.start()

    def stop(self) -> None:
        """Forget the query under way; nothing more is told of it."""
        if self._thread is not None:
            self._thread.is_stopped = True
            self._old.add(self._thread)
            self._thread = None

    def close(self) -> None:
        """Stop, and wait until no thread runs any more."""
        self.stop()
        for thread in list(self._old):
            thread.wait()
        self._old.clear()

    @Slot(object, bool)
    def _on_rows_found(self, rows: object, is_first: bool) -> None:
        if self.sender() is self._thread:
            self.rows_found.emit(rows, is_first)

    @Slot(object)
    def _on_ended(self, error: object) -> None:
        if self.sender() is self._thread:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._old.add(thread)
            self.ended.emit(error)

    @Slot()
    def _on_thread_finished(self) -> None:
        for thread in [thread for thread in self._old if thread.isFinished()]:
            self._old.discard(thread)
            thread.deleteLater()


class _QueryThread(QThread):
    rows_found = Signal(object, bool)
    ended = Signal(object)

    def __init__(self, table: TextTable, query: RowQuery, parent: QObject) -> None:
        super().__init__(parent)
        self.is_stopped = False
        self._table = table
        self._query = query

    def run(self) -> None:
        error: JokegenError | None = None
        try:
            self._find()
        except JobCancelled:
            return
        except (JokegenError, OSError, ValueError) as problem:
            error = explain(problem)
        except Exception as problem:
            log.exception("looking for rows failed")
            error = explain(problem)
        self.ended.emit(error)

    def _check(self) -> None:
        if self.is_stopped:
            raise JobCancelled

    def _find(self) -> None:
        import numpy as np

        from jokegen.data.row_query import find_rows

        table = self._table.reopened()
        try:
            waiting = [np.empty(0, np.int64)]
            count, is_first = 0, True
            for rows in find_rows(table, self._query, self._check):
                waiting.append(rows)
                count += len(rows)
                # The first screenful at once, the rest in larger pieces.
                if (is_first and count) or count >= _ROWS_AT_ONCE:
                    self.rows_found.emit(np.concatenate(waiting), is_first)
                    waiting, count, is_first = [np.empty(0, np.int64)], 0, False
            if count or is_first:
                self.rows_found.emit(np.concatenate(waiting), is_first)
        finally:
            table.close()
