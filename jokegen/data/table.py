"""A window onto a table of texts on disk: what the window's table model reads, cell by cell.

Files are read, never mapped into memory: a mapped file that somebody cuts off meanwhile would
take the whole window with it. Only a few batches are held at a time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jokegen import storage
from jokegen.data.arrow_heads import stream_heads
from jokegen.errors import JokegenError
from jokegen.records import DatasetInfo

if TYPE_CHECKING:
    import pyarrow as pa

CELL_CHARACTERS = 300
_BATCHES_HELD = 8
_LINE_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_PARTS = {"train": "to learn from", "validation": "for checking"}


class _Batches(Protocol):
    """One Arrow file as record batches, loaded on demand."""

    @property
    def starts(self) -> Sequence[int]:
        """The first row of each batch."""

    @property
    def rows(self) -> int: ...

    def load(self, number: int) -> pa.RecordBatch: ...

    def close(self) -> None: ...


class TextTable:
    """Rows and columns of text. Raises JokegenError where the file is gone or damaged.

    A cell takes about a microsecond in a batch that is held, and a few milliseconds otherwise.
    """

    def __init__(self, path: Path) -> None:
        """Open the table that a preview wrote."""
        file = _PreviewFile(path)
        self._open_again: Callable[[], TextTable] = lambda: TextTable(path)
        self._setup([(file, None)], tuple(file.columns), path)

    @classmethod
    def for_dataset(cls, info: DatasetInfo) -> TextTable:
        """The jokes of a saved data set, with the part (training, validation) that each is in."""
        storage.check_files(info.path)
        table = cls.__new__(cls)
        files: list[tuple[_Batches, str | None]] = []
        try:
            for part, label in _PARTS.items():
                for path in sorted((info.path / part).glob("*.arrow")):
                    files.append((_DatasetFile(path), label))
        except BaseException:
            for file, _ in files:
                file.close()
            raise
        table._open_again = lambda: cls.for_dataset(info)
        table._setup(files, ("Joke", "Part"), info.path)
        return table

    @classmethod
    def for_examined(cls, path: Path) -> TextTable:
        """The table that an examination wrote: jokes, why some are left out, what they were."""
        return cls(path)

    def number(self, row: int, column: int) -> int:
        """The whole number in a cell. Raises IndexError outside the table."""
        value = self._value(row, column)
        return value if isinstance(value, int) else 0

    def _setup(
        self, files: list[tuple[_Batches, str | None]], columns: tuple[str, ...], path: Path
    ) -> None:
        self.columns = columns
        self.rows = sum(file.rows for file, _ in files)
        self._path = path
        self._files = files
        self._first_rows: list[int] = []
        first = 0
        for file, _ in files:
            self._first_rows.append(first)
            first += file.rows
        self._held: OrderedDict[tuple[int, int], pa.RecordBatch] = OrderedDict()

    def cell(self, row: int, column: int) -> str:
        """The text of a cell (both from 0) on one line, at most its first 300 characters."""
        text = self.text(row, column)[: CELL_CHARACTERS + 1]
        if len(text) > CELL_CHARACTERS:
            text = text[: CELL_CHARACTERS - 1] + "…"
        return _LINE_BREAKS.sub(" ⏎ ", text)

    def text(self, row: int, column: int) -> str:
        """The whole text of a cell, as it is in the file. Raises IndexError outside the table."""
        value = self._value(row, column)
        return value if isinstance(value, str) else ""

    def _value(self, row: int, column: int) -> object:
        if not (0 <= row < self.rows and 0 <= column < len(self.columns)):
            raise IndexError(f"row {row}, column {column}")
        number = bisect_right(self._first_rows, row) - 1
        file, label = self._files[number]
        if label is not None and column == 1:
            return label
        row -= self._first_rows[number]
        batch = bisect_right(file.starts, row) - 1
        value: object = self._batch(number, batch).column(column)[row - file.starts[batch]].as_py()
        return value

    def reopened(self) -> TextTable:
        """The same table with files of its own, for another thread. The caller closes it."""
        return self._open_again()

    def batches(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """All record batches, each with the number of its first row. Raises JokegenError."""
        for number, (file, _) in enumerate(self._files):
            for batch, start in enumerate(file.starts):
                try:
                    yield self._first_rows[number] + start, file.load(batch)
                except (OSError, ValueError, EOFError) as error:
                    raise _damaged(self._path) from error

    def close(self) -> None:
        """Let go of the files; the table must not be read afterwards."""
        self._held.clear()
        for file, _ in self._files:
            file.close()

    def _batch(self, number: int, batch: int) -> pa.RecordBatch:
        held = self._held.get((number, batch))
        if held is not None:
            self._held.move_to_end((number, batch))
            return held
        try:
            loaded = self._files[number][0].load(batch)
        except (OSError, ValueError, EOFError) as error:
            raise _damaged(self._path) from error
        self._held[(number, batch)] = loaded
        if len(self._held) > _BATCHES_HELD:
            self._held.popitem(last=False)
        return loaded


class _PreviewFile:
    """An Arrow IPC file whose batches all have the same number of rows, except the last."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        try:
            self._source = pa.OSFile(str(path))
        except OSError as error:
            raise _damaged(path) from error
        try:
            self._reader = pa.ipc.open_file(self._source)
            count = self._reader.num_record_batches
            size = self.load(0).num_rows if count else 0
            last = self.load(count - 1).num_rows if count else 0
        except (OSError, ValueError) as error:
            self._source.close()
            raise _damaged(path) from error
        self.columns: list[str] = self._reader.schema.names
        self.starts = range(0, count * size, size) if size else range(0)
        self.rows = (count - 1) * size + last if count else 0

    def load(self, number: int) -> Any:
        return self._reader.get_batch(number)

    def close(self) -> None:
        self._source.close()


class _DatasetFile:
    """An Arrow IPC stream, as data sets are saved; only the heads of its batches are gone through.

    Of a million jokes that is a thousandth of the file: they are to be seen at once.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self.starts: list[int] = []
        self.rows = 0
        self._offsets: list[int] = []
        self._source = pa.OSFile(str(path))
        try:
            self._schema = pa.ipc.read_schema(pa.ipc.read_message(self._source))
            for head in stream_heads(self._source):
                self._offsets.append(head.offset)
                self.starts.append(self.rows)
                self.rows += head.rows
        except (OSError, ValueError, EOFError) as error:
            self._source.close()
            raise _damaged(path) from error

    def load(self, number: int) -> Any:
        import pyarrow as pa

        self._source.seek(self._offsets[number])
        return pa.ipc.read_record_batch(pa.ipc.read_message(self._source), self._schema)

    def close(self) -> None:
        self._source.close()


def _damaged(path: Path) -> JokegenError:
    return JokegenError(
        f"The table “{path.name}” cannot be read (any more).",
        "Choose the file of jokes again; a saved data set that is damaged must be imported anew.",
    )
