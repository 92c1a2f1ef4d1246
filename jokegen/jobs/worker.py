"""The worker process: takes orders on stdin, reports on a channel of its own, one job at a time.

Start-up story: `python -m jokegen.jobs.worker HOME` keeps the pipe that was its stdout for
messages and points stdout at stderr, which the parent has led to a log file, so that nothing a
library prints can break the protocol. A thread reads orders; jobs run on the main thread. When
the parent is gone, stdin ends and the worker ends with it, at once: whatever it was writing is
under a temporary name, and what was whole before stays whole.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import psutil

from jokegen.config.paths import Paths
from jokegen.jobs import wire
from jokegen.jobs.context import JobContext, Stop
from jokegen.jobs.events import Cancelled, Done, Failed
from jokegen.jobs.outbox import EventOutbox
from jokegen.jobs.running import find_function, request_type, run_job

log = logging.getLogger(__name__)


class Worker:
    """One worker: its channel, its orders, and the job under way."""

    def __init__(self, paths: Paths, orders: BinaryIO, channel: BinaryIO) -> None:
        self._paths = paths
        self._orders = orders
        self._channel = channel
        self._channel_lock = threading.Lock()
        self._waiting: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._current: JobContext | None = None
        self._number = 0
        self._early: dict[int, list[dict[str, Any]]] = {}  # for jobs that have not begun yet
        self._lock = threading.Lock()
        self._resources: dict[str, object] = {}

    def serve(self) -> None:
        """Do jobs until the parent closes our stdin."""
        threading.Thread(target=self._read_orders, name="orders", daemon=True).start()
        self._write(wire.encode_line({"ready": os.getpid()}))
        while (order := self._waiting.get()) is not None:
            if "prepare" in order:
                self._prepare(order["prepare"])
            else:
                self._do(order)

    def _prepare(self, name: str) -> None:
        """Do what makes the next job quicker; what fails now will fail, and be told, in the job."""
        try:
            find_function(name)()
        except Exception:
            log.exception("%s failed", name)

    def _do(self, order: dict[str, Any]) -> None:
        outbox = EventOutbox(lambda events: self._write(wire.encode_events(events)))
        context = JobContext(self._paths, outbox.put, self._resources)
        with self._lock:
            self._current, self._number = context, order["number"]
            for early in self._early.pop(self._number, []):
                _pass_on(early, context)
        outcome: Done[Any] | Failed | Cancelled
        try:
            job = find_function(order["job"])
            request = wire.from_plain(order["request"], request_type(job))
            outcome = run_job(job, request, context)
        finally:
            with self._lock:
                self._current = None
            outbox.close()
        self._write(wire.encode_outcome(outcome))

    def _read_orders(self) -> None:
        for line in self._orders:
            try:
                order = wire.decode_line(line)
            except msgspec.MsgspecError:
                log.exception("an unreadable order")
                continue
            if "job" in order or "prepare" in order:
                self._waiting.put(order)
                continue
            with self._lock:
                if self._current is not None and order["number"] == self._number:
                    _pass_on(order, self._current)
                elif order["number"] > self._number:
                    self._early.setdefault(order["number"], []).append(order)
        # The parent is gone or has no more work for us.
        with self._lock:
            if self._current is not None:
                os._exit(3)
        self._waiting.put(None)

    def _write(self, line: bytes) -> None:
        with self._channel_lock:
            try:
                # On a line of its own, even if something else has written half of one.
                self._channel.write(b"\n" + line)
                self._channel.flush()
            except (OSError, ValueError):
                os._exit(3)  # nobody is listening any more, or the channel was closed under us


def _pass_on(order: dict[str, Any], context: JobContext) -> None:
    """Tell the job under way what the person asks of it."""
    if "stop" in order:
        context.request_stop(Stop(order["stop"]))
    elif "sample" in order:
        context.request_sample(order["sample"])


def _keep_channel() -> BinaryIO:
    """Keep the pipe to the parent for ourselves and send stdout to the log with stderr."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return channel


def main() -> None:
    channel = _keep_channel()
    faulthandler.enable()
    if sys.platform != "win32":
        # The parent asks so where a worker is that seems to hang; it works whatever it does.
        faulthandler.register(signal.SIGUSR1, all_threads=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    with contextlib.suppress(psutil.Error, OSError):
        # The interface must stay smooth while we compute on every core.
        if sys.platform == "win32":
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            os.nice(5)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.captureWarnings(True)
    Worker(Paths(Path(sys.argv[1])), sys.stdin.buffer, channel).serve()


if __name__ == "__main__":
    main()
