"""Finds the files of a pile: those that were named, those in folders and in archives, by kind."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from jokegen.data.batches import plain, shown
from jokegen.data.kinds import is_sure, seems_to_be, what_to_do
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format
from jokegen.jobs.events import Notice

FORMATS: dict[str, Format] = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".tab": Format.TSV,
    ".txt": Format.TEXT,
    ".md": Format.TEXT,
    ".json": Format.JSON,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".parquet": Format.PARQUET,
    ".arrow": Format.ARROW,
    ".feather": Format.ARROW,
    ".xlsx": Format.XLSX,
    ".xlsm": Format.XLSX,
    ".xls": Format.XLSX,  # is named for what it is, with what to do
    ".ods": Format.ODS,
}
_COMPRESSED = (".gz", ".gzip", ".zst", ".zstd", ".zip")
ENDINGS: tuple[str, ...] = (*FORMATS, *_COMPRESSED)
UNDERSTOOD = (
    "CSV, TSV, text (.txt), JSON, JSON Lines (.jsonl), Parquet, Arrow, Excel (.xlsx), OpenDocument "
    "(.ods), or one of these compressed (.zip, .gz, .zst)"
)
_WORKBOOKS = (Format.XLSX, Format.ODS)
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of what is no text, whatever is in it.
_OTHER_ENDINGS = (
    *(".doc", ".docx", ".odt", ".rtf", ".pdf", ".ppt", ".pptx", ".odp", ".epub", ".html", ".htm"),
    *(".xml", ".zip", ".7z", ".rar", ".tar", ".bz2", ".xz", ".png", ".jpg", ".jpeg", ".gif"),
    *(".webp", ".svg", ".mp3", ".mp4", ".exe", ".dll", ".py", ".sqlite", ".db", ".pickle", ".pkl"),
)
_MOST_FILES = 10_000
_MOST_LOOKED_AT = 200_000


@dataclass(frozen=True)
class Found:
    """A file and its name to people: inside a folder, the way there."""

    path: Path
    name: str


def files_of(source: Path, context: JobContext) -> list[Found]:
    """The file itself, or all files inside a folder that can be read, in the order of their names.

    What is hidden or of another kind is passed over, with a notice; links to folders are not
    followed. Raises JokegenError where there is nothing to read, or no end.
    """
    if not source.is_dir():
        _check_is_file(source)
        return [Found(source, source.name)]
    found: list[Found] = []
    others: list[str] = []
    for path in _walked(source, context):
        name = path.relative_to(source).as_posix()
        is_lock = path.name.startswith("~$")  # of a workbook that is open in Excel
        if path.suffix.lower() in ENDINGS and not is_lock and path.stat().st_size:
            found.append(Found(path, name))
        else:
            others.append(name)
        if len(found) > _MOST_FILES:
            raise JokegenError(
                f"The folder {shown(source)} holds more than {_MOST_FILES:,} files.",
                "Choose a folder with fewer, or join them into one file.",
            )
    if others:
        context.emit(Notice(f"Passed over in {shown(source)}: {named(others)}."))
    if not found:
        raise JokegenError(
            f"The folder {shown(source)} holds no file that can be read.",
            f"Choose files of these kinds: {UNDERSTOOD}.",
        )
    return sorted(found, key=lambda file: PurePath(file.name).parts)


def _walked(folder: Path, context: JobContext) -> Iterator[Path]:
    """All ordinary files that are not hidden."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            count += 1
            if count % 100 == 0:
                context.check()
            if count > _MOST_LOOKED_AT:
                raise JokegenError(
                    f"The folder {shown(folder)} holds more than {_MOST_LOOKED_AT:,} files.",
                    "Choose the folder inside it that holds the jokes.",
                )
            path = Path(place, name)
            if not name.startswith(".") and path.is_file():
                yield path


def named(names: list[str]) -> str:
    """A few of many names, for a sentence."""
    first = ", ".join(f"“{plain(name)}”" for name in names[:5])
    return first + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def is_readable(name: str) -> bool:
    """Whether the name is that of a file that can be read; one without an ending may be text."""
    return PurePath(name).suffix.lower() in ("", *ENDINGS)


def kind_of(path: Path, name: str, chosen: Format | None) -> Format:
    """What a file is read as: what was chosen, what its content says, what its name says.

    Raises JokegenError for files of other kinds.
    """
    ending = PurePath(name).suffix.lower()
    by_name = FORMATS.get(ending)
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head.startswith(b"PK\x03\x04"):
        by_content = _kind_of_zip(path)
        if by_content is not None:
            return by_content
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"ARROW1"):
        return Format.ARROW
    if head.startswith(_OLD_CONTAINER) and by_name in _WORKBOOKS:
        return Format.XLSX  # whose reader knows what is wrong
    if chosen is not None:
        return chosen
    seems = seems_to_be(head)
    if by_name in _WORKBOOKS and seems is None:
        return Format.CSV  # as many programs write it under the name of a workbook
    if by_name is not None:
        return by_name
    if seems is not None and is_sure(seems):
        raise JokegenError(
            f"The file “{plain(name)}” cannot be read: it seems to be {seems}.", what_to_do(seems)
        )
    if seems is None and ending not in _OTHER_ENDINGS:
        return Format.TEXT
    what = f"ends in “{PurePath(name).suffix}”" if ending else "has no ending"
    raise JokegenError(
        f"The name “{plain(name)}” {what}, which Jokegen cannot read.",
        f"Choose a file of one of these kinds: {UNDERSTOOD}.",
    )


def _kind_of_zip(path: Path) -> Format | None:
    """Workbooks are zips of parts; what else is one is not."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:10_000]
            if any(name.startswith("xl/") for name in names):
                return Format.XLSX
            if "mimetype" in names and b"spreadsheet" in archive.read("mimetype")[:200]:
                return Format.ODS
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    return None


def _check_is_file(path: Path) -> None:
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
