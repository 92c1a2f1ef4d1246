"""The doctor's job: make jokes of a previewed table, find what could be better, measure."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.batches import grouped, int_array, text_array
from jokegen.data.doctor.changes import CHANGES
from jokegen.data.doctor.engine import Applied, apply_recipe
from jokegen.data.doctor.findings import find_all
from jokegen.data.doctor.leaving import Tools
from jokegen.data.doctor.lengths import TokenCounter, estimated_tokens
from jokegen.data.doctor.memory import Memory
from jokegen.data.doctor.meter import Meter
from jokegen.data.statistics import judge, measure
from jokegen.data.tables import new_table, read_batches
from jokegen.data.templates import Template, for_columns
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import (
    ExamineRequest,
    ExamineSummary,
    Finding,
    FixKind,
)

if TYPE_CHECKING:
    import pyarrow as pa


def examine(
    request: ExamineRequest, context: JobContext, count_tokens: TokenCounter | None = None
) -> ExamineSummary:
    """Apply the recipe, write the table of jokes, look for what else could be mended, measure.

    `count_tokens` counts as the base model does; without it tokens are estimated. Raises
    JokegenError, JobCancelled and OSError (disk full); then no table is left behind.
    """
    started = time.monotonic()
    memory = Memory.of((request.table, request.columns, request.template), context)
    count = memory.remembering_all(
        "tokens", count_tokens or _estimate, (request.base, count_tokens is None)
    )
    tools = Tools(count if count_tokens else None, memory)
    meter = Meter(context, len(FixKind))
    applied = apply_recipe(_texts(request), request.recipe, tools, context, meter)
    findings = tuple(find_all(applied, request.recipe, tools, meter, thorough=request.thorough))
    repeats = Repeats.of(findings)
    statistics = measure(
        applied.jokes,
        context,
        count,
        is_token_estimate=count_tokens is None,
        repeated=repeats.left_out + repeats.there,
        left_out=repeats.left_out,
        near=repeats.near,
    )
    table = _write(request.table, applied, context)
    return ExamineSummary(
        table=table,
        jokes=statistics.jokes,
        left_out=applied.left_out,
        changed=applied.changed,
        findings=findings,
        statistics=statistics,
        verdict=judge(statistics, repeats.there),
        seconds=time.monotonic() - started,
    )


def get_ready() -> None:
    """Load what the first examination needs ahead of time; about half a second."""
    import ftfy  # noqa: F401
    import rensa  # noqa: F401

    from jokegen.data.doctor import languages, offensive

    languages.get_ready()
    offensive.usual_words()
    CHANGES[FixKind.EMOJI]("é")


def _texts(request: ExamineRequest) -> Iterator[list[str]]:
    text = request.template or for_columns(request.columns)
    template: Template | None = None
    for batch in read_batches(request.table):
        template = template or Template(text, batch.schema.names)
        yield template.fill(batch)


@dataclass(frozen=True)
class Repeats:
    """How many jokes that repeat others were left out, and how many are there still."""

    left_out: int
    there: int
    near: int | None

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> Repeats:
        by_kind = {finding.kind: finding for finding in findings}
        exact = by_kind[FixKind.EXACT_DUPLICATES]
        same = by_kind[FixKind.SAME_WORDS]  # whatever is the same is so in other spelling, too
        near = by_kind[FixKind.NEAR_DUPLICATES]
        return cls(
            sum(finding.count or 0 for finding in (exact, same) if finding.is_fixed),
            0 if same.is_fixed else same.count or 0,
            0 if near.is_fixed else near.count,
        )


def _estimate(texts: Sequence[str]) -> list[int]:
    return [estimated_tokens(text) for text in texts]


def _write(source: Path, applied: Applied, context: JobContext) -> Path:
    """The table of jokes, in the previews folder, named after the one that they were made of."""
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
    with new_table(context.paths.previews, f"{source.stem[:24]}-examined") as (temporary, final):
        with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for rows in grouped(applied.rows(), lambda row: len(row[2]) + len(row[4])):
                context.check()
                writer.write_batch(_batch(rows, schema))
        context.check()
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
