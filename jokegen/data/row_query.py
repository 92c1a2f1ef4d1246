"""Which rows of a table to show, and in which order: searching, filtering and sorting.

Made to run on a thread beside the window: the work is done by Arrow's kernels, which let other
threads run meanwhile, a few thousand rows at a time. On 2 cores a million jokes are searched in
0.1 s and sorted by their text in 0.7 s.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from jokegen.data.batches import text_array

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from jokegen.data.table import TextTable

    Rows = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

JOKE, NOTE, BEFORE, ROW, PART = range(5)  # the columns of an examined table
LENGTH = -1  # instead of a column: how long the jokes are
_MOST_WORDS = 20
_WORD = re.compile(r'["“”]([^"“”]+)["“”]?|([^\s"“”]+)')


class Show(StrEnum):
    """Which jokes of an examined table."""

    ALL = "all"
    KEPT = "kept"
    LEFT_OUT = "left out"
    CHANGED = "changed"
    EDITED = "edited"


@dataclass(frozen=True)
class Order:
    """`column` None is the order of the file, LENGTH how long the jokes are."""

    column: int | None = None
    is_descending: bool = False


FILE_ORDER = Order()


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of few texts that is not in the file: each row's code, and the texts of the codes.

    It is shown instead of the file's `column`.
    """

    column: int
    codes: npt.NDArray[np.int16]
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class RowQuery:
    """All of `words` are looked for in each row, whatever their case, in any of `columns`.

    `wanted` says which rows may be shown at all (None: all). `joke_columns` are those whose
    length counts. `changed` holds the jokes that have another text than in the file.
    """

    words: tuple[str, ...] = ()
    columns: tuple[int, ...] = (JOKE,)
    order: Order = FILE_ORDER
    joke_columns: tuple[int, ...] = (JOKE,)
    wanted: Mask | None = None
    changed: Mapping[int, str] = field(default_factory=dict)
    labels: Labels | None = None

    @property
    def is_plain(self) -> bool:
        """Whether this is simply all rows in their order."""
        return not self.words and self.wanted is None and self.order.column is None


@dataclass
class Memo:
    """What earlier queries of the same table found out; `find_rows` fills it in on its thread.

    `found` are words and which rows hold them, `in_order` an order and all rows in it: each is
    put in at one go, so that nobody reads halves.
    """

    found: tuple[tuple[str, ...], Mask] | None = None
    in_order: tuple[Order, Rows] | None = None


def split_words(text: str) -> tuple[str, ...]:
    """What is looked for: words, or phrases in quotation marks; the longest first.

    Words that are part of another one say nothing more and are left away.
    """
    found = [" ".join((phrase or word).split()) for phrase, word in _WORD.findall(text)]
    words: list[str] = []
    for word in sorted(filter(None, found), key=len, reverse=True)[:_MOST_WORDS]:
        if not any(word.lower() in other.lower() for other in words):
            words.append(word)
    return tuple(words)


def known_rows(rows: int, query: RowQuery, memo: Memo) -> Rows | None:
    """The answer, where it can be given without reading the table of so many rows; else None."""
    import numpy as np

    wanted = query.wanted
    if query.words:
        found = memo.found
        if found is None or found[0] != query.words:
            return None
        wanted = found[1] if wanted is None else found[1] & wanted
    if query.order.column is None:
        return np.arange(rows) if wanted is None else np.flatnonzero(wanted)
    in_order = memo.in_order
    if in_order is None or in_order[0] != query.order:
        return None
    return in_order[1] if wanted is None else in_order[1][wanted[in_order[1]]]


def find_rows(
    table: TextTable, query: RowQuery, memo: Memo, check: Callable[[], None]
) -> Iterator[Rows]:
    """The numbers of the rows, piece by piece; sorted ones in one piece.

    `check` is called for every batch and may raise to stop. Raises JokegenError where the table
    cannot be read.
    """
    if query.order.column is not None and (
        memo.in_order is None or memo.in_order[0] != query.order
    ):
        memo.in_order = query.order, _sort(table, query, check)
    if query.words and (memo.found is None or memo.found[0] != query.words):
        yield from _search(table, query, memo, check)
        if query.order.column is None:
            return
    check()
    rows = known_rows(table.rows, query, memo)
    assert rows is not None
    yield rows


