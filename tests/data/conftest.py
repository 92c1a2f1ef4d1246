"""What the tests of the data layer share: a data folder, a context, and ways to read files."""

from __future__ import annotations

from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.data.reading import open_texts
from jokegen.jobs.context import RecordingContext

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def context(paths: Paths) -> RecordingContext:
    return RecordingContext(paths)


@pytest.fixture(scope="session")
def onelinefun(real_jokes: Path) -> Path:
    """The 2,950 one-liners that lie beside the checkout."""
    return real_jokes


def read_rows(path: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]], str]:
    """Column names, all rows, and how the file was understood."""
    file = open_texts(path, RecordingContext(Paths(path.parent / "unused")))
    rows: list[tuple[str, ...]] = []
    for batch in file.batches:
        assert batch.schema.names == list(file.columns)
        rows += zip(*(column.to_pylist() for column in batch.columns), strict=True)
    return file.columns, rows, file.understood
