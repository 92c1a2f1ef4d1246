"""The table that the window shows: any cell at once, without the file being mapped or held."""

from __future__ import annotations

import io
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jokegen.config.paths import Paths
from jokegen.data.arrow_heads import stream_heads
from jokegen.data.batches import text_batch
from jokegen.data.importing import import_jokes, preview
from jokegen.data.store import find_dataset, save_dataset
from jokegen.data.table import CELL_CHARACTERS, TextTable
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest, PreviewRequest


def pa_file(path: Path) -> Any:
    """A file of Arrow's, after the message with the schema."""
    import pyarrow as pa

    file = pa.OSFile(str(path))
    pa.ipc.read_message(file)
    return file


def table_of(path: Path, context: RecordingContext) -> TextTable:
    return TextTable(preview(PreviewRequest((path,)), context).table)


def test_cells_are_those_of_the_file(onelinefun: Path, context: RecordingContext) -> None:
    table = table_of(onelinefun, context)
    assert (table.rows, table.columns) == (2950, ("ID", "Joke"))
    assert [table.cell(row, 0) for row in range(2950)] == [str(i) for i in range(1, 2951)]
    assert table.cell(3, 1) == "My wife and I were happy for twenty years. Then we met."
    table.close()


def test_long_texts_and_line_breaks_are_shown_on_one_line(
    tmp_path: Path, context: RecordingContext
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        'id,joke\n1,"a\r\nb\nc"\n2,' + "x" * 300 + "\n3," + "y " * 999, encoding="utf-8"
    )
    table = table_of(path, context)
    assert table.cell(0, 1) == "a ⏎ b ⏎ c"
    assert table.cell(1, 1) == "x" * 300
    assert len(table.cell(2, 1)) == CELL_CHARACTERS
    assert table.cell(2, 1).endswith("…")
    assert table.text(2, 1) == "y " * 999
    for row, column in ((3, 0), (-1, 0), (0, 2), (0, -1)):
        with pytest.raises(IndexError):
            table.cell(row, column)
    table.close()


