"""What is on disk, described for whoever shows it: data sets, base models, runs.

Frozen dataclasses of built-in types; the layers below fill them, the window and the command line
show them, and neither needs to know the other's libraries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class LineageSource:
    """A file that jokes came from, as it was then; `member` names one inside an archive."""

    path: str
    bytes: int
    sha256: str
    rows: int
    member: str = ""


@dataclass(frozen=True)
class Ancestor:
    """A data set that another one was made of: its id, which never changes, and its name then."""

    id: str
    name: str


@dataclass(frozen=True)
class AppliedFix:
    """What a fix of the joke doctor did: to how many jokes, with which limit, where it has one."""

    kind: str
    count: int = 0
    limit: float | None = None


@dataclass(frozen=True)
class Lineage:
    """How a data set came to be: from which files or data sets, and what was done to the jokes.

    `origin` says where a brought file came from (a link, the hub), "" for a file of this computer.
    `parents` are the data sets that it was made of, `copy_of` the one that it is a mere copy of;
    all else is then that of the original. `edits` counts what a person did by hand, `limit` is
    how many jokes were taken at random, None for all. `misfits` counts the rows that did not fit.
    `request` is the whole request that made it, as plain values, so that it can be made again.
    """

    sources: tuple[LineageSource, ...] = ()
    origin: str = ""
    parents: tuple[Ancestor, ...] = ()
    copy_of: Ancestor | None = None
    columns: tuple[str, ...] = ()
    template: str = ""
    fixes: tuple[AppliedFix, ...] = ()
    edits: int = 0
    limit: int | None = None
    misfits: int = 0
    changed: int = 0
    jokegen: str = ""
    request: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetInfo:
    """A saved data set. `created` is seconds since the epoch (UTC); `id` outlives every name."""

    name: str
    path: Path
    jokes: int
    train: int
    validation: int
    dropped: dict[str, int]
    source: str
    created: float
    bytes: int
    lineage: Lineage = field(default_factory=Lineage)
    id: str = ""


@dataclass(frozen=True)
class HistoryStep:
    """One data set of a history: how it was made, in sentences (`lines`).

    `generation` is 0 for the data set that was asked about, 1 for those that it was made of, and
    so on. `name` is what it is called now; `info` is None where it is not there any more, and then
    `name` is what it was called.
    """

    name: str
    generation: int
    info: DatasetInfo | None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class BaseModelInfo:
    """A base model of the catalogue. Sizes in bytes; `is_here` once it is on this computer."""

    id: str
    title: str
    parameters: int
    licence: str
    download_bytes: int
    disk_bytes: int
    good_for: str
    origin: str
    is_here: bool
    path: Path | None


class RunStatus(StrEnum):
    RUNNING = "running"
    COMPLETE = "complete"
    STOPPED = "stopped"  # ended early on request, the best so far kept
    PAUSED = "paused"  # ended on request, to go on another day
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # its process is gone without a word


@dataclass(frozen=True)
class RunInfo:
    """A fine-tuning run. Losses in nats a token; `model_path` is None where nothing was kept.

    `total_steps` is what was planned, None where nobody wrote it down. `can_continue`: it did not
    reach its end, and has kept the state of its training.
    """

    number: int
    title: str
    status: RunStatus
    dataset: str
    base: str
    steps: int
    validation_loss: float | None
    validation_loss_before: float | None
    seconds: float
    started: float
    path: Path
    model_path: Path | None
    problem: str = ""
    total_steps: int | None = None
    can_continue: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether the playground can load it."""
        return self.model_path is not None
