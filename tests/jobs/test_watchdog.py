"""The watchdog: what hangs is found and said, what only takes its time is left alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.jobs.context import Stop
from jokegen.jobs.events import Done, Failed
from jokegen.jobs.process import WorkerProcess
from jokegen.jobs.watchdog import Limits, Signs, Silence, State, Watchdog, in_words
from tests.jobs.example_jobs import do
from tests.jobs.faulty_jobs import ask, stall, work_silently
from tests.jobs.running_job import Running

MINUTE, HOUR = 60.0, 3600.0


class Bench:
    """A watchdog over a process that does what a test says; an hour passes in no time."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.signs: Signs | None = Signs(State.WAITING, 0.0)
        self.dog = Watchdog(lambda: self.signs, clock=lambda: self.now)

    def silence(
        self, seconds: float, state: State = State.WAITING, share: float = 0.0
    ) -> Silence | None:
        """So long nothing is heard; `share` of a processor is used."""
        found = None
        for _ in range(round(seconds)):
            self.now += 1.0
            if self.signs is not None:
                self.signs = Signs(state, self.signs.processor_seconds + share)
            found = self.dog.look()
        return found

    def step(self, seconds: float) -> Silence | None:
        """One that takes so long, and is told of at its end."""
        found = self.silence(seconds, State.RUNNING, 1.0)
        self.dog.heard()
        return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_worker_that_does_nothing_is_told_of_after_a_minute_and_given_up_after_ten(
    bench: Bench,
) -> None:
    assert bench.silence(MINUTE) is None
    silence = bench.silence(5)
    assert silence is not None
    assert "1 minute" in silence.happened
    assert "no processor time" in silence.happened
    assert not silence.is_hopeless
    silence = bench.silence(10 * MINUTE)
    assert silence is not None
    assert silence.is_hopeless


def test_any_word_from_it_ends_the_worry(bench: Bench) -> None:
    assert bench.silence(2 * MINUTE) is not None
    bench.dog.heard()
    assert bench.silence(MINUTE) is None


def test_a_long_step_on_a_slow_machine_is_no_reason_to_worry(bench: Bench) -> None:
    for _ in range(3):
        assert bench.step(5 * MINUTE) is None
    assert bench.silence(45 * MINUTE, State.RUNNING, 1.0) is None, "nine times as long as before"
    assert bench.silence(6 * MINUTE, State.RUNNING, 1.0) is not None


def test_a_wait_as_long_as_those_before_is_no_reason_to_worry(bench: Bench) -> None:
    """As for a GPU: no processor time is used, and then it goes on."""
    assert bench.silence(50) is None
    bench.dog.heard()
    assert bench.silence(240) is None
    assert bench.silence(20) is not None


def test_a_long_loading_does_not_make_it_blind_for_a_hang_later(bench: Bench) -> None:
    bench.step(5 * MINUTE)
    assert bench.silence(MINUTE + 5) is not None


def test_who_computes_for_ever_is_told_of_and_given_up_in_the_end(bench: Bench) -> None:
    bench.step(3)
    assert bench.silence(9 * MINUTE, State.RUNNING, 1.0) is None
    silence = bench.silence(2 * MINUTE, State.RUNNING, 1.0)
    assert silence is not None
    assert "still computes" in silence.happened
    silence = bench.silence(HOUR, State.RUNNING, 1.0)
    assert silence is not None
    assert silence.is_hopeless


@pytest.mark.parametrize("state", [State.STOPPED, State.WAITING])
def test_a_laptop_that_slept_for_a_night_raises_no_alarm(bench: Bench, state: State) -> None:
    bench.step(3)
    bench.silence(5, state)
    bench.now += 8 * HOUR  # on systems whose clock goes on meanwhile
    assert bench.silence(1, state) is None
    bench.now -= 24 * HOUR  # whatever a clock does
    assert bench.silence(1, state) is None


def test_a_worker_that_gets_no_processor_is_not_taken_for_one_that_hangs(bench: Bench) -> None:
    assert bench.silence(5 * MINUTE, State.RUNNING, 0.0) is None


