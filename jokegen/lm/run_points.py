"""What a run wrote down on its way, read again: the points of its curves and its jokes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from jokegen.jobs.events import Metric, Sample

_PIECE = 500_000  # bytes
Point = TypeVar("Point", Metric, Sample)


def read_metrics(run: Path) -> list[Metric]:
    """The measured points of the run in that folder, as they were written."""
    return list(each_metric(run))


def each_metric(run: Path) -> Iterator[Metric]:
    """The same one after another: read now, but understood only as they are asked for.

    So a long run can be taken in by small pieces, and never fills the memory with its points.
    """
    return _understood(_lines(run / "metrics.jsonl"), Metric)


def read_samples(run: Path) -> list[Sample]:
    """The jokes that the run in that folder wrote on its way, oldest first."""
    return list(_understood(_lines(run / "samples.jsonl"), Sample))


def _lines(path: Path) -> list[bytes]:
    """Read in pieces: other threads, such as the window's, have their turn in between."""
    lines: list[bytes] = []
    try:
        with path.open("rb") as file:
            while some := file.readlines(_PIECE):
                lines += some
    except OSError:
        return []
    return lines


def _understood(lines: list[bytes], kind: type[Point]) -> Iterator[Point]:
    """A line that is no whole point is left out: it was being written when the process ended."""
    decoder = msgspec.json.Decoder(kind)
    for line in lines:
        try:
            point = decoder.decode(line)
        except msgspec.MsgspecError:
            continue
        yield point
