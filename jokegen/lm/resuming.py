"""Going on with a run that was paused, interrupted or failed, exactly as if nothing had been."""

from __future__ import annotations

import logging
from pathlib import Path

import torch

from jokegen import storage
from jokegen.errors import ChangedError, JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress
from jokegen.jobs.requests import ContinueRequest, TrainRequest, TrainSummary
from jokegen.lm.best import forget_best, take_best
from jokegen.lm.devices import choose_device, choose_precision
from jokegen.lm.origins import differences, origins_of
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.supervising import supervised
from jokegen.lm.training import Training
from jokegen.lm.training_state import Origins, SavedState, read_state, state_folders

log = logging.getLogger(__name__)


def continue_run(
    request: ContinueRequest,
    folder: RunFolder,
    asked: TrainRequest,
    base_folder: Path,
    train_jokes: list[str],
    validation_jokes: list[str],
    context: JobContext,
) -> TrainSummary:
    """Go on from the newest whole state, in the same folder; ends as `training.fine_tune` does.

    Raises JokegenError, before anything is touched, where no state is whole, where another
    process trains this run, or where something has changed that `request` does not accept.
    """
    context.emit(Progress(Phase.VERIFYING))
    with folder.locked() as lock:
        saved = newest_whole_state(folder, context)
        storage.check_files(base_folder, digests=True)
        device = _device(asked, request)
        precision, why = choose_precision(device)
        now = origins_of(asked, base_folder, train_jokes, validation_jokes, device, precision)
        _accept(request, asked, saved, now, context)
        context.check()

        def work() -> TrainSummary:
            folder.reopen()
            _tidy(folder, saved, context)
            if saved.origins.jokes != now.jokes:
                forget_best(saved.standing)  # losses on other jokes cannot be compared
            folder.cut_back(saved.standing.step, saved.standing.checked_step)
            log.info("going on from step %d on %s, %s", saved.standing.step, device, why)
            training = Training(asked, folder, context, device, precision, now, saved)
            return training.work(base_folder, train_jokes, validation_jokes)

        # Not before: what is refused above must not end as failed.
        return supervised(folder, lock, work)


def newest_whole_state(folder: RunFolder, context: JobContext) -> SavedState:
    """The newest state with every byte as it was saved; says which ones are not, and why.

    Raises JokegenError where none is.
    """
    problems = []
    for path in state_folders(folder.states):
        context.check()
        try:
            saved = read_state(path)
        except (JokegenError, OSError) as error:
            happened = error.happened if isinstance(error, JokegenError) else f"{error}."
            problems.append(happened)
            continue
        if problems:
            context.emit(
                Notice(
                    f"{' '.join(problems)} The run goes on from step {saved.standing.step}, "
                    "where its state is whole.",
                    is_warning=True,
                )
            )
        return saved
    raise JokegenError(
        " ".join([f"Run {folder.number} cannot go on: no saved state is whole.", *problems]),
        "Keep its best model as it is, or start a new run with the same settings.",
    )


def _device(asked: TrainRequest, request: ContinueRequest) -> torch.device:
    """The device of then; where it is gone and changes are accepted, the best one there is."""
    try:
        return choose_device(asked.device)[0]
    except JokegenError as error:
        if not request.accept_changes:
            raise ChangedError(error.happened, error.todo) from error
        return choose_device("auto")[0]


def _accept(
    request: ContinueRequest,
    asked: TrainRequest,
    saved: SavedState,
    now: Origins,
    context: JobContext,
) -> None:
    """Raise ChangedError with what differs, unless the person knows and wants it."""
    changed = differences(saved.origins, now, asked)
    if not changed:
        return
    what = "; ".join(changed)
    if not request.accept_changes:
        raise ChangedError(
            f"Run {request.run} cannot go on as it was. Since then: {what}.",
            "Put that back as it was, accept the changes and go on with what there is now, "
            "or start a new run.",
        )
    context.emit(Notice(f"Run {request.run} goes on although {what}.", is_warning=True))


def _tidy(folder: RunFolder, saved: SavedState, context: JobContext) -> None:
    """Remove the states after the one from which the run goes on: they are not whole."""
    for path in state_folders(folder.states):
        if path == saved.folder:
            break
        storage.remove_folder(path)
    if problem := take_best(folder, saved.standing):
        context.emit(Notice(f"{problem} The next check makes a new best model.", is_warning=True))
