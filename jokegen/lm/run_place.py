"""Where a run will be: that it can be written there and fits, and the earlier run it replaces."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice
from jokegen.jobs.requests import TrainRequest
from jokegen.lm.recipe import problems_of
from jokegen.lm.room import require_room
from jokegen.lm.run_bytes import disk_needed
from jokegen.lm.runs import delete_run, find_run
from jokegen.records import RunStatus


def require_place(paths: Paths, base_folder: Path, request: TrainRequest) -> None:
    """Find what would end the run later: wrong settings, too little room, a read-only folder.

    Raises JokegenError.
    """
    _require_sense(request, base_folder)
    needed = disk_needed(base_folder, request)
    require_room(paths.home, needed, "This run", "choose a smaller base model")
    require_writable(paths.runs)
    if request.overwrite is not None:
        run = find_run(paths, request.overwrite)
        if run.status is RunStatus.RUNNING:
            raise JokegenError(
                f"Run {run.number}, which this one shall replace, is being trained just now.",
                "Stop it first, or replace another one.",
            )


def _require_sense(request: TrainRequest, base_folder: Path) -> None:
    """All that is wrong is said at once."""
    problems = problems_of(request)
    facts = storage.read_json(base_folder / "config.json") or {}
    window = facts.get("max_position_embeddings") or facts.get("n_positions")
    if request.block_size and isinstance(window, int) and request.block_size > window:
        problems.append(f"this base model sees {window} tokens at once: blocks can be no longer")
    if problems:
        raise JokegenError(
            f"These settings cannot be used: {'; '.join(problems)}.", "Change them and try again."
        )


def require_writable(folder: Path) -> None:
    """Raise JokegenError, naming the folder, where nothing can be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"Jokegen")
    except OSError as error:
        raise JokegenError(
            f"Nothing can be written into the folder “{folder}” ({error.strerror or error}).",
            "Change its permissions, or choose another data folder (JOKEGEN_HOME).",
        ) from error


def make_room_of(request: TrainRequest, context: JobContext) -> None:
    """Remove the run that this one replaces, now that this one has something to keep."""
    if request.overwrite is None:
        return
    with contextlib.suppress(JokegenError):  # it is gone already, or somebody works on it
        delete_run(context.paths, request.overwrite)
        context.emit(Notice(f"Run {request.overwrite} was removed: this one takes its place."))
