"""Writes data sets into files for other programs."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from jokegen.data.batches import MOST_ROWS, text_batch
from jokegen.data.store import load_jokes
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import ExportFormat, ExportRequest, ExportSummary
from jokegen.jobs.events import Phase, Progress

_COLUMNS = ("text", "part")
# What makes a spreadsheet take a text for a formula (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = tuple[str, str]


def export_dataset(request: ExportRequest, context: JobContext) -> ExportSummary:
    """Write all jokes of a data set, each with the part that it is in ("train", "validation").

    In CSV, texts that a spreadsheet would take for formulas get an apostrophe in front, which
    it does not show. Raises JokegenError, JobCancelled and OSError (disk full); then a file that
    was there before is still there, unchanged.
    """
    started = time.monotonic()
    if not request.file.parent.is_dir():
        raise JokegenError(
            f"The folder “{request.file.parent}” is not there.", "Choose another place to save to."
        )
    train, validation = load_jokes(context.paths, request.dataset)
    rows = [(joke, "train") for joke in train] + [(joke, "validation") for joke in validation]

    def parts() -> Iterator[Sequence[Row]]:
        for start in range(0, len(rows), MOST_ROWS):
            context.check()
            context.emit(Progress(Phase.SAVING, start, len(rows), "jokes"))
            yield rows[start : start + MOST_ROWS]

    temporary = request.file.parent / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"
    try:
        guarded = _WRITERS[request.format](temporary, parts())
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        size = temporary.stat().st_size
        os.replace(temporary, request.file)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return ExportSummary(request.file, len(rows), size, guarded, time.monotonic() - started)


def _write_csv(path: Path, parts: Iterator[Sequence[Row]]) -> int:
    guarded = 0
    # With a byte-order mark, so that Excel reads it as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for rows in parts:
            for text, part in rows:
                is_formula = text.startswith(_FORMULA)
                guarded += is_formula
                writer.writerow((f"'{text}" if is_formula else text, part))
    return guarded


def _write_json_lines(path: Path, parts: Iterator[Sequence[Row]]) -> int:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for rows in parts:
            for row in rows:
                facts = dict(zip(_COLUMNS, row, strict=True))
                file.write(json.dumps(facts, ensure_ascii=False) + "\n")
    return 0


def _write_parquet(path: Path, parts: Iterator[Sequence[Row]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column, pa.string()) for column in _COLUMNS])
    with pq.ParquetWriter(path, schema) as writer:
        for rows in parts:
            writer.write_batch(text_batch(_COLUMNS, list(zip(*rows, strict=True))))
    return 0


_WRITERS: dict[ExportFormat, Callable[[Path, Iterator[Sequence[Row]]], int]] = {
    ExportFormat.CSV: _write_csv,
    ExportFormat.JSON_LINES: _write_json_lines,
    ExportFormat.PARQUET: _write_parquet,
}
