"""Training runs on disk: their numbers, folders, states and results. Needs no torch.

runs/0003-my-jokes/
    request.json    what was asked, by which process; written first
    metrics.jsonl   one line a measured point       samples.jsonl  jokes written on the way
    checkpoints/step-000060/   the best so far: weights, tokenizer, manifest
    final/          the best, once the run ended
    summary.json    how it ended; a run without one is running, or was interrupted
"""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        known = [run.number for run in _folders(paths)]
        stored = storage.read_json(counter) or {}
        number = max([0, int(stored.get("number", 0)), *known]) + 1
        path = paths.runs / f"{number:04d}-{storage.slug(request.dataset)}"
        path.mkdir()
        storage.write_json(counter, {"version": 1, "number": number})
    storage.write_json(
        path / "request.json",
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


def _folders(paths: Paths) -> list[RunFolder]:
    if not paths.runs.is_dir():
        return []
    return [
        RunFolder(int(match.group(1)), path)
        for path in paths.runs.iterdir()
        if (match := _FOLDER.match(path.name)) and path.is_dir()
    ]


def _describe(folder: RunFolder) -> RunInfo | None:
    asked = storage.read_json(folder.path / "request.json")
    if asked is None:
        return None
    request = asked["request"]
    ended = storage.read_json(folder.path / "summary.json")
    summary: dict[str, Any] = (ended or {}).get("summary") or {}
    if ended is not None:
        status = RunStatus(ended["status"])
    else:
        status = RunStatus.RUNNING if _is_alive(asked) else RunStatus.INTERRUPTED
    last = summary or (_last_metric(folder.path / "metrics.jsonl") if ended is None else {})
    dataset, base = request["dataset"], request["base"]
    return RunInfo(
        number=folder.number,
        title=f"Run {folder.number}: {dataset}",
        status=status,
        dataset=dataset,
        base=base,
        steps=last.get("steps", 0) if summary else last.get("step", 0),
        validation_loss=last.get("validation_loss"),
        validation_loss_before=summary.get("validation_loss_before"),
        seconds=last.get("seconds", 0.0),
        started=asked["started"],
        path=folder.path,
        model_path=None if status is RunStatus.RUNNING else _model_folder(folder),
        problem=(ended or {}).get("problem", ""),
    )


def _model_folder(folder: RunFolder) -> Path | None:
    """`final/`, or of a run that did not end well the newest whole checkpoint."""
    if storage.read_manifest(folder.final) is not None:
        return folder.final
    checkpoints = [path for path, _ in storage.whole_folders(folder.checkpoints)]
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


def _last_metric(path: Path) -> dict[str, Any]:
    """The last whole line of metrics.jsonl, validation loss filled in from the last check."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    last: dict[str, Any] = {}
    for line in lines:
        try:
            point = json.loads(line)
        except ValueError:
            continue  # the line that was being written when the process ended
        last.update({key: value for key, value in point.items() if value is not None})
    return last
