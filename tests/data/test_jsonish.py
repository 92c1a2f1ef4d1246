"""JSON, JSON Lines and Parquet in all shapes that hold one list of jokes."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.data.conftest import read_all, read_rows


@pytest.mark.parametrize(
    ("name", "content", "columns", "rows", "understood"),
    [
        ("a.json", '["x", "y"]', ("Joke",), [("x",), ("y",)], "JSON, a list of texts, UTF-8"),
        ("a.json", '[1e5, 1.0, 007]'.replace("007", "7"), ("Joke",),
         [("1e5",), ("1.0",), ("7",)], "JSON, a list of texts, UTF-8"),
        ("a.json", '[{"id": 1, "joke": "x"}, {"joke": "y", "on": true, "tags": ["a"]}, null]',
         ("id", "joke", "on", "tags"),
         [("1", "x", "", ""), ("", "y", "true", '["a"]'), ("", "", "", "")],
         "JSON, a list of objects, UTF-8"),
        ("a.json", '{"n": 2, "none": [ ], "jokes": ["x", null], "m": {"k": [1]}}', ("Joke",),
         [("x",), ("",)], "JSON, a list of texts in “jokes”, UTF-8"),
        ("a.json", '{"joke": "x"}\n{"joke": "y"}\n', ("joke",), [("x",), ("y",)],
         "JSON Lines, objects, UTF-8"),
        ("a.jsonl", '{"joke": "NA"}\n\n{"joke": null, "id": 12345678901234567890}',
         ("joke", "id"), [("NA", ""), ("", "12345678901234567890")],
         "JSON Lines, objects, UTF-8"),
        ("a.ndjson", '"x"\n"\\ud83d\\ude02 \\\\u0000"\n', ("Joke",), [("x",), ("😂 \\u0000",)],
         "JSON Lines, texts, UTF-8"),
        ("a.json", '[{"": 1, " b ": 2, "b": 3}]', ("Column 1", "b", "b (2)"), [("1", "2", "3")],
         "JSON, a list of objects, UTF-8"),
    ],
)  # fmt: skip
def test_json_shapes(
    tmp_path: Path,
    name: str,
    content: str,
    columns: tuple[str, ...],
    rows: list[tuple[str, ...]],
    understood: str,
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert read_rows(path) == (columns, rows, understood)


def test_json_with_a_mark_and_many_entries(tmp_path: Path) -> None:
    jokes = [f"joke\n{i} “ü”" for i in range(10_000)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(jokes, indent=1), encoding="utf-8-sig")
    assert [row[0] for row in read_rows(path)[1]] == jokes


def test_parquet_types_become_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "joke": pa.array(["NA", None, "007"]),
            "large": pa.array(["a", "b\r\nc", ""], pa.large_string()),
            "kind": pa.array(["x", "y", None]).dictionary_encode(),
            "score": [1, None, 3],
            "ok": [True, False, None],
            "raw": [b"bytes", None, "ü".encode()],
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    columns, rows, understood = read_rows(path)
    assert columns == tuple(table.column_names)
    assert rows == [
        ("NA", "a", "x", "1", "true", "bytes"),
        ("", "b\r\nc", "y", "", "false", ""),
        ("007", "", "", "3", "", "ü"),
    ]
    assert understood == "Parquet, 6 columns"


def test_parquet_row_groups_of_any_size_make_even_batches(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    jokes = [f"joke {i}" for i in range(10_000)]
    pq.write_table(pa.table({"joke": jokes}), path, row_group_size=333)
    found = read_all(path)
    assert found.sizes == [4096, 4096, 1808]
    assert [row[0] for row in found.rows] == jokes
