"""What a job is handed besides its request: where things are, and how to talk and to listen.

`JobContext` is the whole interface. `RecordingContext` serves tests and anything that only wants
the outcome; the worker process and the command line derive theirs from it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from jokegen.config.paths import Paths
from jokegen.errors import JobCancelled
from jokegen.jobs.events import Event

Resource = TypeVar("Resource")

_MOST_ASKED = 20  # jokes that wait to be written; whoever asks for more wants the latest


class Stop(StrEnum):
    """How a job is asked to stop."""

    FINISH = "finish"  # end early and keep what there is
    CANCEL = "cancel"  # end at once and leave nothing behind
    PAUSE = "pause"  # end at the end of the step and keep all that is needed to go on


class JobContext:
    """The surroundings of one job.

    `resources` outlives the job where the worker is kept warm: a loaded language model is held
    there for the next joke.
    """

    def __init__(
        self,
        paths: Paths,
        on_event: Callable[[Event], None],
        resources: dict[str, object] | None = None,
    ) -> None:
        self.paths = paths
        self.resources = resources if resources is not None else {}
        self._on_event = on_event
        self._asked = {stop: threading.Event() for stop in Stop}
        self._samples: deque[str] = deque(maxlen=_MOST_ASKED)  # its methods are atomic

    def emit(self, event: Event) -> None:
        """Report; cheap enough to call for every row and token."""
        self._on_event(event)

    def check(self) -> None:
        """Raise `JobCancelled` if the person asked to stop and discard; call it often."""
        if self._asked[Stop.CANCEL].is_set():
            raise JobCancelled

    @property
    def is_finish_requested(self) -> bool:
        """The person asked to end early and keep what there is."""
        return self._asked[Stop.FINISH].is_set()

    @property
    def is_pause_requested(self) -> bool:
        """The person asked to end now and to go on another day."""
        return self._asked[Stop.PAUSE].is_set()

    def request_stop(self, stop: Stop) -> None:
        """Ask the job to stop; safe from any thread and from a signal handler."""
        self._asked[stop].set()

    def request_sample(self, prompt: str = "") -> None:
        """Ask the job to write a joke in between, "" for no prompt; safe from any thread."""
        self._samples.append(prompt)

    def take_asked_sample(self) -> str | None:
        """The prompt of the next joke that was asked for in between; None if nobody asked."""
        try:
            return self._samples.popleft()
        except IndexError:
            return None


class RecordingContext(JobContext):
    """Keeps every event in `events`."""

    def __init__(self, paths: Paths) -> None:
        self.events: list[Event] = []
        super().__init__(paths, self.events.append)
