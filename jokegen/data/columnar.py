"""Reads Parquet and Arrow files as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jokegen.data.batches import (
    TextFile,
    int_array,
    name_columns,
    plain,
    rows_per_batch,
    text_array,
)
from jokegen.data.file_state import FileState
from jokegen.data.misfits import MisfitLog
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format, ReadOptions
from jokegen.jobs.events import Phase, Progress

if TYPE_CHECKING:
    import pyarrow as pa


_MEND = "Correct that row or export the file anew, then choose it again."


def open_parquet(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """A Parquet file; texts as they are, other values as text, missing ones empty.

    Raises JokegenError, here or while reading, for a file that is cut off or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Not mapped into memory: a file that shrinks meanwhile would kill the process.
        file = pq.ParquetFile(path, memory_map=False)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(name, "Parquet", error) from error
    total = file.metadata.num_rows
    sizes = [file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)]
    size = rows_per_batch(sum(sizes) / max(total, 1))

    def batches() -> Iterator[pa.RecordBatch]:
        with file:
            yield from file.iter_batches(size, use_threads=False)

    return _text_file(
        path, name, replace(options, format=Format.PARQUET), log, context,
        file.schema_arrow.names, batches(), size, total,
    )  # fmt: skip


def open_arrow(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """An Arrow IPC file or stream (Feather version 2 is such a file), read as Parquet is."""
    import pyarrow as pa

    source = pa.OSFile(str(path))
    try:
        head = source.read(6)
        source.seek(0)
        if head == b"ARROW1":
            reader = pa.ipc.open_file(source)
            parts = (reader.get_batch(number) for number in range(reader.num_record_batches))
        else:
            stream = pa.ipc.open_stream(source)
            reader, parts = stream, iter(stream)
        names = reader.schema.names
    except (pa.ArrowException, OSError) as error:
        source.close()
        raise _damaged(name, "Arrow", error) from error
    size = rows_per_batch(0)

    def batches() -> Iterator[pa.RecordBatch]:
        with source:
            for part in parts:
                for start in range(0, part.num_rows, size):
                    yield part.slice(start, size)

    return _text_file(
        path, name, replace(options, format=Format.ARROW), log, context, names, batches(), size,
        None,
    )  # fmt: skip


def _text_file(
    path: Path,
    name: str,
    options: ReadOptions,
    log: MisfitLog,
    context: JobContext,
    names: Sequence[str],
    batches: Iterator[pa.RecordBatch],
    size: int,
    total: int | None,
) -> TextFile:
    columns = name_columns(names)
    kind = "Parquet" if options.format is Format.PARQUET else "Arrow"
    if not columns:
        raise JokegenError(f"The file “{plain(name)}” has no columns.", "Choose another file.")
    state = FileState.of(path)

    def texts() -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        done = 0
        try:
            for batch in _even_batches(batches, size, context):
                arrays, bad = [], set()
                for i in range(len(columns)):
                    array, rows = _texts(name, batch.column(i), done, log)
                    arrays.append(array)
                    bad |= rows
                made = pa.RecordBatch.from_arrays(arrays, names=list(columns))
                yield made.take(_without(made.num_rows, bad)) if bad else made
                done += batch.num_rows
                context.emit(Progress(Phase.READING, done, total, "rows"))
        except (pa.ArrowException, OSError) as error:
            raise _damaged(name, kind, error) from error
        state.check(path, name)

    understood = f"{kind}, {len(columns)} column" + ("s" if len(columns) > 1 else "")
    return TextFile(columns, understood, texts(), options=options)


def _without(count: int, bad: set[int]) -> pa.Array:
    return int_array([number for number in range(count) if number not in bad])


def _even_batches(
    batches: Iterator[pa.RecordBatch], size: int, context: JobContext
) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of `size`: row groups may end anywhere."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        context.check()
        waiting.append(batch)
        if sum(part.num_rows for part in waiting) >= size:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, size).combine_chunks().to_batches()[0]
            waiting = table.slice(size).to_batches()
    if sum(part.num_rows for part in waiting):
        yield pa.Table.from_batches(waiting).combine_chunks().to_batches()[0]


def _texts(
    name: str, column: pa.Array, rows_before: int, log: MisfitLog
) -> tuple[pa.StringArray, set[int]]:
    """A column as text, and which of its rows are to be left out since they are none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) and _is_clean(column):
        return pc.fill_null(column, ""), set()
    texts: list[str] = []
    bad: set[int] = set()
    for row, scalar in enumerate(column):
        try:
            text = _as_text(scalar)
        except UnicodeDecodeError:
            problem = "holds bytes that are not UTF-8 text"
            log.add(name, rows_before + row + 1, problem, can_repair=False, todo=_MEND, place="Row")
            bad.add(row)
            text = ""
        if "\0" in text:
            problem = "holds a NUL character, which was taken out"
            if not log.add(
                name, rows_before + row + 1, problem, can_repair=True, todo=_MEND, place="Row"
            ):
                bad.add(row)
            text = text.replace("\0", "")
        texts.append(text)
    return text_array(texts), bad


def _is_clean(column: pa.StringArray) -> bool:
    """Whether all of it is valid UTF-8 without NUL: then it can be taken as it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return not pc.any(pc.match_substring(column, "\0")).as_py()


def _as_text(scalar: Any) -> str:
    value = scalar.as_py()
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _damaged(name: str, kind: str, error: Exception) -> Exception:
    """What the operating system says stays as it is; what Arrow says is put into words."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return JokegenError(
        f"The file “{plain(name)}” is not a whole {kind} file: it was cut off or damaged.",
        "Download or export it again, then choose the new file.",
    )
