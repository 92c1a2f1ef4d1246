"""The files of a data set: written as the datasets library lays them out, read, kept, copied."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jokegen import storage
from jokegen.data.batches import MOST_ROWS, text_batch
from jokegen.data.dataset_manifest import ORIGINALS

COLUMN = "text"  # of the saved data sets: what trainers everywhere expect
PARTS = ("train", "validation")
_BLOCK = 1 << 20


def write_parts(
    folder: Path, parts: Mapping[str, Sequence[str]], check: Callable[[], None]
) -> None:
    """Write the parts as a Hugging Face `DatasetDict`, one Arrow file each.

    The library lays out an empty data set; its Arrow files are then filled here, because its own
    writer cannot be interrupted and needs a second for a million jokes.
    """
    import pyarrow as pa

    library = _quiet_datasets()
    nothing = pa.schema([(COLUMN, pa.string())]).empty_table()
    layout = library.DatasetDict({part: library.Dataset(nothing) for part in parts})
    # One file each: left to itself the library writes none for an empty part and cannot load it.
    layout.save_to_disk(str(folder), num_shards=dict.fromkeys(parts, 1))
    for part, jokes in parts.items():
        (path,) = (folder / part).glob("*.arrow")
        with pa.OSFile(str(path)) as file:
            schema = pa.ipc.open_stream(file).schema  # with the library's own notes in it
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, schema) as writer:
            for start in range(0, len(jokes), MOST_ROWS):
                check()
                writer.write_batch(
                    text_batch((COLUMN,), [jokes[start : start + MOST_ROWS]]).cast(schema)
                )


def read_part(folder: Path, check: Callable[[], None]) -> list[str]:
    """All jokes of one part, in memory."""
    return [joke for jokes in read_batches(folder, check) for joke in jokes]


def read_batches(folder: Path, check: Callable[[], None]) -> Iterator[list[str]]:
    """The jokes of one part, some at a time.

    Read, not mapped: a file that is mapped and cut off kills the process.
    """
    import pyarrow as pa

    paths = sorted(folder.glob("*.arrow"))
    if not paths:  # an empty part has a file too: the data set was deleted a moment ago
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
    for path in paths:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                check()
                yield batch.column(COLUMN).to_pylist()


def keep_originals(folder: Path, originals: Sequence[Path], check: Callable[[], None]) -> None:
    """Copy files into the data set, block by block so that it can be stopped."""
    for original in originals:
        target = folder / ORIGINALS / original.name
        target.parent.mkdir(exist_ok=True)
        with original.open("rb") as source, target.open("xb") as copy:
            while block := source.read(_BLOCK):
                check()
                copy.write(block)


def _quiet_datasets() -> Any:
    """The datasets library, which takes a second to import, without progress bars or caches."""
    import datasets

    datasets.disable_progress_bars()
    datasets.disable_caching()
    return datasets


def link_all(source: Path, target: Path) -> None:
    """Fill `target` with the files of `source` but the manifest: linked, or else copied."""
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir()
        elif copy != target / storage.MANIFEST:
            try:
                os.link(path, copy)
            except OSError:  # not every file system can
                shutil.copyfile(path, copy)
                with copy.open("rb+") as file:
                    os.fsync(file.fileno())
