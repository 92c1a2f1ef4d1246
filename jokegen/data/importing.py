"""The two jobs on a file of jokes: look at it, and turn it into a saved data set."""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.data.batches import TextFile, plain, shown
from jokegen.data.cleaning import Cleaner
from jokegen.data.columns import find_joke_column
from jokegen.data.dataset_names import names_as_text, proposed_name
from jokegen.data.reading import open_texts
from jokegen.data.splitting import split_jokes
from jokegen.data.store import check_name_is_free, save_dataset
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import (
    ImportRequest,
    ImportSummary,
    PreviewRequest,
    PreviewSummary,
)
from jokegen.jobs.events import Phase, Progress

_PREVIEW_DAYS = 1


def preview(request: PreviewRequest, context: JobContext) -> PreviewSummary:
    """Read all of a file and write it down as a table to look at; nothing is saved as a data set.

    Raises JokegenError, JobCancelled and OSError (disk full); then no table is left behind.
    """
    import pyarrow as pa

    started = time.monotonic()
    (source,) = request.sources
    file = open_texts(source, context)
    joke_column, rows = "", 0
    with _new_table(context.paths, source) as (temporary, final):
        schema = pa.schema([(name, pa.string()) for name in file.columns])
        with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in file.batches:
                context.check()
                joke_column = joke_column or find_joke_column(batch)
                writer.write_batch(batch)
                rows += batch.num_rows
        _check_has_rows(rows, source)
        context.check()
    return PreviewSummary(
        sources=request.sources,
        table=final,
        rows=rows,
        columns=file.columns,
        joke_columns=(joke_column,),
        template=f"{{{joke_column}}}",
        options=request.options,
        name=proposed_name(source),
        understood=file.understood,
        seconds=time.monotonic() - started,
    )


def import_jokes(
    request: ImportRequest,
    context: JobContext,
    count_tokens: Callable[[Sequence[str]], Sequence[int]] | None = None,
) -> ImportSummary:
    """Read, clean, split and save a file of jokes.

    `count_tokens` counts the tokens of texts as the base model sees them; None: estimate.

    Raises JokegenError, JobCancelled and OSError (disk full); then no data set is left behind.
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

    (source,) = request.sources
    file = open_texts(source, context)
    column, cleaner = _clean(file, request, context)
    jokes = cleaner.jokes
    if not jokes:
        raise JokegenError(
            f"The column “{column}” of {shown(source)} holds no joke that can be used"
            f"{_because(cleaner.dropped)}.",
            "Choose another column or another file.",
        )

    context.emit(Progress(Phase.PREPARING, 0, len(jokes), "jokes"))
    split = split_jokes(jokes, share, context.check)

    context.emit(Progress(Phase.SAVING, 0, len(jokes), "jokes"))
    info = save_dataset(
        context.paths,
        proposed_name(source) if request.name is None else request.name,
        split.train,
        split.validation,
        dropped=cleaner.dropped,
        source=str(source),
        column=column,
        context=context,
        is_name_proposed=request.name is None,
    )
    context.emit(Progress(Phase.SAVING, len(jokes), len(jokes), "jokes"))
    return ImportSummary(
        dataset=info.name,
        kept=info.jokes,
        dropped=info.dropped,
        train=info.train,
        validation=info.validation,
        seconds=time.monotonic() - started,
    )


def _clean(file: TextFile, request: ImportRequest, context: JobContext) -> tuple[str, Cleaner]:
    """Read the file through, keeping the jokes of one column: the asked-for or the likeliest."""
    column, rows = request.columns[0] if request.columns else None, 0
    (source,) = request.sources
    if column is not None and column not in file.columns:
        raise JokegenError(
            f"The file {shown(source)} has no column “{plain(column)}”.",
            f"Choose one of its columns: {names_as_text(file.columns)}.",
        )
    cleaner = Cleaner()
    for batch in file.batches:
        context.check()
        column = column or find_joke_column(batch)
        cleaner.add(batch.column(file.columns.index(column)).to_pylist())
        rows += batch.num_rows
    _check_has_rows(rows, source)
    assert column is not None  # there was at least one batch
    return column, cleaner


def _check_has_rows(rows: int, source: Path) -> None:
    if rows == 0:
        raise JokegenError(
            f"The file {shown(source)} names its columns, but holds no jokes.",
            "Choose a file with at least one joke in it.",
        )


def _because(dropped: dict[str, int]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in dropped.items())
    return f" ({reasons})" if reasons else ""


@contextlib.contextmanager
def _new_table(paths: Paths, source: Path) -> Iterator[tuple[Path, Path]]:
    """A temporary file that takes its final name in the previews folder once the block is done."""
    paths.previews.mkdir(parents=True, exist_ok=True)
    _forget_old_tables(paths.previews)
    mark = uuid.uuid4().hex
    temporary = paths.previews / f".tmp-{os.getpid()}-{mark}"
    final = paths.previews / f"{storage.slug(source.stem)}-{mark[:8]}.arrow"
    try:
        yield temporary, final
        os.replace(temporary, final)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _forget_old_tables(folder: Path) -> None:
    """Previews are as large as the files they show: those of other days are removed."""
    oldest = time.time() - _PREVIEW_DAYS * 24 * 3600
    for table in folder.glob("*.arrow"):
        # On Windows a table that a window still shows cannot be removed; the next day will do.
        with contextlib.suppress(OSError):
            if table.stat().st_mtime < oldest:
                table.unlink()
