"""A job under way on a thread, for tests that do something to its worker meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from jokegen.jobs.again import NextTry, never
from jokegen.jobs.events import Event, Notice
from jokegen.jobs.process import WorkerProcess
from jokegen.jobs.running import Outcome
from jokegen.jobs.watchdog import Silence
from tests.jobs.example_jobs import Order


class Running:
    """Starts the job at once; remembers all that is told of it."""

    def __init__(
        self,
        worker: WorkerProcess,
        job: Callable[..., Any],
        what: Any = "",
        next_try: NextTry = never,
    ) -> None:
        self.worker, self.number = worker, worker.new_number()
        self.events: list[Event] = []
        self.silences: list[Silence | None] = []
        self.outcome: Outcome[Any] | None = None
        self._changed = threading.Condition()
        request = Order(what) if isinstance(what, str) else what
        self._thread = threading.Thread(
            target=self._run, args=(job, request, next_try), daemon=True
        )
        self._thread.start()

    def _run(self, job: Callable[..., Any], request: Any, next_try: NextTry) -> None:
        outcome = self.worker.run(
            self.number, job, request, self._on_events, on_silence=self._on_silence,
            next_try=next_try,
        )  # fmt: skip
        with self._changed:
            self.outcome = outcome
            self._changed.notify_all()

    def _on_events(self, events: Sequence[Event]) -> None:
        with self._changed:
            self.events.extend(events)
            self._changed.notify_all()

    def _on_silence(self, silence: Silence | None) -> None:
        with self._changed:
            self.silences.append(silence)
            self._changed.notify_all()

    @property
    def notices(self) -> list[Notice]:
        return [event for event in self.events if isinstance(event, Notice)]

    def until(self, holds: Callable[[], bool], seconds: float = 300) -> None:
        """Wait for what events and silences can bring about."""
        with self._changed:
            assert self._changed.wait_for(holds, seconds), (self.outcome, self.events)

    def wait_for(self, is_it: Callable[[Event], bool]) -> Event:
        self.until(lambda: any(map(is_it, self.events)))
        return next(event for event in self.events if is_it(event))

    def wait_until_begun(self) -> None:
        self.wait_for(lambda event: isinstance(event, Notice))

    def end(self, seconds: float = 120) -> Outcome[Any]:
        self._thread.join(seconds)
        assert self.outcome is not None
        return self.outcome