def _search(
    table: TextTable, query: RowQuery, memo: Memo, check: Callable[[], None]
) -> Iterator[Rows]:
    """Look through the table; tells of rows at once unless they have to be sorted."""
    import numpy as np

    hits = np.zeros(table.rows, bool)
    column = _Columns(table, query)
    for first, batch in table.batches():
        check()
        mask = column.holds_words(first, batch)
        hits[first : first + batch.num_rows] = mask
        if query.order.column is None:
            if query.wanted is not None:
                mask = mask & query.wanted[first : first + batch.num_rows]
            rows = np.flatnonzero(mask)
            if len(rows):
                yield rows + first
    memo.found = query.words, hits


class _Columns:
    """The columns of a table as they are shown, batch by batch."""

    def __init__(self, table: TextTable, query: RowQuery) -> None:
        self._table = table
        self._query = query
        self._changed = sorted(query.changed)
        self._label_hits = self._match_labels()

    def values(self, first: int, batch: pa.RecordBatch, column: int) -> Any:
        """The texts of a column in a batch, or one text where it is the same for all of them."""
        import pyarrow.compute as pc

        if column >= batch.num_columns:
            return self._table.text(first, column)  # told by the file, not in it
        values = batch.column(column)
        if values.null_count:
            values = pc.fill_null(values, _no_text(values.type))
        if column == JOKE and self._changed:
            values = self._with_changes(first, values)
        return values

    def holds_words(self, first: int, batch: pa.RecordBatch) -> Mask:
        """Which rows of a batch hold all the words."""
        import numpy as np

        mask = np.ones(batch.num_rows, bool)
        for number, word in enumerate(self._query.words):
            hits = np.zeros(batch.num_rows, bool)
            for column in self._query.columns:
                hits |= self._match(first, batch, column, number, word)
            mask &= hits
        return mask

    def _match(
        self, first: int, batch: pa.RecordBatch, column: int, number: int, word: str
    ) -> Mask | bool:
        import pyarrow.compute as pc

        labels = self._query.labels
        if labels is not None and column == labels.column:
            hits: Mask = self._label_hits[number][labels.codes[first : first + batch.num_rows]]
            return hits
        values = self.values(first, batch, column)
        if isinstance(values, str):
            return _holds(values, word)
        return _bools(pc.match_substring(values, word, ignore_case=True))

    def _match_labels(self) -> list[Any]:
        import numpy as np

        labels = self._query.labels
        if labels is None:
            return []
        return [
            np.array([_holds(text, word) for text in labels.texts], bool)
            for word in self._query.words
        ]

    def _with_changes(self, first: int, values: pa.Array) -> pa.Array:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        start = bisect_left(self._changed, first)
        end = bisect_left(self._changed, first + len(values))
        rows = self._changed[start:end]
        if not rows:
            return values
        mask = np.zeros(len(values), bool)
        mask[np.array(rows) - first] = True
        bits = pa.py_buffer(np.packbits(mask, bitorder="little"))
        return pc.replace_with_mask(
            values,
            pa.BooleanArray.from_buffers(pa.bool_(), len(values), [None, bits]),
            text_array([self._query.changed[row] for row in rows]).cast(values.type),
        )


def _holds(text: str, word: str) -> bool:
    return word.lower() in text.lower()


def _sort(table: TextTable, query: RowQuery, check: Callable[[], None]) -> Rows:
    """All rows in the order that is asked for; equal ones stay in the order of the file."""
    import numpy as np

    column, is_descending = query.order.column, query.order.is_descending
    labels = query.labels
    if column == LENGTH:
        return _sort_by_length(table, query, check)
    if labels is not None and column == labels.column:
        ranks = np.array(_ranks(labels.texts, is_descending), np.int16)
        return np.argsort(ranks[labels.codes], kind="stable")
    assert column is not None
    columns = _Columns(table, query)
    keys = _numbers(table, columns, column, check) or _texts(table, columns, column, check)
    if not keys:
        return np.arange(table.rows)  # the column is the same all over
    check()
    return _sorted(keys, is_descending)


