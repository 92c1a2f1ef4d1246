"""Runs the work of a training and writes down how it ended, whatever becomes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from filelock import BaseFileLock

from jokegen.config.log import also_logging_to
from jokegen.errors import JobCancelled, explain
from jokegen.jobs.requests import TrainSummary
from jokegen.lm.run_folder import RunFolder
from jokegen.records import RunStatus

log = logging.getLogger(__name__)


def supervised(
    folder: RunFolder, lock: BaseFileLock, work: Callable[[], TrainSummary]
) -> TrainSummary:
    """Do the work on a run that we hold, and write down how it ended."""
    try:
        with also_logging_to(folder.path / "log.txt"):
            return work()
    except JobCancelled:
        lock.release()
        folder.discard()
        raise
    except BaseException as error:
        try:
            folder.conclude(RunStatus.FAILED, None, problem=str(explain(error)))
        except OSError:  # the full disk that was the reason: the run counts as interrupted then
            log.warning("how the run ended could not be written down", exc_info=True)
        raise
