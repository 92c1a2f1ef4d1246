"""One job that is asked for again and again with other choices: only the newest one counts.

A person who changes a choice does not want to wait for the answer to the former one. That job is
cancelled, and whatever it makes all the same is handed out as something that nobody wants.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Done
from jokegen.jobs.running import Outcome
from jokegen.qt.job_runner import JobHandle, JobRunner, Line

Job = Callable[[Any, JobContext], Any]


class LatestJob(QObject):
    """Runs `job` in `line`; `finished` carries the outcome of the newest request, and no other.

    `discarded` carries a summary that came too late: what it speaks of should be removed.
    """

    events_arrived = Signal(object)
    finished = Signal(object)
    discarded = Signal(object)

    def __init__(self, runner: JobRunner, line: Line, job: Job, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._line = line
        self._job = job
        self._handle: JobHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether the newest request has no outcome yet."""
        return self._handle is not None

    def start(self, title: str, request: object) -> None:
        """Run with this request in the place of the one under way."""
        self.abandon()
        self._handle = self._runner.start(self._line, title, self._job, request)
        self._handle.events_arrived.connect(self._on_events_arrived)
        self._handle.finished.connect(self._on_finished)

    def abandon(self) -> None:
        """Cancel what is under way; `finished` is not told."""
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.events_arrived.disconnect(self._on_events_arrived)
            handle.finished.disconnect(self._on_finished)
            handle.finished.connect(self._on_abandoned_finished)
            handle.cancel()

    @Slot(object)
    def _on_events_arrived(self, events: object) -> None:
        self.events_arrived.emit(events)

    @Slot(object)
    def _on_finished(self, outcome: Outcome[object]) -> None:
        self._handle = None
        self.finished.emit(outcome)

    @Slot(object)
    def _on_abandoned_finished(self, outcome: Outcome[object]) -> None:
        if isinstance(outcome, Done):
            self.discarded.emit(outcome.summary)
