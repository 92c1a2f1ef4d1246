"""Run one job to its one outcome, and find the types that a job function speaks of."""

from __future__ import annotations

import logging
import sys
import traceback
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from jokegen.errors import ChangedError, JobCancelled, MemoryFullError, explain
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Cancelled, Done, Failed

Request = TypeVar("Request")
Summary = TypeVar("Summary")
Job = Callable[[Request, JobContext], Summary]
Outcome = Done[Summary] | Failed | Cancelled

log = logging.getLogger(__name__)


def run_job(
    job: Callable[[Request, JobContext], Summary], request: Request, context: JobContext
) -> Done[Summary] | Failed | Cancelled:
    """Call `job` and turn whatever happens, even `sys.exit`, into exactly one outcome."""
    try:
        return Done(job(request, context))
    except JobCancelled:
        return Cancelled()
    except (Exception, SystemExit) as error:
        log.exception("%s failed", getattr(job, "__name__", job))
        sentences = explain(error)
        return Failed(
            sentences.happened,
            sentences.todo,
            traceback.format_exc(),
            is_about_changes=isinstance(error, ChangedError),
            is_about_memory=isinstance(sentences, MemoryFullError),
        )


def job_name(job: Callable[..., Any]) -> str:
    """How a worker finds the function: "jokegen.model_service:train"."""
    return f"{job.__module__}:{job.__qualname__}"


def find_function(name: str) -> Callable[..., Any]:
    """The function of that name. Only Jokegen's own modules are looked into."""
    module_name, _, function_name = name.partition(":")
    if module_name.partition(".")[0] not in ("jokegen", "tests"):
        raise ValueError(f"{name!r} is no function of Jokegen's")
    __import__(module_name)
    function: Callable[..., Any] = getattr(sys.modules[module_name], function_name)
    return function


def request_type(job: Callable[..., Any]) -> type[Any]:
    """The dataclass that the job's first parameter is declared as."""
    hints = typing.get_type_hints(job)
    first = job.__code__.co_varnames[0]
    return typing.cast("type[Any]", hints[first])


def summary_type(job: Callable[..., Any]) -> type[Any]:
    """The dataclass that the job is declared to return."""
    return typing.cast("type[Any]", typing.get_type_hints(job)["return"])
