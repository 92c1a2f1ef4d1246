"""Going on with a run that was paused, interrupted or failed, exactly as if nothing had been."""

from __future__ import annotations

import logging
from pathlib import Path

from jokegen import storage
from jokegen.errors import ChangedError, JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress
from jokegen.jobs.requests import ContinueRequest, TrainRequest, TrainSummary
from jokegen.lm.best import forget_best, take_best
from jokegen.lm.encoded import Jokes
from jokegen.lm.equipment import equipment_of_then
from jokegen.lm.originality import FindsCopies
from jokegen.lm.origins import differences, origins_of
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.run_place import require_writable
from jokegen.lm.run_setup import RunJokes, RunStart
from jokegen.lm.supervising import supervised
from jokegen.lm.training import train
from jokegen.lm.training_state import Origins, SavedState, Standing, read_state, state_folders

log = logging.getLogger(__name__)


def continue_run(
    request: ContinueRequest,
    folder: RunFolder,
    asked: TrainRequest,
    base_folder: Path,
    train_jokes: Jokes,
    validation_jokes: Jokes,
    context: JobContext,
    find_copies: FindsCopies | None = None,
) -> TrainSummary:
    """Go on from the newest whole state, in the same folder; ends as `training.fine_tune` does.

    Raises JokegenError, before anything is touched, where no state is whole, where another
    process trains this run, or where something has changed that `request` does not accept.
    """
    context.emit(Progress(Phase.VERIFYING))
    with folder.locked() as lock:
        require_writable(folder.path)
        is_from_start = bool(request.smaller) and not state_folders(folder.states)
        saved = None if is_from_start else newest_whole_state(folder, context)
        storage.check_files(base_folder, digests=True)
        then = saved.origins.recipe if saved is not None else {}
        equipment = equipment_of_then(request, asked, base_folder, then)
        now = origins_of(asked, base_folder, train_jokes, validation_jokes, equipment)
        if saved is not None:
            _accept(request, asked, saved, now, context)
        context.check()

        def work() -> TrainSummary:
            standing = saved.standing if saved is not None else Standing()
            standing.halvings += request.smaller
            folder.reopen()
            _tidy(folder, saved, standing, context)
            if saved is not None and saved.origins.jokes != now.jokes:
                forget_best(standing)  # losses on other jokes cannot be compared
            folder.cut_back(standing.step, standing.checked_step)
            log.info("going on from step %d", standing.step)
            start = RunStart(asked, folder, context, equipment, now, standing, saved)
            jokes = RunJokes(train_jokes, validation_jokes, find_copies)
            return train(start, base_folder, jokes)

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


def _tidy(
    folder: RunFolder, saved: SavedState | None, standing: Standing, context: JobContext
) -> None:
    """Remove the states after the one from which the run goes on: they are not whole."""
    for path in state_folders(folder.states):
        if saved is not None and path == saved.folder:
            break
        storage.remove_folder(path)
    if problem := take_best(folder, standing):
        context.emit(Notice(f"{problem} The next check makes a new best model.", is_warning=True))