def test_a_disk_that_takes_its_time_is_told_of_late_and_never_given_up(bench: Bench) -> None:
    assert bench.silence(9 * MINUTE, State.DISK) is None
    silence = bench.silence(2 * HOUR, State.DISK)
    assert silence is not None
    assert "waits for the disk" in silence.happened
    assert not silence.is_hopeless


def test_a_stopped_worker_is_told_of_soon_and_never_given_up(bench: Bench) -> None:
    silence = bench.silence(15, State.STOPPED)
    assert silence is not None
    assert "stopped from outside" in silence.happened
    silence = bench.silence(12 * HOUR, State.STOPPED)
    assert silence is not None
    assert not silence.is_hopeless
    assert "12 hours" in silence.happened


def test_a_process_that_is_gone_is_for_others_to_say(bench: Bench) -> None:
    bench.signs = None
    assert bench.silence(HOUR) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "a moment"), (1, "1 second"), (59, "59 seconds"), (119, "1 minute"), (7300, "2 hours")],
)
def test_times_are_said_as_people_do(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


# ---- Real processes ------------------------------------------------------------------------

QUICK = Limits(look=0.05, idle=0.8, hopeless=1.6, hopeless_factor=2, stopped=0.3)
IMPATIENT = Limits(look=0.05, busy=1.0, busy_factor=2, endless=2.0, endless_factor=3)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[WorkerProcess]:
    """One that is warm, so that its start counts for nothing; it is watched by `QUICK` limits."""
    worker = WorkerProcess(Paths(tmp_path / "home"), "test")
    assert isinstance(Running(worker, do, "copy").end(), Done)
    worker._limits = QUICK
    yield worker
    worker.close()


@pytest.mark.parametrize("how", ["sleep", "sleep in C", "sleep beside a heart that beats"])
def test_a_worker_that_hangs_gets_a_notice_and_then_an_honest_end(
    worker: WorkerProcess, how: str
) -> None:
    job = Running(worker, stall, how)
    job.until(lambda: any(notice.is_warning for notice in job.notices))
    assert job.outcome is None
    assert job.silences[0] is not None
    assert "seems to hang" in job.notices[-1].text
    outcome = job.end()
    assert isinstance(outcome, Failed)
    assert outcome.is_worker_lost
    assert "It was ended" in outcome.happened
    assert "faulty_jobs.py" in outcome.details, "where it hung"
    assert "in stall" in outcome.details
    assert worker.process_id is None
    assert job.silences[-1] is None


@pytest.mark.parametrize("how", ["compute", "compute in C"])
def test_a_worker_that_goes_round_in_circles_is_given_up_as_well(
    worker: WorkerProcess, how: str
) -> None:
    worker._limits = IMPATIENT
    job = Running(worker, stall, how)
    outcome = job.end()
    assert isinstance(outcome, Failed)
    assert "still computes" in outcome.happened
    assert "in stall" in outcome.details


def test_a_long_step_that_uses_the_processor_is_waited_for(worker: WorkerProcess) -> None:
    job = Running(worker, work_silently, "2.5")
    outcome = job.end()
    assert isinstance(outcome, Done)
    assert [silence for silence in job.silences if silence is not None] == []


def test_a_stopped_worker_is_told_of_and_goes_on_when_it_may(worker: WorkerProcess) -> None:
    job = Running(worker, ask)
    job.wait_until_begun()
    process = worker.process_id
    assert process is not None
    os.kill(process, signal.SIGSTOP)
    job.until(lambda: job.silences != [])
    assert job.silences[0] is not None
    assert job.silences[0].state is State.STOPPED
    time.sleep(2 * QUICK.hopeless)  # longer than a worker that hangs would be given
    assert job.outcome is None
    os.kill(process, signal.SIGCONT)
    worker.ask_sample(job.number, "a cat")
    job.until(lambda: job.silences[-1] is None)
    assert "goes on" in job.notices[-1].text
    worker.request_stop(job.number, Stop.FINISH)
    assert isinstance(job.end(), Done)
