"""What a run wrote down on its way, read again: the points of its curves and its jokes."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from jokegen.jobs.events import Metric, Sample

Point = TypeVar("Point", Metric, Sample)


def read_metrics(run: Path) -> list[Metric]:
    """The measured points of the run in that folder, as they were written."""
    return _read(run / "metrics.jsonl", Metric)


def read_samples(run: Path) -> list[Sample]:
    """The jokes that the run in that folder wrote on its way, oldest first."""
    return _read(run / "samples.jsonl", Sample)


def _read(path: Path, kind: type[Point]) -> list[Point]:
    """A line that is no whole point is left out: it was being written when the process ended."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    decoder = msgspec.json.Decoder(kind)
    points = []
    for line in lines:
        try:
            points.append(decoder.decode(line))
        except msgspec.MsgspecError:
            continue
    return points
