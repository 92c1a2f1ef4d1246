"""The two jobs: looking at a file, and making a data set of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.data.importing import import_jokes, preview
from jokegen.data.store import find_dataset, list_datasets, load_jokes
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest, PreviewRequest
from jokegen.jobs.events import Phase, Progress
from tests.data.conftest import CHECKOUT


@pytest.fixture
def jokes(tmp_path: Path) -> Path:
    """12 usable jokes, one repeated, one empty, one too long."""
    path = tmp_path / "My [best] jokes.csv"
    lines = [f'{i},"Joke number {i}, it is"' for i in range(12)]
    lines += ['12,"  Joke number 3, it is "', "13,", f"14,{'x y' * 4_000}"]
    path.write_text("\n".join(["id,joke", *lines]), encoding="utf-8")
    return path


def test_the_tutorials_data_set_is_imported(onelinefun: Path, context: RecordingContext) -> None:
    summary = import_jokes(ImportRequest((onelinefun,)), context)
    assert (summary.kept, summary.dropped) == (2948, {"repeated": 2})
    assert (summary.train, summary.validation) == (2653, 295)
    assert summary.dataset == "onelinefun"
    train, validation = load_jokes(context.paths, summary.dataset)
    assert (len(train), len(validation)) == (2653, 295)
    assert max(map(len, train + validation)) == 411
    assert "My wife and I were happy for twenty years. Then we met." in train + validation


def test_the_tutorials_data_set_is_previewed(onelinefun: Path, context: RecordingContext) -> None:
    summary = preview(PreviewRequest((onelinefun,)), context)
    assert (summary.rows, summary.columns) == (2950, ("ID", "Joke"))
    assert summary.joke_columns == ("Joke",)
    assert summary.understood == "CSV, separated by commas, first line is the header, UTF-8"
    assert summary.table.parent == context.paths.previews
    assert list_datasets(context.paths) == []


def test_an_import_counts_what_it_leaves_out(jokes: Path, context: RecordingContext) -> None:
    summary = import_jokes(ImportRequest((jokes,)), context)
    assert summary.kept == 12
    assert summary.dropped == {"repeated": 1, "empty": 1, "too long": 1}
    assert summary.dataset == "My [best] jokes"
    info = find_dataset(context.paths, summary.dataset)
    assert info.dropped == summary.dropped
    assert info.source == str(jokes)


def test_the_same_file_twice_makes_two_data_sets(jokes: Path, context: RecordingContext) -> None:
    first = import_jokes(ImportRequest((jokes,)), context)
    second = import_jokes(ImportRequest((jokes,)), context)
    assert (first.dataset, second.dataset) == ("My [best] jokes", "My [best] jokes 2")


def test_a_given_name_that_exists_is_refused(jokes: Path, context: RecordingContext) -> None:
    import_jokes(ImportRequest((jokes,), name="Ha"), context)
    with pytest.raises(JokegenError, match="There is a data set named “ha” already"):
        import_jokes(ImportRequest((jokes,), name="ha"), context)
    assert len(list_datasets(context.paths)) == 1


def test_a_column_can_be_chosen(jokes: Path, context: RecordingContext) -> None:
    summary = import_jokes(ImportRequest((jokes,), columns=("id",)), context)
    train, validation = load_jokes(context.paths, summary.dataset)
    assert sorted(train + validation, key=int) == [str(i) for i in range(15)]


def test_a_wrong_column_lists_those_there_are(jokes: Path, context: RecordingContext) -> None:
    with pytest.raises(JokegenError) as caught:
        import_jokes(ImportRequest((jokes,), columns=("Witz",)), context)
    assert "“My [best] jokes.csv” has no column “Witz”" in caught.value.happened
    assert "“id”, “joke”" in caught.value.todo


def test_a_column_without_jokes_is_refused(tmp_path: Path, context: RecordingContext) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,joke\n1,\n2, \n", encoding="utf-8")
    with pytest.raises(JokegenError, match=r"no joke that can be used \(2 empty\)"):
        import_jokes(ImportRequest((path,), columns=("joke",)), context)


@pytest.mark.parametrize("share", [0.0, -1.0, 0.51, float("nan")])
def test_an_impossible_share_is_refused(
    jokes: Path, context: RecordingContext, share: float
) -> None:
    with pytest.raises(JokegenError, match="validation share"):
        import_jokes(ImportRequest((jokes,), validation_share=share), context)


def test_progress_reaches_the_end_of_the_file(jokes: Path, context: RecordingContext) -> None:
    import_jokes(ImportRequest((jokes,)), context)
    reading = [
        event
        for event in context.events
        if isinstance(event, Progress) and event.phase is Phase.READING
    ]
    size = jokes.stat().st_size
    assert reading[-1] == Progress(Phase.READING, size, size, "bytes")
    assert [event.done for event in reading] == sorted(event.done for event in reading)
    assert context.events[-1] == Progress(Phase.SAVING, 12, 12, "jokes")


def test_a_preview_imports_no_slow_library(onelinefun: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from jokegen.config.paths import Paths;"
        "from jokegen.data.importing import preview; from jokegen.data.table import TextTable;"
        "from jokegen.jobs.context import RecordingContext;"
        "from jokegen.jobs.dataset_requests import PreviewRequest;"
        "context = RecordingContext(Paths(Path(sys.argv[2])));"
        "summary = preview(PreviewRequest((Path(sys.argv[1]),)), context);"
        "TextTable(summary.table).cell(9, 1);"
        "print(sorted({'datasets', 'pandas', 'torch', 'transformers'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(onelinefun), str(tmp_path)],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert result.stdout.strip() == "[]"


def test_previews_of_other_days_are_removed(jokes: Path, paths: Paths) -> None:
    import os

    context = RecordingContext(paths)
    old = preview(PreviewRequest((jokes,)), context).table
    new = preview(PreviewRequest((jokes,)), context).table
    assert old.exists()
    os.utime(old, (0, 0))
    latest = preview(PreviewRequest((jokes,)), context).table
    assert set(paths.previews.iterdir()) == {
        path for table in (new, latest) for path in (table, table.with_suffix(".json"))
    }
