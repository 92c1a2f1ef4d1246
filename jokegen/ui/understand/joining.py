"""How columns become a joke, in terms of choices: which of them, in which order, what between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jokegen.data.templates import Template
from jokegen.errors import JokegenError

JOINERS: dict[str, str] = {
    " ": "A space",
    "\n": "A line break",
    " – ": "A dash",
    "": "Nothing",
}
_LONG = 160  # characters: a list of sixty columns helps nobody


@dataclass(frozen=True)
class Joining:
    """A sound template, and the columns that it names in their order."""

    columns: tuple[str, ...]
    template: str

    @property
    def joiner(self) -> str | None:
        """What stands between all columns, if it is one of `JOINERS` and there is nothing else."""
        if len(self.columns) == 1:
            return " " if self.template == joined(self.columns, " ").template else None
        return next((j for j in JOINERS if joined(self.columns, j).template == self.template), None)


def joined(columns: Sequence[str], joiner: str) -> Joining:
    """These columns one after the other with `joiner` between them."""
    return Joining(tuple(columns), joiner.join(f"{{{column}}}" for column in columns))


def understood(template: str, columns: Sequence[str]) -> Joining:
    """What a template says. Raises JokegenError where it names no column, or one that is not.

    A brace that stands alone is hardly part of a joke: somebody is still typing, or forgot one.
    """
    made = Template(template, columns)
    rest = "".join(_parted(template, made.columns)[::2])
    if "{" in rest or "}" in rest:
        raise JokegenError(
            "The template has a brace that stands alone.",
            "Put the name of a column between { and }.",
        )
    return Joining(made.columns, template)


def problem_of(error: JokegenError) -> str:
    """What is wrong with a template, short enough to stand beneath it."""
    if len(error.todo) <= _LONG:
        return f"{error.happened} {error.todo}"
    return f"{error.happened} Use the names of columns in the table, each in braces."


def exchanged(now: Joining, position: int, column: str) -> Joining:
    """The same with another column at this position; one that is used already changes places."""
    former = now.columns[position]
    columns = list(now.columns)
    if column in columns:
        columns[columns.index(column)] = former
    columns[position] = column
    if now.joiner is not None:
        return joined(columns, now.joiner)
    names = {former: column, column: former}
    return Joining(tuple(columns), _renamed(now.template, names))


def without(now: Joining, position: int) -> Joining:
    """The same without the column at this position (one is left at least)."""
    columns = [c for number, c in enumerate(now.columns) if number != position]
    return joined(columns, " " if now.joiner is None else now.joiner)


def with_one_more(now: Joining, column: str) -> Joining:
    """The same with a column at the end; what a person wrote around the others stays."""
    if now.joiner is not None:
        return joined((*now.columns, column), now.joiner)
    return Joining((*now.columns, column), f"{now.template} {{{column}}}")


def _renamed(template: str, names: dict[str, str]) -> str:
    """The template with other columns in the places of some."""
    by_field = {f"{{{name}}}": f"{{{other}}}" for name, other in names.items()}
    return "".join(by_field.get(part, part) for part in _parted(template, list(names)))


def _parted(template: str, columns: Sequence[str]) -> list[str]:
    """What stands between the fields of these columns and, in every second place, the fields."""
    by_length = sorted(columns, key=len, reverse=True)
    return re.split(f"({'|'.join(re.escape(f'{{{name}}}') for name in by_length)})", template)
