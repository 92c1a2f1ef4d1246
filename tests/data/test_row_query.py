"""Which rows are found and in which order, against what a simple program in Python would say."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from jokegen.config.paths import Paths
from jokegen.data.batches import text_batch
from jokegen.data.row_query import (
    FILE_ORDER,
    LENGTH,
    NOTE,
    Labels,
    Memo,
    Order,
    RowQuery,
    find_rows,
    known_rows,
    split_words,
)
from jokegen.data.store import find_dataset
from jokegen.data.table import TextTable
from jokegen.errors import JobCancelled
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest


def table_of(
    folder: Path, columns: Mapping[str, Sequence[str]], rows_a_batch: int = 7
) -> TextTable:
    """A table on disk whose rows lie in several batches."""
    path = folder / "table.arrow"
    count = len(next(iter(columns.values())))
    schema = pa.schema([(name, pa.string()) for name in columns])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for first in range(0, count, rows_a_batch):
            cells = [texts[first : first + rows_a_batch] for texts in columns.values()]
            writer.write_batch(text_batch(tuple(columns), cells))
    return TextTable(path)


def found(table: TextTable, query: RowQuery, memo: Memo | None = None) -> list[int]:
    """All rows that are found, in their order."""
    pieces = list(find_rows(table, query, memo or Memo(), lambda: None))
    return [int(row) for piece in pieces for row in piece]


def found_texts(folder: Path, texts: Sequence[str], words: str) -> list[str]:
    table = table_of(folder, {"Joke": texts})
    return [texts[row] for row in found(table, RowQuery(split_words(words)))]


def test_all_words_must_be_in_a_row_and_a_phrase_as_it_is(tmp_path: Path) -> None:
    texts = ["A man walks into a bar", "Into a bar walks a man", "A man", "bar"]
    assert found_texts(tmp_path, texts, "man bar") == texts[:2]
    assert found_texts(tmp_path, texts, '"man walks"') == texts[:1]
    assert found_texts(tmp_path, texts, "“a man") == [texts[0], texts[1], texts[2]]
    assert found_texts(tmp_path, texts, "zebra") == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("strasse", ["STRASSE"]),
        ("straße", ["Straße", "STRAẞE"]),
        ("kı", ["kılıç"]),
        ("café", ["CAFÉ"]),
        ("ΣΟΦΟΣ", ["σοφός".replace("ό", "ο")]),
        ("😀", ["a 😀 b"]),
        ("<b>", ["<b>bold</b>"]),
        ("50%", ["50% off"]),
        (r"a\d", [r"a\d+"]),
    ],
)
def test_case_does_not_matter_in_any_script_but_accents_do(
    tmp_path: Path, words: str, expected: list[str]
) -> None:
    texts = [
        "STRASSE", "Straße", "STRAẞE", "kılıç", "KI", "CAFÉ", "cafe", "σοφος", "a 😀 b",
        "<b>bold</b>", "50% off", r"a\d+", "a1",
    ]  # fmt: skip
    assert found_texts(tmp_path, texts, words) == expected


def test_words_are_parted_and_those_within_others_left_away() -> None:
    assert split_words("  the man a ") == ("the", "man")
    assert split_words('say "hello there" "') == ("hello there", "say")
    assert split_words("Bar bar BAR") == ("Bar",)
    assert split_words('""') == ()


def test_words_may_stand_in_different_columns(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"A": ["red", "blue", "red"], "B": ["car", "car", "bus"]})
    assert found(table, RowQuery(("red", "car"), columns=(0, 1))) == [0]
    assert found(table, RowQuery(("car",), columns=(0,))) == []


def test_only_wanted_rows_are_found(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"Joke": [f"joke {number}" for number in range(30)]})
    wanted = np.arange(30) % 3 == 0
    assert found(table, RowQuery(wanted=wanted)) == list(range(0, 30, 3))
    assert found(table, RowQuery(("joke 2",), wanted=wanted)) == [21, 24, 27]


def test_a_changed_joke_is_found_and_sorted_by_its_new_text(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"Joke": ["bb", "cc", "dd"] * 5})
    changed = {0: "zebra", 8: "aardvark", 14: "a very long one indeed"}
    query = RowQuery(("aard",), changed=changed)
    assert found(table, query) == [8]
    assert found(table, RowQuery(("bb",), changed=changed)) == [3, 6, 9, 12]
    order = found(table, RowQuery(order=Order(0), changed=changed))
    assert (order[:2], order[-1]) == ([14, 8], 0)
    longest = found(table, RowQuery(order=Order(LENGTH, True), changed=changed))
    assert longest[:3] == [14, 8, 0]


def test_what_is_done_is_searched_and_sorted_as_it_is_shown(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"Joke": ["x"] * 6, "Note": ["in the file"] * 6})
    labels = Labels(NOTE, np.array([0, 2, 1, 0, 2, 1], np.int16), ("", "Mended", "Kept by you"))
    both = (0, NOTE)
    assert found(table, RowQuery(("mend",), columns=both, labels=labels)) == [2, 5]
    assert found(table, RowQuery(("file",), columns=both, labels=labels)) == []
    assert found(table, RowQuery(order=Order(NOTE), labels=labels)) == [1, 4, 2, 5, 0, 3]
    assert found(table, RowQuery(order=Order(NOTE, True), labels=labels)) == [2, 5, 1, 4, 0, 3]


def test_numbers_are_sorted_as_numbers_and_empty_cells_come_last(tmp_path: Path) -> None:
    numbers = ["10", "9", "", " 2.5 ", "-1", "9"]
    table = table_of(tmp_path, {"Joke": ["x"] * 6, "Votes": numbers}, rows_a_batch=2)
    assert found(table, RowQuery(order=Order(1))) == [4, 3, 1, 5, 0, 2]
    assert found(table, RowQuery(order=Order(1, True))) == [0, 1, 5, 3, 4, 2]


def test_texts_are_sorted_whatever_their_case_and_accents(tmp_path: Path) -> None:
    texts = ["eclair", "Éclair", "Zoo", "apple", "", "éclair", "Apple"]
    table = table_of(tmp_path, {"Joke": texts}, rows_a_batch=3)
    assert found(table, RowQuery(order=Order(0))) == [3, 6, 0, 1, 5, 2, 4]
    assert found(table, RowQuery(order=Order(0, True))) == [2, 0, 1, 5, 3, 6, 4]


def test_one_more_thing_that_is_no_number_makes_a_column_texts(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"Joke": ["10", "9", "1", "nine"]}, rows_a_batch=2)
    assert found(table, RowQuery(order=Order(0))) == [2, 0, 1, 3]


def test_a_saved_data_set_is_searched_and_sorted_by_its_parts(paths: Paths) -> None:
    from jokegen import model_service

    paths.home.mkdir()
    source = paths.home / "jokes.csv"
    source.write_text("Joke\n" + "".join(f"Joke number {n} is here.\n" for n in range(40)))
    model_service.import_jokes(ImportRequest((source,), "Some"), RecordingContext(paths))
    info = find_dataset(paths, "Some")
    table = TextTable.for_dataset(info)
    both = RowQuery(("checking",), columns=(0, 1))
    assert len(found(table, both)) == info.validation
    assert found(table, RowQuery(order=Order(1))) == list(range(40))
    table.close()


@pytest.mark.parametrize("seed", range(6))
def test_the_answers_are_those_of_a_simple_program(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    letters = "abcAB é"
    texts = ["".join(dice.choices(letters, k=dice.randint(0, 6))) for _ in range(200)]
    table = table_of(tmp_path, {"Joke": texts}, rows_a_batch=dice.choice((1, 16, 64, 500)))
    memo = Memo()
    for _ in range(30):
        words = split_words("".join(dice.choices("abé ", k=dice.randint(0, 3))))
        wanted = dice.choice((None, np.array([dice.random() < 0.5 for _ in texts])))
        order = dice.choice((FILE_ORDER, Order(LENGTH), Order(LENGTH, True)))
        query = RowQuery(words, order=order, wanted=wanted)
        expected = [
            row
            for row, text in enumerate(texts)
            if all(word.lower() in text.lower() for word in words)
            and (wanted is None or wanted[row])
        ]
        if order is not FILE_ORDER:
            sign = -1 if order.is_descending else 1
            expected.sort(key=lambda row: sign * len(texts[row]))
        assert found(table, query, memo) == expected
        known = known_rows(len(texts), query, memo)
        assert known is not None
        assert known.tolist() == expected, "what was found out is told otherwise"


def test_found_rows_stream_in_and_sorted_ones_come_in_one_piece(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"Joke": ["joke"] * 50}, rows_a_batch=10)
    check = lambda: None  # noqa: E731
    streamed = list(find_rows(table, RowQuery(("joke",)), Memo(), check))
    assert [len(piece) for piece in streamed] == [10] * 5
    in_order = list(find_rows(table, RowQuery(("joke",), order=Order(0)), Memo(), check))
    assert [len(piece) for piece in in_order] == [50]


def test_nothing_is_remembered_of_a_search_that_was_stopped(tmp_path: Path) -> None:
    table = table_of(tmp_path, {"Joke": ["joke"] * 50}, rows_a_batch=10)
    memo = Memo()
    calls = iter(range(100))

    def check() -> None:
        if next(calls) == 2:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        list(find_rows(table, RowQuery(("joke",)), memo, check))
    assert memo.found is None
    assert known_rows(50, RowQuery(("joke",)), memo) is None


@pytest.mark.parametrize("rows", [0, 1])
def test_tiny_tables_are_answered_too(tmp_path: Path, rows: int) -> None:
    table = table_of(tmp_path, {"Joke": ["only"] * rows})
    for query in (RowQuery(("on",)), RowQuery(order=Order(0)), RowQuery(order=Order(LENGTH))):
        assert found(table, query) == list(range(rows))


def test_pandas_stays_out_of_the_process(tmp_path: Path) -> None:
    """It takes a third of a second to import, and pyarrow does so unasked."""
    table_of(tmp_path, {"Joke": ["é", "", "b"], "Votes": ["1", "2", ""]}).close()
    program = f"""
import sys
from pathlib import Path
from jokegen.data.row_query import *
from jokegen.data.table import TextTable
table = TextTable(Path({str(tmp_path / "table.arrow")!r}))
changed = {{1: "new"}}
for order in (FILE_ORDER, Order(0), Order(1, True), Order(LENGTH)):
    query = RowQuery(("e",), columns=(0, 1), order=order, changed=changed)
    list(find_rows(table, query, Memo(), lambda: None))
sys.exit("pandas" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
