"""What the values of a JSON list have in common: which columns they make, and their cells.

Objects inside objects become columns of their own ("author.name"), lists of equal things columns
by their places; any other list inside stays JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jokegen.data.batches import check_width
from jokegen.data.dialect import looks_like_header
from jokegen.data.json_scan import Flawed
from jokegen.data.names import joke_rank

DEEPEST = 8  # objects inside objects; what is deeper stays JSON text
_TEXT_COLUMN = "Joke"
_KEY_COLUMN = "Key"
_TEXT_ONLY = {str}
_FIRST = 50
_WEIGHED = 1_000  # values


@dataclass
class Survey:
    """What going through a list finds: the keys of all objects, and how much text there is."""

    name: str  # of the file
    keys: dict[str, None] = field(default_factory=dict)
    objects: int = 0
    texts: int = 0
    lists: int = 0
    width: int = 0  # of the longest list
    characters: int = 0  # of the first values
    has_nul: bool = False
    first_lists: list[list[str]] = field(default_factory=list)

    def add(self, value: Any) -> None:
        """Raises JokegenError for more columns than a table can have."""
        if isinstance(value, dict):
            self.objects += 1
            flat = flatten(value)
            if not flat.keys() <= self.keys.keys():
                self.keys.update(dict.fromkeys(flat))
                check_width(len(self.keys), self.name)
            texts: Iterable[Any] = flat.values()
        elif isinstance(value, list):
            self.lists += 1
            self.width = max(self.width, len(value))
            if len(self.first_lists) < _FIRST:
                self.first_lists.append([as_text(cell) for cell in value])
            texts = value
        elif value is None or isinstance(value, Flawed):
            return
        else:
            self.texts += 1
            texts = (value,)
        if self.rows <= _WEIGHED:
            self.characters += sum(len(text) for text in texts if isinstance(text, str))

    @property
    def rows(self) -> int:
        return self.objects + self.texts + self.lists

    @property
    def kind(self) -> str:
        """What the list is of, in words."""
        found = (("texts", self.texts), ("objects", self.objects), ("lists", self.lists))
        return " and ".join(words for words, count in found if count) or "texts"

    @property
    def is_table(self) -> bool:
        """Whether all values are lists: rows of cells."""
        return self.lists > 0 and not self.objects and not self.texts

    @property
    def has_header(self) -> bool:
        """Whether the first of the lists names the columns."""
        return self.is_table and looks_like_header(self.first_lists[0], self.first_lists[1:])

    @property
    def names(self) -> list[str]:
        """The columns before they are made different from each other."""
        if self.is_table:
            first = self.first_lists[0] if self.has_header else []
            return first + [""] * (self.width - len(first))
        return ([_TEXT_COLUMN] if self._has_texts else []) + list(self.keys)

    @property
    def likeliness(self) -> tuple[bool, float]:
        """Compared to tell which list of several is that of the jokes."""
        has_name = any(joke_rank(key) is not None for key in self.keys)
        mean = self.characters / max(1, min(self.rows, _WEIGHED))
        return has_name or not self.objects, mean * self.rows

    @property
    def _has_texts(self) -> bool:
        return self.texts + self.lists > 0 or not self.keys

    def row(self, value: Any) -> list[str]:
        """The cells of a value, one for each name."""
        if self.is_table:
            cells = [as_text(cell) for cell in value] if isinstance(value, list) else []
            return cells + [""] * (self.width - len(cells))
        own = [""] if self._has_texts else []
        if isinstance(value, dict):
            found: list[Any] = list(map(flatten(value).get, self.keys))
            if set(map(type, found)) != _TEXT_ONLY:
                found = [as_text(cell) for cell in found]
            return own + found if own else found
        cells = [*own, *([""] * len(self.keys))]
        if value is not None:
            cells[0] = as_text(value)
        return cells


def flatten(value: dict[str, Any], prefix: str = "", depth: int = 1) -> dict[str, Any]:
    """{"a": {"b": 1}} → {"a.b": 1}."""
    if dict not in map(type, value.values()) and not prefix:
        return value
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and inner and depth < DEEPEST:
            flat.update(flatten(inner, f"{prefix}{key}.", depth + 1))
        else:
            flat[prefix + key] = inner
    return flat


def as_text(value: Any) -> str:
    """A decoded value as text; numbers are text already, null and missing are empty."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list) and _is_rich_text(value):
        return "".join(part if isinstance(part, str) else part["text"] for part in value)
    return json.dumps(value, ensure_ascii=False)


def _is_rich_text(parts: Sequence[Any]) -> bool:
    """Whether a list is one text whose links and bold words are objects, as Telegram writes it."""
    return any(isinstance(part, dict) for part in parts) and all(
        isinstance(part, str)
        or (isinstance(part, dict) and "type" in part and isinstance(part.get("text"), str))
        for part in parts
    )


def rows_of_object(value: Mapping[str, Any], depth: int = 1) -> tuple[str, list[Any]] | None:
    """The rows in an object without lists, and where in it they are ("" for the object itself).

    Tables are also written by column, {"joke": {"0": …, "1": …}}, and rows under a key each,
    {"17": {"joke": …}, "18": …}. None where there are no such rows.
    """
    inner = list(value.values())
    if inner and all(isinstance(part, dict) and part for part in inner):
        if all(_are_numbers(part) for part in inner) and not _are_numbers(value):
            rows = dict.fromkeys(key for column in inner for key in column)
            return "", [{name: column.get(row) for name, column in value.items()} for row in rows]
        are_alike = all(part.keys() & inner[0].keys() for part in inner)
        if are_alike and (len(inner) > 1 or _are_numbers(value)):
            if _are_numbers(value):
                return "", inner
            return "", [{_KEY_COLUMN: key, **part} for key, part in value.items()]
    if inner and _are_numbers(value) and all(isinstance(part, str) for part in inner):
        return "", inner
    for key, part in value.items() if depth < DEEPEST else ():
        found = rows_of_object(part, depth + 1) if isinstance(part, dict) else None
        if found is not None:
            return (f"{key}.{found[0]}" if found[0] else key), found[1]
    return None


def _are_numbers(value: Mapping[str, Any]) -> bool:
    return all(key.isdecimal() for key in value)
