"""Trainings for the tests of lost workers: the real jobs, in a process that is killed on its way.

The variable says when: "kill 2;crash 3" kills the first attempt at step 2, the second at step 3.
"""

from __future__ import annotations

import os
import signal
import threading

from jokegen import model_service
from jokegen.jobs.again import Again, Attempt, NextTry
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Event, Failed, Metric
from jokegen.jobs.requests import ContinueRequest, TrainRequest, TrainSummary
from tests.lm.faulty_child import check_often

VARIABLE = "JOKEGEN_TEST_DEATHS"


def train(request: TrainRequest, context: JobContext) -> TrainSummary:
    check_often()
    return model_service.train(request, _dying(context))


def continue_training(request: ContinueRequest, context: JobContext) -> TrainSummary:
    check_often()
    return model_service.continue_training(request, _dying(context))


def trying_again(decide: NextTry) -> NextTry:
    """The same decisions, with our jobs."""

    def decide_ours(attempt: Attempt) -> Again | Failed:
        found = decide(attempt)
        if isinstance(found, Failed):
            return found
        return Again(continue_training, found.request, found.notice)

    return decide_ours


def _dying(context: JobContext) -> JobContext:
    """The context of an attempt, which ends when its turn has come."""
    marks = context.paths.home / "attempts"
    marks.mkdir(exist_ok=True)
    attempt = len(list(marks.iterdir()))
    (marks / str(attempt)).touch()
    deaths = [death for death in os.environ.get(VARIABLE, "").split(";") if death][attempt:]
    emit = context.emit

    def emit_and_die(event: Event) -> None:
        emit(event)
        if deaths and isinstance(event, Metric) and event.train_loss is not None:
            how, step = deaths[0].split()
            if event.step == int(step):
                threading.Event().wait(0.2)  # so that what was said arrives
                _die(how)

    context.emit = emit_and_die  # type: ignore[method-assign]
    return context


def _die(how: str) -> None:
    if how == "hang":
        threading.Event().wait(600)
    os.kill(os.getpid(), {"kill": signal.SIGKILL, "crash": signal.SIGSEGV}[how])
