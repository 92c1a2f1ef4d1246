"""Tells of a silence that the watchdog finds: a notice to the person, a state to the window."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from jokegen.jobs.events import Event, Notice
from jokegen.jobs.watchdog import Silence, Watchdog

OnEvents = Callable[[Sequence[Event]], None]
OnSilence = Callable[[Silence | None], None]

log = logging.getLogger(__name__)


class Watch:
    """Watches over one job. `on_alarm` is called once when a silence begins to be too long."""

    def __init__(
        self,
        dog: Watchdog,
        on_events: OnEvents,
        on_silence: OnSilence,
        on_alarm: Callable[[], None],
    ) -> None:
        self._dog = dog
        self._on_events, self._on_silence, self._on_alarm = on_events, on_silence, on_alarm
        self._told: Silence | None = None

    def heard(self) -> None:
        """The job has said something."""
        self._dog.heard()
        self._tell(None)

    def look(self) -> Silence | None:
        """Tell how it is; returns the silence after which a job is given up, if it is that."""
        silence = self._dog.look()
        self._tell(silence)
        return silence if silence is not None and silence.is_hopeless else None

    def end(self) -> None:
        """The job is over: nobody worries any more."""
        if self._told is not None:
            self._told = None
            self._on_silence(None)

    def _tell(self, silence: Silence | None) -> None:
        told, self._told = self._told, silence
        if silence is None:
            if told is not None:
                self._on_silence(None)
                self._on_events([Notice("The work goes on.")])
            return
        self._on_silence(silence)
        if told is None or told.state is not silence.state:
            log.warning("%s", silence.happened)
            self._on_alarm()
            self._on_events([Notice(f"{silence.happened} {silence.todo}", is_warning=True)])
