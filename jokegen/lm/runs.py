"""Training runs on disk: their numbers, folders, states and results. Needs no torch.

runs/0003-my-jokes/
    request.json    what was asked, by which process; written first
    log.txt         what was logged meanwhile
    metrics.jsonl   one line a measured point       samples.jsonl  jokes written on the way
    checkpoints/step-000060/   the best so far: weights, tokenizer, manifest
    states/step-000080/        all that is needed to go on (see `training_state`)
    final/          the best, once the run ended
    summary.json    how it ended; a run without one is running, or was interrupted
    .lock           held by the process that trains it, which .holder.json names
"""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.events import Metric
from jokegen.jobs.requests import TrainRequest, TrainSummary
from jokegen.lm.run_folder import RunFolder, this_process
from jokegen.records import RunInfo, RunStatus

_FOLDER = re.compile(r"^(\d{4,})-")
_CAN_CONTINUE = {RunStatus.PAUSED, RunStatus.INTERRUPTED, RunStatus.STOPPED, RunStatus.FAILED}


def new_run(paths: Paths, request: TrainRequest) -> RunFolder:
    """Make the folder of the next run. Numbers count up and are given once, also to two windows."""
    paths.runs.mkdir(parents=True, exist_ok=True)
    with FileLock(paths.runs / ".lock"):
        counter = paths.runs / ".last-number"
        stored = (storage.read_json(counter) or {}).get("number")
        last = stored if isinstance(stored, int) else 0
        number = max([0, last, *(number for number, _ in _numbered(paths))]) + 1
        path = paths.runs / f"{number:04d}-{storage.slug(request.dataset)}"
        storage.write_json(counter, {"version": 1, "number": number})
        with storage.new_folder(path) as folder:
            storage.write_json(
                folder / "request.json",
                {
                    "version": 1,
                    "run": number,
                    "started": time.time(),
                    **this_process(),
                    "request": wire.to_plain(request),
                },
            )
    return RunFolder(number, path)


def list_runs(paths: Paths) -> list[RunInfo]:
    """Every run, newest first; reads small JSON files only."""
    runs = [info for folder in _folders(paths) if (info := _describe(folder)) is not None]
    return sorted(runs, key=lambda run: run.number, reverse=True)


def find_run(paths: Paths, number: int) -> RunInfo:
    """Raises JokegenError with the numbers there are, for an unknown one."""
    runs = list_runs(paths)
    for run in runs:
        if run.number == number:
            return run
    there = ", ".join(str(run.number) for run in reversed(runs))
    todo = f"Choose one of: {there}." if there else "Fine-tune a language model first."
    raise JokegenError(f"There is no run {number}.", todo)


def delete_run(paths: Paths, number: int) -> None:
    """Remove a run; refused while it is being trained."""
    run = find_run(paths, number)
    if run.status is RunStatus.RUNNING:
        raise JokegenError(
            f"Run {number} is being trained just now.", "Stop it first, then delete it."
        )
    storage.remove_folder(run.path)


def run_to_continue(
    paths: Paths, number: int, *, or_begin_again: bool = False
) -> tuple[RunFolder, TrainRequest]:
    """A run that can go on, and what was asked of it then.

    With `or_begin_again` also one that was cut off before any state was saved. Raises JokegenError
    for one that is not there, is under way, or has nothing to go on from.
    """
    run = find_run(paths, number)
    if run.status is RunStatus.RUNNING:
        asked = storage.read_json(run.path / "request.json") or {}
        raise JokegenError(
            f"Run {number} is being trained just now (process {asked.get('process')}).",
            "Watch it there, or stop it there first.",
        )
    is_cut_off = run.status in (RunStatus.INTERRUPTED, RunStatus.FAILED)
    if not run.can_continue and not (or_begin_again and is_cut_off):
        raise JokegenError(
            f"Run {number} cannot go on: it is {run.status.value} and has not kept the state of "
            "its training.",
            "Start a new run with the same settings.",
        )
    asked = storage.read_json(run.path / "request.json") or {}
    try:
        return RunFolder(number, run.path), wire.from_plain(asked["request"], TrainRequest)
    except (KeyError, msgspec.ValidationError) as error:
        raise JokegenError(
            f"The file “request.json” of run {number} cannot be understood ({error}).",
            "Start a new run with the same settings.",
        ) from error


