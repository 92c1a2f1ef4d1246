"""Tables for looking at, in the previews folder: written once, read by batches, then removed."""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen import storage
from jokegen.errors import JokegenError

if TYPE_CHECKING:
    import pyarrow as pa

_DAYS = 1


@contextlib.contextmanager
def new_table(folder: Path, name: str) -> Iterator[tuple[Path, Path]]:
    """A temporary file that takes its final name in `folder` once the block is done."""
    folder.mkdir(parents=True, exist_ok=True)
    _forget_old(folder)
    mark = uuid.uuid4().hex
    temporary = folder / f".tmp-{os.getpid()}-{mark}"
    final = folder / f"{storage.slug(name)[:40]}-{mark[:8]}.arrow"
    try:
        yield temporary, final
        os.replace(temporary, final)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def read_batches(table: Path) -> Iterator[pa.RecordBatch]:
    """The record batches of a table. Raises JokegenError where it is gone or damaged."""
    import pyarrow as pa

    try:
        # Read, not mapped: a file that shrinks meanwhile would end the process.
        with pa.OSFile(str(table)) as source, pa.ipc.open_file(source) as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)
    except (OSError, pa.ArrowException) as error:
        raise JokegenError(
            "The table of what was read is not there any more, or it was damaged.",
            "Open the file with the jokes again.",
        ) from error


def remove_table(table: Path) -> None:
    """Remove a table with what lies beside it, as far as that is possible."""
    for path in (table, summary_file(table), report_file(table)):
        with contextlib.suppress(OSError):
            path.unlink()


def summary_file(table: Path) -> Path:
    """Where a preview writes down what it said about a table."""
    return table.with_suffix(".json")


def report_file(table: Path) -> Path:
    """Where a preview lists the rows that did not fit."""
    return table.with_suffix(".csv")


def _forget_old(folder: Path) -> None:
    """Tables are as large as the files they show: those of other days are removed."""
    oldest = time.time() - _DAYS * 24 * 3600
    for path in folder.iterdir():
        # On Windows a table that a window still shows cannot be removed; the next day will do.
        with contextlib.suppress(OSError):
            if path.suffix == ".arrow" and path.stat().st_mtime < oldest:
                remove_table(path)
