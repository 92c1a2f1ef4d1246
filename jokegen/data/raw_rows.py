"""Raw rows, wherever they come from: files, saved data sets, or the table that a preview wrote."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jokegen import storage
from jokegen.data.batches import MOST_ROWS, plain, text_batch
from jokegen.data.dataset_names import proposed_name
from jokegen.data.exported import without_guards
from jokegen.data.misfits import MisfitLog
from jokegen.data.reading import open_pile
from jokegen.data.store import find_dataset, load_jokes
from jokegen.data.tables import read_batches, summary_file
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import (
    ImportRequest,
    Misfit,
    PreviewRequest,
    PreviewSummary,
    Question,
    ReadOptions,
    SourceFile,
)
from jokegen.records import Ancestor, DatasetInfo

if TYPE_CHECKING:
    import pyarrow as pa

_SAVED_COLUMNS = ("Joke",)  # as the window calls the column of a saved data set
_DATASETS_READ = "saved data sets"


@dataclass
class RawRows:
    """Raw rows, wherever they come from; lists are complete once `batches` was gone through."""

    columns: tuple[str, ...]
    understood: str
    batches: Iterator[pa.RecordBatch]
    options: ReadOptions
    log: MisfitLog
    files: Sequence[SourceFile]
    asked: ReadOptions
    sources: Sequence[Path] = ()
    datasets: Sequence[str] = ()
    origin: str = ""
    questions: tuple[Question, ...] = ()
    sheets: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    summary: PreviewSummary | None = None
    parents: tuple[Ancestor, ...] = ()

    @property
    def title(self) -> str:
        return self.sources[0].name if self.sources else ", ".join(self.datasets)

    @property
    def misfits(self) -> Sequence[Misfit]:
        return self.log.first if self.summary is None else self.summary.misfits

    @property
    def misfit_count(self) -> int:
        return self.log.count if self.summary is None else self.summary.misfit_count


@contextlib.contextmanager
def raw_rows_of(request: ImportRequest, context: JobContext) -> Iterator[RawRows]:
    """The raw rows of an import: of a table that a preview wrote, or read now."""
    if request.table is None:
        wanted = PreviewRequest(request.sources, request.datasets, request.options, request.origin)
        with open_raw(wanted, None, context) as raw:
            yield raw
        return
    try:
        facts = storage.read_json(summary_file(request.table))
        summary = wire.from_plain(facts, PreviewSummary)
    except msgspec.ValidationError:
        raise JokegenError(
            "What was read from the file is not there any more.", "Open the file again."
        ) from None
    yield RawRows(
        summary.columns,
        summary.understood,
        read_batches(request.table),
        summary.options,
        MisfitLog(),
        summary.files,
        summary.asked,
        summary.sources,
        summary.datasets,
        summary.origin,
        summary=summary,
        parents=summary.parents,
    )


@contextlib.contextmanager
def open_raw(
    request: PreviewRequest, report: Path | None, context: JobContext
) -> Iterator[RawRows]:
    """The raw rows of files or data sets; rows that do not fit are listed in the file `report`.

    Raises JokegenError, JobCancelled and OSError, here and while the rows are gone through.
    """
    log = MisfitLog(request.options.misfits, report)
    try:
        if request.datasets:
            infos = [find_dataset(context.paths, name) for name in request.datasets]
            yield RawRows(
                _SAVED_COLUMNS, _DATASETS_READ, _jokes_of(infos, context), request.options,
                log, (), request.options, (), [info.name for info in infos], request.origin,
                parents=tuple(Ancestor(info.id, info.name) for info in infos),
            )  # fmt: skip
            return
        with open_pile(request.sources, request.options, log, context) as pile:
            batches, understood = without_guards(pile, context)
            yield RawRows(
                pile.columns, understood, batches, pile.options, log, pile.files,
                request.options, request.sources, (), request.origin, pile.questions, pile.sheets,
                pile.lists, pile.separators,
            )  # fmt: skip
    finally:
        log.close()


def _jokes_of(infos: Sequence[DatasetInfo], context: JobContext) -> Iterator[pa.RecordBatch]:
    jokes: list[str] = []
    for info in infos:
        for part in load_jokes(context.paths, info.name, context.check):
            jokes += part
    for start in range(0, len(jokes), MOST_ROWS):
        context.check()
        yield text_batch(_SAVED_COLUMNS, [jokes[start : start + MOST_ROWS]])


def name_for(sources: Sequence[Path], datasets: Sequence[str]) -> str:
    """What a data set made of these could be called; not necessarily a free name."""
    if sources:
        return sources[0].name if sources[0].is_dir() else proposed_name(sources[0])
    return datasets[0] if len(datasets) == 1 else " + ".join(datasets)[:60]


def check_has_rows(rows: int, title: str) -> None:
    """Raises JokegenError for a pile without any row below its header."""
    if rows == 0:
        raise JokegenError(
            f"“{plain(title)}” names its columns, but holds no jokes.",
            "Choose a file with at least one joke in it.",
        )
