"""The two jobs on piles of jokes: look at them, and turn them into a saved data set."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jokegen import storage, wording
from jokegen.config.paths import Paths
from jokegen.data.batches import plain
from jokegen.data.dataset_names import names_as_text
from jokegen.data.doctor.engine import BY_HAND, EMPTY, TOO_LONG, Applied, Tools, apply_recipe
from jokegen.data.doctor.leaving import NOTES, limit_of
from jokegen.data.lineage import check_are_the_same, lineage_of
from jokegen.data.pausing import no_cycle_search
from jokegen.data.raw_rows import RawRows, check_has_rows, name_for, open_raw, raw_rows_of
from jokegen.data.splitting import FEWEST_TO_SPLIT, Split, split_jokes
from jokegen.data.store import check_name_is_free, save_dataset
from jokegen.data.tables import new_table, remove_table, report_file, summary_file
from jokegen.data.templates import Template, for_columns, propose
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import (
    ImportRequest,
    ImportSummary,
    PreviewRequest,
    PreviewSummary,
)
from jokegen.jobs.events import Notice, Phase, Progress
from jokegen.records import AppliedFix

if TYPE_CHECKING:
    import pyarrow as pa

TokenCounter = Callable[[Sequence[str]], Sequence[int]]


def preview(request: PreviewRequest, context: JobContext) -> PreviewSummary:
    """Read files or data sets and write them down as a table to look at; nothing is saved.

    Raises JokegenError, JobCancelled and OSError (disk full); then no table is left behind.
    """
    with no_cycle_search():
        return _preview(request, context)


def _preview(request: PreviewRequest, context: JobContext) -> PreviewSummary:
    import pyarrow as pa

    started = time.monotonic()
    name = name_for(request.sources, request.datasets)
    rows, chosen = 0, None
    with new_table(context.paths.previews, name) as (temporary, final):
        try:
            with open_raw(request, report_file(final), context) as raw:
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
                check_has_rows(rows, raw.title)
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
                datasets=tuple(raw.datasets),
                origin=request.origin,
                files=tuple(raw.files),
                questions=raw.questions,
                sheets=raw.sheets,
                lists=raw.lists,
                separators=raw.separators,
                misfits=tuple(log.first),
                misfit_count=log.count,
                misfit_report=log.report,
                asked=request.options,
                parents=raw.parents,
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
    with no_cycle_search():
        return _import(request, context, Tools(count_tokens))


def _import(request: ImportRequest, context: JobContext, tools: Tools) -> ImportSummary:
    started = time.monotonic()
    check_request(request, context.paths)
    with raw_rows_of(request, context) as raw:
        texts = _Texts(raw, request)
        applied = apply_recipe(texts, request.recipe, tools, context)
    if request.expected:
        check_are_the_same(request.expected, raw.files)
    jokes, left_out, fixes = applied.jokes, _left_out(applied), _fixes(applied, request)
    changed = dict(applied.changed)
    del applied  # it holds every text a second time
    jokes = _some(jokes, request)
    if not jokes:
        raise _no_jokes(raw, texts.template, left_out)
    split = _split(jokes, request.validation_share, context)
    context.emit(Progress(Phase.SAVING, 0, len(jokes), "jokes"))
    made_by = replace(
        request,
        name=None,
        table=None,
        sources=tuple(raw.sources),
        datasets=tuple(raw.datasets),
        columns=texts.template.columns,
        template=texts.template.text,
        # What was found out of one file holds for that file: the others may be different.
        options=raw.options if len(raw.files) == 1 else raw.asked,
        origin=raw.origin,
        expected=(),
    )
    info = save_dataset(
        context.paths,
        request.name or request.proposal or name_for(raw.sources, raw.datasets),
        split.train,
        split.validation,
        dropped=left_out,
        source=raw.origin or ", ".join(map(str, raw.sources)) or names_as_text(raw.datasets),
        column=", ".join(texts.template.columns),
        context=context,
        is_name_proposed=request.name is None,
        lineage=lineage_of(
            made_by,
            files=raw.files,
            parents=raw.parents,
            fixes=fixes,
            changed=sum(changed.values()),
            misfits=raw.misfit_count,
        ),
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
        changed=changed,
        misfit_count=raw.misfit_count,
        misfits=tuple(raw.misfits),
        understood=raw.understood,
        columns=texts.template.columns,
        template=texts.template.text,
    )


def check_request(request: ImportRequest, paths: Paths) -> None:
    """Raises JokegenError for what can be told before the long work."""
    share = request.validation_share
    if not 0 < share <= 0.5:
        raise JokegenError(
            f"A validation share of {share:g} is not possible.",
            "Choose one above 0 and up to 0.5 (half of the jokes); 0.1 suits most.",
        )
    if request.limit is not None and request.limit < 1:
        raise JokegenError(
            f"A data set of {request.limit} jokes is not possible.", "Choose a number from 1."
        )
    if request.name is not None:
        check_name_is_free(paths, request.name)


def _left_out(applied: Applied) -> dict[str, int]:
    """Why jokes are left out, and how many, in the order in which that was decided."""
    counts = applied.left_out
    first = [reason for reason in (EMPTY, TOO_LONG, BY_HAND) if reason in counts]
    ranked = first + [note for note in NOTES.values() if note in counts and note not in first]
    return {reason: counts[reason] for reason in dict.fromkeys([*ranked, *counts])}


def _fixes(applied: Applied, request: ImportRequest) -> list[AppliedFix]:
    return [
        AppliedFix(
            fix.kind.value,
            applied.found[fix.kind].count if fix.kind in applied.found else 0,
            limit_of(fix),
        )
        for fix in request.recipe.fixes
    ]


def _no_jokes(raw: RawRows, template: Template, left_out: dict[str, int]) -> JokegenError:
    columns = " and ".join(f"“{plain(column)}”" for column in template.columns)
    which = "column" if len(template.columns) == 1 else "columns"
    holds = "holds" if len(template.columns) == 1 else "hold"
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
    return JokegenError(
        f"The {which} {columns} of “{plain(raw.title)}” {holds} no joke that can be used"
        f"{f' ({reasons})' if reasons else ''}.",
        "Choose another column or another file, or undo what leaves them out.",
    )


class _Texts:
    """One text for each raw row, batch by batch; `template` is known once the first was taken."""

    template: Template

    def __init__(self, raw: RawRows, request: ImportRequest) -> None:
        self._raw, self._request = raw, request

    def __iter__(self) -> Iterator[list[str]]:
        rows = 0
        for batch in self._raw.batches:
            if rows == 0:
                self.template = _template(self._raw, self._request, batch)
            rows += batch.num_rows
            yield self.template.fill(batch)
        check_has_rows(rows, self._raw.title)


def _template(raw: RawRows, request: ImportRequest, first: pa.RecordBatch) -> Template:
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


def _some(jokes: list[str], request: ImportRequest) -> list[str]:
    """A random part of them where that was asked for, in their order."""
    if request.limit is None or request.limit >= len(jokes):
        return jokes
    dice = random.Random(request.seed)
    return [jokes[index] for index in sorted(dice.sample(range(len(jokes)), request.limit))]


def _split(jokes: list[str], share: float, context: JobContext) -> Split:
    """Hold back a part; jokes that are nearly the same stay together."""

    def check(done: int) -> None:
        context.check()
        context.emit(Progress(Phase.PREPARING, done, len(jokes), "jokes"))

    split = split_jokes(jokes, share, check)
    if not split.is_complete:
        context.emit(
            Notice(
                "Too many jokes have most of their words in common to compare all of them: some "
                "that are nearly the same may be both learnt from and checked with."
            )
        )
    if len(jokes) >= FEWEST_TO_SPLIT and len(split.validation) < share * len(jokes) / 2:
        context.emit(
            Notice(
                f"Only {len(split.validation):,} of {wording.jokes(len(jokes))} could be held "
                "out for checking: the rest are nearly the same, and stay together."
            )
        )
    return split
