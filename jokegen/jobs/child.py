"""A worker as a process of the system: how it is started and ended, what its log tells."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from jokegen.jobs import surroundings

_LOG_TAIL_BYTES = 16_384
_LAST_LINES = 12
_DUMP = re.compile(r"Fatal Python error|(Current thread|Thread) 0x")


def start(home: Path, log_file: Path) -> subprocess.Popen[bytes]:
    """Start a worker for that data folder; raises OSError where that is not possible."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("wb") as log_stream:
        return subprocess.Popen(
            [sys.executable, "-m", "jokegen.jobs.worker", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log_stream,
            env=_environment(),
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and what it has started; at once, and without waiting for them."""
    children: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error, OSError):
        children = psutil.Process(process.pid).children(recursive=True)
    with contextlib.suppress(OSError):
        process.kill()
    for child in children:
        with contextlib.suppress(psutil.Error):
            child.kill()


def exit_code(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """The exit code, once it is there; None if that takes longer."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def ask_where_it_is(process: subprocess.Popen[bytes]) -> None:
    """Have it write into its log what each of its threads does (not on Windows).

    Only a worker that has said that it is ready knows how to answer: others would end.
    """
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            process.send_signal(signal.SIGUSR1)


def last_words(log_file: Path) -> str:
    """The last lines of a worker's log; more where it wrote down what each of its threads did."""
    try:
        with log_file.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _LOG_TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = text.splitlines()
    dump = next((i for i, line in enumerate(lines) if _DUMP.match(line)), len(lines))
    return "\n".join(lines[max(0, min(dump, len(lines)) - _LAST_LINES) :])


def _environment() -> dict[str, str]:
    """Our own environment, plus what lets the child find this very package."""
    package_parent = str(Path(__file__).resolve().parent.parent.parent)
    environment = dict(os.environ)
    known = environment.get("PYTHONPATH", "")
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [package_parent, known]))
    environment["PYTHONUNBUFFERED"] = "1"
    surroundings.prepare(environment)
    return environment
