"""What a run told before it goes on, read without holding the window up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from jokegen.jobs.events import Event, Sample
from jokegen.model_service import ModelService
from jokegen.qt.background import BackgroundCall

_SLICE = 500  # points handed out at once: some ten milliseconds of understanding and judging
_SAMPLE = 25  # a joke costs as much as so many points: it is laid out as text
_PAUSE_MS = 1


class RunHistory(QObject):
    """Reads on a thread; hands the events of before out slice by slice, metrics first.

    What the run says meanwhile is given to `hold` and comes after all of it.
    """

    events_read = Signal(object)  # a few events, in order
    ended = Signal()
    failed = Signal(object)  # JokegenError; `ended` follows

    def __init__(self, service: ModelService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self._call: BackgroundCall | None = None
        self._waiting: Iterator[Event] = iter(())
        self._held: list[Event] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._on_slice_due)

    @property
    def is_reading(self) -> bool:
        return self._call is not None or self._timer.isActive()

    def read(self, run: int) -> None:
        """Begin to read what that run told."""
        self.stop()
        service = self._service

        def work() -> Iterator[Event]:
            return chain(service.each_run_metric(run), service.run_samples(run))

        self._call = BackgroundCall(work, f"history of run {run}")
        self._call.answered.connect(self._on_read)
        self._call.failed.connect(self._on_failed)
        self._call.start()

    def stop(self) -> None:
        """Nobody wants to know any more."""
        if self._call is not None:
            self._call.answered.disconnect(self._on_read)
            self._call.failed.disconnect(self._on_failed)
            self._call = None
        self._timer.stop()
        self._waiting, self._held = iter(()), []

    def hold(self, events: Sequence[Event]) -> None:
        """Keep what the run says now until all of before was handed out."""
        self._held += events

    @Slot(object)
    def _on_read(self, events: Iterator[Event]) -> None:
        self._call = None
        self._waiting = events
        self._timer.start()
        self._on_slice_due()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._call = None
        self.failed.emit(error)
        self._end()

    @Slot()
    def _on_slice_due(self) -> None:
        some: list[Event] = []
        room = _SLICE
        while room > 0 and (event := next(self._waiting, None)) is not None:
            some.append(event)
            room -= _SAMPLE if isinstance(event, Sample) else 1
        if some:
            self.events_read.emit(some)
        if room > 0:
            self._timer.stop()
            self._end()

    def _end(self) -> None:
        held = self._held
        self._waiting, self._held = iter(()), []
        if held:
            self.events_read.emit(held)
        self.ended.emit()
