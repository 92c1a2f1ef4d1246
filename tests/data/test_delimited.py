"""CSV, TSV and TXT: what was written is what is read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.data.conftest import read_all, read_rows

LITERALS = ["NA", "None", "null", "NaN", "42", "007", "1e5", "TRUE", "-0", "1,5", " kept ", "#N/A"]


def write(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def test_words_that_other_readers_turn_into_values_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "literal.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "joke"], *([str(i), x] for i, x in enumerate(LITERALS))])
    columns, rows, _ = read_rows(path)
    assert columns == ("id", "joke")
    assert [joke for _, joke in rows] == LITERALS


@pytest.mark.parametrize(
    ("delimiter", "words"),
    [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")],
)
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str, words: str) -> None:
    lines = [["id", "joke"], ["1", "Well, well; I | see"], ["2", "So, so"], ["3", "No; no, no"]]
    path = tmp_path / "jokes.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    columns, rows, understood = read_rows(path)
    assert columns == ("id", "joke")
    assert [list(row) for row in rows] == lines[1:]
    assert understood == f"CSV, separated by {words}, first line is the header, UTF-8"


@pytest.mark.parametrize(
    "lines",
    [
        ["I told my wife a joke.", "She laughed."],
        ["I came, I saw, I laughed.", "He went.", "She, too, went."],
        ["I told my wife, she laughed.", "I told my dog, it barked."],
        ["Knock knock", "Who is there?"],
        ["42", "is the answer"],
        ["Only one joke here"],
        ["Ha", "Hi"],
    ],
)
def test_a_headerless_column_keeps_its_first_joke(tmp_path: Path, lines: list[str]) -> None:
    columns, rows, understood = read_rows(write(tmp_path, "a.csv", "\n".join(lines) + "\n"))
    assert columns == ("Column 1",)
    assert [row[0] for row in rows] == lines
    assert understood == "CSV, one column, no header line, UTF-8"


@pytest.mark.parametrize("header", ["joke", "Joke", "JOKES", "text", "ID", "short_joke", "Witz"])
def test_a_short_label_is_a_header(tmp_path: Path, header: str) -> None:
    columns, rows, _ = read_rows(write(tmp_path, "a.csv", f"{header}\nI came, I saw\nOnce more\n"))
    assert columns == (header,)
    assert rows == [("I came, I saw",), ("Once more",)]


def test_an_unknown_word_over_long_lines_is_a_header(tmp_path: Path) -> None:
    content = "Moppi\n" + "This line is a good deal longer than the first.\n" * 3
    assert read_rows(write(tmp_path, "a.csv", content))[0] == ("Moppi",)


def test_a_headerless_table_keeps_its_first_row(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", '1,"Why, oh why?"\n2,Because.\n')
    assert read_rows(path)[:2] == (
        ("Column 1", "Column 2"),
        [("1", "Why, oh why?"), ("2", "Because.")],
    )


def test_unnamed_and_repeated_columns_get_names(tmp_path: Path) -> None:
    columns, _, _ = read_rows(write(tmp_path, "a.csv", ",joke,joke, \n0,a b,c d,e\n"))
    assert columns == ("Column 1", "joke", "joke (2)", "Column 4")


def test_line_breaks_and_quotes_inside_a_joke_stay(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", 'id,joke\r\n1,"Say ""hi"".\r\n\nThen, go.\rDone."\r\n')
    assert read_rows(path)[1] == [("1", 'Say "hi".\r\n\nThen, go.\rDone.')]


def test_blank_lines_are_empty_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "\n\nid,joke\n1,one\n\n  \n2,two\n")
    assert read_rows(path)[1] == [("1", "one"), ("", ""), ("", ""), ("2", "two")]


@pytest.mark.parametrize(
    ("encoding", "shown"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16")]
)
def test_encodings_with_their_marks(tmp_path: Path, encoding: str, shown: str) -> None:
    columns, rows, understood = read_rows(write(tmp_path, "a.csv", "joke\nÄh – 😂 \n", encoding))
    assert columns == ("joke",)
    assert rows == [("Äh – 😂 ",)]
    assert understood.endswith(shown)


def test_big_endian_utf16_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xfe\xff" + "Ä\nb".encode("utf-16-be"))
    assert read_rows(path)[1] == [("Ä",), ("b",)]


def test_a_joke_of_200_kilobytes_is_read(tmp_path: Path) -> None:
    joke = "ha " * 70_000
    path = write(tmp_path, "a.csv", f'id,joke\n1,"{joke}"\n2,short one\n')
    assert read_rows(path)[1] == [("1", joke), ("2", "short one")]


def test_a_text_file_has_one_joke_a_line(tmp_path: Path) -> None:
    content = '"quoted", with comma\r\njoke\n\n\tx\u2028y\x0cz\rlast "'
    columns, rows, understood = read_rows(write(tmp_path, "a.txt", content))
    assert columns == ("Joke",)
    assert [row[0] for row in rows] == [
        '"quoted", with comma', "joke", "", "\tx\u2028y\x0cz", 'last "',
    ]  # fmt: skip
    assert understood == "text, one joke a line, UTF-8"


def test_a_tsv_prefers_tabs(tmp_path: Path) -> None:
    path = write(tmp_path, "a.TSV", "1,5\tone\n2,5\ttwo\n")
    assert read_rows(path)[1] == [("1,5", "one"), ("2,5", "two")]


@pytest.mark.parametrize("name", ["[final] 100%.csv", "it's #1 “q” 'x'.csv", "😂 jokes (1).csv"])
def test_file_names_are_only_names(tmp_path: Path, name: str) -> None:
    assert read_rows(write(tmp_path, name, "joke\nHa ha\n"))[1] == [("Ha ha",)]


def test_batches_are_even_and_bounded(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "id,joke\n" + "1,short\n" * 10_000)
    assert read_all(path).sizes == [4096, 4096, 1808]
    path = write(tmp_path, "b.csv", "id,joke\n" + ("1," + "long " * 20_000 + "\n") * 130)
    assert read_all(path).sizes == [64, 64, 2]
