"""Opens a user's file of jokes by its kind: the one door to all readers.

Never `datasets.load_dataset`: it turns "NA" into nothing and "42" into a number, loses the first
joke of a file without a header and takes `[` in a file name for a pattern.
"""

from __future__ import annotations

from pathlib import Path

from jokegen.data.batches import TextFile, shown
from jokegen.data.columnar import open_parquet
from jokegen.data.delimited import open_delimited, open_lines
from jokegen.data.jsonish import open_json, open_json_lines
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext

_UNDERSTOOD = (
    "CSV (.csv), TSV (.tsv), text (.txt), JSON (.json), JSON Lines (.jsonl), Parquet (.parquet)"
)
ENDINGS: tuple[str, ...] = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet")


def open_texts(path: Path, context: JobContext) -> TextFile:
    """Open a file of any kind that is understood; its rows are read as `batches` is gone through.

    Raises JokegenError where a person can do something about it, OSError where only the computer
    can, and JobCancelled.
    """
    _check_is_file(path)
    ending = path.suffix.lower()
    if ending == ".csv":
        return open_delimited(path, context)
    if ending == ".tsv":
        return open_delimited(path, context, prefers_tab=True)
    if ending == ".txt":
        return open_lines(path, context)
    if ending == ".json":
        return open_json(path, context)
    if ending in (".jsonl", ".ndjson"):
        return open_json_lines(path, context)
    if ending == ".parquet":
        return open_parquet(path, context)
    what = f"ends in “{ending}”" if ending else "has no ending"
    raise JokegenError(
        f"The name {shown(path)} {what}, which Jokegen cannot read.",
        f"Choose a file of one of these kinds: {_UNDERSTOOD}.",
    )


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        raise JokegenError(
            f"{shown(path)} is a folder, not a file.", "Choose a file with jokes inside it."
        )
    if not path.exists():
        raise JokegenError(
            f"The file {shown(path)} is not there.",
            "Check its name and that it was not moved, then choose it again.",
        )
    if not path.is_file():
        raise JokegenError(
            f"{shown(path)} is not an ordinary file.", "Choose a file with jokes in it."
        )
    if path.stat().st_size == 0:
        raise JokegenError(
            f"The file {shown(path)} is empty.", "Choose a file with at least one joke in it."
        )
