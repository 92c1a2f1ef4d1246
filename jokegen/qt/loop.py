"""The one gateway to qasync: coroutines for waiting, never for computing.

Three of its traps are closed here: a task's exception is logged instead of lost, tasks are kept
alive until they end, and the loop is left in an orderly way with an exit code.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import qasync
from PySide6.QtWidgets import QApplication

from jokegen.jobs.running import Outcome
from jokegen.qt.job_runner import JobHandle

log = logging.getLogger(__name__)

_tasks: set[asyncio.Task[Any]] = set()


def spawn(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run a coroutine on the application's loop; what it raises is logged."""
    task = asyncio.get_event_loop().create_task(coroutine)
    _tasks.add(task)
    task.add_done_callback(_on_done)
    return task


def _on_done(task: asyncio.Task[Any]) -> None:
    _tasks.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a task failed", exc_info=error)


async def outcome_of(handle: JobHandle) -> Outcome[object]:
    """Wait for a job's outcome without holding the window up."""
    if handle.outcome is not None:
        return handle.outcome
    future: asyncio.Future[Outcome[object]] = asyncio.get_running_loop().create_future()

    def deliver(outcome: Outcome[object]) -> None:
        if not future.done():
            future.set_result(outcome)

    handle.finished.connect(deliver)
    return await future


async def outcomes_of(handles: Iterable[JobHandle]) -> None:
    """Wait until every one of these jobs has ended."""
    await asyncio.gather(*(outcome_of(handle) for handle in handles))


async def in_thread(function: Callable[[], None]) -> None:
    """Wait for a blocking function without holding the window up."""
    await asyncio.to_thread(function)


class ApplicationLoop:
    """Runs the Qt application under asyncio until `leave` is called."""

    def __init__(self, app: QApplication) -> None:
        app.setQuitOnLastWindowClosed(False)
        self._loop = qasync.QEventLoop(app)
        asyncio.set_event_loop(self._loop)
        self._left = asyncio.Event()

    def run(self) -> int:
        """Returns the exit code once somebody left."""
        with self._loop:
            self._loop.run_until_complete(self._left.wait())
        return 0

    def leave(self) -> None:
        self._left.set()
