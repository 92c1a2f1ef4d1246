"""The saving of a data set: one at a time, shown where it was asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from jokegen import model_service
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import ImportRequest, ImportSummary
from jokegen.jobs.events import Done, Event, Failed, Notice
from jokegen.jobs.running import Outcome
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.ui.dataset.progress import JobProgress


class Saving(QObject):
    """Runs `import_jokes`; exactly one of `saved`, `failed` and `cancelled` ends it.

    `saved` carries the summary and what the job noticed on the way.
    """

    saved = Signal(object, str)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, runner: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._handle: JobHandle | None = None
        self._panel: JobProgress | None = None
        self._notices: list[str] = []

    @property
    def is_running(self) -> bool:
        """Whether a data set is being saved."""
        return self._handle is not None

    def start(self, request: ImportRequest, title: str, panel: JobProgress) -> None:
        """Save; `panel` shows how far it is."""
        panel.begin(title)
        self._panel = panel
        self._notices = []
        self._handle = self._runner.start(Line.IMPORT, title, model_service.import_jokes, request)
        self._handle.events_arrived.connect(self._on_events_arrived)
        self._handle.finished.connect(self._on_finished)

    @Slot()
    def cancel(self) -> None:
        """Ask it to stop; the outcome says whether the data set was saved all the same."""
        if self._handle is not None and self._panel is not None:
            self._panel.show_cancelling()
            self._handle.cancel()

    @Slot(object)
    def _on_events_arrived(self, events: list[Event]) -> None:
        self._notices += [event.text for event in events if isinstance(event, Notice)]
        if self._panel is not None:
            self._panel.show_events(events)

    @Slot(object)
    def _on_finished(self, outcome: Outcome[ImportSummary]) -> None:
        self._handle = self._panel = None
        if isinstance(outcome, Done):
            self.saved.emit(outcome.summary, " ".join(self._notices))
        elif isinstance(outcome, Failed):
            self.failed.emit(JokegenError(outcome.happened, outcome.todo))
        else:
            self.cancelled.emit()
