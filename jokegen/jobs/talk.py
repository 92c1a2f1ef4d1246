"""Both ends of the pipes to a worker process: nobody who speaks or listens can be held up by it.

A worker that hangs reads nothing, and one whose pipe was handed on to a child never seems to end.
So a thread of its own writes what is said, and another reads what is heard.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import IO


class Ended(Exception):  # noqa: N818 - not an error: a fact about the pipe
    """Nothing will be heard any more."""


class Nothing(Exception):  # noqa: N818 - not an error: the time was up
    """Nothing was heard in time."""


class Talk:
    """Speaks to a process and listens to it, line by line."""

    def __init__(self, into: IO[bytes], out_of: IO[bytes], name: str) -> None:
        self._to_say: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._heard: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._has_ended = False
        for work, stream in ((self._write, into), (self._read, out_of)):
            threading.Thread(target=work, args=(stream,), name=f"talk {name}", daemon=True).start()

    def say(self, line: bytes) -> None:
        """Send a line as soon as it is taken; lost if the process ends first."""
        self._to_say.put(line)

    def say_no_more(self) -> None:
        """Close our side once everything is said: a worker then ends by itself."""
        self._to_say.put(None)

    def hear(self, seconds: float) -> bytes:
        """The next line, "" after `wake`; raises `Nothing` when the time is up, or `Ended`."""
        if self._has_ended:
            raise Ended
        try:
            line = self._heard.get(timeout=max(0.0, seconds))
        except queue.Empty:
            raise Nothing from None
        if line is None:
            self._has_ended = True
            raise Ended
        return line

    def wake(self) -> None:
        """Have `hear` return at once, after what was heard before."""
        self._heard.put(b"")

    def _write(self, stream: IO[bytes]) -> None:
        # The process may be gone at any moment; then whoever listens is told.
        with contextlib.suppress(OSError), stream:
            while (line := self._to_say.get()) is not None:
                stream.write(line)
                stream.flush()

    def _read(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError), stream:
            for line in stream:
                self._heard.put(line)
        self._heard.put(None)
