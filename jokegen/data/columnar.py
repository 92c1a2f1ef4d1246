"""Reads Parquet and Arrow files as text."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from jokegen.data.batches import (
    TextFile,
    check_width,
    evenly,
    int_array,
    name_columns,
    plain,
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
# So many rows are decoded at once: a text that a dictionary repeats takes its place in each.
_ROWS_AT_ONCE = 256
_MOST_BYTES_AT_ONCE = 512 << 20
_DEEPEST = 8  # values inside values; what is deeper stays JSON text
_NO_FRACTION = r"\.0+(Z?)$"


def open_parquet(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """A Parquet file; texts as they are, other values as text, missing ones empty.

    Raises JokegenError, here or while reading, for a file that is cut off or damaged.
    """
    import pyarrow.parquet as pq

    reading = _Reading(path, name, "Parquet", FileState.of(path), log, context)
    with reading.explained(), path.open("rb") as source:
        file = pq.ParquetFile(source)
        schema, total = file.schema_arrow, file.metadata.num_rows
        size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))

    def parts() -> Iterator[pa.RecordBatch]:
        # Not mapped into memory: a file that shrinks meanwhile would kill the process.
        with path.open("rb") as source, pq.ParquetFile(source) as file:
            yield from file.iter_batches(_ROWS_AT_ONCE, use_threads=False)

    options = replace(options, format=Format.PARQUET)
    return reading.text_file(options, schema, parts, total, size / max(total, 1))


def open_arrow(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """An Arrow IPC file or stream (Feather version 2 is such a file), read as Parquet is."""
    reading = _Reading(path, name, "Arrow", FileState.of(path), log, context)
    with reading.explained(), path.open("rb") as source:
        schema = _arrow_reader(source)[0]

    def parts() -> Iterator[pa.RecordBatch]:
        with path.open("rb") as source:
            for part in _arrow_reader(source)[1]:
                for start in range(0, part.num_rows, _ROWS_AT_ONCE):
                    yield part.slice(start, _ROWS_AT_ONCE)

    return reading.text_file(replace(options, format=Format.ARROW), schema, parts, None, 0)


def _arrow_reader(source: IO[bytes]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    import pyarrow as pa

    is_file = source.read(6) == b"ARROW1"
    source.seek(0)
    if is_file:
        reader = pa.ipc.open_file(source)
        return reader.schema, (reader.get_batch(i) for i in range(reader.num_record_batches))
    stream = pa.ipc.open_stream(source)
    return stream.schema, iter(stream)


@dataclass
class _Reading:
    """One file on its way to text; `kind` is what it is called."""

    path: Path
    name: str
    kind: str
    state: FileState
    log: MisfitLog
    context: JobContext

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Put what Arrow says of a damaged file into words.

        What the operating system says stays as it is.
        """
        import pyarrow as pa

        try:
            yield
        except (pa.ArrowException, OSError, EOFError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            self.state.check(self.path, self.name)
            raise JokegenError(
                f"The file “{plain(self.name)}” is not a whole {self.kind} file: it was cut off "
                "or damaged.",
                "Download or export it again, then choose the new file.",
            ) from error

    def text_file(
        self,
        options: ReadOptions,
        schema: pa.Schema,
        parts: Callable[[], Iterator[pa.RecordBatch]],
        total: int | None,
        mean_bytes: float,
    ) -> TextFile:
        names = [name for field in schema for name in _flat_names(field)]
        check_width(len(names), self.name)
        columns = name_columns([plain(name) for name in names])
        if not columns:
            raise JokegenError(
                f"The file “{plain(self.name)}” has no columns.", "Choose another file."
            )
        understood = f"{self.kind}, {len(columns)} column" + ("s" if len(columns) > 1 else "")
        batches = self._batches(columns, parts, total, mean_bytes)
        return TextFile(columns, understood, batches, options=options)

    def _batches(
        self,
        columns: tuple[str, ...],
        parts: Callable[[], Iterator[pa.RecordBatch]],
        total: int | None,
        mean_bytes: float,
    ) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        done = 0
        with self.explained():
            for table in evenly(self._tables(parts()), mean_bytes):
                arrays, bad = [], set()
                for column in table.columns:
                    self.context.check()
                    array, rows = self._texts(column, done)
                    arrays.append(array)
                    bad |= rows
                made = pa.RecordBatch.from_arrays(arrays, names=list(columns))
                if bad:
                    made = made.take(
                        int_array([row for row in range(made.num_rows) if row not in bad])
                    )
                yield made
                done += table.num_rows
                self.context.emit(Progress(Phase.READING, done, total, "rows"))
        self.state.check(self.path, self.name)

    def _tables(self, parts: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
        """All rows, without values inside values."""
        import pyarrow as pa

        for part in parts:
            self.context.check()
            if self.kind == "Arrow":  # what Parquet's decoder builds is sound
                for column in part.columns:
                    _check_is_sound(column)
            table = _flat(pa.Table.from_batches([part]))
            has_dictionaries = any(pa.types.is_dictionary(field.type) for field in table.schema)
            shown = sum(map(_bytes_shown, table.columns)) if has_dictionaries else 0
            if table.nbytes + shown > _MOST_BYTES_AT_ONCE:
                raise self._too_long()
            yield _without_dictionaries(table) if has_dictionaries else table

    def _too_long(self) -> JokegenError:
        return JokegenError(
            f"The file “{plain(self.name)}” holds texts of many megabytes, which are no jokes.",
            "Save the column with the jokes as a file of its own and choose that.",
        )

    def _texts(self, column: pa.ChunkedArray, rows_before: int) -> tuple[pa.StringArray, set[int]]:
        """A column as text, and which of its rows are to be left out since they are none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        array = column.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = array.chunk(0) if array.num_chunks else text_array([])
        strings = _strings(array)
        if strings is not None and _is_clean(strings):
            # Not `""`: to make that a scalar, Arrow would import pandas.
            return pc.fill_null(strings, text_array([""])[0]), set()
        texts: list[str] = []
        bad: set[int] = set()
        for row, scalar in enumerate(array):
            text, problem, can_repair = _as_text(scalar)
            if problem and not self.log.add(
                self.name, rows_before + row + 1, problem, can_repair=can_repair, todo=_MEND,
                place="Row",
            ):  # fmt: skip
                bad.add(row)
            texts.append(text)
        return text_array(texts), bad


def _flat_names(field: pa.Field, prefix: str = "", depth: int = 0) -> Iterator[str]:
    """What `_flat` calls the columns of a field; an empty table to ask would import pandas."""
    import pyarrow as pa

    name = f"{prefix}{field.name}"
    if pa.types.is_struct(field.type) and depth < _DEEPEST:
        for inner in field.type:
            yield from _flat_names(inner, f"{name}.", depth + 1)
    else:
        yield name


def _flat(table: pa.Table) -> pa.Table:
    """Values inside values as columns of their own: "author.name"."""
    import pyarrow as pa

    for _ in range(_DEEPEST):
        if not any(pa.types.is_struct(field.type) for field in table.schema):
            break
        table = table.flatten()
    return table


def _bytes_shown(column: pa.ChunkedArray) -> int:
    """How much text a dictionary's becomes that is shown more than once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = 0
    for chunk in column.chunks if pa.types.is_dictionary(column.type) else ():
        values = chunk.dictionary
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            size += pc.sum(pc.take(pc.binary_length(values), chunk.indices)).as_py() or 0
    return size


def _without_dictionaries(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    for number, column in enumerate(table.columns):
        if pa.types.is_dictionary(column.type):
            plain_chunks = [chunk.dictionary_decode() for chunk in column.chunks]
            plain_column = pa.chunked_array(plain_chunks, column.type.value_type)
            table = table.set_column(number, table.field(number).name, plain_column)
    return table


def _check_is_sound(column: pa.Array) -> None:
    """Raise ArrowInvalid for a damaged column, whose texts would lie outside the memory.

    Bytes that are no text are no damage: their rows are named later.
    """
    import pyarrow as pa

    if pa.types.is_string(column.type):
        column = column.cast(pa.binary())
    elif pa.types.is_large_string(column.type):
        column = column.cast(pa.large_binary())
    column.validate(full=True)


def _strings(column: pa.Array) -> pa.StringArray | None:
    """The column as text where Arrow can tell it exactly, else None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types = pa.types
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    kind = column.type
    if types.is_string(kind):
        return column
    is_plain = (
        types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_integer(kind)
        or types.is_boolean(kind)
        or types.is_decimal(kind)
        or types.is_date(kind)
        or types.is_null(kind)
        or types.is_float16(kind)
        or types.is_float32(kind)
    )
    try:
        if is_plain:
            return column.cast(pa.string())
        if types.is_timestamp(kind) or types.is_time(kind):
            # Not through Python's objects: those of nanoseconds would import pandas.
            strings = column.cast(pa.string())
            return pc.replace_substring_regex(strings, _NO_FRACTION, r"\1")
        if types.is_duration(kind):
            return column.cast(pa.int64()).cast(pa.string())
    except pa.ArrowInvalid:  # for one, bytes that are no UTF-8
        return None
    return None


def _is_clean(column: pa.StringArray) -> bool:
    """Whether all of it is valid UTF-8 without NUL: then it can be taken as it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return not pc.any(pc.match_substring(column, "\0")).as_py()


def _as_text(scalar: Any) -> tuple[str, str, bool]:
    """The text of a value, what is wrong with it ("": nothing), and whether that was mended."""
    try:
        value = scalar.as_py()
        if isinstance(value, bytes):
            value = value.decode()
        elif isinstance(value, bool | list | dict):
            value = json.dumps(value, ensure_ascii=False, default=str)
        text = "" if value is None else str(value)
    except UnicodeDecodeError:
        return "", "holds bytes that are not UTF-8 text", False
    except (ValueError, OverflowError):
        return "", "holds a value that cannot be shown as text", False
    if "\0" in text:
        return text.replace("\0", ""), "holds a NUL character, which was taken out", True
    return text, "", False
