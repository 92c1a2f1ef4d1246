"""One run's folder, for the job that fills it: what is added, how it ends, who holds it.

Needs no torch.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from filelock import BaseFileLock, FileLock, Timeout

from jokegen import storage
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.events import Metric, Sample
from jokegen.jobs.requests import TrainSummary
from jokegen.records import RunStatus

_HOLDER = ".holder.json"

Point = TypeVar("Point", Metric, Sample)


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

    @property
    def states(self) -> Path:
        return self.path / "states"

    @property
    def snapshots(self) -> Path:
        return self.path / "snapshots"

    def best(self) -> tuple[Path, dict[str, Any]] | None:
        """The best checkpoint, with its manifest: the newest one that was said to be.

        Where that one is gone, the newest one at all.
        """
        whole = list(storage.whole_folders(self.checkpoints))
        best = [found for found in whole if found[1].get("is_best", True)]
        return max(best or whole, default=None, key=_age)

    def add_metric(self, metric: Metric) -> None:
        _append(self.path / "metrics.jsonl", metric)

    def add_sample(self, sample: Sample) -> None:
        _append(self.path / "samples.jsonl", sample)

    def cut_back(self, step: int, checked_step: int) -> None:
        """Forget the measured points and jokes that came after a state: they will come again.

        Jokes that somebody asked for will not, so they stay.
        """
        _keep_lines(
            self.path / "metrics.jsonl",
            Metric,
            lambda point: (
                point.step <= step and (point.validation_loss is None or point.step <= checked_step)
            ),
        )
        _keep_lines(
            self.path / "samples.jsonl",
            Sample,
            lambda sample: sample.is_asked or sample.step <= checked_step,
        )

    def conclude(
        self,
        status: RunStatus,
        summary: TrainSummary | None,
        problem: str = "",
        total_steps: int | None = None,
    ) -> None:
        """Write how it ended; from now on the run counts as ended (or paused)."""
        storage.write_json(
            self.path / "summary.json",
            {
                "version": 1,
                "status": status.value,
                "problem": problem,
                "total_steps": total_steps,
                "summary": None if summary is None else wire.to_plain(summary),
            },
        )

    def keep_best(self) -> None:
        """Make the best checkpoint the run's model. Until `forget_training` one can still go on."""
        best = self.best()
        if best is not None and storage.read_manifest(self.final) is None:
            storage.remove_folder(self.final)
            best[0].rename(self.final)

    def forget_training(self) -> None:
        """Remove what only a training that goes on would need; kept checkpoints stay."""
        if not any(True for _ in storage.whole_folders(self.checkpoints)):
            storage.remove_folder(self.checkpoints)
        storage.remove_folder(self.states)
        storage.remove_folder(self.snapshots)

    def reopen(self) -> None:
        """The run is under way again, in this process; how it ended before does not count."""
        manifest = storage.read_manifest(self.final)
        if manifest is not None:  # it was interrupted after its end
            self.checkpoints.mkdir(exist_ok=True)
            self.final.rename(self.checkpoints / f"step-{manifest.get('step', 0):06d}")
        asked = storage.read_json(self.path / "request.json") or {}
        storage.write_json(self.path / "request.json", {**asked, **this_process()})
        (self.path / "summary.json").unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[BaseFileLock]:
        """Nobody else trains or changes this run while the block runs.

        Raises JokegenError, naming the other process, where somebody does. The system lets the
        lock go when its process ends, however it ends.
        """
        lock = FileLock(self.path / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            holder = storage.read_json(self.path / _HOLDER) or {}
            raise JokegenError(
                f"Run {self.number} is being trained just now, by another Jokegen "
                f"(process {holder.get('process', 'unknown')}).",
                "Go on there, or stop it there first.",
            ) from None
        try:
            with contextlib.suppress(OSError):  # only so that others can name us
                storage.write_json(self.path / _HOLDER, this_process())
            yield lock
        finally:
            lock.release()

    def discard(self) -> None:
        """Remove the run with everything it made."""
        storage.remove_folder(self.path)


def _age(checkpoint: tuple[Path, dict[str, Any]]) -> tuple[int, bool]:
    """The step; of the same one the average of the last ones is newer."""
    manifest = checkpoint[1]
    return int(manifest.get("step", 0)), bool(manifest.get("is_average", False))


def this_process() -> dict[str, Any]:
    """Who we are, so that others can tell whether we still run (ids are used again)."""
    return {"process": os.getpid(), "process_started": storage.process_birth(os.getpid())}


def _keep_lines(path: Path, kind: type[Point], is_kept: Callable[[Point], bool]) -> None:
    """Write the file anew, in one go, with these points only; broken lines go as well."""
    decoder = msgspec.json.Decoder(kind)
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    kept = []
    for line in lines:
        with contextlib.suppress(msgspec.MsgspecError):
            if is_kept(decoder.decode(line)):
                kept.append(line + b"\n")
    if len(kept) < len(lines):
        storage.write_bytes(path, b"".join(kept))


def _append(path: Path, event: Metric | Sample) -> None:
    with path.open("ab") as file:
        file.write(wire.encode_line(event))
