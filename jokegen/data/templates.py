"""How columns become a joke: a template with column names in braces, "{setup} {punchline}"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jokegen.data.columns import find_joke_column
from jokegen.data.names import words_of
from jokegen.errors import JokegenError

if TYPE_CHECKING:
    import pyarrow as pa

# Pairs of column names that are two parts of one joke, the first part first.
_PAIRS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"setup", "question", "q"}), frozenset({"punchline", "answer", "a", "delivery"})),
    (frozenset({"title", "headline"}), frozenset({"selftext", "body", "text"})),
)
_FILLED_ENOUGH = 0.2  # of the rows: a second part that is nearly always empty is none
_ROWS = 1_000


@dataclass(frozen=True)
class _Part:
    """Text that stands as it is, then the column that follows it (None at the end)."""

    text: str
    column: int | None


class Template:
    """Makes one text of the columns of a row."""

    def __init__(self, text: str, columns: Sequence[str]) -> None:
        """Raises JokegenError for a column that is not there, and for none at all."""
        self.text = text
        self._parts: list[_Part] = []
        end = 0
        for field in _field(columns).finditer(text):
            name = field.group(1)
            if name not in columns:
                raise JokegenError(
                    f"The template names the column “{name}”, which is not there.",
                    f"Use these, each in braces: {', '.join(f'{{{c}}}' for c in columns)}.",
                )
            self._parts.append(_Part(text[end : field.start()], list(columns).index(name)))
            end = field.end()
        if not self._parts:
            raise JokegenError(
                f"The template “{text}” names no column.",
                "Put the name of a column into braces, as in "
                f"{{{columns[0] if columns else 'joke'}}}.",
            )
        self._parts.append(_Part(text[end:], None))
        used = dict.fromkeys(part.column for part in self._parts if part.column is not None)
        self.columns: tuple[str, ...] = tuple(columns[number] for number in used)

    def fill(self, batch: pa.RecordBatch) -> list[str]:
        """One text a row, as long as the batch.

        A column that is empty in a row takes the text before it away too, so that "{setup} -
        {punchline}" leaves no dash where one of both is missing.
        """
        if self._only_column is not None:
            texts: list[str] = batch.column(self._only_column).to_pylist()
            return texts
        cells = {
            part.column: batch.column(part.column).to_pylist()
            for part in self._parts
            if part.column is not None
        }
        return [
            self._join({column: texts[row] for column, texts in cells.items()})
            for row in range(batch.num_rows)
        ]

    def fill_row(self, cells: Sequence[str]) -> str:
        """What `fill` makes of one row; `cells` are its texts in all columns."""
        if self._only_column is not None:
            return cells[self._only_column]
        used = (part.column for part in self._parts if part.column is not None)
        return self._join({column: cells[column] for column in used})

    @property
    def _only_column(self) -> int | None:
        """The column, if the template is "{joke}" and nothing else."""
        first, *rest = self._parts
        is_alone = len(rest) == 1 and not first.text and not rest[0].text
        return first.column if is_alone else None

    def _join(self, cells: dict[int, str]) -> str:
        joined, is_begun = "", False
        for number, part in enumerate(self._parts):
            if part.column is None:
                return joined + part.text if is_begun else ""
            cell = cells[part.column].strip()
            if cell:
                # What stands between two columns is theirs; what stands before all is the joke's.
                joined += (part.text if is_begun or number == 0 else self._parts[0].text) + cell
                is_begun = True
        return joined


def _field(columns: Sequence[str]) -> re.Pattern[str]:
    """Finds names in braces; those of the columns come first, since they may hold braces too."""
    known = "|".join(map(re.escape, sorted(columns, key=len, reverse=True)))
    return re.compile(rf"\{{({known}|[^{{}}]*)\}}")


def for_columns(columns: Sequence[str]) -> str:
    """The usual template for these columns: one after the other with a blank between."""
    return " ".join(f"{{{column}}}" for column in columns)


def pairs_among(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Columns whose names say that they are the first and the second part of one joke."""
    pairs = []
    for first_names, second_names in _PAIRS:
        first = next((c for c in columns if _is_called(c, first_names)), None)
        second = next((c for c in columns if _is_called(c, second_names) and c != first), None)
        if first is not None and second is not None:
            pairs.append((first, second))
    return pairs


def propose(columns: Sequence[str], sample: pa.RecordBatch) -> tuple[tuple[str, ...], str]:
    """The columns that most likely hold the jokes, and how to join them.

    Two columns if their names say that they are the two parts of a joke ("setup" and
    "punchline") and both are filled in; else the one that looks most like jokes.
    """
    for first_names, second_names in _PAIRS:
        first = _named(columns, first_names, sample)
        second = _named(columns, second_names, sample)
        if first is not None and second is not None and first != second:
            return (first, second), for_columns((first, second))
    column = find_joke_column(sample)
    return (column,), for_columns((column,))


def _named(columns: Sequence[str], names: frozenset[str], sample: pa.RecordBatch) -> str | None:
    """The first column that has one of the names and enough text in it."""
    for number, column in enumerate(columns):
        if _is_called(column, names):
            texts = sample.column(number).slice(0, _ROWS).to_pylist()
            if sum(bool(text.strip()) for text in texts) > _FILLED_ENOUGH * max(1, len(texts)):
                return column
    return None


def _is_called(column: str, names: frozenset[str]) -> bool:
    """Whether that is its name, or the last part of it where objects were nested ("joke.setup")."""
    last = column.rpartition(".")[2]
    return "".join(words_of(column)) in names or "".join(words_of(last)) in names
