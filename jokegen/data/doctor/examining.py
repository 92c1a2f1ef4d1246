"""The doctor's job: make jokes of a previewed table, find what could be better, measure."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data import near_duplicates
from jokegen.data.batches import MOST_ROWS, grouped, int_array, text_array
from jokegen.data.doctor import languages
from jokegen.data.doctor.engine import Applied, apply_recipe
from jokegen.data.doctor.leaving import NOTES, Tools, default_limit, estimated_tokens, find
from jokegen.data.doctor.rows import belong_together, split_row
from jokegen.data.doctor.changes import CHANGES
from jokegen.data.statistics import judge, measure
from jokegen.data.tables import new_table, read_batches
from jokegen.data.templates import Template
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import (
    ExamineRequest,
    ExamineSummary,
    Example,
    Finding,
    Fix,
    FixKind,
)
from jokegen.jobs.events import Phase, Progress

if TYPE_CHECKING:
    import pyarrow as pa

_EXAMPLES = 5
# What takes longer is only looked for when asked: the rest of the page should not wait for it.
_SECONDS_UNASKED = 5.0

TokenCounter = Callable[[Sequence[str]], Sequence[int]]


def examine(
    request: ExamineRequest, context: JobContext, count_tokens: TokenCounter | None = None
) -> ExamineSummary:
    """Apply the recipe, write the table of jokes, look for what else could be mended, measure.

    `count_tokens` counts as the base model does; without it tokens are estimated. Raises
    JokegenError, JobCancelled and OSError (disk full); then no table is left behind.
    """
    started = time.monotonic()
    tools = Tools(count_tokens)
    applied = apply_recipe(_texts(request), request.recipe, tools, context)
    jokes = applied.jokes
    findings = tuple(_findings(request, applied, jokes, tools, context))
    counted = {finding.kind: finding.count for finding in findings}
    repeated = sum(
        len(applied.left_by.get(kind, ()))
        for kind in (FixKind.EXACT_DUPLICATES, FixKind.SAME_WORDS)
    )
    near = 0 if request.recipe.fix(FixKind.NEAR_DUPLICATES) else counted[FixKind.NEAR_DUPLICATES]
    statistics = measure(
        jokes,
        context,
        count_tokens or _estimate,
        is_token_estimate=count_tokens is None,
        repeated=repeated,
        near=near,
    )
    table = _write(request.table, applied, context)
    return ExamineSummary(
        table=table,
        jokes=len(jokes),
        left_out=applied.left_out,
        changed=dict(applied.changed),
        findings=findings,
        statistics=statistics,
        verdict=judge(statistics),
        seconds=time.monotonic() - started,
    )


def _texts(request: ExamineRequest) -> Iterator[list[str]]:
    template: Template | None = None
    for batch in read_batches(request.table):
        template = template or Template(request.template, batch.schema.names)
        yield template.fill(batch)


def _estimate(texts: Sequence[str]) -> list[int]:
    return [estimated_tokens(text) for text in texts]


def _findings(
    request: ExamineRequest,
    applied: Applied,
    jokes: Sequence[str],
    tools: Tools,
    context: JobContext,
) -> Iterator[Finding]:
    kept = applied.kept

    def check(done: int) -> None:
        context.check()
        context.emit(Progress(Phase.CLEANING, done, len(jokes), "jokes"))

    for kind in FixKind:
        fix = request.recipe.fix(kind)
        if fix is not None:
            yield _done(fix, applied)
        elif kind in CHANGES:
            yield _would_change(kind, CHANGES[kind], applied, kept, check)
        elif kind in (FixKind.SEVERAL_IN_ROW, FixKind.OVER_ROWS):
            yield _would_regroup(kind, applied, kept, check)
        else:
            yield _would_leave(kind, request, applied, jokes, tools, check)


def _done(fix: Fix, applied: Applied) -> Finding:
    """What a fix of the recipe has done."""
    if fix.kind in NOTES:
        indexes = applied.left_by.get(fix.kind, [])
        examples = [
            Example(*_place(applied, index), applied.texts[index], None) for index in _some(indexes)
        ]
    else:
        indexes = applied.changed_by.get(fix.kind, [])
        examples = [
            Example(
                *_place(applied, index),
                applied.before.get(index, applied.texts[index]),
                (applied.texts[index],),
            )
            for index in _some(indexes)
            if index < len(applied.texts)
        ]
    limit = fix.limit if fix.limit is not None else default_limit(fix.kind)
    words = applied.words_by.get(fix.kind, ())
    return Finding(fix.kind, len(indexes), True, tuple(examples), limit, words)


def _would_change(
    kind: FixKind,
    change: Callable[[str], str],
    applied: Applied,
    kept: Sequence[int],
    check: Callable[[int], None],
) -> Finding:
    found: list[int] = []
    texts = applied.texts
    for start in range(0, len(kept), MOST_ROWS):
        check(start)
        for index in kept[start : start + MOST_ROWS]:
            if change(texts[index]) != texts[index]:
                found.append(index)
    examples = tuple(
        Example(*_place(applied, index), texts[index], (change(texts[index]),))
        for index in _some(found)
    )
    return Finding(kind, len(found), False, examples)


def _would_regroup(
    kind: FixKind, applied: Applied, kept: Sequence[int], check: Callable[[int], None]
) -> Finding:
    texts = applied.texts
    found: list[int] = []
    for number, index in enumerate(kept):
        if number % MOST_ROWS == 0:
            check(number)
        if kind is FixKind.SEVERAL_IN_ROW:
            is_found = len(split_row(texts[index])) > 1
        else:
            is_found = index + 1 < len(texts) and belong_together(texts[index], texts[index + 1])
        if is_found:
            found.append(index)
    if kind is FixKind.SEVERAL_IN_ROW:
        examples = [
            Example(*_place(applied, index), texts[index], tuple(split_row(texts[index])))
            for index in _some(found)
        ]
    else:
        examples = [
            Example(*_place(applied, index), texts[index], (f"{texts[index]}\n{texts[index + 1]}",))
            for index in _some(found)
        ]
    return Finding(kind, len(found), False, tuple(examples))


def _would_leave(
    kind: FixKind,
    request: ExamineRequest,
    applied: Applied,
    jokes: Sequence[str],
    tools: Tools,
    check: Callable[[int], None],
) -> Finding:
    limit, kept = default_limit(kind), applied.kept
    seconds = _seconds(kind, len(jokes))
    is_skipped = request.thorough is False or (
        request.thorough is None and seconds > _SECONDS_UNASKED
    )
    if seconds and is_skipped:
        return Finding(kind, None, False, limit=limit, seconds=seconds)
    left = find(Fix(kind), jokes, tools, check)
    examples = tuple(
        Example(*_place(applied, kept[number]), jokes[number], None)
        for number in _some(left.indexes)
    )
    return Finding(kind, len(left.indexes), False, examples, limit, left.words)


def _seconds(kind: FixKind, count: int) -> float:
    """About how long it takes to look for this; 0 for what is quick."""
    if kind is FixKind.NEAR_DUPLICATES:
        return near_duplicates.seconds_for(count)
    if kind is FixKind.LANGUAGE:
        return count / languages.JOKES_A_SECOND
    return 0.0


def _place(applied: Applied, index: int) -> tuple[int, int]:
    return applied.rows_of[index], applied.parts.get(index, 0)


def _some(indexes: Sequence[int]) -> list[int]:
    """A few of them, spread by chance, the same ones every time."""
    dice = random.Random(len(indexes))
    return sorted(dice.sample(list(indexes), min(_EXAMPLES, len(indexes))))


def _write(source: Path, applied: Applied, context: JobContext) -> Path:
    """The table of jokes, beside the one that they were made of."""
    import pyarrow as pa

    schema = pa.schema(
        [
            ("Joke", pa.string()),
            ("Note", pa.string()),
            ("Before", pa.string()),
            ("Row", pa.int32()),
            ("Part", pa.int32()),
        ]
    )
    with (
        new_table(source.parent, source.stem) as (temporary, final),
        pa.OSFile(str(temporary), "wb") as sink,
        pa.ipc.new_file(sink, schema) as writer,
    ):
        for rows in grouped(applied.rows(), lambda row: len(row[2]) + len(row[4])):
            context.check()
            writer.write_batch(_batch(rows, schema))
    return final


def _batch(rows: Sequence[tuple[int, int, str, str, str]], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    row, part, text, note, before = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [
            text_array(text),
            text_array(note),
            text_array(before),
            int_array(row),
            int_array(part),
        ],
        schema=schema,
    )
