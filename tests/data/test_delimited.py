"""CSV, TSV and TXT: what was written is what is read."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from jokegen.jobs.dataset_requests import Misfits
from tests.data.conftest import read_all, read_rows
from tests.data.memory import READ_ALL, peak_after, run_on

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


@pytest.mark.parametrize(
    ("header", "good", "torn", "mended"),
    [
        ("id,joke", "1,fine and long enough", "2,Well, well", ("2", "Well, well")),
        ("joke,rating", "fine and long enough,5", "Well, well, so,4", ("Well, well, so", "4")),
        ("id,joke,rating,date", "1,fine and long enough,5,2020", "2,a, b, c,4,2021",
         ("2", "a, b, c", "4", "2021")),
        ("id,a,b,c,joke,n", "1,x,y,z,fine and long enough,5", "2,x,y,z,So, so,4",
         ("2", "x", "y", "z", "So, so", "4")),
        ("id,joke", "1,fine and long enough", "2,one,,", ("2", "one")),
        ("id,joke", "1,fine and long enough", "2", ("2", "")),
        ("joke,rating", "fine and long enough,5", "short", ("short", "")),
    ],
)  # fmt: skip
def test_a_ragged_row_is_put_together_where_the_joke_is(
    tmp_path: Path, header: str, good: str, torn: str, mended: tuple[str, ...]
) -> None:
    path = write(tmp_path, "a.csv", "\n".join([header, good, good, torn, good]) + "\n")
    found = read_all(path)
    assert found.rows[2] == mended
    assert [(m.line, m.done) for m in found.misfits] == [(4, "repaired")]
    found = read_all(path, misfits=Misfits.SKIP)
    assert len(found.rows) == 3
    assert [(m.line, m.done) for m in found.misfits] == [(4, "left out")]


def test_a_row_that_nobody_can_mend_is_left_out_and_named(tmp_path: Path) -> None:
    content = "id,rating,joke\n1,5,fine and long\n2,4,fine and long\nx,y,z,So,so\n"
    found = read_all(write(tmp_path, "a.csv", content))
    assert len(found.rows) == 2
    assert [(m.line, m.problem, m.done) for m in found.misfits] == [
        (4, "has 5 fields instead of 3", "left out")
    ]


def test_an_open_quotation_mark_costs_its_line_and_no_other(tmp_path: Path) -> None:
    rows = [f'{i},"joke ""{i}"", it\nis"' for i in range(9_000)]
    rows[5_000] = '5000,"never closed'
    content = "id,joke\n" + "\n".join(rows) + "\n"
    found = read_all(write(tmp_path, "a.csv", content))
    assert [row[0] for row in found.rows] == [str(i) for i in range(9_000)]
    assert found.rows[4_999] == ("4999", 'joke "4999", it\nis')
    assert found.rows[5_000] == ("5000", '"never closed')
    assert found.rows[5_001] == ("5001", 'joke "5001", it\nis')
    assert [(m.line, m.done) for m in found.misfits] == [(10_002, "repaired")]
    assert set(found.sizes[:-1]) == {4_096}


def test_many_bad_lines_are_read_in_good_time_and_all_named(tmp_path: Path) -> None:
    lines = [f'{i},"open {i}' if i % 3 == 0 else f'{i},"closed, {i}"' for i in range(30_000)]
    started = time.monotonic()
    found = read_all(write(tmp_path, "a.csv", "id,joke\n" + "\n".join(lines)))
    assert time.monotonic() - started < 10
    assert len(found.rows) == 30_000
    assert found.rows[3:5] == [("3", '"open 3'), ("4", "closed, 4")]


def test_a_long_story_before_a_flaw_stays_whole(tmp_path: Path) -> None:
    story = "\n".join(f"line {i}" for i in range(500))
    content = f'id,joke\n1,"{story}"\n2,"He" said\n3,"{story[:900]}"\n'
    found = read_all(write(tmp_path, "a.csv", content))
    assert found.rows == [("1", story), ("2", '"He" said'), ("3", story[:900])]
    assert [m.line for m in found.misfits] == [502]


def test_an_unclosed_mark_does_not_take_the_rest_of_a_large_file_into_memory(
    tmp_path: Path,
) -> None:
    write(tmp_path, "small.csv", "id,joke\n1,fine\n")
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write('id,joke\n1,fine\n2,"never closed\n')
        file.writelines(f"{i},number {i} of many lines in one file\n" for i in range(3, 250_000))
    rows, most = run_on(READ_ALL, path)
    assert rows == "249999"
    assert int(most) - peak_after(READ_ALL, tmp_path / "small.csv") < 100


@pytest.mark.parametrize("newline", ["\r", "\r\n", "\n"])
def test_line_numbers_are_those_of_an_editor(tmp_path: Path, newline: str) -> None:
    lines = ["", "id,joke", '1,"a', 'b"', "", "2,fine", "3,a,b,c"]
    found = read_all(write(tmp_path, "a.csv", newline.join(lines) + newline))
    assert [m.line for m in found.misfits] == [7]


def test_mixed_newlines_are_all_line_ends(tmp_path: Path) -> None:
    found = read_all(write(tmp_path, "a.csv", 'id,joke\r1,a b\n2,"c\r\nd"\r\n3,e f\r4,g\n5,h,i\n'))
    assert found.rows == [("1", "a b"), ("2", "c\r\nd"), ("3", "e f"), ("4", "g"), ("5", "h,i")]
    assert [m.line for m in found.misfits] == [7]
    found = read_all(write(tmp_path, "a.txt", "one\rtwo\nthree\r\nfour"))
    assert [row[0] for row in found.rows] == ["one", "two", "three", "four"]
