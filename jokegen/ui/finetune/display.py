"""What is shown of the run under way: the cards, fed by its job, its past and the computer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from jokegen.jobs.events import Event, RunStarted
from jokegen.jobs.watchdog import Silence
from jokegen.model_service import ModelService
from jokegen.qt.job_runner import JobHandle
from jokegen.qt.resources import ResourceWatch, Usage
from jokegen.records import RunInfo
from jokegen.ui.finetune.curves import RunCurves
from jokegen.ui.finetune.health import When
from jokegen.ui.finetune.history import RunHistory
from jokegen.ui.finetune.progress import RunProgress
from jokegen.ui.finetune.record import RunRecord


class RunDisplay(QObject):
    """Leads events to the cards, those of before first; knows nothing of how a run ends."""

    number_given = Signal()  # the run's folder is there
    problem_found = Signal(object)  # JokegenError

    def __init__(self, service: ModelService, parent: QObject) -> None:
        super().__init__(parent)
        self.progress = RunProgress()
        self.curves = RunCurves()
        self.record = RunRecord(service)
        self._when = When.RUNNING
        self._history = RunHistory(service, self)
        self._resources = ResourceWatch(self)
        self._history.events_read.connect(self._on_events_read)
        self._history.ended.connect(self._on_history_ended)
        self._history.failed.connect(self.problem_found)
        self._resources.usage_measured.connect(self._on_usage_measured)
        self.progress.can_finish_changed.connect(self._on_can_finish_changed)

    def begin(self, dataset: str, continued: RunInfo | None) -> None:
        """A run on `dataset` was asked for, or one is `continued`: forget the one before."""
        self._history.stop()
        self.record.clear()
        self.curves.clear()
        self.show_health(When.RUNNING)
        self.progress.begin(dataset, continued)
        if continued is not None:
            self._history.read(continued.number)

    def listen_to(self, job: JobHandle) -> None:
        """Show what this job says, until `end`."""
        job.events_arrived.connect(self._on_events_arrived)
        job.silence_changed.connect(self._on_silence_changed)
        self._resources.start(lambda: job.process_id)
        self.curves.set_running(True)

    def end(self) -> None:
        """The job is over; what it has said stays in sight."""
        self._resources.stop()
        self.curves.set_running(False)
        self.progress.end()

    def show_health(self, when: When) -> None:
        """Say how the run is doing, or did."""
        self._when = when
        self.curves.health.show_health(self.record.health, when)

    @Slot(object)
    def _on_events_arrived(self, events: Sequence[Event]) -> None:
        self.progress.show_events(events)
        if self._history.is_reading:
            self._history.hold(events)
        else:
            self._on_events_read(events)
        if any(isinstance(event, RunStarted) for event in events):
            self.number_given.emit()

    @Slot(object)
    def _on_events_read(self, events: Sequence[Event]) -> None:
        """What the run said, now or before it goes on, in order."""
        self.record.add(events)
        self.curves.show_events(events)
        if not self._history.is_reading:  # how it was doing back then is no news
            self.show_health(self._when)

    @Slot()
    def _on_history_ended(self) -> None:
        self.show_health(self._when)

    @Slot(object)
    def _on_silence_changed(self, silence: Silence | None) -> None:
        if silence is None:
            self.progress.show_silence("", "")
        else:
            self.progress.show_silence(silence.happened, silence.todo)

    @Slot(object)
    def _on_usage_measured(self, usage: Usage) -> None:
        self.progress.show_usage(usage)

    @Slot()
    def _on_can_finish_changed(self) -> None:
        self.curves.health.set_can_finish(self.progress.can_finish, self.progress.finish_words)
