"""Reads a pile of files as one table: which options go for which, in what columns, in what order.

A file of several that cannot be read is reported, and the others are read.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jokegen.data.batches import TextFile, plain
from jokegen.data.columnar import open_arrow, open_parquet
from jokegen.data.delimited import open_delimited
from jokegen.data.file_state import FileState, changed
from jokegen.data.finding import kind_of
from jokegen.data.jsonish import open_json, open_json_lines
from jokegen.data.lines import open_lines
from jokegen.data.merging import Merged, even_batches, placed
from jokegen.data.misfits import MisfitLog
from jokegen.data.spreadsheets import open_workbook
from jokegen.errors import JokegenError, explain
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format, Question, ReadOptions, SourceFile, Topic
from jokegen.jobs.events import Notice

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_ROWS = 50_000_000
_MOST_BYTES = 8 << 30
_MOST_QUESTIONS = 8
# Files of piles are opened twice, to know their columns before the first row of all, unless they
# are so small that what their readers hold of them can wait.
_SMALL = 8 << 20  # bytes
_HELD_AT_MOST = 100

# What the questions about a file are answered with.
_TOPICS = {
    "encoding": Topic.ENCODING,
    "delimiter": Topic.DELIMITER,
    "has_header": Topic.HEADER,
    "separator": Topic.SEPARATOR,
    "sheet": Topic.SHEET,
    "list_key": Topic.LIST,
}

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
    number of rows except the last. `options` is what all files agree in, the rest describes the
    first file, as `TextFile` does. A file of several that cannot be read is in the log of
    misfits, and the others are read.
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
class Part:
    """One file to read: where it lies, its name to people, and the file that it came in."""

    path: Path
    name: str
    source: Path
    state: FileState  # of the source
    member: str = ""

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Say of what fails because the file is another by now just that.

        A file that is overwritten breaks where it breaks, in the middle of a word or of a row.
        """
        try:
            yield
        except (JokegenError, UnicodeDecodeError, FileNotFoundError) as error:
            if self.path == self.source:
                self.state.check(self.path, self.name)
            if isinstance(error, UnicodeDecodeError):
                raise changed(self.name) from error
            raise


Failed = list[tuple[str, Exception]]  # names of files and what is wrong with them


@dataclass
class _Opened:
    """A file whose columns are known; if it is not held, it is opened again for its rows."""

    part: Part
    text: TextFile
    is_held: bool = True

    @property
    def topics(self) -> frozenset[Topic]:
        """What the file asks about."""
        return frozenset(question.topic for question in self.text.questions)


