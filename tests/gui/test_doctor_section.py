"""The joke doctor in the window: findings, fixes with one click, undo, and the table beside."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.dataset_requests import Edit, Fix, FixKind, Recipe
from jokegen.ui.doctor.marked_text import MarkedText
from jokegen.ui.doctor.phrases import SAFE, Standing
from jokegen.ui.kit.buttons import Button
from jokegen.ui.kit.theme import Scheme, Theme
from tests.gui.dataset_bench import one, text_of
from tests.gui.doctor_bench import MESSY, PLAIN, Bench, bench_on_screen


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return bench_on_screen(qtbot, paths, monkeypatch)


@pytest.fixture
def messy(bench: Bench) -> Bench:
    bench.bring(MESSY + PLAIN)
    return bench


def said(bench: Bench, kind: FixKind) -> str:
    return text_of(bench.row(kind), f"caption_{kind.value}")


def kinds(recipe: Recipe) -> set[FixKind]:
    return {fix.kind for fix in recipe.fixes}


# -- What is shown -------------------------------------------------------------------------------


def test_every_fault_is_listed_with_its_number(messy: Bench) -> None:
    assert messy.summary is not None
    for finding in messy.summary.findings:
        row = messy.row(finding.kind)
        if finding.is_fixed:
            assert row.standing is Standing.DONE
        elif finding.count:
            assert row.standing is Standing.OPEN, finding.kind
            assert said(messy, finding.kind).startswith(f"{finding.count:,} ")
            assert row.isVisible()
        else:
            assert row.standing is Standing.NOTHING
            assert not row.isVisible()
    assert said(messy, FixKind.SEVERAL_IN_ROW) == "1 row would be parted"
    assert said(messy, FixKind.PERSONAL) == "1 joke would be left out"
    assert said(messy, FixKind.EXACT_DUPLICATES) == "1 joke left out"


def test_the_first_line_says_what_will_be_saved(messy: Bench) -> None:
    assert messy.summary is not None
    left_out = sum(messy.summary.left_out.values())
    expected = f"{messy.summary.jokes} jokes will be saved · {left_out} left out"
    assert text_of(messy.section, "doctor_outlook") == expected
    messy.fix(FixKind.EMOJI)
    assert text_of(messy.section, "doctor_outlook") == f"{expected} · 1 mended"


def test_a_clean_pile_says_that_there_is_nothing_to_mend(bench: Bench) -> None:
    bench.bring([f"{joke} {number}" for number, joke in enumerate(PLAIN[:3])])
    well = bench.section.findChild(QWidget, "all_well")
    assert well is not None
    assert well.isVisible()
    assert not bench.section.header.safe_button.isEnabled()
    bench.press(bench.section.findings.nothing_button)
    assert bench.row(FixKind.MOJIBAKE).isVisible()
    assert not bench.row(FixKind.MOJIBAKE).button.isVisible()


def test_examples_show_before_and_after_as_plain_text(messy: Bench) -> None:
    details = messy.open(FixKind.HTML).details
    assert details is not None
    texts = [label.text() for label in details.findChildren(MarkedText, "before")]
    assert "I love R&amp;D &lt;3<br>and caf&eacute;s." in texts
    after = [label.text() for label in details.findChildren(MarkedText, "after")]
    assert "I love R&D <3⏎and cafés." in after
    assert "<br>" in text_of(details, "finding_why")


def test_parted_jokes_are_shown_one_by_one(messy: Bench) -> None:
    details = messy.open(FixKind.SEVERAL_IN_ROW).details
    assert details is not None
    assert one(details, MarkedText, "part_3").text() == "The third one is here, fine."


def test_one_finding_is_open_at_a_time(messy: Bench) -> None:
    messy.open(FixKind.LINKS)
    messy.open(FixKind.EMOJI)
    assert not messy.row(FixKind.LINKS).is_open
    assert messy.row(FixKind.EMOJI).is_open


# -- Fixing --------------------------------------------------------------------------------------


def test_a_fix_is_one_click_and_so_is_taking_it_back(messy: Bench) -> None:
    before = messy.section.recipe()
    messy.fix(FixKind.MOJIBAKE)
    assert kinds(messy.recipes[-1]) == {FixKind.EXACT_DUPLICATES, FixKind.MOJIBAKE}
    assert messy.row(FixKind.MOJIBAKE).standing is Standing.DONE
    assert said(messy, FixKind.MOJIBAKE) == "1 joke mended"
    assert messy.row(FixKind.MOJIBAKE).button.text() == "Undo"
    messy.fix(FixKind.MOJIBAKE)
    assert messy.recipes[-1] == before
    assert messy.row(FixKind.MOJIBAKE).standing is Standing.OPEN


def test_a_double_click_does_a_fix_only_once(messy: Bench) -> None:
    messy.is_slow = True
    button = messy.row(FixKind.LINKS).button
    messy.section.findings.ensureWidgetVisible(button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(button, Qt.MouseButton.LeftButton)  # the second press and release of it
    assert len(messy.recipes) == 1
    assert FixKind.LINKS in kinds(messy.section.recipe())


def test_all_that_is_safe_is_fixed_at_one_go_and_nothing_else(messy: Bench) -> None:
    messy.press(messy.section.header.safe_button)
    (recipe,) = messy.recipes
    assert kinds(recipe) == SAFE
    risky = {FixKind.OFFENSIVE, FixKind.LANGUAGE, FixKind.MOJIBAKE, FixKind.PERSONAL}
    assert not kinds(recipe) & risky
    banner = messy.section.findings.banner
    assert banner.title() == "Fixed 6 things at one go"
    assert "Web page code (3)" in banner.todo()
    messy.press(banner.action_button)
    assert messy.recipes[-1] == Recipe()
    assert not banner.isVisible()


def test_undo_and_redo_say_what_they_do(messy: Bench) -> None:
    header = messy.section.header
    assert not header.undo_button.isEnabled()
    messy.fix(FixKind.LINKS)
    messy.fix(FixKind.EMOJI)
    assert "“Take the emoji out” (Emoji)" in header.undo_button.toolTip()
    messy.press(header.undo_button)
    assert kinds(messy.recipes[-1]) == {FixKind.EXACT_DUPLICATES, FixKind.LINKS}
    assert "“Take the links out” (Links)" in header.undo_button.toolTip()
    assert "emoji" in header.redo_button.toolTip()
    messy.press(header.redo_button)
    assert FixKind.EMOJI in kinds(messy.recipes[-1])
    assert not header.redo_button.isEnabled()


def test_the_keys_for_undo_work_wherever_the_focus_is(messy: Bench) -> None:
    messy.fix(FixKind.LINKS)
    messy.row(FixKind.EMOJI).head.setFocus()
    QTest.keyClick(messy.row(FixKind.EMOJI).head, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert messy.recipes[-1] == Recipe()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(messy.row(FixKind.EMOJI).head, Qt.Key.Key_Z, both)
    assert FixKind.LINKS in kinds(messy.recipes[-1])


def test_clicks_are_collected_while_it_looks_again(messy: Bench) -> None:
    messy.is_slow = True
    messy.fix(FixKind.LINKS)
    messy.fix(FixKind.EMOJI)
    assert text_of(messy.section, "doctor_state") == "Looking again…"
    assert said(messy, FixKind.LINKS) == "Looking again…"
    assert messy.row(FixKind.LINKS).button.text() == "Undo"
    assert said(messy, FixKind.HTML) == "3 jokes would change"
    older, newest = messy.recipes
    messy.examine(older)  # comes late: what was wanted since then stays
    assert messy.section.recipe() == newest
    assert messy.row(FixKind.EMOJI).button.text() == "Undo"
    messy.examine(newest)
    messy.section.set_busy(False)
    assert said(messy, FixKind.EMOJI) == "1 joke mended"
    assert text_of(messy.section, "doctor_state") == ""


def test_a_failed_look_leaves_the_choice_and_says_that_nothing_was_counted(messy: Bench) -> None:
    messy.is_slow = True
    messy.fix(FixKind.LINKS)
    messy.section.set_busy(False)
    assert said(messy, FixKind.LINKS) == "Not counted yet"
    messy.is_slow = False
    messy.fix(FixKind.LINKS)
    assert messy.recipes[-1] == Recipe()


# -- The table -----------------------------------------------------------------------------------


def test_edits_in_the_table_become_part_of_the_recipe(messy: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(messy.section.recipe_changed):
        messy.table.edit(Edit(0, text="Another joke altogether, by hand."))
        messy.table.edit(Edit(0, text="Another joke altogether, by hand."), Edit(9))
    assert len(messy.recipes) == 1
    assert len(messy.recipes[0].edits) == 2
    tip = messy.section.header.undo_button.toolTip()
    assert "your changes to 2 jokes in the table" in tip
    assert text_of(messy.section, "doctor_outlook").endswith("1 changed by you")


def test_edits_and_fixes_are_undone_in_the_order_in_which_they_were_done(messy: Bench) -> None:
    messy.fix(FixKind.LINKS)
    messy.table.edit(Edit(3))
    messy.fix(FixKind.EMOJI)  # does not wait for the pause after an edit
    assert [len(recipe.edits) for recipe in messy.recipes] == [0, 1, 1]
    messy.press(messy.section.header.undo_button)
    assert messy.table.edits() == (Edit(3),)
    messy.press(messy.section.header.undo_button)
    assert messy.table.edits() == ()
    assert kinds(messy.section.recipe()) == {FixKind.EXACT_DUPLICATES, FixKind.LINKS}


def test_undo_takes_back_the_edit_of_a_moment_ago(messy: Bench) -> None:
    messy.table.edit(Edit(3))
    QTest.keyClick(messy.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert messy.section.recipe() == Recipe()
    assert messy.table.edits() == ()


def test_what_the_table_undid_itself_is_no_new_step(messy: Bench) -> None:
    messy.table.edit(Edit(3))
    assert messy.section.recipe().edits == (Edit(3),)
    messy.table.edit()
    assert messy.section.recipe() == Recipe()
    assert not messy.section.header.undo_button.isEnabled()
    assert "your change to 1 joke" in messy.section.header.redo_button.toolTip()


def test_the_recipe_has_the_last_edit_even_without_a_pause(messy: Bench) -> None:
    messy.table.edit(Edit(3))
    assert messy.section.recipe().edits == (Edit(3),)
    assert messy.recipes == [replace(Recipe(), edits=(Edit(3),))]


def test_hiding_the_section_tells_what_was_changed(messy: Bench) -> None:
    messy.table.edit(Edit(3))
    messy.section.hide()
    assert messy.recipes[-1].edits == (Edit(3),)


def test_a_result_does_not_take_away_what_is_just_being_edited(messy: Bench) -> None:
    messy.table.edit(Edit(3))
    messy.examine(Recipe())
    assert messy.table.edits() == (Edit(3),)
    assert messy.section.recipe().edits == (Edit(3),)


def test_what_a_fix_left_out_is_shown_in_the_table(messy: Bench) -> None:
    row = messy.open(FixKind.EXACT_DUPLICATES)
    messy.press(_show_button(row))
    assert messy.table.shown == ["", ("left out", "repeated")]
    messy.fix(FixKind.EMOJI)
    messy.press(_show_button(messy.open(FixKind.EMOJI)))
    assert messy.table.shown[2:] == ["", ("changed", "")]


def test_pressing_an_example_finds_the_joke_in_the_table(messy: Bench) -> None:
    row = messy.open(FixKind.LINKS)
    example = row.findChild(QWidget, "example_0")
    assert example is not None
    QTest.keyClick(example, Qt.Key.Key_Return)
    show, words = messy.table.shown
    assert show == ("all", "")
    assert words == "for more of my jokes, folks!"
    assert words in MESSY[9]


def _show_button(row: QWidget) -> Button:
    return one(row, Button, "show_in_table")


# -- Begin anew ----------------------------------------------------------------------------------


def test_another_pile_begins_a_new_history(messy: Bench) -> None:
    messy.fix(FixKind.LINKS)
    messy.section.clear()
    assert messy.table.table is None
    assert text_of(messy.section, "doctor_outlook") == ""
    messy.bring(PLAIN, Recipe(fixes=(Fix(FixKind.HTML),)))
    assert messy.section.recipe() == Recipe(fixes=(Fix(FixKind.HTML),))
    assert not messy.section.header.undo_button.isEnabled()
    assert messy.row(FixKind.HTML).standing is Standing.DONE


def test_a_recipe_from_elsewhere_is_taken_over(messy: Bench) -> None:
    messy.table.edit(Edit(3))
    messy.examine(Recipe(fixes=(Fix(FixKind.EMOJI),)))
    assert messy.section.recipe() == Recipe(fixes=(Fix(FixKind.EMOJI),))
    assert messy.recipes == []
    assert not messy.section.header.undo_button.isEnabled()


# -- Keyboard and looks --------------------------------------------------------------------------


def test_the_keyboard_reaches_every_row_in_the_order_in_which_it_is_seen(messy: Bench) -> None:
    messy.section.focus_first()
    assert messy.row(FixKind.SAME_WORDS).head.hasFocus()
    messy.fix(FixKind.NEAR_DUPLICATES)  # moves to another group
    messy.section.focus_first()
    reached: list[QWidget | None] = []
    for _ in range(60):
        focused = messy.section.focusWidget()
        assert focused is not None
        if focused.parentWidget() not in reached:
            reached.append(focused.parentWidget())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    QApplication.processEvents()
    rows = [row for row in messy.section.findings.rows.values() if row.isVisible()]
    rows.sort(key=QWidget.y)
    assert [row for row in reached if row in rows] == rows


def test_the_focus_stays_with_a_row_that_changes_its_group(messy: Bench) -> None:
    button = messy.row(FixKind.EMOJI).button
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert messy.row(FixKind.EMOJI).standing is Standing.DONE
    assert button.hasFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert messy.section.recipe() == Recipe()


def test_a_button_goes_below_words_that_it_would_break(messy: Bench) -> None:
    row = messy.row(FixKind.SAME_WORDS)
    for width, is_beside in ((500, True), (260, False), (500, True)):
        messy.section.findings.setFixedWidth(width)
        QApplication.sendPostedEvents()
        row.layout().activate()  # type: ignore[union-attr]
        assert (row.button.y() < row.head.geometry().bottom()) is is_beside
        assert row.rect().contains(row.button.geometry())


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_nothing_is_cut_off_in_the_smallest_window(
    messy: Bench, theme: Theme, qapp: QApplication, qtbot: QtBot, scale: float, scheme: Scheme
) -> None:
    font = QFont(qapp.font())
    font.setPointSizeF(font.pointSizeF() * scale)
    qapp.setFont(font)
    theme.set_scheme(scheme)
    findings = messy.section.findings
    assert messy.section.width() == 960
    for kind, row in findings.rows.items():
        messy.open(kind)
        qtbot.waitUntil(lambda row=row: row.height() >= row.minimumSizeHint().height())  # type: ignore[misc]
        assert row.width() <= findings.viewport().width()
        assert row.minimumSizeHint().width() <= findings.viewport().width(), kind
        assert row.button.width() >= row.button.minimumSizeHint().width()
