"""Parquet and Arrow of all types, damaged or not, become text or an error that names the file."""

from __future__ import annotations

import datetime
import decimal
import io
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import Misfits
from tests.data.conftest import read_all, read_rows
from tests.data.memory import READ_ALL, run_on

KINDS = ("parquet", "arrow", "stream", "feather")


def write(folder: Path, kind: str, table: pa.Table) -> Path:
    if kind == "parquet":
        path = folder / "a.parquet"
        pq.write_table(table, path)
        return path
    path = folder / ("a.feather" if kind == "feather" else "a.arrow")
    options = pa.ipc.IpcWriteOptions(compression="lz4") if kind == "feather" else None
    new = pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file
    with pa.OSFile(str(path), "wb") as sink, new(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return path


COLUMNS: dict[str, tuple[Any, list[str]]] = {
    "text": (pa.array(["NA", None, "", " x "]), ["NA", "", "", " x "]),
    "large": (pa.array(["1e5", "b\r\nc", None, "é"], "large_string"), ["1e5", "b\r\nc", "", "é"]),
    "view": (pa.array(["a", None, "long " * 9, "é"], "string_view"), ["a", "", "long " * 9, "é"]),
    "kind": (pa.array(["x", "y", None, "x"]).dictionary_encode(), ["x", "y", "", "x"]),
    "bytes": (pa.array([b"a", None, "é".encode(), b""]), ["a", "", "é", ""]),
    "whole": (pa.array([1, None, -3, 2**62]), ["1", "", "-3", str(2**62)]),
    "real": (pa.array([1.5, None, 1e20, 2.0]), ["1.5", "", "1e+20", "2.0"]),
    "short": (pa.array([0.1, None, 1.5, 2.0], pa.float32()), ["0.1", "", "1.5", "2"]),
    "yes": (pa.array([True, None, False, True]), ["true", "", "false", "true"]),
    "exact": (pa.array([decimal.Decimal("1.50"), None] * 2), ["1.50", ""] * 2),
    "day": (pa.array([datetime.date(2024, 2, 29), None] * 2), ["2024-02-29", ""] * 2),
    "far day": (pa.array([10**7, None, 0, -(10**6)], pa.date32()),
                ["29349-01-26", "", "1970-01-01", "-0768-02-04"]),
    "moment": (pa.array([0, None, 1_500_000_000, 1], pa.timestamp("ns")),
               ["1970-01-01 00:00:00", "", "1970-01-01 00:00:01.500000000",
                "1970-01-01 00:00:00.000000001"]),
    "zoned": (pa.array([0, None] * 2, pa.timestamp("us", "UTC")), ["1970-01-01 00:00:00Z", ""] * 2),
    "time": (pa.array([3_600, None] * 2, pa.time32("s")), ["01:00:00", ""] * 2),
    "nothing": (pa.nulls(4), [""] * 4),
    "list": (pa.array([["a", "é"], None, [], ["b"]]), ['["a", "é"]', "", "[]", '["b"]']),
    "map": (pa.array([[("k", 1)], None] * 2, pa.map_(pa.string(), pa.int8())),
            ['[["k", 1]]', ""] * 2),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_all_types_become_text(tmp_path: Path, kind: str) -> None:
    table = pa.table({name: values for name, (values, _) in COLUMNS.items()})
    columns, rows, _ = read_rows(write(tmp_path, kind, table))
    assert columns == tuple(COLUMNS)
    for name, cells in zip(columns, zip(*rows, strict=True), strict=True):
        assert list(cells) == COLUMNS[name][1], name


def test_moments_in_nanoseconds_do_not_import_pandas(tmp_path: Path) -> None:
    path = write(tmp_path, "parquet", pa.table({"t": COLUMNS["moment"][0], "joke": ["x"] * 4}))
    code = READ_ALL + "\nprint('pandas' in sys.modules)"
    assert run_on(code, path)[-1] == "False"


READ = """
import sys
from pathlib import Path
from tests.data.conftest import read_all
path = Path(sys.argv[1])
read_all(path)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_values_inside_values_become_columns(tmp_path: Path, kind: str) -> None:
    table = pa.table(
        {"joke": ["x", "y"], "author": [{"name": "Ann", "home": {"town": "Bonn"}}, None]}
    )
    found = read_all(write(tmp_path, kind, table))
    assert found.columns == ("joke", "author.name", "author.home.town")
    assert found.rows == [("x", "Ann", "Bonn"), ("y", "", "")]


@pytest.mark.parametrize("kind", KINDS)
def test_many_small_and_few_large_batches_come_out_even(tmp_path: Path, kind: str) -> None:
    jokes = [f"joke number {i}" for i in range(10_000)]
    small = pa.table({"joke": pa.chunked_array([jokes[i : i + 7] for i in range(0, 10_000, 7)])})
    for table in (small, pa.table({"joke": jokes})):
        found = read_all(write(tmp_path, kind, table))
        assert found.sizes == [4096, 4096, 1808]
        assert [row[0] for row in found.rows] == jokes
    long = pa.table({"joke": ["x" * 100_000] * 200})
    assert set(read_all(write(tmp_path, kind, long)).sizes) == {64, 8}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_are_no_text_are_named_and_left_out(tmp_path: Path, kind: str) -> None:
    raw = pa.array([b"fine", b"\xff\xfe", b"n\0l", b"good"], pa.binary())
    text = pa.StringArray.from_buffers(4, raw.buffers()[1], raw.buffers()[2])
    for column in (raw, text):
        found = read_all(write(tmp_path, kind, pa.table({"id": [1, 2, 3, 4], "joke": column})))
        assert found.rows == [("1", "fine"), ("3", "nl"), ("4", "good")]
        assert [(m.line, m.problem, m.done) for m in found.misfits] == [
            (2, "holds bytes that are not UTF-8 text", "left out"),
            (3, "holds a NUL character, which was taken out", "repaired"),
        ]
        table = pa.table({"joke": column})
        found = read_all(write(tmp_path, kind, table), misfits=Misfits.SKIP)
        assert found.rows == [("fine",), ("good",)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_off_anywhere_is_named(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, kind, pa.table({"joke": [f"joke {i}" for i in range(50_000)]}))
    content = path.read_bytes()
    for share in (0.02, 0.3, 0.7, 0.99):
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(JokegenError, match=f"The file “{path.name}” is not a whole") as caught:
            read_all(path)
        assert caught.value.todo == "Download or export it again, then choose the new file."


def test_a_stream_cut_off_between_two_batches_cannot_be_told_from_a_whole_one(
    tmp_path: Path,
) -> None:
    """The format says so: the mark at a stream's end may be missing."""
    sink = io.BytesIO()
    table = pa.table({"joke": ["a b", "c d"]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    path = tmp_path / "a.arrow"
    path.write_bytes(sink.getvalue()[:-8])
    assert read_all(path).rows == [("a b",), ("c d",)]


@pytest.mark.parametrize("kind", ["arrow", "stream"])
def test_offsets_that_point_outside_are_damage_and_no_crash(tmp_path: Path, kind: str) -> None:
    good = pa.array(["fine", "good", "well"])
    offsets = pa.py_buffer(b"".join(n.to_bytes(4, "little") for n in (0, 4, 2**30, 12)))
    bad = pa.StringArray.from_buffers(3, offsets, good.buffers()[2])
    table = pa.Table.from_batches([pa.RecordBatch.from_arrays([good, bad], names=["a", "b"])])
    path = write(tmp_path, kind, table)
    code = READ.replace("read_all(path)", "try: read_all(path)\nexcept Exception as e: print(e)")
    assert "is not a whole Arrow file" in run_on(code, path)[0]


def test_flipped_bytes_never_crash_the_worker(tmp_path: Path) -> None:
    """Every byte of a small file in turn: it is read, or an error names it; nothing else."""
    code = READ.replace("read_all(path)", FLIP)
    for kind in ("arrow", "parquet"):
        table = pa.table({"joke": ["a b", "c d", None], "n": [1, 2, 3], "k": ["x", "y", "x"]})
        assert run_on(code, write(tmp_path, kind, table))[-1] == "done"


FLIP = """
from jokegen.errors import JokegenError
content = path.read_bytes()
for at in range(0, len(content), 3):
    path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
    try:
        read_all(path)
    except JokegenError as error:
        assert path.name in error.happened, error
print("done")
"""


def test_one_text_shown_a_thousand_times_does_not_fill_the_memory(tmp_path: Path) -> None:
    """A Parquet file of a few kilobytes can hold gigabytes, each text once."""
    path = tmp_path / "a.parquet"
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 30_000), pa.array(["ha " * 700_000]))
    table = pa.table({"joke": column})
    for schema in (True, False):  # read as a dictionary again, or as plain text
        pq.write_table(table, path, compression="zstd", store_schema=schema)
        assert path.stat().st_size < 100_000
        *said, _, most = run_on(READ_ALL, path)
        assert "“a.parquet” holds texts of many megabytes" in "".join(said)
        assert int(most) < 1_500


def test_a_table_without_columns_or_rows_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "arrow", pa.table({}))
    with pytest.raises(JokegenError, match=r"“a\.arrow” has no columns"):
        read_all(path)
    assert (
        read_all(write(tmp_path, "parquet", pa.table({"joke": pa.array([], pa.string())}))).rows
        == []
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names in Unicode")
@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_name_that_is_no_text_is_only_a_name(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, kind, pa.table({"joke": ["x y"]}))
    odd = path.rename(tmp_path / f"caf\udce9.{path.suffix}")
    assert read_all(odd).rows == [("x y",)]
