"""The common form of every readable file: named columns of text, a few thousand rows at a time.

The readers make these batches; the preview writes them down, the import cleans them. Everything
is text: numbers, dates and "NA" stay the characters that the file holds.
"""

from __future__ import annotations

import array
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import Question, ReadOptions

if TYPE_CHECKING:
    import pyarrow as pa

Row = TypeVar("Row")

MOST_ROWS = 4_096
# With ordinary jokes a batch then weighs well under a megabyte and any row of it is decoded in
# about a millisecond; the bounds below keep a file of very long texts from filling the memory.
FEWEST_ROWS = 64
_CHARACTERS_A_BATCH = 4_000_000
MOST_COLUMNS = 1_000


@dataclass(frozen=True)
class TextFile:
    """A file that was understood and can be read once, from the first row to the last.

    `batches` yields record batches of string columns named `columns`, every one with the same
    number of rows except the last; reading may raise JokegenError and JobCancelled at any batch.
    `understood` says in words how the file is read, `options` exactly. The rest is for asking
    back and for choosing otherwise: see `PreviewSummary`. `sha256` is that of the file's bytes,
    empty where the reader does not go through all of them.
    """

    columns: tuple[str, ...]
    understood: str
    batches: Iterator[pa.RecordBatch]
    options: ReadOptions = field(default_factory=ReadOptions)
    questions: tuple[Question, ...] = ()
    sheets: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    sha256: str = ""


def rows_per_batch(mean_characters: float) -> int:
    """How many rows of this mean length make one batch."""
    return max(FEWEST_ROWS, min(MOST_ROWS, int(_CHARACTERS_A_BATCH / max(mean_characters, 1))))


def grouped(rows: Iterator[Row], weigh: Callable[[Row], int]) -> Iterator[list[Row]]:
    """Lists of equally many rows (the last may be shorter); `weigh` counts a row's characters.

    The first few rows decide how many, so that one list stays of a few megabytes.
    """
    group = list(itertools.islice(rows, FEWEST_ROWS))
    if not group:
        return
    size = rows_per_batch(sum(map(weigh, group)) / len(group))
    group += itertools.islice(rows, size - len(group))
    while group:
        yield group
        group = list(itertools.islice(rows, size))


def evenly(tables: Iterator[pa.Table], mean_bytes: float = 0) -> Iterator[pa.Table]:
    """The same rows in tables of equally many, the last may be shorter.

    The first few rows decide how many, unless `mean_bytes` says that most are longer.
    """
    import pyarrow as pa

    size = None
    waiting: list[pa.Table] = []
    rows = 0
    for table in tables:
        waiting.append(table)
        rows += table.num_rows
        if size is None and rows >= FEWEST_ROWS:
            first = pa.concat_tables(waiting).slice(0, FEWEST_ROWS)
            size = rows_per_batch(max(mean_bytes, first.nbytes / FEWEST_ROWS))
        while size is not None and rows >= size:
            joined = pa.concat_tables(waiting)
            yield joined.slice(0, size)
            waiting, rows = [joined.slice(size)], rows - size
    if rows:
        yield pa.concat_tables(waiting)


def text_array(texts: Sequence[str]) -> pa.StringArray:
    """An Arrow string array of these texts.

    Built from buffers because `pyarrow.array` imports pandas (0.3 s) and is half as fast. Raises
    UnicodeEncodeError for half a surrogate pair, which is no text.
    """
    import pyarrow as pa

    joined = "".join(texts)
    offsets = array.array("i", [0])
    if joined.isascii():  # as many bytes as characters
        offsets.extend(itertools.accumulate(map(len, texts)))
        content = joined.encode()
    else:
        encoded = [text.encode() for text in texts]
        offsets.extend(itertools.accumulate(map(len, encoded)))
        content = b"".join(encoded)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(content))


def int_array(numbers: Sequence[int]) -> pa.Int32Array:
    """An Arrow array of whole numbers of 32 bits; built from a buffer as `text_array` is."""
    import pyarrow as pa

    buffer = pa.py_buffer(array.array("i", numbers))
    return pa.Int32Array.from_buffers(pa.int32(), len(numbers), [None, buffer])


def text_batch(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> pa.RecordBatch:
    """One record batch; `cells[i]` holds the texts of column number i."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([text_array(texts) for texts in cells], names=list(columns))


def name_columns(given: Sequence[str]) -> tuple[str, ...]:
    """Names one can show and tell apart: blank ones become "Column 3", repeated ones "Joke (2)"."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    for number, text in enumerate(given, 1):
        wanted = " ".join(text.split()) or f"Column {number}"
        name = wanted
        while name in seen:
            seen[wanted] += 1
            name = f"{wanted} ({seen[wanted]})"
        seen[name] += 1
        names.append(name)
    return tuple(names)


def check_width(columns: int, name: str) -> None:
    """Raise JokegenError for more columns than anybody could look at, or memory hold."""
    if columns > MOST_COLUMNS:
        raise JokegenError(
            f"The file “{plain(name)}” has {columns:,} columns; a table of jokes has a few.",
            "Read it as another kind, or with another character between the columns; or save the "
            "columns with the jokes as a file of their own and choose that.",
        )


def shown(path: Path) -> str:
    """A file's name between quotation marks, safe to show and to write down.

    Names on Linux can hold bytes that are no text; they are shown as question marks.
    """
    return f"“{plain(path.name)}”"


def plain(text: str) -> str:
    """The text without halves of surrogate pairs, which can be neither shown nor saved."""
    return text.encode("utf-8", "replace").decode()


def line_count(text: str) -> int:
    """How many lines end in the text, for all three kinds of line ends."""
    return text.count("\n") or text.count("\r")
