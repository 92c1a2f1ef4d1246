"""Training runs on disk: their numbers, folders, states and results. Needs no torch.

runs/0003-my-jokes/
    request.json    what was asked, by which process; written first
    log.txt         what was logged meanwhile
    metrics.jsonl   one line a measured point       samples.jsonl  jokes written on the way
    checkpoints/step-000060/   the best so far: weights, tokenizer, manifest
    final/          the best, once the run ended
    summary.json    how it ended; a run without one is running, or was interrupted
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psutil
from filelock import FileLock

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.events import Metric, Sample
from jokegen.jobs.requests import TrainRequest, TrainSummary
from jokegen.records import RunInfo, RunStatus

_FOLDER = re.compile(r"^(\d{4,})-")


@dataclass(frozen=True)
class RunFolder:
    """One run's place on disk, for the job that fills it."""

    number: int
    path: Path

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def final(self) -> Path:
        return self.path / "final"

    def add_metric(self, metric: Metric) -> None:
        _append(self.path / "metrics.jsonl", metric)

    def add_sample(self, sample: Sample) -> None:
        _append(self.path / "samples.jsonl", sample)

    def conclude(self, status: RunStatus, summary: TrainSummary | None, problem: str = "") -> None:
        """Write how it ended; from now on the run counts as ended."""
        storage.write_json(
            self.path / "summary.json",
            {
                "version": 1,
                "status": status.value,
                "problem": problem,
                "summary": None if summary is None else wire.to_plain(summary),
            },
        )

    def discard(self) -> None:
        """Remove the run with everything it made."""
        storage.remove_folder(self.path)


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
                    "process": os.getpid(),
                    "process_started": psutil.Process().create_time(),
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
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _model_folder(folder: RunFolder) -> Path | None:
    """`final/`, or of a run that did not end well the newest whole checkpoint."""
    if storage.read_manifest(folder.final) is not None:
        return folder.final
    try:
        checkpoints = [path for path, _ in storage.whole_folders(folder.checkpoints)]
    except OSError:
        return None  # not ours to read
    return checkpoints[-1] if checkpoints else None


def _is_alive(asked: dict[str, Any]) -> bool:
    """Whether the very process that wrote the request still runs (ids are used again)."""
    try:
        process = psutil.Process(asked["process"])
        is_same = abs(process.create_time() - asked["process_started"]) < 1.0
        return is_same and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, KeyError, TypeError):
        return False


def _append(path: Path, event: Metric | Sample) -> None:
    with path.open("ab") as file:
        file.write(wire.encode_line(event))


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
        facts.update(steps=point.step, seconds=point.seconds)
        if point.is_best:
            facts["validation_loss"] = point.validation_loss
        elif point.step == 0:
            facts["validation_loss_before"] = point.validation_loss
    return facts
