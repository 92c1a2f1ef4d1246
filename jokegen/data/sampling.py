"""A few jokes out of a saved data set, however large it is: to measure with, not to learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen import storage
from jokegen.data.dataset_files import COLUMN, PARTS
from jokegen.records import DatasetInfo

if TYPE_CHECKING:
    import pyarrow as pa


def sample_jokes(
    info: DatasetInfo, most: int, check: Callable[[], None] = lambda: None
) -> tuple[list[str], list[str]]:
    """At most `most` jokes to train on, from all over the data set, and the first held-out ones.

    Only what is taken is held in memory. Raises JokegenError where files are gone or cut off.
    """
    storage.check_files(info.path)
    train, validation = (info.path / part for part in PARTS)
    every = max(1, -(-info.train // max(1, most)))
    return _every(train, every, check), _first(validation, most, check)


def _every(folder: Path, every: int, check: Callable[[], None]) -> list[str]:
    taken: list[str] = []
    before = 0
    for batch in _batches(folder, check):
        rows = range(-before % every, batch.num_rows, every)
        taken += batch.column(COLUMN).take(list(rows)).to_pylist() if rows else []
        before += batch.num_rows
    return taken


def _first(folder: Path, most: int, check: Callable[[], None]) -> list[str]:
    taken: list[str] = []
    for batch in _batches(folder, check):
        taken += batch.column(COLUMN).slice(0, most - len(taken)).to_pylist()
        if len(taken) >= most:
            break
    return taken


def _batches(folder: Path, check: Callable[[], None]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for path in sorted(folder.glob("*.arrow")):
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                check()
                yield batch