@dataclass
class PileReader:
    options: ReadOptions
    log: MisfitLog
    context: JobContext
    _files: list[SourceFile] = field(default_factory=list)
    _digests: dict[Path, str] = field(default_factory=dict)
    _rows: int = 0
    _bytes: int = 0

    def open(self, parts: Sequence[Part], failed: Failed) -> Pile:
        if len(parts) + len(failed) == 1:
            if failed:
                raise failed[0][1]
            return self._open_one(parts[0])
        opened = self._opened(parts, failed)
        for name, reason in failed:
            self._leave_out(name, reason, is_any_left=bool(opened))
        first = opened[0]
        merged, places = self._merged(opened)
        questions = [
            question
            if file is first
            else replace(question, text=f"“{plain(file.part.name)}”: {question.text}")
            for file in opened
            for question in file.text.questions
        ]
        return Pile(
            tuple(merged.columns),
            f"{len(opened)} files, the first as {first.text.understood}",
            even_batches(self._together(opened, places, merged.columns)),
            _common(opened, self.options),
            tuple([*questions, *merged.questions][:_MOST_QUESTIONS]),
            first.text.sheets, first.text.lists, first.text.separators, self._files,
        )  # fmt: skip

    def _opened(self, parts: Sequence[Part], failed: Failed) -> list[_Opened]:
        """All files that can be opened; the others are added to `failed`.

        What was chosen goes for the files that leave it open, as an answer to their question. If
        there are none, it goes for all.
        """
        chosen = {name: getattr(self.options, name) for name in _TOPICS}
        nothing: dict[str, Any] = dict.fromkeys(_TOPICS)
        proposing = replace(self.options, **nothing)
        opened = self._opened_with([(part, proposing) for part in parts], failed)
        if not any(value is not None for value in chosen.values()):
            return opened
        is_asked = {
            name: any(topic in file.topics for file in opened) for name, topic in _TOPICS.items()
        }
        wanted = [
            replace(
                proposing,
                **{
                    name: chosen[name]
                    for name, topic in _TOPICS.items()
                    if topic in file.topics or not is_asked[name]
                },
            )
            for file in opened
        ]
        return self._opened_with(
            [(file.part, options) for file, options in zip(opened, wanted, strict=True)], failed
        )

    def _opened_with(
        self, parts: Sequence[tuple[Part, ReadOptions]], failed: Failed
    ) -> list[_Opened]:
        opened: list[_Opened] = []
        held = 0
        for part, options in parts:
            self.context.check()
            try:
                is_held = part.path.stat().st_size <= _SMALL and held < _HELD_AT_MOST
                text = self._read(part, options)
            except (JokegenError, OSError) as error:
                failed.append((part.name, error))
                continue
            held += is_held
            opened.append(_Opened(part, text if is_held else replace(text, batches=iter(()))))
            opened[-1].is_held = is_held
        return opened

    def _open_one(self, part: Part) -> Pile:
        file = self._read(part, self.options)
        return Pile(
            file.columns, file.understood, self._watched(part, file), file.options, file.questions,
            file.sheets, file.lists, file.separators, self._files,
        )  # fmt: skip

    def _read(self, part: Part, options: ReadOptions, log: MisfitLog | None = None) -> TextFile:
        with part.explained():
            kind = kind_of(part.path, part.name, options.format)
            return _READERS[kind](
                part.path, part.name, replace(options, format=kind), log or self.log, self.context
            )

    def _leave_out(self, name: str, error: Exception, *, is_any_left: bool) -> None:
        """Note a file of several that cannot be read; raises its error where it was the last."""
        explained = explain(error)
        if not is_any_left:
            raise JokegenError(
                f"None of these files can be read. {explained.happened}", explained.todo
            ) from error
        self.log.add_file(name, explained)
        self.context.emit(Notice(str(explained), is_warning=True))

    def _merged(self, opened: Sequence[_Opened]) -> tuple[Merged, list[list[int]]]:
        """The columns of all files, and for each file the places of its own among them."""
        merged = Merged()
        if all(file.text.columns == opened[0].text.columns for file in opened):
            merged.columns = list(opened[0].text.columns)
            return merged, [list(range(len(merged.columns)))] * len(opened)
        places = []
        for file in opened:
            places.append(merged.add(file.part.name, file.text.columns, self._sample(file)))
        return merged, places

    def _sample(self, file: _Opened) -> pa.RecordBatch | None:
        """A file's first rows, without taking them away; None if there are none."""
        scratch = MisfitLog(self.log.policy)
        with contextlib.suppress(JokegenError, OSError):  # they are met again with the rows
            return next(self._read(file.part, file.text.options, scratch).batches, None)
        return None

    def _together(
        self,
        opened: Sequence[_Opened],
        places: Sequence[Sequence[int]],
        columns: Sequence[str],
    ) -> Iterator[pa.RecordBatch]:
        """The rows of all files one after another; a file that fails is left out from there on."""
        for file, own in zip(opened, places, strict=True):
            try:
                is_held, file.is_held = file.is_held, False
                text = file.text if is_held else self._read(file.part, file.text.options)
                for batch in self._watched(file.part, text):
                    yield placed(batch, own, columns)
            except (JokegenError, OSError) as error:
                self._leave_out(file.part.name, error, is_any_left=True)

    def _watched(self, part: Part, file: TextFile) -> Iterator[pa.RecordBatch]:
        """The batches of a file; then it is noted down with the number of its rows."""
        rows = 0
        with part.explained():
            for batch in file.batches:
                rows += batch.num_rows
                self._rows += batch.num_rows
                self._bytes += batch.nbytes
                if self._rows > _MOST_ROWS or self._bytes > _MOST_BYTES:
                    raise JokegenError(
                        f"“{plain(part.name)}” holds more than {_MOST_ROWS:,} rows or "
                        f"{_MOST_BYTES >> 30} GB of text.",
                        "Choose a part of it; a small model learns from a million jokes at most.",
                    )
                yield batch
        sha256 = file.sha256 if part.path == part.source and file.sha256 else self._digest(part)
        size = part.state.size
        self._files.append(SourceFile(part.source, size, sha256, rows, part.member))

    def _digest(self, part: Part) -> str:
        """That of the file that a part came in. Raises JokegenError if it is another by now."""
        known = self._digests.get(part.source)
        if known is not None:
            return known
        digest = hashlib.sha256()
        left = part.state.size
        with part.source.open("rb") as file:
            while block := file.read(min(1 << 20, left)):
                self.context.check()
                digest.update(block)
                left -= len(block)
        part.state.check(part.source, part.source.name)
        self._digests[part.source] = digest.hexdigest()
        return digest.hexdigest()


def _common(files: Sequence[_Opened], chosen: ReadOptions) -> ReadOptions:
    """What all files (that left it open) were read with; where they differ, what was chosen."""
    common: dict[str, Any] = {}
    for each in fields(ReadOptions):
        topic = _TOPICS.get(each.name)
        asking = [file for file in files if topic in file.topics] or files
        values = {getattr(file.text.options, each.name) for file in asking}
        common[each.name] = values.pop() if len(values) == 1 else getattr(chosen, each.name)
    return ReadOptions(**common)
