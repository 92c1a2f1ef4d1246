"""Runs a job on a thread and waits for what it does, without sleeping for a fixed time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any


class JobThread:
    """A job under way; `finish` gives what it returned, or raises what it raised."""

    def __init__(self, job: Callable[[], Any]) -> None:
        self._job = job
        self._result: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result = self._job()
        except BaseException as error:
            self._error = error

    def finish(self, seconds: float = 30) -> Any:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "the job did not end in time"
        if self._error is not None:
            raise self._error
        return self._result


def wait_until(is_so: Callable[[], object], seconds: float = 30) -> None:
    """Return as soon as `is_so()` is true; fail after `seconds`."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)
