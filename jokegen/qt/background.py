"""One call that may take seconds, on a thread of its own, with the answer as a signal.

For what must happen in the window's process but must not hold it up, such as asking the system's
keyring, which may first ask the person. Work that takes longer is a job in a worker process.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from jokegen.errors import JokegenError, explain

log = logging.getLogger(__name__)


class BackgroundCall(QObject):
    """Calls `work` once; `answered` carries what it returns, or `failed` a JokegenError.

    The thread cannot be stopped: whoever no longer wants the answer disconnects, or is gone.
    """

    answered = Signal(object)
    failed = Signal(object)
    _ended = Signal(object, object)

    def __init__(self, work: Callable[[], object], title: str) -> None:
        super().__init__()
        self._work = work
        self._ended.connect(self._on_ended)
        self._thread = threading.Thread(target=self._run, name=title, daemon=True)

    def start(self) -> None:
        """Begin; the answer arrives in the thread in which this object was made."""
        _under_way.add(self)
        self._thread.start()

    def _run(self) -> None:
        answer: object = None
        error: JokegenError | None = None
        try:
            answer = self._work()
        except Exception as problem:
            if not isinstance(problem, JokegenError):
                log.exception("%s failed", self._thread.name)
            error = explain(problem)
        with contextlib.suppress(RuntimeError):  # the program ends, and Qt is gone already
            self._ended.emit(answer, error)

    @Slot(object, object)
    def _on_ended(self, answer: object, error: JokegenError | None) -> None:
        _under_way.discard(self)
        if error is None:
            self.answered.emit(answer)
        else:
            self.failed.emit(error)


# An object must not be freed by the thread that drops the last reference to it.
_under_way: set[BackgroundCall] = set()