def test_any_of_many_rows_is_quick_and_little_is_held(
    tmp_path: Path, context: RecordingContext
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"joke number {i} of many\n" for i in range(250_000)), encoding="utf-8")
    table = table_of(path, context)
    assert table.rows == 250_000
    times = []
    for row in random.Random(1).sample(range(250_000), 300):
        started = time.perf_counter()
        assert table.cell(row, 0) == f"joke number {row} of many"
        times.append(time.perf_counter() - started)
    assert sorted(times)[len(times) // 2] < 0.005
    assert len(table._held) <= 8
    started = time.perf_counter()
    for row in range(1_000, 2_000):
        table.cell(row, 0)
    assert time.perf_counter() - started < 0.1
    table.close()


def test_a_data_set_is_shown_with_its_parts(onelinefun: Path, context: RecordingContext) -> None:
    summary = import_jokes(ImportRequest((onelinefun,)), context)
    table = TextTable.for_dataset(find_dataset(context.paths, summary.dataset))
    assert (table.rows, table.columns) == (2948, ("Joke", "Part"))
    parts = [table.cell(row, 1) for row in range(table.rows)]
    assert parts == ["to learn from"] * 2653 + ["for checking"] * 295
    first = "I just asked my husband if he remembers what today is... Scaring men is easy."
    assert table.cell(0, 0) == first
    assert len({table.text(row, 0) for row in range(table.rows)}) == 2948
    table.close()


def test_a_data_set_of_many_batches_is_shown(paths: Paths) -> None:
    train = [f"joke {i}" for i in range(12_345)]
    info = save_dataset(paths, "n", train, [], dropped={}, source="", column="")
    table = TextTable.for_dataset(info)
    assert [table.cell(row, 0) for row in range(table.rows)] == train
    assert table.cell(12_344, 1) == "to learn from"
    table.close()


def test_a_table_that_is_gone_or_cut_is_an_error(
    onelinefun: Path, context: RecordingContext
) -> None:
    path = preview(PreviewRequest((onelinefun,)), context).table
    content = path.read_bytes()
    for damaged in (b"", content[:1_000], content[:-20]):
        path.write_bytes(damaged)
        with pytest.raises(JokegenError, match="cannot be read"):
            TextTable(path)
    path.unlink()
    with pytest.raises(JokegenError, match="cannot be read"):
        TextTable(path)


def test_a_file_cut_while_it_is_shown_is_an_error_and_no_crash(
    tmp_path: Path, context: RecordingContext
) -> None:
    source = tmp_path / "a.txt"
    source.write_text("".join(f"joke number {i}\n" for i in range(50_000)), encoding="utf-8")
    path = preview(PreviewRequest((source,)), context).table
    table = TextTable(path)
    with path.open("r+b") as file:
        file.truncate(1_000)
    with pytest.raises(JokegenError, match="cannot be read"):
        table.cell(40_000, 0)
    table.close()


def test_a_large_data_set_is_seen_at_once(paths: Paths) -> None:
    train = [f"joke number {i} of a great many that are to be seen" for i in range(400_000)]
    info = save_dataset(paths, "n", train, ["last"], dropped={}, source="", column="")
    TextTable.for_dataset(info).close()
    started = time.perf_counter()
    table = TextTable.for_dataset(info)
    assert time.perf_counter() - started < 0.02
    assert table.rows == 400_001
    times = []
    for row in random.Random(1).sample(range(400_000), 300):
        started = time.perf_counter()
        assert table.cell(row, 0) == train[row]
        times.append(time.perf_counter() - started)
    assert sorted(times)[len(times) // 2] < 0.005
    assert table.cell(400_000, 0) == "last"
    assert [first for first, _ in table.batches()] == [*range(0, 400_000, 4_096), 400_000]
    table.close()


@pytest.mark.parametrize("rows", [0, 1, 4_096, 4_097])
def test_the_heads_of_batches_are_those_that_arrow_reads(paths: Paths, rows: int) -> None:
    import pyarrow as pa

    info = save_dataset(
        paths, "n", ["a" * (i % 7) for i in range(rows)], ["b"], dropped={}, source="", column=""
    )
    (file,) = (info.path / "train").glob("*.arrow")
    with pa.OSFile(str(file)) as source:
        pa.ipc.read_message(source)
        heads = list(stream_heads(source))
    with pa.OSFile(str(file)) as source, pa.ipc.open_stream(source) as reader:
        assert [head.rows for head in heads] == [batch.num_rows for batch in reader]
    table = TextTable.for_dataset(info)
    assert table.rows == rows + 1
    table.close()


def test_data_sets_that_the_library_wrote_are_shown_too(paths: Paths) -> None:
    import datasets

    info = save_dataset(paths, "n", ["a"], ["b"], dropped={}, source="", column="")
    texts = [f"joke {i}" for i in range(3_500)]
    other = info.path.with_name("other")
    datasets.Dataset.from_dict({"text": texts}).save_to_disk(str(other))
    (written,) = other.glob("*.arrow")
    with pa_file(written) as source:
        assert sum(head.rows for head in stream_heads(source)) == 3_500


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_head_is_an_error_and_no_crash(data: st.DataObject) -> None:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    batch = text_batch(("text",), [["a", "b", "c"]])
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
        writer.write_batch(batch)
    content = bytearray(sink.getvalue().to_pybytes())
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    try:
        heads = list(stream_heads(pa.PythonFile(io.BytesIO(bytes(content)), "r")))
    except ValueError:
        return
    assert all(head.offset < len(content) for head in heads)


def test_a_cut_data_set_is_an_error(paths: Paths) -> None:
    info = save_dataset(paths, "n", ["a"] * 99, ["b"], dropped={}, source="", column="")
    (file,) = (info.path / "train").glob("*.arrow")
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(JokegenError, match="another size"):
        TextTable.for_dataset(info)
