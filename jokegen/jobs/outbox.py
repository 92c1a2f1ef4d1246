"""Gathers events and sends them on at most about twenty times a second.

A job may report every row and every token; the window needs to hear of it no more often than a
person can see. Only what is overtaken is dropped (an older progress of the same phase) or joined
(text of the same joke); everything else arrives, in order, and the last event always does.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from jokegen.jobs.events import Event, Progress, TextChunk

log = logging.getLogger(__name__)


class EventOutbox:
    """Calls `send` with lists of events from a thread of its own; `close` sends the rest."""

    def __init__(self, send: Callable[[Sequence[Event]], None], interval: float = 0.05) -> None:
        self._send = send
        self._interval = interval
        self._pending: list[Event] = []
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._deliver, name="event-outbox", daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        with self._changed:
            if not self._merge(event):
                self._pending.append(event)
            self._changed.notify()

    def close(self) -> None:
        """Send what is left and end the thread."""
        with self._changed:
            self._closing.set()
            self._changed.notify()
        self._thread.join()

    def _merge(self, event: Event) -> bool:
        if isinstance(event, Progress) and self._pending:
            last = self._pending[-1]
            if isinstance(last, Progress) and last.phase is event.phase:
                self._pending[-1] = event
                return True
        if isinstance(event, TextChunk):
            for position, other in enumerate(self._pending):
                if isinstance(other, TextChunk) and other.joke == event.joke:
                    self._pending[position] = replace(other, text=other.text + event.text)
                    return True
        return False

    def _send_on(self, events: Sequence[Event]) -> None:
        """Send them; those that cannot be sent cost only themselves."""
        try:
            self._send(events)
        except Exception:
            log.exception("events could not be sent")
            if len(events) > 1:
                for event in events:
                    self._send_on([event])

    def _deliver(self) -> None:
        while True:
            with self._changed:
                while not self._pending and not self._closing.is_set():
                    self._changed.wait()
                events, self._pending = self._pending, []
            if events:
                self._send_on(events)
            if self._closing.is_set():
                with self._changed:
                    if not self._pending:
                        return
                continue
            self._closing.wait(self._interval)
