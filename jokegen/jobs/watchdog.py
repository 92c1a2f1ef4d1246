"""Tells a worker that hangs from one that takes its time, by what is heard and what it uses.

A long step on a slow machine is silent too, but it uses processor time; and the limits grow with
the longest silence that ended well. Only the time in which we looked counts: while a laptop sleeps,
or nobody gets the processor, nobody looks. So neither raises a false alarm, on any system's clock.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import psutil

_ACTIVE_SECONDS = 0.015  # of a processor between two looks; threads that only wait use less


class State(StrEnum):
    """What the system says of a process."""

    RUNNING = "running"  # it computes, or would if it got a processor
    WAITING = "waiting"
    DISK = "disk"  # it waits for a disk (or for memory that was swapped out)
    STOPPED = "stopped"  # somebody has stopped it, and can let it go on


@dataclass(frozen=True)
class Signs:
    """Signs of life; `processor_seconds` is what all its threads have used so far."""

    state: State
    processor_seconds: float
    has_children: bool = False


@dataclass(frozen=True)
class Limits:
    """Seconds of silence until it is said, and until a job is given up.

    Each grows with the longest silence that ended well, by the factor beside it: the first two with
    the longest one in which no processor time was used. `look` is how often one looks.
    """

    look: float = 1.0

    idle: float = 60.0
    idle_factor: float = 5.0
    hopeless: float = 600.0
    hopeless_factor: float = 20.0
    busy: float = 600.0
    busy_factor: float = 10.0
    endless: float = 3600.0
    endless_factor: float = 50.0
    stopped: float = 10.0


@dataclass(frozen=True)
class Silence:
    """Nothing was heard from a job for `seconds`; in two sentences, what that means and what to do.

    `is_hopeless`: it is given up now.
    """

    seconds: float
    state: State
    happened: str
    todo: str
    is_hopeless: bool = False


class Watchdog:
    """Looks at one job: call `heard` at every message, and `look` now and then without one."""

    def __init__(
        self,
        signs: Callable[[], Signs | None],
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._signs, self._limits, self._clock = signs, limits or Limits(), clock
        self._looked = clock()
        self._processor_seconds: float | None = None
        self._silent = self._idle = self._stopped = 0.0
        self._longest = self._longest_idle = 0.0

    def heard(self) -> None:
        """The job has said something."""
        self._silent += self._since_last_look()
        self._longest = max(self._longest, self._silent)
        self._longest_idle = max(self._longest_idle, self._idle)
        self._silent = self._idle = self._stopped = 0.0

    def look(self) -> Silence | None:
        """How it is; None while there is nothing to worry about."""
        passed = self._since_last_look()
        signs = self._signs()
        if signs is None:  # it is gone, which is for others to say
            return None
        is_active = self._is_active(signs)
        if signs.state is State.STOPPED:  # which is no fault of its own
            self._stopped += passed
        else:
            self._silent += passed
            self._idle += passed
            if is_active:
                self._longest_idle = max(self._longest_idle, self._idle)
                self._idle = 0.0
        return self._judge(signs.state)

    def _since_last_look(self) -> float:
        """Seconds, but no more than we watched: a longer gap is one in which we slept ourselves."""
        now = self._clock()
        passed, self._looked = now - self._looked, now
        return min(max(0.0, passed), 2 * self._limits.look)

    def _is_active(self, signs: Signs) -> bool:
        before, self._processor_seconds = self._processor_seconds, signs.processor_seconds
        if signs.state in (State.RUNNING, State.DISK) or signs.has_children or before is None:
            return True
        return signs.processor_seconds - before > _ACTIVE_SECONDS

    def _judge(self, state: State) -> Silence | None:
        limits, longest, longest_idle = self._limits, self._longest, self._longest_idle
        if state is State.STOPPED:
            all_in_all = self._silent + self._stopped
            return _stopped(all_in_all) if self._stopped > limits.stopped else None
        if self._idle > max(limits.hopeless, limits.hopeless_factor * longest_idle):
            return _idle(self._silent, is_hopeless=True)
        if state is not State.DISK and self._silent > max(
            limits.endless, limits.endless_factor * longest
        ):
            return _busy(self._silent, state, is_hopeless=True)
        if self._idle > max(limits.idle, limits.idle_factor * longest_idle):
            return _idle(self._silent)
        if self._silent > max(limits.busy, limits.busy_factor * longest):
            return _busy(self._silent, state)
        return None


def signs_of(process_id: int) -> Callable[[], Signs | None]:
    """Looks at that process; None once it is gone."""

    def look() -> Signs | None:
        try:
            process = psutil.Process(process_id)
            with process.oneshot():
                times = process.cpu_times()
                status = process.status()
            if status == psutil.STATUS_ZOMBIE:
                return None
            return Signs(
                _STATES.get(status, State.WAITING),
                times.user + times.system,
                has_children=bool(process.children()),
            )
        except psutil.NoSuchProcess:
            return None
        except (psutil.Error, OSError):  # not ours to see: then nothing speaks against it
            return Signs(State.RUNNING, 0.0)

    return look


_STATES = {
    # Elsewhere than on Linux a process that waits is called running as well.
    psutil.STATUS_RUNNING: State.RUNNING if sys.platform == "linux" else State.WAITING,
    psutil.STATUS_DISK_SLEEP: State.DISK,
    psutil.STATUS_STOPPED: State.STOPPED,
    psutil.STATUS_TRACING_STOP: State.STOPPED,
}


def in_words(seconds: float) -> str:
    """A time as it is said: "40 seconds", "3 minutes", "2 hours"."""
    for length, word in ((3600, "hour"), (60, "minute"), (1, "second")):
        count = int(seconds // length)
        if count:
            return f"{count} {word}{'' if count == 1 else 's'}"
    return "a moment"


_WAIT_OR_END = (
    "Wait a while, or end it now (“force”): what was saved last stays, to go on from there."
)


def _idle(seconds: float, *, is_hopeless: bool = False) -> Silence:
    return Silence(
        seconds,
        State.WAITING,
        f"Nothing was heard from the work for {in_words(seconds)}, and it uses no processor time: "
        "it seems to hang.",
        _GIVEN_UP if is_hopeless else _WAIT_OR_END,
        is_hopeless,
    )


def _busy(seconds: float, state: State, *, is_hopeless: bool = False) -> Silence:
    does = "waits for the disk" if state is State.DISK else "still computes"
    return Silence(
        seconds,
        state,
        f"Nothing was heard from the work for {in_words(seconds)}, although it {does}.",
        _GIVEN_UP if is_hopeless else _WAIT_OR_END,
        is_hopeless,
    )


def _stopped(seconds: float) -> Silence:
    return Silence(
        seconds,
        State.STOPPED,
        "The part of Jokegen that does the work was stopped from outside; "
        f"nothing was heard from it for {in_words(seconds)}.",
        "Let that process go on (signal CONT), or end it now (“force”): what was saved last stays.",
    )


_GIVEN_UP = "It was ended. Nothing saved before was lost: go on from there, or try again."
