"""What the tests of the data layer share: a data folder, a context, and ways to read files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jokegen.config.paths import Paths
from jokegen.data.misfits import MisfitLog
from jokegen.data.reading import open_pile
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import Misfit, Misfits, ReadOptions, SourceFile

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def context(paths: Paths) -> RecordingContext:
    return RecordingContext(paths)


@pytest.fixture(scope="session")
def onelinefun(real_jokes: Path) -> Path:
    """The 2,950 one-liners that lie beside the checkout."""
    return real_jokes


def read_rows(
    *paths: Path, **options: object
) -> tuple[tuple[str, ...], list[tuple[str, ...]], str]:
    """Column names, all rows, and how the files were understood; misfits are errors."""
    found = read_all(*paths, misfits=Misfits.STOP, **options)
    return found.columns, found.rows, found.understood


@dataclass
class Found:
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    understood: str
    misfits: list[Misfit]
    options: ReadOptions
    questions: list[str]
    sizes: list[int]
    files: list[SourceFile]
    context: RecordingContext


def read_all(*paths: Path, **options: Any) -> Found:
    """Everything that reading gives."""
    chosen = ReadOptions(**options)
    context = RecordingContext(Paths(paths[0].parent / "unused"))
    log = MisfitLog(chosen.misfits)
    rows: list[tuple[str, ...]] = []
    sizes: list[int] = []
    with open_pile(paths, chosen, log, context) as pile:
        for batch in pile.batches:
            assert batch.schema.names == list(pile.columns)
            sizes.append(batch.num_rows)
            rows += zip(*(column.to_pylist() for column in batch.columns), strict=True)
    questions = [question.text for question in pile.questions]
    return Found(
        pile.columns, rows, pile.understood, log.first, pile.options, questions, sizes, pile.files,
        context,
    )  # fmt: skip