def finish_run(paths: Paths, number: int) -> RunInfo:
    """End a run that was paused, interrupted or failed, and keep the best that it made.

    Raises JokegenError where it is under way or has made nothing yet that could be kept.
    """
    run = find_run(paths, number)
    if run.status in (RunStatus.COMPLETE, RunStatus.STOPPED):
        return run
    if run.status is RunStatus.RUNNING:
        raise JokegenError(f"Run {number} is being trained just now.", "Stop it there.")
    if run.model_path is None or run.validation_loss is None:
        raise JokegenError(
            f"Run {number} has no model yet that could be kept: it was not checked even once.",
            "Continue it for a while, or delete it.",
        )
    folder = RunFolder(number, run.path)
    with folder.locked():
        manifest = storage.read_manifest(run.model_path) or {}
        summary = TrainSummary(
            run=number,
            status=RunStatus.STOPPED.value,
            steps=run.steps,
            best_step=int(manifest.get("step", run.steps)),
            train_loss=run.validation_loss,
            validation_loss=run.validation_loss,
            validation_loss_before=run.validation_loss_before or run.validation_loss,
            seconds=run.seconds,
            tokens_per_second=0.0,
            path=run.path,
            joke_loss=_number(manifest.get("joke_loss")),
            end_loss=_number(manifest.get("end_loss")),
            accuracy=_number(manifest.get("accuracy")),
        )
        earlier = (storage.read_json(run.path / "summary.json") or {}).get("summary")
        if isinstance(earlier, dict):  # a paused run has told more
            with contextlib.suppress(msgspec.ValidationError):
                summary = replace(
                    wire.from_plain(earlier, TrainSummary), status=RunStatus.STOPPED.value
                )
        folder.keep_best()
        folder.conclude(RunStatus.STOPPED, summary, total_steps=run.total_steps)
        folder.forget_training()
    return find_run(paths, number)


def discard_interrupted(paths: Paths, number: int) -> None:
    """Remove a run whose process was ended before it could clean up after a cancellation."""
    for folder in _folders(paths):
        if folder.number == number and not (folder.path / "summary.json").exists():
            folder.discard()


def _numbered(paths: Paths) -> list[tuple[int, Path]]:
    """Whatever bears a run's number, a stray file as well: its number is taken."""
    if not paths.runs.is_dir():
        return []
    return [
        (int(match.group(1)), path)
        for path in paths.runs.iterdir()
        if (match := _FOLDER.match(path.name))
    ]


def _folders(paths: Paths) -> list[RunFolder]:
    return [RunFolder(number, path) for number, path in _numbered(paths) if path.is_dir()]


def _describe(folder: RunFolder) -> RunInfo | None:
    """What the run's files tell; None where they cannot be understood."""
    asked = storage.read_json(folder.path / "request.json")
    ended = storage.read_json(folder.path / "summary.json")
    if asked is None:
        return None
    try:
        return _info(folder, asked, ended)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _info(folder: RunFolder, asked: dict[str, Any], ended: dict[str, Any] | None) -> RunInfo:
    """Raises one of the errors that `_describe` catches if something is missing or no number."""
    if ended is not None:
        status = RunStatus(ended["status"])
    else:
        status = RunStatus.RUNNING if _is_alive(asked) else RunStatus.INTERRUPTED
    facts: dict[str, Any] = (ended or {}).get("summary") or _measured(folder.path / "metrics.jsonl")
    dataset, base = str(asked["request"]["dataset"]), str(asked["request"]["base"])
    return RunInfo(
        number=folder.number,
        title=f"Run {folder.number}: {dataset}",
        status=status,
        dataset=dataset,
        base=base,
        steps=int(facts.get("steps", 0)),
        validation_loss=_number(facts.get("validation_loss")),
        validation_loss_before=_number(facts.get("validation_loss_before")),
        seconds=float(facts.get("seconds", 0.0)),
        started=float(asked["started"]),
        path=folder.path,
        model_path=None if status is RunStatus.RUNNING else _model_folder(folder),
        problem=str((ended or {}).get("problem", "")),
        total_steps=_total_steps(status, facts, ended),
        can_continue=status in _CAN_CONTINUE and _has_state(folder),
    )


def _total_steps(
    status: RunStatus, facts: dict[str, Any], ended: dict[str, Any] | None
) -> int | None:
    total = (ended or {}).get("total_steps") or facts.get("total_steps")
    if total is None and status is RunStatus.COMPLETE:
        total = facts.get("steps")
    return None if total is None else int(total)


def _has_state(folder: RunFolder) -> bool:
    try:
        return any(True for _ in storage.whole_folders(folder.states))
    except OSError:
        return False  # not ours to read


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _model_folder(folder: RunFolder) -> Path | None:
    """`final/`, or of a run that did not end well the newest whole checkpoint."""
    if storage.read_manifest(folder.final) is not None:
        return folder.final
    try:
        best = folder.best()
    except OSError:
        return None  # not ours to read
    return best[0] if best else None


def _is_alive(asked: dict[str, Any]) -> bool:
    """Whether the very process that wrote the request still runs (ids are used again)."""
    try:
        birth = storage.process_birth(asked["process"])
        return birth is not None and abs(birth - asked["process_started"]) < 0.5
    except (KeyError, TypeError):
        return False


def _measured(path: Path) -> dict[str, Any]:
    """How far a run without a summary got, and the losses before it and of its best checkpoint."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return {}
    facts: dict[str, Any] = {}
    for lines_left, line in zip(reversed(range(len(lines))), lines, strict=True):
        # A long run has 100,000 steps: of those without a check only the last matters here.
        if lines_left > 2 and b'"validation_loss":null' in line:
            continue
        try:
            point = wire.from_plain(wire.decode_line(line), Metric)
        except msgspec.MsgspecError:
            continue  # the line that was being written when the process ended or the disk was full
        facts.update(steps=point.step, seconds=point.seconds, total_steps=point.steps)
        if point.is_best:
            facts["validation_loss"] = point.validation_loss
        elif point.step == 0:
            facts["validation_loss_before"] = point.validation_loss
    return facts
