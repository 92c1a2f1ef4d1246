"""What can be set about the doctor's fixes: similarity, lengths, words, languages."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QSlider, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.dataset_requests import Fix, FixKind, Recipe
from jokegen.ui.doctor.phrases import Standing
from jokegen.ui.doctor.settings import alike_in_words, language_name
from jokegen.ui.doctor.word_list import WordListDialog
from jokegen.ui.kit.buttons import Button
from jokegen.ui.kit.theme import Theme
from tests.gui.dataset_bench import one, text_of
from tests.gui.doctor_bench import MESSY, PLAIN, Bench, bench_on_screen


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return bench_on_screen(qtbot, paths, monkeypatch)


@pytest.fixture
def messy(bench: Bench) -> Bench:
    bench.bring(MESSY + PLAIN)
    return bench


def applied(bench: Bench, kind: FixKind) -> Fix:
    fix = bench.section.recipe().fix(kind)
    assert fix is not None
    return fix


def caption(bench: Bench, kind: FixKind) -> str:
    return text_of(bench.row(kind), f"caption_{kind.value}")


def test_the_similarity_counts_when_the_fix_is_done(messy: Bench) -> None:
    row = messy.open(FixKind.NEAR_DUPLICATES)
    slider = one(row, QSlider, "how_alike_slider")
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert messy.recipes == []
    assert text_of(row, "how_alike_hint") == alike_in_words(0.5)
    note = one(row, QWidget, "setting_note")
    assert note.isVisible()
    loose = messy.summary
    messy.fix(FixKind.NEAR_DUPLICATES)
    assert applied(messy, FixKind.NEAR_DUPLICATES).limit == 0.5
    assert not note.isVisible()
    assert messy.summary is not None
    assert loose is not None
    assert messy.summary.jokes < loose.jokes - 10


def test_a_slider_of_a_fix_that_is_done_is_told_once_it_rests(messy: Bench, qtbot: QtBot) -> None:
    messy.fix(FixKind.NEAR_DUPLICATES)
    row = messy.open(FixKind.NEAR_DUPLICATES)
    slider = one(row, QSlider, "how_alike_slider")
    slider.setFocus()
    with qtbot.waitSignal(messy.section.recipe_changed):
        for _ in range(10):
            QTest.keyClick(slider, Qt.Key.Key_Left)
    assert len(messy.recipes) == 2
    assert applied(messy, FixKind.NEAR_DUPLICATES).limit == 0.75
    assert slider.value() == 25
    messy.press(messy.section.header.undo_button)
    assert applied(messy, FixKind.NEAR_DUPLICATES).limit is None
    assert slider.value() == 35


def test_a_setting_stays_where_it_was_put_while_others_report(messy: Bench) -> None:
    messy.fix(FixKind.NEAR_DUPLICATES)
    slider = one(messy.open(FixKind.NEAR_DUPLICATES), QSlider, "how_alike_slider")
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    messy.section.set_busy(True)
    assert slider.value() == 0
    messy.section.set_busy(False)
    assert applied(messy, FixKind.NEAR_DUPLICATES).limit == 0.5


def test_what_takes_long_is_looked_for_when_asked(bench: Bench) -> None:
    bench.thorough = False
    bench.bring(MESSY + PLAIN)
    assert caption(bench, FixKind.NEAR_DUPLICATES) == "Not looked for yet: takes about 1 s"
    assert bench.row(FixKind.NEAR_DUPLICATES).button.text() == "Look for them"
    bench.fix(FixKind.NEAR_DUPLICATES)
    assert bench.thorough is True
    assert "would be left out" in caption(bench, FixKind.NEAR_DUPLICATES)
    assert bench.recipes == []


def test_words_can_be_counted_although_no_joke_is_that_short(bench: Bench) -> None:
    bench.bring(PLAIN)
    row = bench.open(FixKind.TOO_SHORT)
    box = one(row, QSpinBox, "limit_too-short")
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "30")
    QTest.keyClick(box, Qt.Key.Key_Tab)
    bench.fix(FixKind.TOO_SHORT)
    assert applied(bench, FixKind.TOO_SHORT).limit == 30.0
    assert bench.row(FixKind.TOO_SHORT).standing is Standing.DONE
    assert bench.summary is not None
    assert bench.summary.left_out["too short"] > 0


def test_tokens_are_explained_in_words(messy: Bench) -> None:
    row = messy.open(FixKind.TOO_LONG)
    assert one(row, QSpinBox, "limit_too-long").value() == 1022
    assert "about 770 words" in text_of(row, "limit_too-long_hint")


def test_a_word_that_does_not_offend_is_taken_off_the_list(messy: Bench) -> None:
    messy.fix(FixKind.OFFENSIVE)
    row = messy.open(FixKind.OFFENSIVE)
    words = [one(row, Button, f"found_word_{number}").text() for number in range(2)]
    for word in words:
        chips = [chip for chip in row.findChildren(Button) if chip.text() == word]
        messy.press(chips[-1])  # a former one with that word may still be on its way out
        messy.section.flush()
    kept = applied(messy, FixKind.OFFENSIVE).words
    assert kept is not None
    assert not set(words) & set(kept)
    assert caption(messy, FixKind.OFFENSIVE) == "Nothing to mend so far"


def test_the_list_of_words_is_edited_in_a_dialog(messy: Bench, qtbot: QtBot) -> None:
    row = messy.open(FixKind.OFFENSIVE)
    messy.press(one(row, Button, "edit_word_list"))
    dialog = messy.section.findChild(WordListDialog)
    assert dialog is not None
    edit = one(dialog, QPlainTextEdit, "word_list")
    assert "the usual list" in text_of(dialog, "word_list_count")
    edit.selectAll()
    QTest.keyClicks(edit, "Library")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QTest.keyClicks(edit, "  library ")
    assert text_of(dialog, "word_list_count") == "1 word"
    QTest.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    messy.fix(FixKind.OFFENSIVE)
    assert applied(messy, FixKind.OFFENSIVE).words == ("library",)
    assert messy.summary is not None
    assert messy.summary.left_out["offensive"] >= 7


def test_the_usual_list_comes_back(messy: Bench) -> None:
    row = messy.open(FixKind.OFFENSIVE)
    usual = None
    for words in ("library", None):
        messy.press(one(row, Button, "edit_word_list"))
        dialog = messy.section.findChildren(WordListDialog)[-1]
        if usual is None:
            usual = dialog.words()
        if words:
            dialog.edit.setPlainText(words)
        else:
            QTest.mouseClick(dialog.usual_button, Qt.MouseButton.LeftButton)
            assert dialog.words() == usual
        QTest.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    messy.fix(FixKind.OFFENSIVE)
    assert applied(messy, FixKind.OFFENSIVE).words is None


def test_a_cancelled_dialog_changes_nothing(messy: Bench) -> None:
    row = messy.open(FixKind.OFFENSIVE)
    messy.press(one(row, Button, "edit_word_list"))
    dialog = messy.section.findChildren(WordListDialog)[-1]
    dialog.edit.setPlainText("library")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    messy.fix(FixKind.OFFENSIVE)
    assert applied(messy, FixKind.OFFENSIVE).words is None


def test_languages_that_are_kept_can_be_chosen(messy: Bench) -> None:
    messy.fix(FixKind.LANGUAGE)
    assert messy.summary is not None
    left_out = messy.summary.left_out["other language"]
    row = messy.open(FixKind.LANGUAGE)
    most = one(row, QCheckBox, "keep_most")
    assert most.isChecked()
    assert not most.isEnabled()  # the only one
    german = one(row, QCheckBox, "keep_de")
    assert german.text() == "German"
    QTest.keyClick(german, Qt.Key.Key_Space)
    messy.section.flush()
    assert applied(messy, FixKind.LANGUAGE).words == ("most", "de")
    assert messy.summary.left_out["other language"] == left_out - 1
    assert german.isVisible()
    QTest.keyClick(most, Qt.Key.Key_Space)
    messy.section.flush()
    assert applied(messy, FixKind.LANGUAGE).words == ("de",)
    assert messy.summary.jokes < 10  # that one, and what is too short to tell
    assert not german.isEnabled()


def test_similarities_are_put_in_words() -> None:
    said = [alike_in_words(value) for value in (0.5, 0.65, 0.75, 0.85, 0.95, 1.0)]
    assert len(set(said)) == 6
    assert "half" in said[0]
    assert said[-1].startswith("All their words")


def test_languages_have_names() -> None:
    assert language_name("de") == "German"
    assert language_name("xx") == "xx"


def test_settings_of_a_fix_taken_back_are_remembered(messy: Bench) -> None:
    row = messy.open(FixKind.TOO_SHORT)
    one(row, QSpinBox, "limit_too-short").setValue(9)
    messy.fix(FixKind.TOO_SHORT)
    messy.fix(FixKind.TOO_SHORT)
    assert messy.section.recipe() == Recipe()
    messy.fix(FixKind.TOO_SHORT)
    assert applied(messy, FixKind.TOO_SHORT).limit == 9.0
