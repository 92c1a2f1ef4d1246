"""The parent's side of a worker process: start it, hand it jobs, hear it out, end it.

Blocking and without Qt: whoever wants to stay responsive calls it from a thread. A job gets its
number before it runs, so that it can be stopped from another thread even before it has begun.
Whatever becomes of the process, `run` returns the job's one outcome.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jokegen.config.paths import Paths
from jokegen.jobs import child, deaths, wire
from jokegen.jobs.again import Again, Journey, NextTry, never
from jokegen.jobs.context import JobContext, Stop
from jokegen.jobs.events import Cancelled, Done, Event, Failed
from jokegen.jobs.running import Outcome, job_name, summary_type
from jokegen.jobs.talk import Ended, Nothing, Talk
from jokegen.jobs.watchdog import Limits, Silence, Watchdog, signs_of
from jokegen.jobs.watching import OnEvents, OnSilence, Watch

Request = TypeVar("Request")
Summary = TypeVar("Summary")

log = logging.getLogger(__name__)

_SECONDS_TO_DIE = 1.5  # after a kill; only a process that waits for a dead disk takes longer
_SECONDS_TO_LEAVE = 2.0  # after it has closed its pipe


def _ignore(_silence: Silence | None) -> None:
    pass


class WorkerProcess:
    """One worker process, started when it is first needed and again if it died.

    `patience` is how many seconds a worker may take to answer a cancellation before it is killed:
    importing torch cannot be interrupted, and nobody waits for it. `limits` say how long it may be
    silent.
    """

    def __init__(
        self, paths: Paths, name: str, patience: float = 2.0, limits: Limits | None = None
    ) -> None:
        self._paths = paths
        self.name = name
        self._patience = patience
        self._limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._talk: Talk | None = None
        self._undead: list[subprocess.Popen[bytes]] = []
        self._knows_signals = False
        self._numbers = itertools.count(1)
        self._stops: dict[int, Stop] = {}
        self._forced: set[int] = set()
        self._current = 0
        self._deadline: float | None = None
        self._is_closed_by_us = self._is_doomed = False
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
        on_events: OnEvents,
        *,
        on_silence: OnSilence = _ignore,
        next_try: NextTry = never,
    ) -> Done[Summary] | Failed | Cancelled:
        """Run `job` in the worker; returns its one outcome, whatever becomes of the process.

        `on_silence` hears of a silence that is too long, and None when it is over. `next_try`
        decides what is tried when it failed; a person who has asked to stop is not kept waiting.
        """
        journey = Journey()

        def hear(events: Sequence[Event]) -> None:
            journey.hear(events)
            on_events(events)

        self._is_closed_by_us = False
        todo: tuple[Callable[..., Any], Any] = (job, request)
        try:
            while True:
                outcome = self._try(number, *todo, hear, on_silence)
                if not isinstance(outcome, Failed) or number in self._stops or outcome.is_forced:
                    return outcome
                again = next_try(journey.attempt(todo[1], outcome))
                if not isinstance(again, Again):
                    return again
                log.warning("trying again: %s", again.notice.text)
                on_events([again.notice])
                todo = (again.job, again.request)
        finally:
            with self._lock:
                self._stops.pop(number, None)
                self._forced.discard(number)

    def prepare(self, function: str) -> None:
        """Start the process and have it call `function` ("module:name") before its next job.

        What goes wrong is left for that job to say.
        """
        with contextlib.suppress(OSError), self._lock:
            self._ensure_started().say(wire.encode_line({"prepare": function}))

    def request_stop(self, number: int, stop: Stop) -> None:
        """Ask that job to stop; a cancellation that gets no answer ends the process."""
        with self._lock:
            self._stops[number] = stop
            if self._current == number:
                self._pass_on_stop(number, stop)

    def force(self, number: int) -> None:
        """End that job at once, whatever it does; all that it has saved stays as it is."""
        self._forced.add(number)
        with self._lock:
            if self._current == number:
                self._end_process()

    def ask_sample(self, number: int, prompt: str) -> None:
        """Ask that job to write a joke in between."""
        with self._lock:
            if self._current == number and self._talk is not None:
                self._talk.say(wire.encode_line({"sample": prompt, "number": number}))

    def kill(self) -> None:
        """End the process at once; the job under way fails, or counts as cancelled if it was."""
        self._is_closed_by_us = True
        self._end_process()

    def close(self, patience: float = 2.0) -> None:
        """Let the process end by itself, kill it if it does not, and wait until it is gone."""
        self._is_closed_by_us = True
        with self._lock:
            process, self._process = self._process, None
            talk, self._talk = self._talk, None
        if talk is not None:
            talk.say_no_more()
        if process is not None and child.exit_code(process, patience) is None:
            child.end(process)
            if child.exit_code(process, _SECONDS_TO_DIE) is None:
                self._undead.append(process)

    # ---- One try ---------------------------------------------------------------------------

    def _try(
        self,
        number: int,
        job: Callable[..., Any],
        request: Any,
        on_events: OnEvents,
        on_silence: OnSilence,
    ) -> Outcome[Any]:
        try:
            with self._lock:
                if number in self._forced:
                    return self._verdict_of_the_person(number) or deaths.forced()
                if self._is_closed_by_us:
                    return deaths.closed_by_us()
                talk, process = self._ensure_started(), self._process
                assert process is not None
                self._current = number
                order = {"job": job_name(job), "number": number, "request": request}
                talk.say(wire.encode_line(order))
                if (stop := self._stops.get(number)) is not None:
                    self._pass_on_stop(number, stop)
        except OSError as error:
            log.exception("the worker %s could not be started", self.name)
            return Failed(
                f"The part of Jokegen that does the work could not be started: {error}.",
                "Check that there is free disk space and memory, then try again.",
            )
        kills = deaths.memory_kills()
        try:
            outcome = self._listen(number, talk, process, summary_type(job), on_events, on_silence)
            return outcome or self._explain_death(number, process, kills)
        except BaseException:
            self._end_process()  # nobody listens to it any more
            raise
        finally:
            with self._lock:
                self._current, self._deadline = 0, None

    def _listen(
        self,
        number: int,
        talk: Talk,
        process: subprocess.Popen[bytes],
        summary: type[Any],
        on_events: OnEvents,
        on_silence: OnSilence,
    ) -> Outcome[Any] | None:
        """Hear the worker out; None if it has ended, or was ended, without a word."""
        dog = Watchdog(signs_of(process.pid), self._limits)
        watch = Watch(dog, on_events, on_silence, self._ask_where_it_is)
        try:
            return self._hear_out(number, talk, process, summary, on_events, watch)
        finally:
            watch.end()

    def _hear_out(
        self,
        number: int,
        talk: Talk,
        process: subprocess.Popen[bytes],
        summary: type[Any],
        on_events: OnEvents,
        watch: Watch,
    ) -> Outcome[Any] | None:
        is_gone = False
        while True:
            try:
                line = talk.hear(self._seconds_to_listen())
            except Ended:
                return None
            except Nothing:
                # A child of it may still hold its pipe, which then never ends.
                if is_gone:
                    return None
                is_gone = process.poll() is not None
                if (silence := watch.look()) is not None:
                    return self._give_up(process, silence)
                line = b""
            if number in self._forced or self._is_overdue():
                self._end_process()
                return None
            if line.strip():
                watch.heard()
                outcome = self._understand(line, summary, on_events)
                if outcome is not None:
                    return outcome

    def _understand(
        self, line: bytes, summary: type[Any], on_events: OnEvents
    ) -> Outcome[Any] | None:
        """Pass events on; returns the outcome if the line is one."""
        try:
            message = wire.decode_line(line)
        except msgspec.MsgspecError:
            log.warning("junk from the worker %s: %.200r", self.name, line)
            return None
        if "outcome" in message:
            try:
                return wire.decode_outcome(message, summary)
            except (msgspec.MsgspecError, KeyError) as error:
                log.exception("unreadable outcome from the worker %s", self.name)
                self._end_process()  # nobody knows what else it believes to be true
                return deaths.incomprehensible(error, line[:2000].decode("utf-8", "replace"))
        if "ready" in message:
            self._knows_signals = True
        elif events := wire.decode_events(message):
            on_events(events)
        return None

    def _give_up(self, process: subprocess.Popen[bytes], silence: Silence) -> Failed:
        self._ask_where_it_is()
        child.exit_code(process, 0.3)  # time to write that down
        self._end_process()
        child.exit_code(process, _SECONDS_TO_DIE)
        return deaths.hung(silence, self.last_words())

    def _ask_where_it_is(self) -> None:
        process = self._process
        if self._knows_signals and process is not None:
            child.ask_where_it_is(process)

    def _verdict_of_the_person(self, number: int) -> Failed | Cancelled | None:
        if self._stops.get(number) is Stop.CANCEL:
            return Cancelled()
        return deaths.forced() if number in self._forced else None

    def _explain_death(
        self, number: int, process: subprocess.Popen[bytes], kills: int | None
    ) -> Failed | Cancelled:
        verdict = self._verdict_of_the_person(number)
        code = child.exit_code(process, _SECONDS_TO_DIE if verdict else _SECONDS_TO_LEAVE)
        if verdict is not None:
            return verdict
        details = self.last_words()
        if code is None:
            self._end_process()
            code = child.exit_code(process, _SECONDS_TO_DIE)
            return deaths.died(None, details) if code is None else deaths.fell_silent(details)
        if self._is_closed_by_us:
            return deaths.closed_by_us(details)
        now = deaths.memory_kills()
        is_known = kills is not None and now is not None and now > kills
        return deaths.died(code, details, is_out_of_memory=is_known)

    # ---- The process -----------------------------------------------------------------------

    def _ensure_started(self) -> Talk:
        """The worker, started if there is none; call it with the lock."""
        if self._talk is not None and self.process_id is not None and not self._is_doomed:
            return self._talk
        if self._talk is not None:
            self._talk.say_no_more()
        if self._process is not None and child.exit_code(self._process, _SECONDS_TO_DIE) is None:
            self._undead.append(self._process)  # the system cannot end it yet
        process = child.start(self._paths.home, self.log_file)
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._knows_signals, self._is_doomed = process, False, False
        self._talk = Talk(process.stdin, process.stdout, self.name)
        return self._talk

    def _pass_on_stop(self, number: int, stop: Stop) -> None:
        if self._talk is None:
            return
        if stop is Stop.CANCEL and self._deadline is None:
            self._deadline = time.monotonic() + self._patience
            self._talk.wake()  # so that it listens no longer than that
        self._talk.say(wire.encode_line({"stop": stop.value, "number": number}))

    def _seconds_to_listen(self) -> float:
        left = self._limits.look
        if (deadline := self._deadline) is not None:
            left = min(left, deadline - time.monotonic())
        return left

    def _is_overdue(self) -> bool:
        return (deadline := self._deadline) is not None and time.monotonic() >= deadline

    def _end_process(self) -> None:
        """Kill it, from any thread; it may take a moment, or for ever, until it is gone."""
        process, talk = self._process, self._talk
        self._is_doomed = True
        if process is not None:
            child.end(process)
        if talk is not None:
            talk.wake()

    def last_words(self) -> str:
        """The end of the worker's log, for a person to read."""
        return child.last_words(self.log_file)
