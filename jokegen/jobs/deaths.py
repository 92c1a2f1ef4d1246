"""How the end of a worker process is explained to a person, and what the system tells of it."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from jokegen.jobs.events import Failed
from jokegen.jobs.watchdog import Silence, in_words

_VMSTAT = Path("/proc/vmstat")
# Libraries in C++ and Rust end their process where they get no memory.
_NO_MEMORY = re.compile(r"bad_alloc|memory allocation of \d+ bytes failed|annot allocate memory")
_LOST = "Nothing saved before was lost. Try again; the details show its last words."


def forced() -> Failed:
    """The person had it ended."""
    return Failed(
        "The work was ended at once, as you asked.",
        "What was saved last is whole: you can go on from there.",
        is_forced=True,
    )


def closed_by_us(details: str = "") -> Failed:
    """Jokegen itself ended the process, since it is being closed."""
    return Failed(
        "The work was ended because Jokegen was closed.",
        "What was saved last is whole: you can go on from there.",
        details,
        is_forced=True,
    )


def hung(silence: Silence, details: str) -> Failed:
    """It was given up after a long silence."""
    return Failed(
        f"{silence.happened} It was ended after {in_words(silence.seconds)}.",
        "Nothing saved before was lost: go on from there. The details show where it hung.",
        details,
        is_worker_lost=True,
    )


def died(code: int | None, details: str, *, is_out_of_memory: bool = False) -> Failed:
    """It ended without a word. `code` is its exit code, None if it is not even gone.

    `is_out_of_memory`: the system says that it has ended a process for that meanwhile.
    """
    if code is None:
        return Failed(
            "The part of Jokegen that did the work does not answer any more, and the system "
            "cannot end it: it may wait for a disk that is gone.",
            "Nothing saved before was lost. Check the disk, or restart the computer.",
            details,
            is_worker_lost=True,
        )
    if code == -signal.SIGTERM:
        return Failed(
            "The part of Jokegen that did the work was ended from outside (signal 15).",
            "Nothing saved before was lost: go on from there, or try again.",
            details,
        )
    if code != -9:
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        if code == -signal.SIGABRT and _NO_MEMORY.search(details):
            return _ran_out_of_memory(how, details)
        return Failed(
            f"The part of Jokegen that did the work ended unexpectedly ({how}).",
            _LOST,
            details,
            is_worker_lost=True,
        )
    if is_out_of_memory:
        return _ran_out_of_memory("signal 9", details)
    return Failed(
        "The part of Jokegen that did the work was ended from outside (signal 9).",
        "This happens when the computer runs out of memory or somebody ends the process. "
        "Nothing saved before was lost: close other programs and try again.",
        details,
        is_about_memory=True,
        is_worker_lost=True,
    )


def _ran_out_of_memory(how: str, details: str) -> Failed:
    return Failed(
        f"The computer ran out of memory, so the part of Jokegen that did the work ended ({how}).",
        "Nothing saved before was lost: close other programs and try again.",
        details,
        is_about_memory=True,
        is_worker_lost=True,
    )


def fell_silent(details: str) -> Failed:
    """It lives, but has closed the pipe on which it would have told of its work."""
    return Failed(
        "The part of Jokegen that did the work broke off its report, so it was ended.",
        _LOST,
        details,
        is_worker_lost=True,
    )


def incomprehensible(reason: object, details: str) -> Failed:
    """It said how the work ended, but in a way that nobody understands."""
    return Failed(
        f"The result of the work cannot be understood ({reason}).",
        "The work itself may be done: look whether its result is there before you try again.",
        details,
    )


def memory_kills() -> int | None:
    """How many processes this computer has ended so far for want of memory (Linux), or None."""
    try:
        for line in _VMSTAT.read_text(encoding="ascii").splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
    except (OSError, ValueError):
        pass
    return None
