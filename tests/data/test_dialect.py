"""Delimiter, header and quoting are proposed rightly; guesses on little evidence are questions."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from jokegen.errors import JokegenError
from tests.data.conftest import read_all, read_rows

ROWS = [[str(i), f"Why, oh why; number {i}? | Because\tit is."] for i in range(12)]


def write(folder: Path, content: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("has_header", [True, False])
def test_any_usual_table_is_understood(
    tmp_path: Path, delimiter: str, newline: str, quoting: Any, has_header: bool
) -> None:
    path = tmp_path / "jokes.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=newline, quoting=quoting)
        writer.writerows([["id", "joke"], *ROWS] if has_header else ROWS)
    found = read_all(path)
    assert [list(row) for row in found.rows] == ROWS
    assert found.columns == (("id", "joke") if has_header else ("Column 1", "Column 2"))
    assert found.options.delimiter == delimiter
    assert (found.questions, found.misfits) == ([], [])


@pytest.mark.parametrize("delimiter", [":", "^", "~", "\x01", "/", "§", "😂", " "])
def test_any_character_can_be_chosen_as_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "jokes.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows([["id", "joke"], *ROWS])
    found = read_all(path, delimiter=delimiter)
    assert [list(row) for row in found.rows] == ROWS
    assert found.options.delimiter == delimiter


@pytest.mark.parametrize("delimiter", ["||", '"', "\n", "::"])
def test_what_cannot_be_a_delimiter_is_said(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(JokegenError, match="cannot stand between columns") as caught:
        read_all(write(tmp_path, "id,joke\n1,x\n"), delimiter=delimiter)
    assert "Choose one character" in caught.value.todo


def test_one_column_can_be_chosen_whatever_stands_in_it(tmp_path: Path) -> None:
    path = write(tmp_path, 'joke,id\n"Well, well",1\nx\x1fy,2\n')
    found = read_all(path, delimiter="", has_header=False)
    assert found.rows == [("joke,id",), ('"Well, well",1',), ("x\x1fy,2",)]
    assert [(misfit.line, misfit.done) for misfit in found.misfits] == [(2, "repaired")]


@pytest.mark.parametrize("hint", ["sep=;\n", "sep=;\r\n", "SEP=;\n", '"sep=;"\n', "\ufeffsep=;\n"])
def test_the_line_that_tells_excel_the_delimiter_is_no_joke(tmp_path: Path, hint: str) -> None:
    found = read_all(write(tmp_path, f"{hint}id;joke\n1;Well, well\n2;x\n"))
    assert found.columns == ("id", "joke")
    assert found.rows == [("1", "Well, well"), ("2", "x")]
    with pytest.raises(JokegenError, match="Line 4 of"):
        read_rows(write(tmp_path, f"{hint}id;joke\n1;x\n2;y;z\n"))


def test_unquoted_tsv_keeps_its_quotation_marks(tmp_path: Path) -> None:
    lines = [f'{i}\t"Hello" said number {i}, "ha' for i in range(9)]
    found = read_all(write(tmp_path, "id\tjoke\n" + "\n".join(lines), "a.tsv"))
    assert [row[1] for row in found.rows] == [f'"Hello" said number {i}, "ha' for i in range(9)]
    assert found.misfits == []


def test_one_joke_a_line_with_speech_in_it_keeps_its_quotation_marks(tmp_path: Path) -> None:
    lines = [f'"Doctor {i}," said the man, "it hurts."' for i in range(9)]
    found = read_all(write(tmp_path, "\n".join(lines)))
    assert [row[0] for row in found.rows] == lines
    assert found.misfits == []


def test_marks_with_backslashes_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    jokes = ['She said "hi, there".', "C:\\temp\\new", 'Both \\ and "', "plain, with comma", '"']
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, doublequote=False, escapechar="\\").writerows(
            [["id", "joke"], *([str(i), joke] for i, joke in enumerate(jokes))]
        )
    found = read_all(path)
    assert [row[1] for row in found.rows] == jokes
    assert found.misfits == []


def test_a_slip_in_a_quoted_table_does_not_make_all_marks_text(tmp_path: Path) -> None:
    good = [f'{i},"Number {i}, ""quoted"", it is"' for i in range(9)]
    content = "id,joke\n" + "\n".join([*good, '9,"He" said', "10,fine"])
    found = read_all(write(tmp_path, content))
    assert found.rows[0] == ("0", 'Number 0, "quoted", it is')
    assert found.rows[-2:] == [("9", '"He" said'), ("10", "fine")]
    assert [(misfit.line, misfit.done) for misfit in found.misfits] == [(11, "repaired")]


@pytest.mark.parametrize(
    ("content", "question"),
    [
        (
            "Moppi\n" + "A line that is a good deal longer than the first.\n" * 3,
            "Is the first line",
        ),
        ("Setup x,Ending y\nWhy?,Because.\n", "Are the columns really separated by commas?"),
        ("1,Because it is\n2,And so on\n", "Are the columns really separated by commas?"),
        ("a b,c d\n" * 7 + "x y\n" * 2, "Are the columns really separated by commas?"),
    ],
)
def test_guesses_on_little_evidence_are_questions(
    tmp_path: Path, content: str, question: str
) -> None:
    path = write(tmp_path, content)
    assert any(question in asked for asked in read_all(path).questions)
    asked = read_all(path, delimiter=",", has_header=False).questions
    assert not any(question in one for one in asked)


@pytest.mark.parametrize("content", ['""\n""\n', ",,,\n,,\n", "; ;\n;;\n", '"\n\n"', "\t\t\n"])
def test_a_table_of_empty_cells_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(JokegenError, match=r"“a\.csv” holds nothing but") as caught:
        read_all(write(tmp_path, content))
    assert "at least one joke" in caught.value.todo


def test_the_header_can_be_chosen_either_way(tmp_path: Path) -> None:
    path = write(tmp_path, "joke\nHa ha\n")
    assert read_all(path, has_header=False).rows == [("joke",), ("Ha ha",)]
    path = write(tmp_path, "My first joke, it is.\nHa ha\n")
    found = read_all(path, has_header=True, delimiter="")
    assert (found.columns, found.rows) == (("My first joke, it is.",), [("Ha ha",)])


def test_a_line_of_a_million_commas_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(JokegenError, match=r"“a\.csv” has 100,001 columns"):
        read_all(write(tmp_path, "x," * 100_000 + "y\n"))


def test_a_table_with_one_torn_line_stays_a_table(tmp_path: Path) -> None:
    lines = [f"{i},A joke of number {i}" for i in range(50)]
    lines[20] = "20,A joke, with a comma, of number 20"
    found = read_all(write(tmp_path, "id,joke\n" + "\n".join(lines)))
    assert found.rows[20] == ("20", "A joke, with a comma, of number 20")
    assert [(misfit.line, misfit.done) for misfit in found.misfits] == [(22, "repaired")]
