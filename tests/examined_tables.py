"""Writes tables as an examination does, for tests and benchmarks that need many jokes at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jokegen.data.batches import MOST_ROWS, int_array, text_array


def write_examined(
    path: Path,
    jokes: Sequence[tuple[str, str, str]],
    places: Sequence[tuple[int, int]] | None = None,
    rows_a_batch: int = MOST_ROWS,
) -> Path:
    """A file of jokes with notes and former texts; `places` are their raw rows and parts."""
    import pyarrow as pa

    names = ["Joke", "Note", "Before"]
    fields = [(name, pa.string()) for name in names]
    schema = pa.schema([*fields, ("Row", pa.int32()), ("Part", pa.int32())])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for first in range(0, len(jokes), rows_a_batch):
            some = jokes[first : first + rows_a_batch]
            here = (
                [(first + number, 0) for number in range(len(some))]
                if places is None
                else places[first : first + rows_a_batch]
            )
            arrays = [text_array(texts) for texts in zip(*some, strict=True)]
            arrays += [int_array(numbers) for numbers in zip(*here, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return path
