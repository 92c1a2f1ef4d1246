"""Jobs on QThreads: each thread supervises a worker process, the window only hears signals.

The thread computes nothing: it waits for the worker's messages and passes them on, so the
interface can neither be stalled nor be killed by what the worker does.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.again import never
from jokegen.jobs.context import JobContext, Stop
from jokegen.jobs.events import Cancelled, Failed
from jokegen.jobs.process import WorkerProcess
from jokegen.jobs.running import Outcome
from jokegen.jobs.watchdog import Silence
from jokegen.jobs.watching import OnEvents, OnSilence

Request = TypeVar("Request")
Summary = TypeVar("Summary")

log = logging.getLogger(__name__)


class Line(StrEnum):
    """Jobs of one line run one after another, in one worker process; lines run side by side."""

    LOOK = "look"  # previews and examinations: kept warm, a person waits for each
    IMPORT = "import"
    BRING = "bring"  # jokes from a link or a hub
    ASK = "ask"  # short questions: which devices, what a data set of the hub consists of
    FETCH = "fetch"
    MEASURE = "measure"  # how long a training will take
    TRAIN = "train"
    GENERATE = "generate"  # kept warm: the language model stays loaded between jokes


_RETRIED = {Line.TRAIN}  # goes on by itself when its worker is lost
_WARM = {Line.GENERATE, Line.LOOK}
_PREPARATIONS = {
    Line.LOOK: "jokegen.data.ready:get_ready_to_look",
    Line.IMPORT: "jokegen.data.ready:get_ready_to_import",
}


class JobHandle(QObject):
    """One job: its signals, and the way to stop it. Lives in the window's thread.

    `events_arrived` carries a list of events, `finished` the one outcome. `silence_changed` carries
    a `Silence` where the work seems to hang (again every second, with its length), and None when
    it goes on or ends.
    """

    events_arrived = Signal(object)
    silence_changed = Signal(object)
    finished = Signal(object)

    def __init__(self, title: str, line: Line, worker: WorkerProcess, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.line = line
        self.outcome: Outcome[object] | None = None
        self.silence: Silence | None = None
        self._worker = worker
        self._number = worker.new_number()

    @property
    def is_running(self) -> bool:
        return self.outcome is None

    @property
    def process_id(self) -> int | None:
        """The worker process that does this line's jobs."""
        return self._worker.process_id

    def finish(self) -> None:
        """Ask it to end early and keep what there is."""
        self._worker.request_stop(self._number, Stop.FINISH)

    def pause(self) -> None:
        """Ask it to end soon and to keep all that is needed to go on another day."""
        self._worker.request_stop(self._number, Stop.PAUSE)

    def cancel(self) -> None:
        """Ask it to end and to leave nothing behind; it will, or its process is ended."""
        self._worker.request_stop(self._number, Stop.CANCEL)

    def force(self) -> None:
        """End it at once, whatever it does; all that it has saved stays, to go on from.

        It ends as `Failed` with `is_forced`, or as cancelled if that was asked before.
        """
        self._worker.force(self._number)

    def ask_sample(self, prompt: str = "") -> None:
        """Ask it to write a joke in between; it arrives among the events as a `Sample`."""
        self._worker.ask_sample(self._number, prompt)

    @Slot(object)
    def _on_silence_changed(self, silence: Silence | None) -> None:
        self.silence = silence
        self.silence_changed.emit(silence)

    @Slot(object)
    def _on_ended(self, outcome: Outcome[object]) -> None:
        self.outcome = outcome
        self.finished.emit(outcome)


class _JobThread(QThread):
    events_arrived = Signal(object)
    silence_changed = Signal(object)
    ended = Signal(object)

    def __init__(
        self, work: Callable[[OnEvents, OnSilence], Outcome[object]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._work = work

    def run(self) -> None:
        outcome: Outcome[object]
        try:
            outcome = self._work(self.events_arrived.emit, self.silence_changed.emit)
        except Exception as error:
            log.exception("the supervising thread failed")
            outcome = Failed(
                f"Jokegen lost sight of the work: {type(error).__name__}: {error}.",
                "Try again; the log file holds the details.",
            )
        self.ended.emit(outcome)


class JobRunner(QObject):
    """Starts jobs and knows which ones are under way."""

    job_started = Signal(object)
    job_finished = Signal(object)

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._workers = {line: WorkerProcess(paths, line.value) for line in Line}
        self._turns = {line: threading.Lock() for line in Line}
        self._running: dict[JobHandle, _JobThread] = {}
        self._is_closing = False

    def start(
        self,
        line: Line,
        title: str,
        job: Callable[[Request, JobContext], Summary],
        request: Request,
    ) -> JobHandle:
        """Run `job(request)` in the worker of `line`; connect to the handle's signals at once.

        `title` names the job to a person, as in "Fine-tuning on My jokes".
        """
        worker, turn = self._workers[line], self._turns[line]
        handle = JobHandle(title, line, worker, self)
        number = handle._number

        def work(on_events: OnEvents, on_silence: OnSilence) -> Outcome[object]:
            with turn:
                if self._is_closing:
                    return Cancelled()
                next_try = model_service.trying_again(self._paths) if line in _RETRIED else never
                outcome = worker.run(
                    number, job, request, on_events, on_silence=on_silence, next_try=next_try
                )
                if line not in _WARM:
                    worker.close()
                return outcome

        thread = _JobThread(work, self)
        thread.events_arrived.connect(handle.events_arrived)
        thread.silence_changed.connect(handle._on_silence_changed)
        thread.ended.connect(handle._on_ended)
        thread.finished.connect(self._on_thread_finished)
        self._running[handle] = thread
        thread.start()
        self.job_started.emit(handle)
        return handle

    def running(self, *lines: Line) -> list[JobHandle]:
        """The jobs under way, of these lines or of all."""
        return [job for job in self._running if not lines or job.line in lines]

    def warm_up(self, line: Line) -> None:
        """Start the worker of this line and have it load what its next job will need.

        Returns at once, and changes nothing if the worker is busy or there is nothing to load.
        """
        if line not in _PREPARATIONS or self._is_closing:
            return
        worker, turn = self._workers[line], self._turns[line]

        def start() -> None:
            if turn.acquire(blocking=False):
                try:
                    if not self._is_closing:
                        worker.prepare(_PREPARATIONS[line])
                finally:
                    turn.release()

        threading.Thread(target=start, name=f"warm up {line.value}", daemon=True).start()

    def close_worker(self, line: Line) -> None:
        """End an idle warm worker, for instance to give its memory back."""
        turn = self._turns[line]
        if turn.acquire(blocking=False):
            try:
                self._workers[line].close(patience=0.2)
            finally:
                turn.release()

    def begin_shutdown(self) -> None:
        """No queued job may start any more."""
        self._is_closing = True

    def end_workers(self) -> None:
        """End every worker process and thread; call it when no job runs. May be called anywhere."""
        for thread in list(self._running.values()):
            thread.wait()
        for line, worker in self._workers.items():
            with self._turns[line]:  # it may be starting just now
                worker.close(patience=0.5)

    def kill_workers(self) -> None:
        """End every worker process at once, whatever it does."""
        for worker in self._workers.values():
            worker.kill()

    @Slot()
    def _on_thread_finished(self) -> None:
        for handle, thread in list(self._running.items()):
            if thread.isFinished():
                del self._running[handle]
                thread.deleteLater()
                self.job_finished.emit(handle)
                handle.deleteLater()
