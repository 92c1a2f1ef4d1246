"""Whatever jokes are written in whatever format, the same characters are read back."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.data.conftest import read_rows

TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
        lambda text: not text.isspace()
    ),
    min_size=1,
    max_size=30,
)


def write_csv(path: Path, jokes: list[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["joke"], *([joke] for joke in jokes)])


def write_numbered_csv(path: Path, jokes: list[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = ([number, joke] for number, joke in enumerate(jokes))
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["id", "joke"], *rows])


def write_json(path: Path, jokes: list[str]) -> None:
    path.write_text(json.dumps(jokes), encoding="utf-8")


def write_json_lines(path: Path, jokes: list[str]) -> None:
    lines = (json.dumps({"joke": joke}, ensure_ascii=False) for joke in jokes)
    path.write_text("\n".join(lines), encoding="utf-8", newline="")


def write_parquet(path: Path, jokes: list[str]) -> None:
    pq.write_table(pa.table({"joke": pa.array(jokes, pa.string())}), path)


@pytest.mark.parametrize(
    ("ending", "write"),
    [
        ("csv", write_csv),
        ("csv", write_numbered_csv),
        ("json", write_json),
        ("jsonl", write_json_lines),
        ("parquet", write_parquet),
    ],
)
def test_every_format_gives_back_every_character(ending: str, write: object) -> None:
    assert callable(write)

    @settings(deadline=None, max_examples=120)
    @given(TEXTS)
    @example(["NA", "None", "null", "42", "007"])
    @example(['"', ",", ";", '""', "a\r\nb", "\r", "\ufeffx", "x,y", "'", "\\", "\x1f", "\u2028"])
    @example(["\ufeff"])
    def check(jokes: list[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"jokes.{ending}"
            write(path, [joke for joke in jokes if joke.strip()] or ["x"])
            columns, rows, _ = read_rows(path)
        joke = columns.index("joke") if "joke" in columns else 0
        assert [row[joke] for row in rows] == [joke for joke in jokes if joke.strip()] or ["x"]

    check()


@settings(deadline=None, max_examples=120)
@given(TEXTS)
def test_text_lines_come_back(jokes: list[str]) -> None:
    lines = [joke.replace("\r", " ").replace("\n", " ") for joke in jokes]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jokes.txt"
        path.write_text("x\n" + "\n".join(lines), encoding="utf-8", newline="")
        assert [row[0] for row in read_rows(path)[1]] == ["x", *lines]
