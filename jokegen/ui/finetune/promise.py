"""Asks how long each length would take, soon after the form changes, while somebody looks at it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from jokegen import model_service
from jokegen.jobs.events import Done, Event, Failed, Phase, Progress
from jokegen.jobs.requests import Length, Offer, PromiseRequest, PromiseSummary
from jokegen.jobs.running import Outcome
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.qt.latest_job import LatestJob

# A person who goes through a list should not start a measurement with every row.
_SOON_MS = 600
# After that it is asked again, which is quick: the steps are known, the free memory is another one.
_FRESH_SECONDS = 120.0
_TITLE = "Measuring how long a run takes"


class Promise(QObject):
    """`changed` tells that more is known, or less, or that it is being measured.

    Nothing is asked while a training runs or nobody looks; what the form asks for counts at once,
    and what was known about another form is forgotten.
    """

    changed = Signal()

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job = LatestJob(runner, Line.MEASURE, model_service.promise, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SOON_MS)
        self._wanted: PromiseRequest | None = None
        self._answered: PromiseRequest | None = None
        self._answered_at = 0.0
        self._summary: PromiseSummary | None = None
        self._problem: Failed | None = None
        self._is_shown = False
        self._fraction: float | None = None
        self._is_measuring = False
        self._timer.timeout.connect(self._on_time_come)
        self._job.events_arrived.connect(self._on_events)
        self._job.finished.connect(self._on_finished)

    # ---- What is known ---------------------------------------------------------------------

    @property
    def summary(self) -> PromiseSummary | None:
        """What is known of the form as it is now, but perhaps for the minutes."""
        if self._answered is None or self._wanted is None:
            return None
        return self._summary if self._answered.train == self._wanted.train else None

    @property
    def _is_answered(self) -> bool:
        return self._wanted is not None and self._answered == self._wanted

    @property
    def problem(self) -> Failed | None:
        """Why nothing could be measured."""
        return self._problem

    @property
    def is_measuring(self) -> bool:
        """Whether the computer is being measured just now."""
        return self._is_measuring

    @property
    def fraction(self) -> float | None:
        """How far the measurement is, from 0 to 1; None if nobody knows."""
        return self._fraction

    def offer(self, length: Length) -> Offer | None:
        """What is known of one length; None while nothing is."""
        summary = self.summary
        if summary is None or (length is Length.MINUTES and not self._is_answered):
            return None
        return next((offer for offer in summary.offers if offer.length is length), None)

    # ---- What is asked ---------------------------------------------------------------------

    def want(self, request: PromiseRequest | None) -> None:
        """This is what the form asks for now; None: nothing that could be measured."""
        if request == self._wanted:
            return
        self._wanted = request
        self._problem = None
        self._stop()
        self._ask_soon()
        self.changed.emit()

    def set_shown(self, is_shown: bool) -> None:
        """Whether somebody looks at the form."""
        self._is_shown = is_shown
        if not is_shown:
            self._stop()
            self.changed.emit()
        else:
            self._ask_soon()

    def ask_again(self) -> None:
        """Measure anew, whatever is known."""
        self._stop()
        self._problem = None
        self._answered = None
        if self._wanted is not None:
            self._start(replace(self._wanted, is_fresh=True))
        self.changed.emit()

    def forget(self) -> None:
        """Data sets or base models have changed under their names."""
        self._answered = None
        self._stop()
        self._ask_soon()
        self.changed.emit()

    def stop(self) -> None:
        """A training begins: it needs the computer for itself."""
        self._stop()
        self.changed.emit()

    def _ask_soon(self) -> None:
        if self._is_shown and self._must_ask():
            self._timer.start()

    def _must_ask(self) -> bool:
        is_old = time.monotonic() - self._answered_at > _FRESH_SECONDS
        return self._wanted is not None and (is_old or not self._is_answered)

    def _stop(self) -> None:
        self._timer.stop()
        self._job.abandon()
        self._is_measuring, self._fraction = False, None

    @Slot()
    def _on_time_come(self) -> None:
        if self._wanted is None or not self._is_shown or not self._must_ask():
            return
        if self._runner.running(Line.TRAIN):
            return  # whoever comes back to the form asks again
        if self._runner.running(Line.ASK):  # it would be in the way of measuring
            self._timer.start()
            return
        self._start(self._wanted)

    def _start(self, request: PromiseRequest) -> None:
        self._job.start(_TITLE, request)

    @Slot(object)
    def _on_events(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Progress) and event.phase is Phase.MEASURING:
                self._is_measuring = True
                self._fraction = event.done / event.total if event.total else None
                self.changed.emit()

    @Slot(object)
    def _on_finished(self, outcome: Outcome[PromiseSummary]) -> None:
        self._is_measuring, self._fraction = False, None
        if isinstance(outcome, Done):
            self._summary, self._answered = outcome.summary, self._wanted
            self._answered_at = time.monotonic()
        elif isinstance(outcome, Failed):
            self._problem = outcome
        self.changed.emit()
