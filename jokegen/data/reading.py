"""Opens a pile of files by what they are: the one door to all readers.

A pile is one file, several, or folders of them, each perhaps compressed; its rows come as one
table with the columns of all of them. Never `datasets.load_dataset`: it turns "NA" into nothing
and "42" into a number, loses the first joke of a file without a header and takes `[` in a file
name for a pattern.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.archives import is_compressed, unpack
from jokegen.data.batches import TextFile, grouped, plain, shown, text_batch
from jokegen.data.columnar import open_arrow, open_parquet
from jokegen.data.delimited import open_delimited
from jokegen.data.jsonish import open_json, open_json_lines
from jokegen.data.lines import open_lines
from jokegen.data.misfits import MisfitLog
from jokegen.data.spreadsheets import open_workbook
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format, Question, ReadOptions, SourceFile
from jokegen.jobs.events import Notice

if TYPE_CHECKING:
    import pyarrow as pa

_FORMATS: dict[str, Format] = {
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
ENDINGS: tuple[str, ...] = (*_FORMATS, *_COMPRESSED)
_UNDERSTOOD = (
    "CSV, TSV, text (.txt), JSON, JSON Lines (.jsonl), Parquet, Arrow, Excel (.xlsx), OpenDocument "
    "(.ods), or one of these compressed (.zip, .gz, .zst)"
)
# The first bytes of kinds that can be told by them, whatever the name says.
_MARKS: tuple[tuple[bytes, Format], ...] = (
    (b"PAR1", Format.PARQUET),
    (b"ARROW1", Format.ARROW),
)
_MOST_FILES = 10_000

Reader = Callable[[Path, str, ReadOptions, MisfitLog, JobContext], TextFile]
_READERS: dict[Format, Reader] = {
    Format.CSV: open_delimited,
    Format.TSV: open_delimited,
    Format.TEXT: open_lines,
    Format.JSON: open_json,
    Format.JSON_LINES: open_json_lines,
    Format.PARQUET: open_parquet,
    Format.ARROW: open_arrow,
    Format.XLSX: open_workbook,
    Format.ODS: open_workbook,
}


@dataclass
class Pile:
    """Files that were understood; `files` is complete once `batches` was gone through.

    `batches` yields record batches of string columns named `columns`, every one with the same
    number of rows except the last. The rest describes the first file, as `TextFile` does.
    """

    columns: tuple[str, ...]
    understood: str
    batches: Iterator[pa.RecordBatch]
    options: ReadOptions
    questions: tuple[Question, ...] = ()
    sheets: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    files: list[SourceFile] = field(default_factory=list)


@dataclass(frozen=True)
class _Part:
    """One file to read: where it lies, its name to people, and the file that it came in."""

    path: Path
    name: str
    source: Path
    member: str = ""


@contextlib.contextmanager
def open_pile(
    sources: Sequence[Path], options: ReadOptions, log: MisfitLog, context: JobContext
) -> Iterator[Pile]:
    """Open files and folders; what is compressed is unpacked while the block runs.

    Raises JokegenError where a person can do something about it, OSError where only the computer
    can, and JobCancelled; the same while `batches` is gone through.
    """
    with contextlib.ExitStack() as stack:
        parts: list[_Part] = []
        for path, is_alone in _all_files(sources, context):
            if is_compressed(path):
                for inner in stack.enter_context(unpack(path, context.paths, context)):
                    parts.append(_Part(inner.path, inner.name, path, inner.member))
            else:
                parts.append(_Part(path, path.name, path))
            if is_alone and not parts:
                raise _unknown_kind(path.name)
        yield _open_parts(parts, options, log, context)


def _open_parts(
    parts: Sequence[_Part], options: ReadOptions, log: MisfitLog, context: JobContext
) -> Pile:
    opened: list[tuple[_Part, TextFile]] = []
    passed_over: list[str] = []
    for part in parts:
        context.check()
        kind = _format(part, options)
        if kind is None:
            if len(parts) == 1:
                raise _unknown_kind(part.name)
            passed_over.append(part.name)
            continue
        # The readers below are made again for the rows: what was found out is kept.
        file = _READERS[kind](part.path, part.name, replace(options, format=kind), log, context)
        opened.append((part, file))
    if passed_over:
        names = ", ".join(f"“{plain(name)}”" for name in passed_over[:5])
        more = f" and {len(passed_over) - 5} more" if len(passed_over) > 5 else ""
        context.emit(
            Notice(f"Passed over, since they hold no jokes that can be read: {names}{more}.")
        )
    if not opened:
        raise JokegenError(
            "None of these files can be read.", f"Choose files of these kinds: {_UNDERSTOOD}."
        )
    first = opened[0][1]
    columns = tuple(dict.fromkeys(name for _, file in opened for name in file.columns))
    files: list[SourceFile] = []
    if len(opened) == 1:
        understood, batches = first.understood, _watched(*opened[0], files, context)
    else:
        understood = f"{len(opened)} files, the first as {first.understood}"
        batches = _together(opened, columns, files, context)
    return Pile(
        columns, understood, batches, first.options, first.questions, first.sheets, first.lists,
        first.separators, files,
    )  # fmt: skip


def _watched(
    part: _Part, file: TextFile, files: list[SourceFile], context: JobContext
) -> Iterator[pa.RecordBatch]:
    """The batches of a file; then it is noted down with the number of its rows."""
    rows = 0
    for batch in file.batches:
        rows += batch.num_rows
        yield batch
    sha256 = (
        file.sha256 if part.path == part.source and file.sha256 else _digest(part.source, context)
    )
    files.append(SourceFile(part.source, part.source.stat().st_size, sha256, rows, part.member))


def _together(
    opened: Sequence[tuple[_Part, TextFile]],
    columns: tuple[str, ...],
    files: list[SourceFile],
    context: JobContext,
) -> Iterator[pa.RecordBatch]:
    """The rows of all files one after another; columns that a file has not are empty."""

    def rows() -> Iterator[tuple[str, ...]]:
        for part, file in opened:
            places = [columns.index(name) for name in file.columns]
            for batch in _watched(part, file, files, context):
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    row = [""] * len(columns)
                    for place, cell in zip(places, cells, strict=True):
                        row[place] = cell
                    yield tuple(row)

    for group in grouped(rows(), lambda row: sum(map(len, row))):
        yield text_batch(columns, list(zip(*group, strict=True)))


def _all_files(sources: Sequence[Path], context: JobContext) -> Iterator[tuple[Path, bool]]:
    """Every file, those inside folders too, and whether it was named itself."""
    count = 0
    for source in sources:
        if not source.is_dir():
            _check_is_file(source)
            yield source, True
            continue
        inner = [
            path
            for path in sorted(source.rglob("*"))
            if path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(source).parts)
        ]
        found = [path for path in inner if path.suffix.lower() in ENDINGS and path.stat().st_size]
        other = [path.name for path in inner if path not in found]
        if other:
            names = ", ".join(f"“{plain(name)}”" for name in other[:5])
            more = f" and {len(other) - 5} more" if len(other) > 5 else ""
            context.emit(Notice(f"Passed over in {shown(source)}: {names}{more}."))
        if not found:
            raise JokegenError(
                f"The folder {shown(source)} holds no file that can be read.",
                f"Choose files of these kinds: {_UNDERSTOOD}.",
            )
        count += len(found)
        if count > _MOST_FILES:
            raise JokegenError(
                f"The folder {shown(source)} holds more than {_MOST_FILES:,} files.",
                "Choose a folder with fewer, or join them into one file.",
            )
        yield from ((path, False) for path in found)


def _format(part: _Part, options: ReadOptions) -> Format | None:
    """What a file is read as: what was chosen, what its content says, what its name says."""
    if options.format is not None:
        return options.format
    by_name = _FORMATS.get(Path(part.name).suffix.lower())
    with part.path.open("rb") as file:
        head = file.read(4096)
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if head.startswith(b"PK\x03\x04"):
        if b"opendocument.spreadsheet" in head:
            return Format.ODS
        if b"[Content_Types].xml" in head or b"xl/" in head:
            return Format.XLSX
    if by_name is not None:
        return by_name
    ending = Path(part.name).suffix
    return Format.TEXT if not ending and b"\0" not in head else None


def _digest(path: Path, context: JobContext) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            context.check()
            digest.update(block)
    return digest.hexdigest()


def _unknown_kind(name: str) -> JokegenError:
    ending = Path(name).suffix
    what = f"ends in “{ending}”" if ending else "has no ending"
    return JokegenError(
        f"The name “{plain(name)}” {what}, which Jokegen cannot read.",
        f"Choose a file of one of these kinds: {_UNDERSTOOD}.",
    )


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
