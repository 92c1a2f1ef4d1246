"""A job that needs memory, for the tests of what happens when there is not enough."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import RunStarted

PAGE = 4096


@dataclass(frozen=True)
class Meal:
    """`group` is a control group to go into first, `limit` one on our addresses beyond today's."""

    bytes: int
    group: Path | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Eaten:
    bytes: int


def eat(request: Meal, context: JobContext) -> Eaten:
    """Take so much memory, and use every page of it."""
    if request.group is not None:
        (request.group / "cgroup.procs").write_text(str(os.getpid()))
    if request.limit is not None:
        import resource

        now = psutil.Process().memory_info().vms
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (now + request.limit, hard))
    context.emit(RunStarted(7, 1))
    time.sleep(0.2)  # so that it arrives
    food = bytearray(request.bytes)
    for page in range(0, len(food), PAGE):
        food[page] = 1
    return Eaten(len(food))
