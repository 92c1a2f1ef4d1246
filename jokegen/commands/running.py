"""Runs a job for a command: progress on standard error, the result on standard output."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, TypeVar

from jokegen.config.paths import Paths
from jokegen.console import ConsoleReport
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext, Stop
from jokegen.jobs.events import Cancelled, Done
from jokegen.jobs.running import run_job
from jokegen.model_service import ModelService

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

Request = TypeVar("Request")
Summary = TypeVar("Summary")


def run(
    job: Callable[[Request, JobContext], Summary],
    request: Request,
    paths: Paths,
    first_interrupt: Stop = Stop.CANCEL,
) -> tuple[int, Summary | None]:
    """Run a job here and now; Ctrl-C asks it to stop, a second one to leave nothing behind."""
    ModelService(paths).sweep()
    report = ConsoleReport()
    context = JobContext(paths, report)
    with _interrupts(context, first_interrupt, report) as interrupts:
        # Whatever a library prints must not get between us and who reads our JSON.
        with contextlib.redirect_stdout(sys.stderr):
            outcome = run_job(job, request, context)
        report.end()
    if isinstance(outcome, Done):
        return (INTERRUPTED if interrupts else DONE), outcome.summary
    if isinstance(outcome, Cancelled):
        report.say("Interrupted: nothing was changed.")
        return INTERRUPTED, None
    return fail(JokegenError(outcome.happened, outcome.todo)), None


@contextlib.contextmanager
def _interrupts(context: JobContext, first: Stop, report: ConsoleReport) -> Iterator[list[int]]:
    """Turn Ctrl-C into requests to stop while the block runs; yields those that came."""
    came: list[int] = []

    def on_interrupt(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        stop = first if len(came) == 1 else Stop.CANCEL
        if stop is Stop.FINISH:
            report.say("Finishing with the best so far; press Ctrl-C again to discard the run.")
        context.request_stop(stop)

    old = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, old)


def print_result(options: argparse.Namespace, value: Any, text: str) -> None:
    """Print `value` as one JSON object where `--json` was given, else `text`."""
    if options.json:
        # Where the encoding is not UTF-8, JSON has a way of its own to write other letters.
        text = json.dumps(value, ensure_ascii=(sys.stdout.encoding or "utf-8").lower() != "utf-8")
    sys.stdout.write(text + "\n")


def lines_or(lines: list[str], nothing: str) -> str:
    """The lines, or `nothing` where there are none."""
    return "\n".join(lines) if lines else nothing


def fail(error: JokegenError) -> int:
    """Say what happened and what to do; returns the exit code."""
    sys.stderr.write(f"{error}\n")
    return FAILED


def at_least_one(text: str) -> int:
    """For argparse: a whole number from 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def above_zero(text: str) -> float:
    """For argparse: a number above 0."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return value


def from_zero(text: str) -> float:
    """For argparse: a number from 0."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def share(text: str) -> float:
    """For argparse: a number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return value


def whole_from_zero(text: str) -> int:
    """For argparse: a whole number from 0."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value
