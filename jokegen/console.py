"""Progress of a job on standard error: one changing line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from jokegen import wording
from jokegen.jobs.events import Event, JokeWritten, Metric, Notice, Phase, Progress, RunStarted

# Into a file or a pipe a line now and then is enough.
_SECONDS_BETWEEN_LINES = 10.0


class ConsoleReport:
    """Shows the events of one job. Written for `JobContext(on_event=...)`."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._is_terminal = self._stream.isatty()
        self._phase: Phase | None = None
        self._last_line = 0.0
        self._width = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._show_progress(event)
        elif isinstance(event, RunStarted):
            self.say(f"Run {event.run}: {event.steps} steps.")
        elif isinstance(event, Metric) and event.validation_loss is not None:
            best = ", the best so far" if event.is_best else ""
            self.say(
                f"Step {event.step} of {event.steps}: "
                f"validation loss {event.validation_loss:.3f}{best}."
            )
        elif isinstance(event, Notice):
            self.say(event.text)
        elif isinstance(event, JokeWritten):
            self._phase = None  # the line was overwritten by the joke on stdout, perhaps

    def say(self, text: str) -> None:
        """A line of its own."""
        self._clear()
        self._stream.write(text + "\n")
        self._stream.flush()

    def end(self) -> None:
        """Remove the changing line."""
        self._clear()
        self._stream.flush()

    def _show_progress(self, event: Progress) -> None:
        now = time.monotonic()
        is_new = event.phase is not self._phase
        if not is_new and not self._is_terminal and now - self._last_line < _SECONDS_BETWEEN_LINES:
            return
        self._phase, self._last_line = event.phase, now
        parts = [wording.phase_title(event.phase)]
        if amount := wording.amount(event.done, event.total, event.unit):
            parts.append(amount)
        if event.seconds_left is not None:
            parts.append(wording.time_left(event.seconds_left))
        text = " · ".join(parts)
        if self._is_terminal:
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def _clear(self) -> None:
        if self._is_terminal and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._width = 0
