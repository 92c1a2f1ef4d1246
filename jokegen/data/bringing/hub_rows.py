"""Streams the rows of Parquet and Arrow files at the hub into a local Parquet file.

Through the `datasets` library, which asks for no more of the files than the wanted rows and columns
need. These formats know text from numbers, so that nothing is guessed: every text stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jokegen.data.bringing.meter import Meter
from jokegen.data.bringing.remote_files import PROTOCOL, Read, addresses_of
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("parquet", "arrow")
_ROWS = 1_000
_MOST_BYTES = 2_000_000_000


def stream_rows(
    sizes: Mapping[str, int],
    read: Read,
    kind: str,
    columns: Sequence[str],
    limit: int | None,
    total: int | None,
    file: Path,
    context: JobContext,
) -> None:
    """Write the rows of files at the hub (`sizes` in bytes by name, in order) into `file`.

    Without a row there is no file. Pictures, sound and other bytes are left out, with a notice.
    Raises JokegenError, JobCancelled, OSError (disk full), and whatever `read` raises.
    """
    import pyarrow.parquet as pq

    if limit is not None:
        total = limit if total is None else min(limit, total)
    meter = Meter(context, "rows", total)
    meter.update(0)
    writer: Any = None
    names: list[str] = []
    rows = 0
    try:
        for table in _tables(sizes, read, kind, columns, limit):
            context.check()
            if writer is None:
                names = _text_columns(table, context)
                writer = pq.ParquetWriter(str(file), _plain(table, names).schema)
            writer.write_table(_plain(table, names).cast(writer.schema))
            rows += table.num_rows
            meter.update(rows)
            if file.stat().st_size > _MOST_BYTES:
                raise JokegenError(
                    "The data set is larger than the 2 GB that Jokegen takes from the hub.",
                    "Take fewer rows of it: choose how many.",
                )
    finally:
        if writer is not None:
            writer.close()
    meter.update(rows, is_last=True)


def _tables(
    sizes: Mapping[str, int], read: Read, kind: str, columns: Sequence[str], limit: int | None
) -> Iterator[pa.Table]:
    """The rows, some at a time."""
    import datasets

    datasets.disable_progress_bars()
    # The size of a batch is given: without it the library fails at a file that begins with an
    # empty row group, and holds back rows until a whole group is there.
    options: dict[str, Any] = {"batch_size": _ROWS} if kind == "parquet" else {}
    if columns and kind == "parquet":
        options["columns"] = list(columns)
    stream = datasets.load_dataset(
        kind,
        data_files={"train": addresses_of(sizes)},
        split="train",
        streaming=True,
        token=False,
        storage_options={PROTOCOL: {"sizes": sizes, "read": read}},
        **options,
    )
    if columns and kind != "parquet":
        stream = stream.select_columns(list(columns))
    if limit is not None:
        stream = stream.take(limit)
    yield from stream.with_format("arrow").iter(batch_size=_ROWS)


def _text_columns(table: pa.Table, context: JobContext) -> list[str]:
    """The columns that can be read as text. Raises JokegenError if there are none."""
    names = [field.name for field in table.schema if not _holds_bytes(field.type)]
    left_out = [name for name in table.schema.names if name not in names]
    if not names:
        raise JokegenError(
            "The data set holds only pictures, sound or other bytes.", "Choose one with texts."
        )
    if left_out:
        shown = ", ".join(f"“{name}”" for name in left_out[:5])
        context.emit(Notice(f"Left out, since they hold no text: {shown}."))
    return names


def _holds_bytes(kind: pa.DataType) -> bool:
    """Whether a type is, or has inside, bytes that are no text."""
    import pyarrow as pa

    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return True
    return any(_holds_bytes(inner) for inner in _inner(kind))


def _inner(kind: pa.DataType) -> Iterator[pa.DataType]:
    for number in range(kind.num_fields):
        yield kind.field(number).type


def _plain(table: pa.Table, names: list[str]) -> pa.Table:
    """Those columns, without the library's own notes in the schema."""
    return table.select(names).replace_schema_metadata(None)
