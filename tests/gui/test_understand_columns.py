"""Section 1: which columns make a joke, and the template that joins them; all of it live."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.data.batches import text_batch
from jokegen.data.templates import Template, pairs_among
from jokegen.errors import JokegenError
from jokegen.ui.kit.combos import ShortCombo
from jokegen.ui.kit.theme import Theme
from jokegen.ui.understand import joining
from tests.gui.dataset_bench import click, one, text_of
from tests.gui.support import TRICKY
from tests.gui.understand_bench import (
    JOKES,
    Bench,
    bench_of,
    paired_file,
    table_file,
    text_file,
    unnamed_file,
)

BOTH = f"Why number 1? Because of {TRICKY} 1."


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, paths: Paths) -> Bench:
    return bench_of(qtbot, paths)


def template_of(bench: Bench) -> QPlainTextEdit:
    return one(bench.section, QPlainTextEdit, "joke_template")


def type_template(bench: Bench, text: str) -> None:
    edit = template_of(bench)
    assert edit.isVisible()
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(edit, text)


def combos(bench: Bench) -> list[str]:
    return [row.combo.currentText() for row in bench.section.joke_columns.rows]


def test_setup_and_punchline_are_proposed_and_joined(bench: Bench, tmp_path: Path) -> None:
    bench.show(paired_file(tmp_path))
    assert combos(bench) == ["setup", "punchline"]
    assert template_of(bench).toPlainText() == "{setup} {punchline}"
    assert bench.texts()[0] == BOTH
    assert bench.section.columns() == ("setup", "punchline")
    assert bench.section.template() == "{setup} {punchline}"
    assert bench.jokes_changed == 0, "nobody has changed anything"


def test_what_stands_between_can_be_chosen(bench: Bench, tmp_path: Path) -> None:
    bench.show(paired_file(tmp_path))
    bench.pick("joke_joiner", "A line break")
    assert bench.texts()[0] == BOTH.replace("? ", "?\n")
    assert bench.section.template() == "{setup}\n{punchline}"
    assert bench.jokes_changed == 1
    assert bench.asked == [], "the file need not be read again"


def test_a_column_can_be_left_out_and_joined_again(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    bench.show(paired_file(tmp_path))
    click(qtbot, bench.section, "joke_column_0_remove")
    assert bench.section.columns() == ("punchline",)
    assert bench.texts()[0] == f"Because of {TRICKY} 1."
    assert bench.focused() == "joke_column_0"
    click(qtbot, bench.section, "joke_columns_pair_0")
    assert bench.section.template() == "{setup} {punchline}"
    assert bench.texts()[0] == BOTH
    assert bench.jokes_changed == 2


def test_columns_can_be_added_and_change_places(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    bench.show(paired_file(tmp_path))
    click(qtbot, bench.section, "joke_columns_add")
    assert bench.section.columns() == ("setup", "punchline", "author")
    assert bench.focused() == "joke_column_2"
    bench.pick("joke_column_0", "author")
    assert bench.section.columns() == ("author", "punchline", "setup")
    assert bench.texts()[0] == f"Ann Because of {TRICKY} 1. Why number 1?"


def test_one_column_is_a_simple_choice(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    bench.show(table_file(tmp_path, "joke,other", [f"{j},Other {j}" for j in JOKES]))
    assert combos(bench) == ["joke"]
    assert not template_of(bench).isVisible()
    bench.pick("joke_column_0", "other")
    assert bench.section.columns() == ("other",)
    assert bench.section.template() == "{other}"
    assert bench.texts()[0] == f"Other {JOKES[0]}"
    click(qtbot, bench.section, "joke_template_wanted")
    assert bench.focused() == "joke_template"
    QTest.keyClicks(template_of(bench), " Ha!")
    assert bench.section.template() == "{other} Ha!"
    assert bench.texts()[0] == f"Other {JOKES[0]} Ha!"
    assert one(bench.section, ShortCombo, "joke_column_0").value() == "other"


def test_a_file_of_texts_offers_no_columns(bench: Bench, tmp_path: Path) -> None:
    bench.show(text_file(tmp_path, "One joke.\nTwo jokes."))
    assert text_of(bench.section, "joke_columns_only") == "There is only one column."
    assert not one(bench.section, ShortCombo, "joke_column_0").isVisible()
    bench.section.focus_first()
    assert bench.focused() == "read_separator"


def test_a_template_is_followed_while_it_is_written(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    bench.show(paired_file(tmp_path))
    with qtbot.waitSignal(bench.section.joke_changed, timeout=3000):
        type_template(bench, "Q: {setup} A: {punchline}")
    assert bench.jokes_changed == 1, "told once, after a pause"
    assert bench.texts()[0] == f"Q: Why number 1? A: Because of {TRICKY} 1."
    assert bench.section.columns() == ("setup", "punchline")
    assert one(bench.section, ShortCombo, "joke_joiner").currentText() == "As the template says"


def test_a_wrong_template_says_so_and_changes_nothing(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    bench.show(paired_file(tmp_path))
    type_template(bench, "{setup} {punch}")
    assert "“punch”, which is not there" in bench.section.problem()
    assert text_of(bench.section, "joke_template_field_problem") == bench.section.problem()
    assert bench.section.template() == "{setup} ", "what was sound last"
    qtbot.waitUntil(lambda: bench.jokes_changed == 1, timeout=3000)
    type_template(bench, "nothing")
    assert "names no column" in bench.section.problem()
    type_template(bench, "{setup} {")
    assert "brace" in bench.section.problem()
    type_template(bench, "{author}: {setup}")
    assert bench.section.problem() == ""
    assert bench.section.columns() == ("author", "setup")
    assert combos(bench) == ["author", "setup"]
    assert bench.texts()[0] == "Ann: Why number 1?"


def test_a_wrong_template_is_mended_by_a_choice(bench: Bench, tmp_path: Path) -> None:
    bench.show(paired_file(tmp_path))
    type_template(bench, "{setup} {punchline} {")
    QTest.keyClicks(template_of(bench), "x}")
    assert bench.section.problem()
    bench.pick("joke_joiner", "A dash")
    assert bench.section.problem() == ""
    assert template_of(bench).toPlainText() == "{setup} – {punchline}"


def test_columns_chosen_stay_chosen_while_the_file_is_read_again(
    bench: Bench, tmp_path: Path
) -> None:
    bench.show(paired_file(tmp_path))
    bench.pick("joke_joiner", "A dash")
    bench.pick("read_encoding", "Western European (Windows-1252)")
    assert bench.section.template() == "{setup} – {punchline}"
    bench.pick("read_kind", "Text")
    assert bench.section.columns() == ("Joke",)
    bench.show(unnamed_file(tmp_path))
    assert bench.section.template() == "{Banana}"


def test_the_joke_columns_are_marked_in_the_table(bench: Bench, tmp_path: Path) -> None:
    bench.show(paired_file(tmp_path))
    marked: list[list[int]] = []
    bench.section.jokes_table.set_joke_columns = marked.append  # type: ignore[method-assign,assignment]
    bench.pick("joke_column_1", "author")
    assert marked == [[1, 3]]


def test_names_like_markup_and_with_braces_are_only_names(bench: Bench, tmp_path: Path) -> None:
    names = f'"{TRICKY}",joke {{x}},joke'
    bench.show(table_file(tmp_path, names, [f"One {j},Two {j},Three {j}" for j in JOKES]))
    bench.pick("joke_column_0", TRICKY)
    assert bench.texts()[0] == f"One {JOKES[0]}"
    bench.pick("joke_column_0", "joke {x}")
    assert bench.section.problem() == ""
    assert bench.section.template() == "{joke {x}}"
    assert bench.texts()[0] == f"Two {JOKES[0]}"


def test_sixty_columns_can_be_chosen_from(bench: Bench, tmp_path: Path) -> None:
    names = ",".join(f"column {number}" for number in range(59)) + ",joke"
    rows = [",".join([str(n)] * 59) + f",{joke}" for n, joke in enumerate(JOKES)]
    bench.show(table_file(tmp_path, names, rows))
    assert combos(bench) == ["joke"]
    bench.pick("joke_column_0", "column 58")
    assert bench.texts()[0] == "0"
    assert one(bench.section, ShortCombo, "joke_column_0").count() == 60


# ---- Joining, without a window -------------------------------------------------------------

CELLS = (("a", "b", "c"), ("a", "", "c"), ("", "b", ""), ("", "", ""), (" a ", " ", "c "))


@pytest.mark.parametrize(
    "template", ["{x}", "{x} {y}", "Q: {x} A: {y} ({z})", "{z}{x}", "{x}, {x}", "<{y}>", " {y}"]
)
def test_a_row_is_filled_in_as_a_whole_batch_is(template: str) -> None:
    made = Template(template, ("x", "y", "z"))
    batch = text_batch(("x", "y", "z"), list(zip(*CELLS, strict=True)))
    assert [made.fill_row(cells) for cells in CELLS] == made.fill(batch)


def test_pairs_are_found_by_their_names_alone() -> None:
    assert pairs_among(["id", "Setup", "Punchline"]) == [("Setup", "Punchline")]
    assert pairs_among(["title", "score", "selftext"]) == [("title", "selftext")]
    assert pairs_among(["joke", "punchline"]) == []


def test_another_column_takes_its_place_in_a_template() -> None:
    now = joining.understood("Q: {a} A: {b}", ("a", "b", "c"))
    assert joining.exchanged(now, 1, "c").template == "Q: {a} A: {c}"
    assert joining.exchanged(now, 0, "b").template == "Q: {b} A: {a}"
    assert joining.exchanged(joining.joined(("a", "b"), "\n"), 0, "b").template == "{b}\n{a}"
    assert joining.with_one_more(now, "c").template == "Q: {a} A: {b} {c}"
    assert joining.without(now, 0).template == "{b}"


def test_a_problem_with_many_columns_is_short() -> None:
    columns = [f"column {number}" for number in range(60)]
    with pytest.raises(JokegenError) as caught:
        joining.understood("{none}", columns)
    assert len(joining.problem_of(caught.value)) < 160
