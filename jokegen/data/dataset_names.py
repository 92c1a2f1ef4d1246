"""Names of data sets: anything a person types, as long as it can be shown and told apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from jokegen.data.batches import plain
from jokegen.errors import JokegenError

MAX_NAME_CHARACTERS = 80
_PACKED = (".gz", ".gzip", ".zst", ".zstd", ".zip")
_INNER = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".arrow")


def check_name(name: str) -> str:
    """The name without outer white space. Raises JokegenError for one that cannot be shown."""
    name = plain(name).strip()
    if not name:
        raise JokegenError("A data set needs a name.", "Type one, for instance “Dad jokes”.")
    if len(name) > MAX_NAME_CHARACTERS:
        raise JokegenError(
            f"The name has {len(name)} characters; {MAX_NAME_CHARACTERS} is the most.",
            "Choose a shorter name.",
        )
    if any(_is_control(character) for character in name):
        raise JokegenError(
            "The name holds a line break or another character that cannot be seen.",
            "Type the name anew, on one line.",
        )
    return name


def proposed_name(source: Path) -> str:
    """A fitting name from a file's name; not necessarily a free one."""
    inner = Path(source.stem)  # “jokes.csv” of “jokes.csv.gz”
    is_packed = source.suffix.lower() in _PACKED and inner.suffix.lower() in _INNER
    stem = plain(inner.stem if is_packed else source.stem)
    stem = "".join(" " if _is_control(character) else character for character in stem)
    return stem.strip()[:MAX_NAME_CHARACTERS].strip() or "Jokes"


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, or with the first number from 2 on that makes it unlike all `taken` names."""
    keys = {_key(other) for other in taken}
    free, number = name, 2
    while _key(free) in keys:
        ending = f" {number}"
        free = name[: MAX_NAME_CHARACTERS - len(ending)].rstrip() + ending
        number += 1
    return free


def same_name(one: str, other: str) -> bool:
    """Whether people would take both for the same: case and Unicode form do not matter."""
    return _key(one) == _key(other)


def names_as_text(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Zl", "Zp")
