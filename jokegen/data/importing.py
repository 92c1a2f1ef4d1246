"""The two jobs on piles of jokes: look at them, and turn them into a saved data set."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jokegen import storage
from jokegen.data import near_duplicates
from jokegen.data.batches import MOST_ROWS, plain, text_batch
from jokegen.data.dataset_names import names_as_text, proposed_name
from jokegen.data.doctor.engine import Tools, apply_recipe
from jokegen.data.lineage import lineage_of
from jokegen.data.misfits import MisfitLog
from jokegen.data.reading import open_pile
from jokegen.data.splitting import Split, split_jokes
from jokegen.data.store import COLUMN, check_name_is_free, load_jokes, save_dataset
from jokegen.data.tables import new_table, read_batches, remove_table, report_file, summary_file
from jokegen.data.templates import Template, for_columns, propose
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import (
    FixKind,
    ImportRequest,
    ImportSummary,
    Misfit,
    PreviewRequest,
    PreviewSummary,
    Question,
    ReadOptions,
    SourceFile,
)
from jokegen.jobs.events import Notice, Phase, Progress

if TYPE_CHECKING:
    import pyarrow as pa

# A split may take so long; for larger piles nearly equal jokes are only kept together on request.
_SECONDS_TO_CLUSTER = 10.0
_DATASETS_READ = "saved data sets"

TokenCounter = Callable[[Sequence[str]], Sequence[int]]


def preview(request: PreviewRequest, context: JobContext) -> PreviewSummary:
    """Read files or data sets and write them down as a table to look at; nothing is saved.

    Raises JokegenError, JobCancelled and OSError (disk full); then no table is left behind.
    """
    import pyarrow as pa

    started = time.monotonic()
    name = _proposed_name(request.sources, request.datasets)
    rows, chosen = 0, None
    with new_table(context.paths.previews, name) as (temporary, final):
        try:
            with _open(request, report_file(final), context) as raw:
                schema = pa.schema([(column, pa.string()) for column in raw.columns])
                with (
                    pa.OSFile(str(temporary), "wb") as sink,
                    pa.ipc.new_file(sink, schema) as writer,
                ):
                    for batch in raw.batches:
                        context.check()
                        chosen = chosen or propose(raw.columns, batch)
                        writer.write_batch(batch)
                        rows += batch.num_rows
                _check_has_rows(rows, name)
                context.check()
                log = raw.log
            assert chosen is not None  # there was a row
            summary = PreviewSummary(
                sources=request.sources,
                table=final,
                rows=rows,
                columns=raw.columns,
                joke_columns=chosen[0],
                template=chosen[1],
                options=raw.options,
                understood=raw.understood,
                seconds=time.monotonic() - started,
                name=name,
                datasets=request.datasets,
                origin=request.origin,
                files=tuple(raw.files),
                questions=raw.questions,
                sheets=raw.sheets,
                lists=raw.lists,
                separators=raw.separators,
                misfits=tuple(log.first),
                misfit_count=log.count,
                misfit_report=log.report,
            )
            storage.write_json(summary_file(final), wire.to_plain(summary))
        except BaseException:
            remove_table(final)
            raise
    return summary


def import_jokes(
    request: ImportRequest, context: JobContext, count_tokens: TokenCounter | None = None
) -> ImportSummary:
    """Read, mend, split and save a pile of jokes.

    `count_tokens` counts the tokens of texts as the base model sees them; None: estimate. Raises
    JokegenError, JobCancelled and OSError (disk full); then no data set is left behind.
    """
    started = time.monotonic()
    share = request.validation_share
    if not 0 < share <= 0.5:
        raise JokegenError(
            f"A validation share of {share:g} is not possible.",
            "Choose one above 0 and up to 0.5 (half of the jokes); 0.1 suits most.",
        )
    if request.name is not None:
        check_name_is_free(context.paths, request.name)  # before the long work, not only after

    with _raw_of(request, context) as raw:
        texts = _Texts(raw, request)
        applied = apply_recipe(texts, request.recipe, Tools(count_tokens), context)
    name = _proposed_name(raw.sources, raw.datasets) if request.name is None else request.name
    jokes = _some(applied.jokes, request)
    if not jokes:
        columns = " and ".join(f"“{plain(column)}”" for column in texts.template.columns)
        raise JokegenError(
            f"The column {columns} of “{plain(raw.title)}” holds no joke that can be used"
            f"{_because(applied.left_out)}.",
            "Choose another column or another file, or undo what leaves them out.",
        )
    split = _split(jokes, request, context)
    context.emit(Progress(Phase.SAVING, 0, len(jokes), "jokes"))
    made_by = replace(
        request,
        name=None,
        table=None,
        sources=tuple(raw.sources),
        datasets=tuple(raw.datasets),
        columns=texts.template.columns,
        template=texts.template.text,
        options=raw.options,
        origin=raw.origin,
    )
    info = save_dataset(
        context.paths,
        name,
        split.train,
        split.validation,
        dropped=applied.left_out,
        source=raw.origin or ", ".join(map(str, raw.sources)) or names_as_text(raw.datasets),
        column=", ".join(texts.template.columns),
        context=context,
        is_name_proposed=request.name is None,
        lineage=lineage_of(made_by, raw.files, applied),
        originals=raw.sources if raw.origin else (),
    )
    context.emit(Progress(Phase.SAVING, len(jokes), len(jokes), "jokes"))
    return ImportSummary(
        dataset=info.name,
        kept=info.jokes,
        dropped=info.dropped,
        train=info.train,
        validation=info.validation,
        seconds=time.monotonic() - started,
        changed=dict(applied.changed),
        misfit_count=raw.misfit_count,
        misfits=tuple(raw.misfits),
        understood=raw.understood,
    )


@dataclass
class _Raw:
    """Raw rows, wherever they come from; lists are complete once `batches` was gone through."""

    columns: tuple[str, ...]
    understood: str
    batches: Iterator[pa.RecordBatch]
    options: ReadOptions
    log: MisfitLog
    files: Sequence[SourceFile]
    sources: Sequence[Path] = ()
    datasets: Sequence[str] = ()
    origin: str = ""
    questions: tuple[Question, ...] = ()
    sheets: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    summary: PreviewSummary | None = None

    @property
    def title(self) -> str:
        return self.sources[0].name if self.sources else ", ".join(self.datasets)

    @property
    def misfits(self) -> Sequence[Misfit]:
        return self.log.first if self.summary is None else self.summary.misfits

    @property
    def misfit_count(self) -> int:
        return self.log.count if self.summary is None else self.summary.misfit_count


class _Texts:
    """One text for each raw row, batch by batch; `template` is known once the first was taken."""

    template: Template

    def __init__(self, raw: _Raw, request: ImportRequest) -> None:
        self._raw, self._request = raw, request

    def __iter__(self) -> Iterator[list[str]]:
        rows = 0
        for batch in self._raw.batches:
            if rows == 0:
                self.template = _template(self._raw, self._request, batch)
            rows += batch.num_rows
            yield self.template.fill(batch)
        _check_has_rows(rows, self._raw.title)


def _template(raw: _Raw, request: ImportRequest, first: pa.RecordBatch) -> Template:
    """What was asked for, else what is likeliest."""
    for column in request.columns or ():
        if column not in raw.columns:
            raise JokegenError(
                f"“{plain(raw.title)}” has no column “{plain(column)}”.",
                f"Choose one of its columns: {names_as_text(raw.columns)}.",
            )
    if request.template is not None:
        return Template(request.template, raw.columns)
    columns = request.columns
    if columns is None and raw.summary is not None:
        return Template(raw.summary.template, raw.columns)
    if columns is None:
        columns = propose(raw.columns, first)[0]
    return Template(for_columns(columns), raw.columns)


@contextlib.contextmanager
def _raw_of(request: ImportRequest, context: JobContext) -> Iterator[_Raw]:
    """The raw rows of an import: of a table that a preview wrote, or read now."""
    if request.table is None:
        wanted = PreviewRequest(request.sources, request.datasets, request.options, request.origin)
        with _open(wanted, None, context) as raw:
            yield raw
        return
    try:
        facts = storage.read_json(summary_file(request.table))
        summary = wire.from_plain(facts, PreviewSummary)
    except msgspec.ValidationError:
        raise JokegenError(
            "What was read from the file is not there any more.", "Open the file again."
        ) from None
    yield _Raw(
        summary.columns,
        summary.understood,
        read_batches(request.table),
        summary.options,
        MisfitLog(),
        summary.files,
        summary.sources,
        summary.datasets,
        summary.origin,
        summary=summary,
    )


@contextlib.contextmanager
def _open(request: PreviewRequest, report: Path | None, context: JobContext) -> Iterator[_Raw]:
    log = MisfitLog(request.options.misfits, report)
    try:
        if request.datasets:
            yield _Raw(
                (COLUMN,), _DATASETS_READ, _jokes_of(request.datasets, context), request.options,
                log, (), (), request.datasets, request.origin,
            )  # fmt: skip
            return
        with open_pile(request.sources, request.options, log, context) as pile:
            yield _Raw(
                pile.columns, pile.understood, pile.batches, pile.options, log, pile.files,
                request.sources, (), request.origin, pile.questions, pile.sheets, pile.lists,
                pile.separators,
            )  # fmt: skip
    finally:
        log.close()


def _jokes_of(names: Sequence[str], context: JobContext) -> Iterator[pa.RecordBatch]:
    jokes: list[str] = []
    for name in names:
        for part in load_jokes(context.paths, name):
            jokes += part
    for start in range(0, len(jokes), MOST_ROWS):
        context.check()
        yield text_batch((COLUMN,), [jokes[start : start + MOST_ROWS]])


def _some(jokes: list[str], request: ImportRequest) -> list[str]:
    """A random part of them where that was asked for, in their order."""
    if request.limit is None or request.limit >= len(jokes):
        return jokes
    dice = random.Random(request.seed)
    return [jokes[index] for index in sorted(dice.sample(range(len(jokes)), request.limit))]


def _split(jokes: list[str], request: ImportRequest, context: JobContext) -> Split:
    """Hold back a part; nearly equal jokes stay together wherever there is time to find them."""
    clusters = None
    fix = request.recipe.fix(FixKind.NEAR_DUPLICATES)
    if fix is not None or near_duplicates.seconds_for(len(jokes)) <= _SECONDS_TO_CLUSTER:

        def check(done: int) -> None:
            context.check()
            context.emit(Progress(Phase.PREPARING, done, len(jokes), "jokes"))

        similarity = near_duplicates.USUAL_SIMILARITY
        clusters = near_duplicates.cluster(jokes, similarity, check)
    else:
        context.emit(
            Notice(
                "So many jokes are split by their words alone: nearly equal ones may be on both "
                "sides. Leave out near-duplicates to be sure."
            )
        )
    context.emit(Progress(Phase.PREPARING, 0, len(jokes), "jokes"))
    return split_jokes(jokes, request.validation_share, context.check, clusters)


def _proposed_name(sources: Sequence[Path], datasets: Sequence[str]) -> str:
    if sources:
        return sources[0].name if sources[0].is_dir() else proposed_name(sources[0])
    return datasets[0] if len(datasets) == 1 else " + ".join(datasets)[:60]


def _check_has_rows(rows: int, title: str) -> None:
    if rows == 0:
        raise JokegenError(
            f"“{plain(title)}” names its columns, but holds no jokes.",
            "Choose a file with at least one joke in it.",
        )


def _because(dropped: dict[str, int]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in dropped.items())
    return f" ({reasons})" if reasons else ""
