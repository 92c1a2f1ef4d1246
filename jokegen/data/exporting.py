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

from jokegen.data.batches import MOST_ROWS, plain, text_batch
from jokegen.data.dataset_files import PARTS
from jokegen.data.exported import COLUMNS, guarded
from jokegen.data.store import load_jokes
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import ExportFormat, ExportRequest, ExportSummary
from jokegen.jobs.events import Phase, Progress

Row = tuple[str, str]


def export_dataset(request: ExportRequest, context: JobContext) -> ExportSummary:
    """Write all jokes of a data set, each with the part that it is in ("train", "validation").

    In CSV, texts that a spreadsheet would take for formulas get an apostrophe in front, which
    it does not show, and which an import takes away again. A name without an ending gets that of
    the format. Raises JokegenError, JobCancelled and OSError (disk full); then a file that was
    there before is still there, unchanged.
    """
    started = time.monotonic()
    file = _target(request)
    train, validation = load_jokes(context.paths, request.dataset, context.check)
    total = len(train) + len(validation)

    def parts() -> Iterator[Sequence[Row]]:
        done = 0
        for part, jokes in zip(PARTS, (train, validation), strict=True):
            for start in range(0, len(jokes), MOST_ROWS):
                context.check()
                context.emit(Progress(Phase.SAVING, done, total, "jokes"))
                rows = [(joke, part) for joke in jokes[start : start + MOST_ROWS]]
                done += len(rows)
                yield rows

    temporary = file.parent / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"
    try:
        guarded = _WRITERS[request.format](temporary, parts())
        context.check()
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        size = temporary.stat().st_size
        context.check()
        os.replace(temporary, file)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    context.emit(Progress(Phase.SAVING, total, total, "jokes"))
    return ExportSummary(file, total, size, guarded, time.monotonic() - started)


def _target(request: ExportRequest) -> Path:
    """Where to write. Raises JokegenError for a place where that cannot be."""
    file = request.file
    if not file.parent.is_dir():
        raise JokegenError(
            f"The folder “{plain(str(file.parent))}” is not there.",
            "Choose another place to save to.",
        )
    if file.is_dir():
        raise JokegenError(
            f"“{plain(file.name)}” is a folder.", "Give the file another name, or another place."
        )
    if file.suffix:
        return file
    named = file.with_name(f"{file.name}.{request.format.value}")
    if named.exists():  # nobody was asked whether that one may be replaced
        raise JokegenError(
            f"There is a file named “{plain(named.name)}” already.",
            "Choose another name, or give this one with its ending to replace it.",
        )
    return named


def _write_csv(path: Path, parts: Iterator[Sequence[Row]]) -> int:
    count = 0
    # With a byte-order mark, so that Excel reads it as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for rows in parts:
            safe = [(guarded(text), part) for text, part in rows]
            count += sum(one[0] != other[0] for one, other in zip(safe, rows, strict=True))
            writer.writerows(safe)
    return count


def _write_json_lines(path: Path, parts: Iterator[Sequence[Row]]) -> int:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for rows in parts:
            for row in rows:
                facts = dict(zip(COLUMNS, row, strict=True))
                file.write(json.dumps(facts, ensure_ascii=False) + "\n")
    return 0


def _write_parquet(path: Path, parts: Iterator[Sequence[Row]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column, pa.string()) for column in COLUMNS])
    with pq.ParquetWriter(path, schema) as writer:
        for rows in parts:
            writer.write_batch(text_batch(COLUMNS, list(zip(*rows, strict=True))))
    return 0


_WRITERS: dict[ExportFormat, Callable[[Path, Iterator[Sequence[Row]]], int]] = {
    ExportFormat.CSV: _write_csv,
    ExportFormat.JSON_LINES: _write_json_lines,
    ExportFormat.PARQUET: _write_parquet,
}
