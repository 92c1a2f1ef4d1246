"""Reads a table of jokes on a thread beside the window, and tells of what is found meanwhile."""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from jokegen.errors import JobCancelled, JokegenError, explain

if TYPE_CHECKING:
    from jokegen.data.row_query import Memo, RowQuery, Rows
    from jokegen.data.table import TextTable

log = logging.getLogger(__name__)

# Few enough messages that the window has time for other things between them.
_SECONDS_BETWEEN = 0.1

Check = Callable[[], None]
Work = Callable[["TextTable", Check], Iterator[object]]


class TableReader(QObject):
    """One piece of work at a time: a new one replaces the one under way.

    `told` carries what the work yields; `ended` comes after the last, with a JokegenError if the
    table could not be read. Nothing more is told of work that was replaced or stopped.
    """

    told = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _Thread | None = None
        self._number = 0

    @property
    def is_busy(self) -> bool:
        return self._thread is not None

    def start(self, table: TextTable, work: Work) -> None:
        """Do it; the table is opened anew for it and may be closed meanwhile."""
        self.stop()
        self._number += 1
        self._thread = _Thread(self._number, table, work)
        self._thread.voice.told.connect(self._on_told)
        self._thread.voice.ended.connect(self._on_ended)
        # The widgets around may go away at any time: the thread then stops by itself.
        self.destroyed.connect(self._thread.voice.on_listener_gone)
        self._thread.start()

    def stop(self) -> None:
        """Forget the work under way."""
        if self._thread is not None:
            self._thread.voice.is_stopped = True
            self._thread = None

    @Slot(int, object)
    def _on_told(self, number: int, what: object) -> None:
        if self._thread is not None and number == self._number:
            self.told.emit(what)

    @Slot(int, object)
    def _on_ended(self, number: int, error: object) -> None:
        if self._thread is not None and number == self._number:
            self._thread = None
            self.ended.emit(error)


class RowFinder(TableReader):
    """Answers one query after another. `told` carries arrays of row numbers, as they are found."""

    def find(self, table: TextTable, query: RowQuery, memo: Memo, *, at_once: bool = False) -> None:
        """Look for rows; an empty array is told where there are none, one array if `at_once`."""
        self.start(table, partial(_find, query=query, memo=memo, at_once=at_once))


def _find(
    table: TextTable, check: Check, *, query: RowQuery, memo: Memo, at_once: bool
) -> Iterator[object]:
    import numpy as np

    from jokegen.data.row_query import find_rows

    waiting: list[Rows] = []
    last, has_told = 0.0, False
    for rows in find_rows(table, query, memo, check):
        waiting.append(rows)
        # The first ones at once, the rest in larger pieces.
        if not at_once and time.monotonic() - last >= _SECONDS_BETWEEN:
            yield np.concatenate(waiting)
            waiting, last, has_told = [], time.monotonic(), True
    if waiting or not has_told:
        yield np.concatenate([np.empty(0, np.int64), *waiting])


class _Voice(QObject):
    """What a thread speaks with; it belongs to the window's thread."""

    told = Signal(int, object)
    ended = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.is_stopped = False

    @Slot()
    def on_listener_gone(self) -> None:
        self.is_stopped = True


# Threads that may still run, with their voices: an object of Qt must not vanish on another thread.
_threads: list[_Thread] = []


class _Thread(threading.Thread):
    """Not a QThread: that must not be destroyed while it runs, at whatever moment windows close."""

    def __init__(self, number: int, table: TextTable, work: Work) -> None:
        super().__init__(name="table reader")
        self.voice = _Voice()
        self._number, self._table, self._work = number, table, work
        _threads[:] = [thread for thread in _threads if thread.is_alive()]
        _threads.append(self)

    def run(self) -> None:
        error: JokegenError | None = None
        try:
            table = self._table.reopened()
            try:
                for what in self._work(table, self._check):
                    self._check()
                    self.voice.told.emit(self._number, what)
            finally:
                table.close()
        except JobCancelled:
            return
        except (JokegenError, OSError, ValueError) as problem:
            error = explain(problem)
        except Exception as problem:
            log.exception("reading the table failed")
            error = explain(problem)
        if not self.voice.is_stopped:
            self.voice.ended.emit(self._number, error)

    def _check(self) -> None:
        if self.voice.is_stopped:
            raise JobCancelled


def load_ahead() -> None:
    """Load what tables are read and searched with, on a thread: half a second at the first use."""
    threading.Thread(target=_load, name="load tables ahead", daemon=True).start()


def _load() -> None:
    for name in ("numpy", "pyarrow", "pyarrow.compute", "jokegen.data.row_query"):
        importlib.import_module(name)
