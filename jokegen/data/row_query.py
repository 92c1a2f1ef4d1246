"""Which rows of a table to show, and in which order: searching, filtering and sorting.

Made to run on a thread beside the window: the work is done by Arrow's kernels, which let other
threads run meanwhile, a few thousand rows at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from jokegen.data.table import TextTable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Rows = npt.NDArray[np.int64]

JOKE, NOTE, BEFORE, ROW, PART = range(5)  # the columns of an examined table


class Show(StrEnum):
    """Which jokes of an examined table."""

    ALL = "all"
    KEPT = "kept"
    LEFT_OUT = "left out"
    CHANGED = "changed"
    EDITED = "edited"


@dataclass(frozen=True)
class RowQuery:
    """`text` is looked for in all columns that are shown, whatever its case.

    `note` narrows those left out to one reason. `edited` names raw rows and parts. `sort_by` is a
    column, None the order of the file.
    """

    text: str = ""
    columns: tuple[int, ...] = (0,)
    show: Show = Show.ALL
    note: str = ""
    edited: frozenset[tuple[int, int]] = frozenset()
    sort_by: int | None = None
    is_descending: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether this is simply all rows in their order."""
        return not self.text and self.show is Show.ALL and self.sort_by is None


def find_rows(table: TextTable, query: RowQuery, check: Callable[[], None]) -> Iterator[Rows]:
    """The numbers of the rows, piece by piece; sorted ones in one piece.

    `check` is called for every piece and may raise to stop. Raises JokegenError where the table
    cannot be read.
    """
    import numpy as np

    found = (rows for rows in _matching(table, query, check))
    if query.sort_by is None:
        yield from found
        return
    order = _order(table, query.sort_by, query.is_descending, check)
    if query.text or query.show is not Show.ALL:
        is_wanted = np.zeros(table.rows, bool)
        for rows in found:
            is_wanted[rows] = True
        check()
        order = order[is_wanted[order]]
    yield order


def _matching(table: TextTable, query: RowQuery, check: Callable[[], None]) -> Iterator[Rows]:
    import numpy as np

    for first, batch in table.batches():
        check()
        mask = _mask(batch, query)
        if mask is None:
            yield np.arange(first, first + batch.num_rows, dtype=np.int64)
        else:
            rows = np.flatnonzero(mask.to_numpy(zero_copy_only=False)) + first
            if len(rows):
                yield rows


def _mask(batch: pa.RecordBatch, query: RowQuery) -> pa.BooleanArray | None:
    import pyarrow.compute as pc

    masks = []
    if query.text:
        hits = None
        for column in query.columns:
            hit = pc.match_substring(batch.column(column), query.text, ignore_case=True)
            hits = hit if hits is None else pc.or_(hits, hit)
        masks.append(hits)
    if query.show is Show.KEPT:
        masks.append(pc.equal(batch.column(NOTE), ""))
    elif query.show is Show.LEFT_OUT:
        note = batch.column(NOTE)
        masks.append(pc.equal(note, query.note) if query.note else pc.not_equal(note, ""))
    elif query.show is Show.CHANGED:
        masks.append(pc.not_equal(batch.column(BEFORE), ""))
    elif query.show is Show.EDITED:
        masks.append(_is_edited(batch, query.edited))
    mask = None
    for one in masks:
        mask = one if mask is None else pc.and_(mask, one)
    return mask


def _is_edited(batch: pa.RecordBatch, edited: frozenset[tuple[int, int]]) -> pa.BooleanArray:
    import pyarrow as pa

    rows, parts = batch.column(ROW).to_pylist(), batch.column(PART).to_pylist()
    return pa.array([place in edited for place in zip(rows, parts, strict=True)], pa.bool_())


def _order(table: TextTable, column: int, is_descending: bool, check: Callable[[], None]) -> Rows:
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = []
    for _, batch in table.batches():
        check()
        values = batch.column(column) if column < batch.num_columns else None
        keys.append(
            pc.utf8_lower(values) if values is not None else pa.nulls(batch.num_rows, pa.string())
        )
    if not keys:
        import numpy as np

        return np.empty(0, np.int64)
    check()
    order = pc.array_sort_indices(
        pa.chunked_array(keys), order="descending" if is_descending else "ascending"
    )
    rows: Rows = order.to_numpy().astype("int64")
    return rows
