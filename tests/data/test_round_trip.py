"""Whatever texts a standard library writes in whatever format, the same characters are read back.

What a format cannot hold is said beside it, and tested too: such a text is refused by what writes
it, or is reported where it is read, and never silently another.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError

from jokegen.config.paths import Paths
from jokegen.data.importing import import_jokes
from jokegen.data.store import load_jokes
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import EACH_LINE, ImportRequest, Misfits, ReadOptions, Recipe
from tests.data.conftest import read_all, read_rows
from tests.data.workbooks import ods_cell, ods_row, write_ods

LITERALS = ["NA", "None", "null", "NaN", "#N/A", "42", "007", "1e5", "1.0", "-0", "TRUE", "false",
            "=1+1", "+1", "@x", "2024-12-31", "12/31/24", "1,5", "", "nan", "\\N"]  # fmt: skip
ODDITIES = ['"', ",", ";", '""', "a\r\nb", "\r", "\ufeffx", "x,y", "'", "\\", '\\"', "\x1f", "\x85",
            "\u2028", "\t", "{joke}", "<b>", "&amp;", "_x000D", "e\u0301", "😂"]  # fmt: skip

# No text of any format: half a surrogate pair cannot be encoded, and NUL ends it for C programs.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ANY_TEXT = st.text(CHARACTERS) | st.sampled_from(LITERALS + ODDITIES)
TEXTS = st.lists(ANY_TEXT.filter(lambda text: bool(text.strip())), min_size=1, max_size=30)


def xlsx_text(text: str) -> bool:
    """Whether XLSX can hold a text as it is.

    XML has no control characters besides tab and line feed (openpyxl refuses them, and a carriage
    return comes back as a line feed, as XML wants it); "_x0041_" is how Excel writes "A"; a cell
    holds 32,767 characters.
    """
    return not re.search(r"[\x00-\x08\x0b-\x1f]|_x[0-9A-Fa-f]{4}_", text) and len(text) < 32_768


XLSX_TEXTS = st.lists(
    ANY_TEXT.filter(lambda text: bool(text.strip()) and xlsx_text(text)), min_size=1, max_size=30
)


def write_csv(path: Path, jokes: Sequence[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["joke"], *([joke] for joke in jokes)])


def write_numbered_csv(path: Path, jokes: Sequence[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = ([number, joke] for number, joke in enumerate(jokes))
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["id", "joke"], *rows])


def write_tsv(path: Path, jokes: Sequence[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = ([joke, number] for number, joke in enumerate(jokes))
        csv.writer(file, dialect="excel-tab").writerows([["joke", "id"], *rows])


def write_json(path: Path, jokes: Sequence[str]) -> None:
    path.write_text(json.dumps(jokes), encoding="utf-8")


def write_json_objects(path: Path, jokes: Sequence[str]) -> None:
    rows = [{"n": number, "joke": joke} for number, joke in enumerate(jokes)]
    path.write_text(json.dumps({"count": 3, "items": rows}, ensure_ascii=False, indent=1),
                    encoding="utf-8")  # fmt: skip


def write_json_lines(path: Path, jokes: Sequence[str]) -> None:
    lines = (json.dumps({"joke": joke}, ensure_ascii=False) for joke in jokes)
    path.write_text("\n".join(lines), encoding="utf-8", newline="")


def write_parquet(path: Path, jokes: Sequence[str]) -> None:
    pq.write_table(pa.table({"joke": pa.array(jokes, pa.string())}), path)


def write_arrow(path: Path, jokes: Sequence[str]) -> None:
    table = pa.table({"joke": pa.array(jokes, pa.large_string())})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def write_xlsx(path: Path, jokes: Sequence[str]) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for number, joke in enumerate(["joke", *jokes], 1):
        cell = sheet.cell(number, 1)
        cell.value = joke
        cell.data_type = "s"  # "=1+1" is a text here, as when one types '=1+1
    workbook.save(path)


FORMATS: dict[str, tuple[str, Callable[[Path, Sequence[str]], None], Any]] = {
    "csv": ("a.csv", write_csv, TEXTS),
    "numbered csv": ("a.csv", write_numbered_csv, TEXTS),
    "tsv": ("a.tsv", write_tsv, TEXTS),
    "json": ("a.json", write_json, TEXTS),
    "json objects": ("a.json", write_json_objects, TEXTS),
    "json lines": ("a.jsonl", write_json_lines, TEXTS),
    "parquet": ("a.parquet", write_parquet, TEXTS),
    "arrow": ("a.arrow", write_arrow, TEXTS),
    "xlsx": ("a.xlsx", write_xlsx, XLSX_TEXTS),
}


def column_of(columns: Sequence[str]) -> int:
    """Where the jokes are: a JSON list of texts has no name for them."""
    return columns.index("joke") if "joke" in columns else columns.index("Joke")


def usable(jokes: Sequence[str], name: str) -> list[str]:
    return [joke for joke in jokes if joke.strip() and (name != "xlsx" or xlsx_text(joke))]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_back_every_character(name: str) -> None:
    file, write, texts = FORMATS[name]

    @settings(deadline=None, max_examples=80)
    @given(texts)
    @example(LITERALS)
    @example(ODDITIES)
    @example(["\ufeff"])
    @example(["joke", "joke"])
    def check(jokes: list[str]) -> None:
        jokes = usable(jokes, name)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file
            write(path, jokes)
            columns, rows, _ = read_rows(path)
        assert [row[column_of(columns)] for row in rows] == jokes

    check()


@pytest.mark.parametrize("name", FORMATS)
def test_an_imported_data_set_holds_exactly_these_texts(name: str) -> None:
    """But for outer white space, and without those that are nothing else or far too long."""
    file, write, texts = FORMATS[name]

    @settings(deadline=None, max_examples=12)
    @given(texts)
    @example(LITERALS)
    @example(ODDITIES)
    @example(["same", "same", " same "])
    def check(jokes: list[str]) -> None:
        jokes = usable(jokes, name)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file
            write(path, jokes)
            context = RecordingContext(Paths(Path(folder) / "home"))
            column = "Joke" if name == "json" else "joke"
            summary = import_jokes(
                ImportRequest((path,), columns=(column,), recipe=Recipe(fixes=())), context
            )
            kept = [joke for part in load_jokes(context.paths, summary.dataset) for joke in part]
        assert sorted(kept) == sorted(joke.strip() for joke in jokes)
        assert (summary.misfit_count, summary.dropped) == (0, {})

    check()


CELLS = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(ANY_TEXT, min_size=width, max_size=width), min_size=1, max_size=12
    )
)


@settings(deadline=None, max_examples=300)
@given(
    CELLS,
    st.sampled_from([",", ";", "\t", "|", ":", "\x01", "é"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gb18030"]),
    st.booleans(),
)
def test_any_table_comes_back_if_one_says_how_it_was_written(
    rows: list[list[str]], delimiter: str, newline: str, quoting: Any, encoding: str, header: bool
) -> None:
    if newline != "\r\n":  # Python before 3.13 puts no quotation marks around the other line ends
        quoting = csv.QUOTE_ALL
    if not any(cell.strip('",;|').strip() for row in rows for cell in row):
        rows = [*rows, ["x"] * len(rows[0])]  # a table of nothing is an error
    if rows[0][0].startswith("\ufeff"):  # at the beginning of a file this is no letter
        rows = [["x"] * len(rows[0]), *rows]
    names = [f"column {number}" for number in range(len(rows[0]))]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(
        [names, *rows] if header else rows
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        columns, found, _ = read_rows(
            path,
            encoding=encoding.removesuffix("-sig"),
            delimiter=delimiter,
            has_header=header,
        )
    assert [list(row) for row in found] == rows
    if header:
        assert list(columns) == names


WINDOWS = "".join(bytes([code]).decode("cp1252", "ignore") for code in range(1, 256))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(WINDOWS).filter(lambda text: bool(text.strip())), min_size=1))
def test_any_text_in_windows_1252_comes_back_if_it_is_chosen(jokes: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", newline="", encoding="cp1252") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["joke"], *([j] for j in jokes)])
        assert read_rows(path, encoding="cp1252")[1] == [(joke,) for joke in jokes]


LINES = TEXTS.map(lambda jokes: [re.sub(r"[\r\n]", " ", joke) for joke in jokes])


@settings(deadline=None, max_examples=120)
@given(LINES, st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1))
@example(LITERALS[:10], ["\n"])
def test_lines_of_text_come_back_whatever_ends_them(lines: list[str], ends: list[str]) -> None:
    """What a text file cannot hold is a line break inside a joke."""
    mixed = "".join(line + ends[number % len(ends)] for number, line in enumerate(lines))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jokes.txt"
        path.write_text("x y" + "\n" + mixed, encoding="utf-8", newline="")
        found = read_rows(path, separator=EACH_LINE)[1]
    assert [row[0] for row in found] == ["x y", *lines]


@pytest.mark.parametrize("literal", LITERALS)
def test_words_that_look_like_values_stay_words(tmp_path: Path, literal: str) -> None:
    jokes = ["A joke of many words", literal, "Another joke of many words"]
    for file, write, _ in FORMATS.values():
        path = tmp_path / file
        write(path, jokes)
        columns, rows, _ = read_rows(path)
        assert [row[column_of(columns)] for row in rows] == jokes
    sheet = "".join(ods_row(ods_cell(joke.replace("&", "&amp;"))) for joke in ["joke", *jokes])
    assert [row[0] for row in read_rows(write_ods(tmp_path / "a.ods", sheet))[1]] == jokes


@pytest.mark.parametrize("control", ["\x00", "\x01", "\x08", "\x0b", "\x1b", "\x1f"])
def test_control_characters_are_refused_by_what_writes_workbooks(
    tmp_path: Path, control: str
) -> None:
    with pytest.raises(IllegalCharacterError):
        write_xlsx(tmp_path / "a.xlsx", [f"a{control}b"])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\r\nb", "a\nb"),  # XML: every line end is a line feed
        ("a\rb", "a\nb"),
        ("a_x000D_b", "a\rb"),  # Excel's way of writing it, and so what Excel shows
        ("_x0041_", "A"),
        ("_x005F_x0041_", "_x0041_"),
    ],
)
def test_what_a_workbook_cannot_hold_is_read_as_excel_shows_it(
    tmp_path: Path, written: str, read: str
) -> None:
    write_xlsx(tmp_path / "a.xlsx", [written])
    assert read_rows(tmp_path / "a.xlsx")[1] == [(read,)]


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "xlsx"])
def test_nul_is_reported_in_every_format(tmp_path: Path, name: str) -> None:
    file, write, _ = FORMATS[name]
    write(tmp_path / file, ["a fine one", "a\0b", "another one"])
    found = read_all(tmp_path / file)
    column = column_of(found.columns)
    assert [row[column] for row in found.rows] == ["a fine one", "ab", "another one"]
    assert [(m.problem, m.done) for m in found.misfits] == [
        ("holds a NUL character, which was taken out", "repaired")
    ]
    found = read_all(tmp_path / file, misfits=Misfits.SKIP)
    assert [row[column] for row in found.rows] == ["a fine one", "another one"]


def test_a_pile_of_all_formats_holds_all_texts(tmp_path: Path) -> None:
    jokes = [f"A joke that is as long as most are, number {i}, {o}" for i, o in enumerate(LITERALS)]
    paths = []
    for number, (file, write, _) in enumerate(FORMATS.values()):
        paths.append(tmp_path / f"{number}-{file}")
        write(paths[-1], [f"{number}: {joke}" for joke in jokes])
    context = RecordingContext(Paths(tmp_path / "home"))
    request = ImportRequest(tuple(paths), options=ReadOptions(), recipe=Recipe(fixes=()))
    summary = import_jokes(request, context)
    kept = [joke for part in load_jokes(context.paths, summary.dataset) for joke in part]
    assert sorted(kept) == sorted(f"{n}: {j}".strip() for n in range(len(FORMATS)) for j in jokes)
