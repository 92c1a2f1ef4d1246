"""JSON, JSON Lines and Parquet in all shapes that hold one list of jokes."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import Format
from tests.data.conftest import read_all, read_rows
from tests.data.memory import READ_ALL, peak_after, run_on


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


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "columns", "rows"),
    [
        ('[["id", "joke"], [1, "x y"], [2, "z"]]', ("id", "joke"), [("1", "x y"), ("2", "z")]),
        ('[["Why, oh why?", "Because."], ["a", "b", "c"]]', ("Column 1", "Column 2", "Column 3"),
         [("Why, oh why?", "Because.", ""), ("a", "b", "c")]),
        ('{"joke": {"0": "a b", "1": "c"}, "id": {"0": 5, "1": null}}', ("joke", "id"),
         [("a b", "5"), ("c", "")]),
        ('{"0": {"joke": "a b"}, "1": {"joke": "c", "n": 1}}', ("joke", "n"),
         [("a b", ""), ("c", "1")]),
        ('{"-Mx1": {"joke": "a b"}, "-Mx2": {"joke": "c"}}', ("Key", "joke"),
         [("-Mx1", "a b"), ("-Mx2", "c")]),
        ('{"jokes": {"1": "a b", "2": "c"}}', ("jokes",), [("a b",), ("c",)]),
        ('{"columns": ["id", "joke"], "index": [0, 1], "data": [[1, "a good joke"], [2, "ha"]]}',
         ("Column 1", "Column 2"), [("1", "a good joke"), ("2", "ha")]),
        ('{"name": "Chat", "messages": [{"id": 1, "text": ["see ", {"type": "link", "text": "x"}, '
         '" ha"]}, {"id": 2, "text": "plain"}]}', ("id", "text"),
         [("1", "see x ha"), ("2", "plain")]),
        ('[{"a": {"b": {"c": "deep"}}, "joke": "x", "list": [1, "y"], "none": {}}]',
         ("a.b.c", "joke", "list", "none"), [("deep", "x", '["1", "y"]', "{}")]),
        ('{"data": {"children": [{"data": {"title": "t", "selftext": "s"}}]}}',
         ("data.title", "data.selftext"), [("t", "s")]),
        ('["tab\there", "line\nbreak"]', ("Joke",), [("tab\there",), ("line\nbreak",)]),
        ('["a", {"joke": "b", "id": 1}, 3, null, true]', ("Joke", "joke", "id"),
         [("a", "", ""), ("", "b", "1"), ("3", "", ""), ("", "", ""), ("true", "", "")]),
    ],
)  # fmt: skip
def test_jokes_are_found_in_any_shape(
    tmp_path: Path, content: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    found = read_all(write(tmp_path, "a.json", content))
    assert found.columns == columns
    assert found.rows == rows
    assert found.misfits == []


def test_of_several_lists_that_with_the_jokes_is_proposed_and_others_can_be_chosen(
    tmp_path: Path,
) -> None:
    content = json.dumps(
        {
            "tags": ["a", "b", "c", "d"],
            "meta": {"users": [{"name": "Ann", "url": "https://example.org/a"}] * 5},
            "posts": [{"joke": "A man walks into a bar."}, {"joke": "Ouch, he says."}],
        }
    )
    path = write(tmp_path, "a.json", content)
    found = read_all(path)
    assert found.columns == ("joke",)
    assert found.options.list_key == "posts"
    assert found.questions == ["The file holds 3 lists. Are the jokes in “posts”?"]
    assert read_all(path, list_key="meta.users").columns == ("name", "url")
    assert read_all(path, list_key="tags").rows == [("a",), ("b",), ("c",), ("d",)]
    assert read_all(path, list_key="tags").questions == []
    with pytest.raises(JokegenError, match="holds no list “jokes”") as caught:
        read_all(path, list_key="jokes")
    assert "“tags”, “meta.users”, “posts”" in caught.value.todo


def test_a_broken_line_of_json_lines_costs_itself_and_no_other(tmp_path: Path) -> None:
    lines = [json.dumps({"joke": f"number {i}"}) for i in range(9_000)]
    lines[4] = '{"joke": "never closed'
    lines[6_000] = '{"joke": "half \\ud83d of one"}'
    lines[7_000] = '{"a": 1} {"b": 2}'
    found = read_all(write(tmp_path, "a.jsonl", "\n".join(lines)))
    kept = [i for i in range(9_000) if i not in (4, 6_000, 7_000)]
    assert [row[0] for row in found.rows] == [f"number {i}" for i in kept]
    assert [(m.line, m.done) for m in found.misfits] == [
        (5, "left out"), (6_001, "left out"), (7_001, "left out"),
    ]  # fmt: skip
    assert "Unterminated string" in found.misfits[0].problem
    assert "half of a surrogate pair" in found.misfits[1].problem


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
@pytest.mark.parametrize("content", ['["x", "y"]', '[\n{"joke": "x"},\n{"joke": "y"}\n]\n'])
def test_a_json_list_is_one_whatever_its_name_says(tmp_path: Path, name: str, content: str) -> None:
    found = read_all(write(tmp_path, name, content))
    assert found.rows == [("x",), ("y",)]
    assert found.options.format is Format.JSON


def test_a_json_file_that_was_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    content = json.dumps([{"joke": f"number {i}"} for i in range(5_000)], indent=1)
    path = write(tmp_path, "a.json", content[: content.index("4321") + 2])
    found = read_all(path)
    assert [row[0] for row in found.rows] == [f"number {i}" for i in range(4_321)]
    (misfit,) = found.misfits
    assert misfit.line == 2 + 4_321 * 3 + 1
    assert "the file was cut off" in misfit.problem
    with pytest.raises(JokegenError, match=f"Line {misfit.line} of “a.json” is not valid JSON"):
        read_rows(path)


def test_a_flaw_in_the_middle_of_json_is_an_error_and_no_loss(tmp_path: Path) -> None:
    lines = ["[", *(f'"number {i}",' for i in range(200_000)), '"last"]']
    lines[100_000] = '"no comma"'
    with pytest.raises(JokegenError, match=r"Line 100002 of “a\.json” is not valid JSON"):
        read_all(write(tmp_path, "a.json", "\n".join(lines)))


def test_values_that_lie_across_pieces_of_the_file_are_whole(tmp_path: Path) -> None:
    """The file is read in pieces of a million characters; here their ends fall everywhere."""
    for shift in range(8):
        jokes = ["x" * (1_000_000 - 20 + shift), 'é😂 \\" \n', "1234567890", "y" * 2_500_000, "z"]
        content = json.dumps({"n": [12345678, True, None, 1.5e10], "jokes": jokes * 2})
        found = read_all(write(tmp_path, "a.json", content), list_key="jokes")
        assert [row[0] for row in found.rows] == jokes * 2
        numbers = read_all(tmp_path / "a.json", list_key="n")
        assert [row[0] for row in numbers.rows] == ["12345678", "true", "", "15000000000.0"]


def test_half_a_surrogate_pair_and_nul_are_named_in_json(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", '["fine",\n"half \\ud83d",\n"n\\u0000l", "\\ud83d\\ude02"]')
    found = read_all(path)
    assert found.rows == [("fine",), ("nl",), ("😂",)]
    assert [(m.line, m.done) for m in found.misfits] == [(2, "left out"), (3, "repaired")]


def test_a_million_different_keys_are_no_table(tmp_path: Path) -> None:
    content = "\n".join(json.dumps({f"key {i}": "x"}) for i in range(3_000))
    with pytest.raises(JokegenError, match=r"“a\.jsonl” has 1,001 columns"):
        read_all(write(tmp_path, "a.jsonl", content))


def test_a_large_json_file_is_not_held_in_memory(tmp_path: Path) -> None:
    small = write(tmp_path, "small.json", '["x"]')
    large = tmp_path / "large.json"
    with large.open("w", encoding="utf-8") as file:
        file.write('["😂"')
        file.writelines(',\n"' + f"{i} and a good deal more " * 20 + '"' for i in range(120_000))
        file.write("]")
    assert large.stat().st_size > 50_000_000
    rows, most = run_on(READ_ALL, large)
    assert rows == "120001"
    assert int(most) - peak_after(READ_ALL, small) < 60
