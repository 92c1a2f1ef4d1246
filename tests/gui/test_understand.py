"""Section 1, what was read: questions, choices of how to read, and what follows from them."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.dataset_requests import (
    BLANK_LINE,
    EACH_LINE,
    Format,
    Misfit,
    Misfits,
    ReadOptions,
)
from jokegen.model_service import ModelService
from jokegen.ui.kit.combos import ShortCombo
from jokegen.ui.kit.theme import Theme
from jokegen.ui.understand.details import counted, in_order
from jokegen.ui.understand.encodings import looks_in, others_than
from tests.gui.dataset_bench import click, one, text_of
from tests.gui.support import TRICKY
from tests.gui.understand_bench import (
    JOKES,
    Bench,
    bench_of,
    listed_file,
    paired_file,
    ragged_file,
    table_file,
    text_file,
    unnamed_file,
    windows_file,
    workbook,
)


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, paths: Paths) -> Bench:
    return bench_of(qtbot, paths)


# ---- Questions -----------------------------------------------------------------------------


def test_letters_that_look_right_are_confirmed_without_reading_again(
    bench: Bench, tmp_path: Path
) -> None:
    bench.show(windows_file(tmp_path))
    assert len(bench.questions()) == 1
    assert bench.answers()[0] == "Yes, “café”"
    bench.answer("Yes")
    assert bench.questions() == []
    assert bench.asked == []
    box = one(bench.section, QCheckBox, "read_header")
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert bench.asked[-1] == ReadOptions(encoding="cp1252", has_header=False)
    assert bench.questions() == []


def test_letters_that_look_wrong_are_read_as_they_should_be(bench: Bench, tmp_path: Path) -> None:
    bench.show(windows_file(tmp_path))
    answer = bench.answers()[1]
    look = answer.removeprefix("No, “").removesuffix("”")
    assert look.startswith("caf")
    assert look != "café"
    bench.answer(answer)
    assert len(bench.asked) == 1
    assert "café".encode("cp1252").decode(bench.asked[0].encoding or "") == look
    assert bench.texts()[0].startswith(f"The {look} number 1 is na")
    assert bench.cells(1)[0] == bench.texts()[0]
    assert bench.questions() == []
    assert one(bench.section, ShortCombo, "read_encoding").value() == bench.asked[0].encoding


def test_the_likeliest_letters_are_offered_first() -> None:
    looks = looks_in(["no letters", "Ïðèâåò"], "cp1252")
    assert looks["cp1251"] == "Привет"
    first = next(iter(others_than("cp1252", looks).values()))
    assert first == "Привет"
    assert looks_in(["nothing unusual"], "utf-8") == {}


def test_the_list_of_encodings_opens_from_the_question_and_shows_how_letters_look(
    bench: Bench, tmp_path: Path
) -> None:
    bench.show(windows_file(tmp_path))
    bench.answer("Choose another")
    combo = one(bench.section, ShortCombo, "read_encoding")
    assert bench.focused() == "read_encoding"
    assert combo.view().isVisible()
    entries = [combo.itemText(row) for row in range(combo.count())]
    assert entries[0] == "Western European (Windows-1252) · found out"
    assert "Cyrillic (Windows-1251) · “cafй”" in entries
    combo.hidePopup()


def test_a_first_line_that_is_a_joke_is_read_as_one(bench: Bench, tmp_path: Path) -> None:
    bench.show(unnamed_file(tmp_path))
    assert bench.questions() == ["Is the first line, “Banana”, the name of the column?"]
    assert bench.texts()[0] == JOKES[0]
    bench.answer("No, it is a joke")
    assert bench.asked == [ReadOptions(has_header=False)]
    assert bench.texts()[0] == "Banana"
    assert bench.questions() == []


def test_a_first_line_that_is_a_name_is_confirmed(bench: Bench, tmp_path: Path) -> None:
    bench.show(unnamed_file(tmp_path))
    bench.section.focus_first()
    QTest.keyClick(bench.cards()[0].first_button, Qt.Key.Key_Space)
    assert bench.asked == []
    assert bench.questions() == []
    assert bench.focused() == "read_delimiter", "the keyboard focus is lost"


def test_the_sheet_with_most_rows_is_proposed_and_another_one_press_away(
    bench: Bench, tmp_path: Path
) -> None:
    bench.show(workbook(tmp_path))
    assert bench.section.columns() == ("Title", "Selftext")
    assert bench.texts()[0] == f"A title 1 {JOKES[0]}"
    assert bench.answers() == ["Yes", "No, in “Notes”"]
    bench.answer("No")
    assert bench.asked == [ReadOptions(sheet="Notes")]
    assert bench.section.columns() == ("Remarks",)
    assert bench.texts() == ["Made for somebody in 2019"]
    bench.pick("read_sheet", "Jokes")
    assert bench.section.columns() == ("Title", "Selftext")


def test_the_list_with_the_jokes_is_one_press_away(bench: Bench, tmp_path: Path) -> None:
    bench.show(listed_file(tmp_path))
    assert bench.answers() == ["Yes", "No, in “old”"]
    bench.answer("No")
    assert bench.asked == [ReadOptions(list_key="old")]
    assert bench.texts()[0] == f"Old {JOKES[0]}"
    bench.pick("read_list", "“new.best”")
    assert bench.texts()[0] == JOKES[0]


@pytest.mark.parametrize(
    ("answer", "separator", "jokes"),
    [("Each line", EACH_LINE, 4), ("Blank lines", BLANK_LINE, 2)],
)
def test_what_parts_the_jokes_of_a_text_is_asked(
    bench: Bench, tmp_path: Path, answer: str, separator: str, jokes: int
) -> None:
    bench.show(text_file(tmp_path, "One joke.\nTwo jokes.\n\nThree jokes.\nFour jokes.\n"))
    assert len(bench.questions()) == 1
    bench.answer(answer)
    assert bench.questions() == []
    assert len(bench.texts()) == jokes
    assert one(bench.section, ShortCombo, "read_separator").value() == separator


def test_columns_that_are_really_sentences_become_one(bench: Bench, tmp_path: Path) -> None:
    rows = [f"Well number {n},I say so be it." for n in range(6)] + ["One,two,three are many."]
    bench.show(text_file(tmp_path, "\n".join(rows), "torn.csv"))
    assert bench.questions() == ["Are the columns really separated by commas?"]
    bench.answer("No, each line is a joke")
    assert bench.asked == [ReadOptions(delimiter="")]
    assert bench.texts()[0] == rows[0]


def test_many_sheets_are_chosen_from_the_list(bench: Bench, tmp_path: Path) -> None:
    summary = bench.show(workbook(tmp_path))
    sheets = ("Jokes", *(f"Sheet {number}" for number in range(1, 9)))
    bench.show_summary(replace(summary, sheets=sheets))
    assert bench.answers() == [
        "Yes", "In “Sheet 1”", "In “Sheet 2”", "In “Sheet 3”", "Choose another…"
    ]  # fmt: skip
    bench.answer("Choose another")
    combo = one(bench.section, ShortCombo, "read_sheet")
    assert combo.view().isVisible()
    combo.hidePopup()


# ---- How it is read ------------------------------------------------------------------------


def test_only_choices_that_apply_to_the_kind_show(bench: Bench, tmp_path: Path) -> None:
    table = {"kind", "encoding", "delimiter", "header"}
    wanted = {
        paired_file(tmp_path): table,
        paired_file(tmp_path, "pairs.tsv"): table,
        text_file(tmp_path, "One joke.\nTwo jokes."): {"kind", "encoding", "separator"},
        listed_file(tmp_path): {"kind", "encoding", "list"},
        text_file(tmp_path, '{"joke": "One good joke."}\n', "a.jsonl"): {"kind", "encoding"},
        workbook(tmp_path): {"sheet", "header"},
    }
    for file, controls in wanted.items():
        bench.show(file)
        assert bench.controls() == controls, file.name


def test_columns_follow_the_character_between_them(bench: Bench, tmp_path: Path) -> None:
    bench.show(table_file(tmp_path, "a;joke", [f"{n};{joke}" for n, joke in enumerate(JOKES)]))
    combo = one(bench.section, ShortCombo, "read_delimiter")
    assert combo.currentText() == "Semicolons · found out"
    bench.pick("read_delimiter", "Nothing")
    assert bench.asked == [ReadOptions(delimiter="")]
    assert f"0;{JOKES[0]}" in bench.texts()
    assert bench.focused() == "read_delimiter", "the focus has gone"
    assert combo.currentText() == "Nothing: it is one column"
    bench.pick("read_delimiter", "Find it out")
    assert bench.asked[-1] == ReadOptions()
    assert combo.currentText() == "Semicolons · found out"


def test_a_character_of_ones_own_can_stand_between_columns(bench: Bench, tmp_path: Path) -> None:
    bench.show(table_file(tmp_path, "id#joke", [f"{n}#{joke}" for n, joke in enumerate(JOKES)]))
    bench.pick("read_delimiter", "Another character")
    line = one(bench.section, QLineEdit, "read_delimiter_own")
    assert bench.focused() == "read_delimiter_own"
    assert bench.asked == [], "nothing is known yet"
    QTest.keyClicks(line, "#")
    assert bench.asked == [ReadOptions(delimiter="#")]
    assert bench.section.columns() == ("joke",)
    assert bench.texts()[0] == JOKES[0]
    assert line.isVisible()
    assert bench.focused() == "read_delimiter_own"


def test_a_line_of_ones_own_can_part_jokes(bench: Bench, tmp_path: Path) -> None:
    bench.show(text_file(tmp_path, "One,\ntwo.\nEND\nThree,\nfour.\nEND\nFive.\n"))
    bench.pick("read_separator", "A line of my own")
    line = one(bench.section, QLineEdit, "read_separator_own")
    QTest.keyClicks(line, "END")
    assert bench.asked == [], "not before the word is whole"
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert bench.asked == [ReadOptions(separator="END")]
    assert bench.texts() == ["One,\ntwo.", "Three,\nfour.", "Five."]
    assert bench.focused() == "read_separator_own"


def test_a_separator_that_is_also_a_word_of_the_program_is_a_line(
    bench: Bench, tmp_path: Path
) -> None:
    bench.show(text_file(tmp_path, "One,\ntwo.\nline\nThree.\n"))
    bench.pick("read_separator", "A line of my own")
    line = one(bench.section, QLineEdit, "read_separator_own")
    QTest.keyClicks(line, "line")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert bench.texts() == ["One,\ntwo.", "Three."]


def test_another_kind_forgets_what_was_chosen_for_the_former(bench: Bench, tmp_path: Path) -> None:
    bench.show(table_file(tmp_path, "id,joke", [f"{n},{joke}" for n, joke in enumerate(JOKES)]))
    bench.pick("read_encoding", "UTF-8")
    bench.pick("read_delimiter", "Commas")
    assert bench.asked == [], "they are what was found out"
    bench.pick("read_kind", "Text")
    assert bench.asked == [ReadOptions(format=Format.TEXT, encoding="utf-8")]
    assert bench.texts()[1] == f"0,{JOKES[0]}"
    assert bench.controls() == {"kind", "encoding", "separator"}
    assert bench.focused() == "read_kind"


def test_choices_are_kept_through_readings_and_given_up_together(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    bench.show(windows_file(tmp_path))
    bench.pick("read_encoding", "Central European")
    QTest.keyClick(one(bench.section, QCheckBox, "read_header"), Qt.Key.Key_Space)
    assert bench.asked[-1] == ReadOptions(encoding="cp1250", has_header=False)
    click(qtbot, bench.section, "read_reset")
    assert bench.asked[-1] == ReadOptions()
    assert len(bench.questions()) == 1
    assert not one(bench.section, ShortCombo, "read_encoding").value()
    assert one(bench.section, QCheckBox, "read_header").isChecked()
    assert bench.section.reset_button.isHidden()


def test_a_choice_that_cannot_be_carried_out_is_taken_back(bench: Bench, tmp_path: Path) -> None:
    bench.show(windows_file(tmp_path))
    bench.pick("read_encoding", "UTF-8")
    assert bench.asked == [ReadOptions(encoding="utf-8")]
    assert "is not UTF-8 text" in bench.errors[0].happened
    combo = one(bench.section, ShortCombo, "read_encoding")
    assert combo.currentText() == "Western European (Windows-1252) · found out"
    assert len(bench.questions()) == 1
    assert bench.texts()[0] == "The café number 1 is naïve, they say."


def test_other_files_are_read_without_the_choices_for_the_last(
    bench: Bench, tmp_path: Path
) -> None:
    bench.show(windows_file(tmp_path))
    bench.pick("read_encoding", "Cyrillic (Windows-1251)")
    bench.show(unnamed_file(tmp_path))
    bench.answer("No, it is a joke")
    assert bench.asked[-1] == ReadOptions(has_header=False)


def test_a_newer_choice_is_told_while_the_former_is_still_being_read(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    summary = bench.show(windows_file(tmp_path))
    bench.section.options_changed.disconnect(bench.on_options_changed)
    bench.section.options_changed.connect(bench.asked.append)
    bench.pick("read_encoding", "Central European")
    bench.section.set_busy(True)
    assert text_of(bench.section, "read_busy_text") == "Reading again…"
    busy = one(bench.section, QWidget, "read_busy")
    qtbot.waitUntil(busy.isVisible)
    assert one(bench.section, ShortCombo, "read_encoding").isEnabled()
    bench.pick("read_encoding", "Western European (Windows-1252)")
    assert [options.encoding for options in bench.asked] == ["cp1250", "cp1252"]
    bench.show_summary(replace(summary, table=bench.read(bench.asked[-1]).table))
    qtbot.waitUntil(busy.isHidden)
    assert one(bench.section, ShortCombo, "read_encoding").value() == "cp1252"


def test_a_reading_that_was_given_up_leaves_no_choice_behind(bench: Bench, tmp_path: Path) -> None:
    bench.show(windows_file(tmp_path))
    bench.section.options_changed.disconnect(bench.on_options_changed)
    bench.pick("read_encoding", "Central European")
    bench.section.set_busy(True)
    assert bench.questions() == []
    bench.section.set_busy(False)
    assert one(bench.section, ShortCombo, "read_encoding").value() is None
    assert len(bench.questions()) == 1


def test_a_file_that_is_opened_again_is_as_new(bench: Bench, tmp_path: Path) -> None:
    file = paired_file(tmp_path)
    bench.show(file)
    bench.pick("joke_joiner", "A dash")
    bench.pick("read_encoding", "Western European (Windows-1252)")
    bench.show(file)
    assert bench.section.template() == "{setup} {punchline}"
    assert one(bench.section, ShortCombo, "read_encoding").value() is None


# ---- Rows that do not fit, and where rows come from ----------------------------------------


def test_rows_that_do_not_fit_are_listed_and_can_be_left_out(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    bench.show(ragged_file(tmp_path))
    box = bench.section.misfits
    assert box.header.text() == "2 rows did not fit"
    assert text_of(box, "misfits_told") == "2 rows did not fit: repaired."
    QTest.mouseClick(box.header, Qt.MouseButton.LeftButton)
    said = _captions(box)
    assert "Line 3 has 3 fields instead of 2: repaired." in said
    assert "Line 5 has 1 field instead of 2: repaired." in said
    with qtbot.waitSignal(bench.section.report_requested, timeout=1000):
        click(qtbot, bench.section, "misfits_save")
    assert bench.cells(1)[1] == "Well, another joke"
    bench.pick("read_misfits", "Leave them out")
    assert bench.asked == [ReadOptions(misfits=Misfits.SKIP)]
    assert box.header.text() == "2 rows did not fit"
    assert text_of(box, "misfits_told") == "2 rows did not fit: left out."
    assert len(bench.cells(1)) == 2
    bench.pick("read_misfits", "Do not read")
    assert "Line 3" in bench.errors[0].happened
    assert one(bench.section, ShortCombo, "read_misfits").value() is Misfits.SKIP


def test_rows_that_do_not_fit_are_counted_once_each() -> None:
    torn = [
        Misfit("a", 3, "has a torn quotation mark", "repaired"),
        Misfit("a", 3, "has 4 fields instead of 2", "left out"),
        Misfit("a", 2, "has 1 field instead of 2", "repaired"),
    ]
    assert counted(torn, 3) == "2 rows did not fit: 1 repaired, 1 left out"
    assert counted(torn[:1], 1) == "1 row did not fit: repaired"
    assert counted(torn, 5_000) == "5,000 rows did not fit"
    whole = Misfit("a.xls", 0, "could not be read: it is old", "left out")
    assert counted([whole], 1) == "1 file could not be read"
    assert counted([whole, torn[2]], 2) == "2 rows did not fit: 1 repaired, 1 left out"
    assert [misfit.line for misfit in in_order(torn)] == [2, 3, 3]


def test_a_file_of_several_that_cannot_be_read_is_named_without_a_line(
    bench: Bench, tmp_path: Path
) -> None:
    good = text_file(tmp_path, "One joke.\nTwo jokes.\n", "a.txt")
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    bench.show(good, old)
    assert bench.section.misfits.header.text() == "1 file could not be read"
    QTest.mouseClick(bench.section.misfits.header, Qt.MouseButton.LeftButton)
    said = [text for text in _captions(bench.section.misfits) if "old.xls" in text]
    assert said[0].startswith("“old.xls” could not be read:")


def test_nothing_is_said_of_misfits_where_all_rows_fit(bench: Bench, tmp_path: Path) -> None:
    bench.show(paired_file(tmp_path))
    assert bench.section.misfits.isHidden()
    assert bench.section.files.isHidden()


def test_several_files_are_listed_with_their_rows(bench: Bench, tmp_path: Path) -> None:
    first = text_file(tmp_path, "One joke.\nTwo jokes.\n", "a.txt")
    second = text_file(tmp_path, "Three jokes.\n", f"{TRICKY.replace('/', '')}.txt")
    archive = tmp_path / "more.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("inner/c.txt", "Four jokes.\nFive.\nSix.\n")
    bench.show(first, second, archive, origin="https://example.org/jokes")
    group = bench.section.files
    names = [text_of(group, f"read_file_{number}") for number in range(3)]
    assert names[:2] == ["a.txt", second.name]
    assert names[2].endswith("c.txt")
    assert text_of(group, "read_origin") == "https://example.org/jokes"
    assert text_of(bench.section, "read_all_note") == "These choices go for all 3 files."
    rows = [text for text in _captions(group) if text.endswith(("row", "rows"))]
    assert rows == ["2 rows", "1 row", "3 rows"]


def _captions(parent: QWidget) -> list[str]:
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisible()]


# ---- What the model will read --------------------------------------------------------------


def test_the_first_jokes_are_shown_as_they_are(bench: Bench, tmp_path: Path) -> None:
    rows = [f'"{TRICKY}"', '""', '"Two\nlines"', '"למה התרנגולת חצתה את הכביש?"', '"   "',
            f'"{"long " * 500}"', '"Six"', '"Seven"']  # fmt: skip
    bench.show(table_file(tmp_path, "joke", rows))
    shown = bench.texts()
    assert shown[:3] == [TRICKY, "Two\nlines", "למה התרנגולת חצתה את הכביש?"]
    assert shown[3].endswith("…")
    assert len(shown[3]) < 400
    assert len(shown) == 5
    assert bench.section.first_jokes.note() == "2 empty rows left out."
    hebrew = one(bench.section.first_jokes, QLabel, "first_joke_3")
    assert hebrew.layoutDirection() is Qt.LayoutDirection.RightToLeft


def test_a_column_without_text_is_named_as_such(bench: Bench, tmp_path: Path) -> None:
    bench.show(table_file(tmp_path, "nothing,joke", [f",{joke}" for joke in JOKES]))
    bench.pick("joke_column_0", "nothing")
    assert bench.texts() == []
    assert bench.section.first_jokes.note() == (
        "In the first 12 rows this column is empty: choose another."
    )


def test_a_table_that_cannot_be_read_any_more_breaks_nothing(
    qtbot: QtBot, bench: Bench, tmp_path: Path, paths: Paths
) -> None:
    summary = bench.show(paired_file(tmp_path))
    table = ModelService(paths).open_preview(summary)
    os.truncate(summary.table, 100)
    with qtbot.waitSignal(bench.section.jokes_table.table_failed, timeout=5000):
        bench.section.show_preview(summary, table)
    assert bench.texts() == []
    assert bench.section.columns() == ("setup", "punchline")


def test_clearing_lets_go_and_the_same_file_can_be_shown_again(
    bench: Bench, tmp_path: Path
) -> None:
    summary = bench.show(windows_file(tmp_path))
    bench.pick("read_encoding", "Cyrillic (Windows-1251)")
    bench.section.clear()
    assert bench.texts() == []
    assert bench.section.jokes_table.view.model().rowCount() == 0
    bench.show_summary(summary)
    assert len(bench.questions()) == 1
    assert bench.texts()[0] == "The café number 1 is naïve, they say."
