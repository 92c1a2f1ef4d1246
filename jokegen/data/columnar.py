"""Reads Parquet files as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jokegen.data.batches import TextFile, name_columns, rows_per_batch, shown, text_array
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


def open_parquet(path: Path, context: JobContext) -> TextFile:
    """A Parquet file; texts as they are, other values as text, missing ones empty.

    Raises JokegenError, here or while reading, for a file that is cut off or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Not mapped into memory: a file that shrinks meanwhile would kill the process.
        file = pq.ParquetFile(path, memory_map=False)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error
    columns = name_columns(file.schema_arrow.names)
    if not columns:
        file.close()
        raise JokegenError(f"The file {shown(path)} has no columns.", "Choose another file.")
    understood = f"Parquet, {len(columns)} column" + ("s" if len(columns) > 1 else "")
    return TextFile(columns, understood, _batches(path, file, columns, context))


def _batches(
    path: Path, file: pq.ParquetFile, columns: tuple[str, ...], context: JobContext
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    total = file.metadata.num_rows
    sizes = [file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)]
    size = rows_per_batch(sum(sizes) / max(total, 1))
    done = 0
    with file:
        try:
            for batch in _even_batches(file.iter_batches(size, use_threads=False), size, context):
                texts = [_texts(path, batch.column(i), done) for i in range(len(columns))]
                yield pa.RecordBatch.from_arrays(texts, names=list(columns))
                done += batch.num_rows
                context.emit(Progress(Phase.READING, done, total, "rows"))
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from error


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


def _texts(path: Path, column: pa.Array, rows_before: int) -> pa.StringArray:
    """A column as text. Raises JokegenError, naming the row, for bytes that are no text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) and _is_clean(column):
        return pc.fill_null(column, "")
    texts: list[str] = []
    for row, scalar in enumerate(column, rows_before + 1):
        try:
            texts.append(_as_text(scalar))
        except UnicodeDecodeError:
            raise _no_text(path, row, "bytes that are not UTF-8 text") from None
        if "\0" in texts[-1]:
            raise _no_text(path, row, "a NUL character, which is no text")
    return text_array(texts)


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


def _no_text(path: Path, row: int, what: str) -> JokegenError:
    return JokegenError(
        f"Row {row} of {shown(path)} holds {what}.",
        "Correct that row or export the file anew, then choose it again.",
    )


def _damaged(path: Path, error: Exception) -> Exception:
    """What the operating system says stays as it is; what Arrow says is put into words."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return JokegenError(
        f"The file {shown(path)} is not a whole Parquet file: it was cut off or damaged.",
        "Download or export it again, then choose the new file.",
    )