def _sorted(keys: list[pa.Array], is_descending: bool) -> Rows:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    direction = "descending" if is_descending else "ascending"
    indexes = pc.sort_indices(pa.chunked_array(keys), sort_keys=[("", direction)])
    # Not `to_numpy`, which imports pandas into the window's process.
    return np.frombuffer(indexes.buffers()[1], np.uint64, len(indexes)).astype(np.int64)


def _sort_by_length(table: TextTable, query: RowQuery, check: Callable[[], None]) -> Rows:
    import numpy as np
    import pyarrow.compute as pc

    lengths = np.zeros(table.rows, np.int64)
    columns = _Columns(table, query)
    for first, batch in table.batches():
        check()
        for column in query.joke_columns:
            values = columns.values(first, batch, column)
            if not isinstance(values, str):
                lengths[first : first + batch.num_rows] += ints(pc.utf8_length(values))
    check()
    return np.argsort(-lengths if query.order.is_descending else lengths, kind="stable")


def _ranks(texts: Sequence[str], is_descending: bool) -> list[int]:
    """The place of each text in the alphabet, those without any text last."""
    order = sorted({text.lower() for text in texts if text}, reverse=is_descending)
    places = {text: place for place, text in enumerate(order)}
    return [places.get(text.lower(), len(order)) for text in texts]


def _numbers(
    table: TextTable, columns: _Columns, column: int, check: Callable[[], None]
) -> list[pa.Array]:
    """The column as numbers, if it holds nothing else; empty cells are null, and come last."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = []
    has_any = False
    for first, batch in table.batches():
        check()
        values = columns.values(first, batch, column)
        if isinstance(values, str):
            return []
        values = _without_empty(pc.utf8_trim_whitespace(values))
        has_any = has_any or values.null_count < len(values)
        try:
            keys.append(pc.cast(values, pa.float64()))
        except pa.ArrowInvalid:
            return []
    return keys if has_any else []


def _texts(
    table: TextTable, columns: _Columns, column: int, check: Callable[[], None]
) -> list[pa.Array]:
    """The column as texts to sort by: in lower case, accents off; empty cells are null."""
    import pyarrow.compute as pc

    keys = []
    for first, batch in table.batches():
        check()
        values = columns.values(first, batch, column)
        if isinstance(values, str):
            return []
        values = pc.utf8_lower(pc.utf8_ltrim_whitespace(values))
        if not pc.all(pc.string_is_ascii(values), min_count=0).as_py():
            values = pc.utf8_normalize(values, "NFKD")
            values = pc.replace_substring_regex(values, r"\p{Mn}+", "")
        keys.append(_without_empty(values))
    return keys


def _without_empty(values: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    is_empty = pc.equal(values, _no_text(values.type))
    if not pc.any(is_empty, min_count=0).as_py():
        return values
    return pc.if_else(is_empty, pa.nulls(1, values.type)[0], values)


def _no_text(kind: pa.DataType) -> pa.Scalar:
    # Not `pa.scalar("")`, nor a plain "" among a kernel's arguments: they import pandas.
    return text_array([""]).cast(kind)[0]


def _bools(values: pa.BooleanArray) -> Mask:
    import numpy as np

    bits = np.frombuffer(values.buffers()[1], np.uint8)
    return np.unpackbits(bits, count=values.offset + len(values), bitorder="little")[
        values.offset :
    ].view(bool)


def ints(values: pa.Array) -> npt.NDArray[np.integer[Any]]:
    """An Arrow array of whole numbers without nulls, without copying."""
    import numpy as np

    kind = np.dtype(f"i{values.type.bit_width // 8}")
    return np.frombuffer(values.buffers()[1], kind)[values.offset : values.offset + len(values)]
