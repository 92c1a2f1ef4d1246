"""The parent's side of a worker process: start it, hand it jobs, hear it out, end it.

Blocking and without Qt: whoever wants to stay responsive calls it from a thread. A job gets its
number before it runs, so that it can be stopped from another thread even before it has begun.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from jokegen.config.paths import Paths
from jokegen.jobs import surroundings, wire
from jokegen.jobs.context import JobContext, Stop
from jokegen.jobs.events import Cancelled, Done, Event, Failed
from jokegen.jobs.running import job_name, summary_type

Request = TypeVar("Request")
Summary = TypeVar("Summary")

log = logging.getLogger(__name__)

LAST_LOG_LINES = 12
_LOG_TAIL_BYTES = 16_384


class WorkerProcess:
    """One worker process, started when it is first needed and again if it died.

    `patience` is how many seconds a worker may take to answer a cancellation before it is killed:
    importing torch cannot be interrupted, and nobody waits for it.
    """

    def __init__(self, paths: Paths, name: str, patience: float = 2.0) -> None:
        self._paths = paths
        self.name = name
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._stops: dict[int, Stop] = {}
        self._current = 0
        self._deadline: threading.Timer | None = None
        self._lock = threading.Lock()

    @property
    def log_file(self) -> Path:
        return self._paths.logs / f"{self.name}.log"

    @property
    def process_id(self) -> int | None:
        """The id of the running process, or None."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def new_number(self) -> int:
        """A number for the next job, to run it and to stop it by."""
        return next(self._numbers)

    def run(
        self,
        number: int,
        job: Callable[[Request, JobContext], Summary],
        request: Request,
        on_events: Callable[[Sequence[Event]], None],
    ) -> Done[Summary] | Failed | Cancelled:
        """Run `job` in the worker; returns its one outcome, whatever becomes of the process."""
        try:
            process = self._ensure_started()
            order = {"job": job_name(job), "number": number, "request": request}
            with self._lock:
                self._current = number
                self._send(process, order)
                if (stop := self._stops.get(number)) is not None:
                    self._send_stop(process, number, stop)
        except OSError as error:
            log.exception("the worker %s could not be started", self.name)
            return Failed(
                f"The part of Jokegen that does the work could not be started: {error}.",
                "Check that there is free disk space and memory, then try again.",
            )
        try:
            outcome = self._listen(process, summary_type(job), on_events)
            if outcome is None:
                outcome = self._explain_death(process, number)
        finally:
            with self._lock:
                self._current = 0
                self._stops.pop(number, None)
                if self._deadline is not None:
                    self._deadline.cancel()
                    self._deadline = None
        return outcome

    def prepare(self, function: str) -> None:
        """Start the process and have it call `function` ("module:name") before its next job.

        What goes wrong is left for that job to say.
        """
        with contextlib.suppress(OSError), self._lock:
            self._send(self._ensure_started(), {"prepare": function})

    def request_stop(self, number: int, stop: Stop) -> None:
        """Ask that job to stop; a cancellation that gets no answer ends the process."""
        with self._lock:
            self._stops[number] = stop
            process = self._process
            if self._current == number and process is not None and process.poll() is None:
                self._send_stop(process, number, stop)

    def kill(self) -> None:
        """End the process at once; the job under way fails, or counts as cancelled if it was."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def close(self, patience: float = 2.0) -> None:
        """Let the process end by itself, kill it if it does not, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _ensure_started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("wb") as log_stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "jokegen.jobs.worker", str(self._paths.home)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log_stream,
                env=_worker_environment(),
            )
        self._process = process
        return process

    def _send_stop(self, process: subprocess.Popen[bytes], number: int, stop: Stop) -> None:
        if stop is Stop.CANCEL and self._deadline is None:
            self._deadline = threading.Timer(self._patience, process.kill)
            self._deadline.daemon = True
            self._deadline.start()
        with contextlib.suppress(OSError):
            self._send(process, {"stop": stop.value, "number": number})

    def _send(self, process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
        stream: IO[bytes] | None = process.stdin
        if stream is not None:
            stream.write(wire.encode_line(message))
            stream.flush()

    def _listen(
        self,
        process: subprocess.Popen[bytes],
        summary: type[Summary],
        on_events: Callable[[Sequence[Event]], None],
    ) -> Done[Summary] | Failed | Cancelled | None:
        """Hear the worker out; None if its pipe ended without an outcome."""
        if process.stdout is None:
            return None
        for line in process.stdout:
            try:
                message = wire.decode_line(line)
                if "outcome" in message:
                    return wire.decode_outcome(message, summary)
                on_events(wire.decode_events(message))
            except (msgspec.MsgspecError, KeyError):
                log.exception("unreadable message from the worker %s", self.name)
        return None

    def _explain_death(self, process: subprocess.Popen[bytes], number: int) -> Failed | Cancelled:
        code = process.wait()
        with self._lock:
            if self._stops.get(number) is Stop.CANCEL:
                return Cancelled()
        last = "\n".join(self.last_log_lines())
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        happened = f"The part of Jokegen that did the work ended unexpectedly ({how})."
        todo = "Nothing saved before was lost. Try again; the details show its last words."
        if code == -9:
            happened = "The part of Jokegen that did the work was ended from outside (signal 9)."
            todo = (
                "This happens when the computer runs out of memory or somebody ends the process. "
                "Nothing saved before was lost: close other programs and try again."
            )
        return Failed(happened, todo, last)

    def last_log_lines(self) -> list[str]:
        """The end of the worker's log, for a person to read."""
        try:
            with self.log_file.open("rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - _LOG_TAIL_BYTES))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return []
        return text.splitlines()[-LAST_LOG_LINES:]


def _worker_environment() -> dict[str, str]:
    """Our own environment, plus what lets the child find this very package."""
    package_parent = str(Path(__file__).resolve().parent.parent.parent)
    environment = dict(os.environ)
    known = environment.get("PYTHONPATH", "")
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [package_parent, known]))
    environment["PYTHONUNBUFFERED"] = "1"
    surroundings.prepare(environment)
    return environment
