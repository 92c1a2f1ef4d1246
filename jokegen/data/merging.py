"""Brings the columns of several files together, so that all jokes of a pile are in one place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jokegen.data.batches import evenly, plain, text_array
from jokegen.data.columns import is_running_text
from jokegen.data.templates import propose
from jokegen.jobs.dataset_requests import Question, Topic

if TYPE_CHECKING:
    import pyarrow as pa

_BLANKS = re.compile(r"[\s_]+")


@dataclass
class Merged:
    """The columns of a pile, in the order in which they appear.

    Columns are the same if their names are but for case and blanks. The jokes of a file that
    calls its column otherwise, or has but one, are put where those of the first file are.
    """

    columns: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    _jokes: tuple[str, ...] = ()
    _first: str = ""

    def add(self, name: str, columns: Sequence[str], sample: pa.RecordBatch | None) -> list[int]:
        """For each column of a file its place in the pile; `sample` are its first rows, if any."""
        proposed: tuple[str, ...] = () if sample is None else propose(columns, sample)[0]
        if not self.columns:
            self.columns = list(columns)
            self._jokes, self._first = proposed, name
            return list(range(len(columns)))
        moved = self._moved(name, columns, proposed, sample)
        places: list[int] = []
        for column in columns:
            wanted = moved.get(column, column)
            place = self._place(wanted)
            if place is None or place in places:
                place = len(self.columns)
                self.columns.append(self._free(wanted))
            places.append(place)
        return places

    def _moved(
        self,
        name: str,
        columns: Sequence[str],
        proposed: tuple[str, ...],
        sample: pa.RecordBatch | None,
    ) -> dict[str, str]:
        """Which columns of a file go into which of the pile, although they have other names."""
        here = {_key(column) for column in columns}
        if len(columns) == 1:
            goal = (self._jokes or tuple(self.columns))[0]
            return {columns[0]: goal}
        if len(proposed) != len(self._jokes) or sample is None:
            return {}
        moved = {
            column: goal
            for column, goal in zip(proposed, self._jokes, strict=True)
            if _key(goal) not in here and is_running_text(sample, list(columns).index(column))
        }
        if moved:
            theirs = " and ".join(f"“{plain(column)}”" for column in moved)
            ours = " and ".join(f"“{plain(goal)}”" for goal in moved.values())
            self.questions.append(
                Question(
                    Topic.COLUMNS,
                    f"The jokes of “{plain(name)}” are in {theirs}; they were put into {ours}, "
                    f"as in “{plain(self._first)}”. Is this right?",
                )
            )
        return moved

    def _place(self, column: str) -> int | None:
        if column in self.columns:
            return self.columns.index(column)
        same = (i for i, other in enumerate(self.columns) if _key(other) == _key(column))
        return next(same, None)

    def _free(self, column: str) -> str:
        names = (column, *(f"{column} ({number})" for number in range(2, len(self.columns) + 3)))
        return next(name for name in names if name not in self.columns)


def placed(batch: pa.RecordBatch, places: Sequence[int], columns: Sequence[str]) -> pa.RecordBatch:
    """The rows of a file in the columns of the pile; those that it has not are empty."""
    import pyarrow as pa

    empty = None
    arrays: list[pa.Array] = []
    for place in range(len(columns)):
        if place in places:
            arrays.append(batch.column(places.index(place)))
        else:
            if empty is None:
                empty = _empty_texts(batch.num_rows)
            arrays.append(empty)
    return pa.RecordBatch.from_arrays(arrays, names=list(columns))


def _empty_texts(count: int) -> pa.StringArray:
    return text_array([""] * count)


def even_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows, equally many in each batch but the last."""
    import pyarrow as pa

    tables = (pa.Table.from_batches([batch]) for batch in batches)
    for table in evenly(tables):
        yield from table.combine_chunks().to_batches()


def _key(column: str) -> str:
    return _BLANKS.sub(" ", column).strip().casefold()
