"""The advanced settings: found by any name, marked once changed, put back, and checked together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.jobs.requests import Method, Precision, Schedule, TrainRequest
from jokegen.records import RunStatus
from jokegen.ui.finetune.more import MoreSettings
from jokegen.ui.finetune.more_field import NumberField
from jokegen.ui.finetune.more_numbers import shown as shown_number
from jokegen.ui.finetune.more_ways import WaysField
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.pages import ScrollPage
from jokegen.ui.kit.theme import Theme
from tests.gui.finetune_support import run_info
from tests.gui.support import TRICKY, Show

# With numbers of its own: what is recommended changes as better recipes are found.
ASKED = TrainRequest(
    "onelinefun", epochs=2.0, method=Method.FULL, tokens_per_step=512, max_steps=None,
    schedule=Schedule.COSINE, patience=None, average=0, checkpoints_kept=0, logging_steps=1,
)  # fmt: skip
RECOMMENDED = replace(
    ASKED, learning_rate=1e-4, weight_decay=0.01, beta1=0.9, beta2=0.95, epsilon=1e-8,
    gradient_norm=1.0, warm_up=0.1, train_embeddings=False,
)  # fmt: skip
# What the rest of the form asks for, and what the time promise settles.
ELSEWHERE = {"dataset", "base", "device", "length", "minutes", "is_method_open"}


@dataclass
class Desk:
    """The settings, unfolded, and a person in front of them."""

    more: MoreSettings
    page: ScrollPage

    def find(self, name: str) -> QWidget:
        QApplication.sendPostedEvents()
        (found,) = self.more.findChildren(QWidget, name)
        return found

    def type_in(self, name: str, text: str) -> None:
        edit = self.find(name)
        assert isinstance(edit, QLineEdit)
        assert edit.isVisible(), name
        self.page.show_widget(edit)
        QTest.mouseClick(edit, Qt.MouseButton.LeftButton)
        QTest.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(edit, Qt.Key.Key_Delete)
        if text.isascii():
            QTest.keyClicks(edit, text)
        else:
            edit.insert(text)  # as pasted: there is no key for it

    def choose(self, name: str, text: str) -> None:
        box = self.find(name)
        assert isinstance(box, QComboBox)
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Home)
        for _ in range(box.count()):
            if box.currentText().startswith(text):
                return
            QTest.keyClick(box, Qt.Key.Key_Down)
        raise AssertionError(text)

    def press(self, name: str) -> None:
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isVisible(), name
        self.page.show_widget(button)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def focused(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def text(self, name: str) -> str:
        label = self.find(name)
        assert isinstance(label, PlainLabel)
        assert label.isVisible(), name
        return label.text()

    def says(self, name: str) -> bool:
        return self.find(name).isVisible()

    def shown(self) -> list[str]:
        """The captions of the settings that are in sight."""
        return [field.caption for field in self.more.form.fields if field.isVisible()]

    def asked(self) -> TrainRequest:
        request = self.more.apply_to(ASKED)
        assert request is not None
        return request


@pytest.fixture
def desk(theme: Theme, shown: Show) -> Desk:
    more = MoreSettings()
    page = ScrollPage(name="page")
    page.add(more)
    shown(page, 1000, 900)
    more.show_recommended(RECOMMENDED)
    more.set_open(True)
    return Desk(more, page)


@pytest.fixture
def locale(request: pytest.FixtureRequest) -> Iterator[None]:
    former = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield
    QLocale.setDefault(former)


# ---- What is asked for -------------------------------------------------------------------------


def test_every_setting_of_a_training_can_be_chosen(desk: Desk) -> None:
    found: set[str] = {"method", "warm_up", "warm_up_steps"}
    for field in desk.more.form.fields:
        if isinstance(field, NumberField):
            found.add(field.setting.field)
        elif isinstance(field, WaysField):
            found.add(field.field)
    assert found == {field.name for field in fields(TrainRequest)} - ELSEWHERE


def test_nothing_is_changed_until_a_person_does(desk: Desk) -> None:
    assert desk.asked() == ASKED
    assert desk.more.header.text() == "More settings"
    assert not desk.says("reset_more")
    assert not desk.says("learning_rate_changed")


def test_all_that_is_typed_and_chosen_is_asked_for(desk: Desk) -> None:
    desk.press("unfold_settings")
    desk.press("method_choice_lora")
    typed = {
        "lora_rank": "32", "more_epochs": "1.5", "most_steps": "1,000", "patience": "3",
        "average": "4", "batch_size": "16", "gradient_accumulation": "2",
        "block_size": "256", "learning_rate": "3e-4", "warm_up": "5", "weight_decay": "0,1",
        "beta1": "0.8", "beta2": "0.99", "epsilon": "1e-6", "gradient_norm": "2.5",
        "logging_steps": "10", "evaluation_steps": "50", "saving_steps": "100",
        "checkpoints_kept": "3", "seed": "7",
    }  # fmt: skip
    for name, text in typed.items():
        desk.type_in(name, text)
    desk.choose("train_embeddings", "They learn too")
    desk.choose("schedule", "Inverse")
    desk.choose("precision", "bfloat16")
    assert desk.asked() == replace(
        ASKED, epochs=1.5, max_steps=1000, learning_rate=3e-4, seed=7, method=Method.LORA,
        lora_rank=32, batch_size=16, gradient_accumulation=2, block_size=256,
        train_embeddings=True, weight_decay=0.1, beta1=0.8, beta2=0.99, epsilon=1e-6,
        gradient_norm=2.5, schedule=Schedule.INVERSE_SQUARE_ROOT, warm_up=0.05, patience=3,
        average=4, logging_steps=10, evaluation_steps=50, saving_steps=100, checkpoints_kept=3,
        precision=Precision.BFLOAT16,
    )  # fmt: skip


@pytest.mark.parametrize("locale", ["C", "de_DE", "fr_FR", "ar_EG", "en_IN"], indirect=True)
def test_numbers_mean_and_look_the_same_in_every_language(locale: None, desk: Desk) -> None:
    for typed in ("0.0003", "0,0003", "3e-4", "٠٫٠٠٠٣"):
        desk.type_in("learning_rate", typed)
        assert desk.asked().learning_rate == 0.0003
    for typed in ("1500", "1,500", "1.500", "1 500", "1\u202f500"):
        desk.type_in("most_steps", typed)
        assert desk.asked().max_steps == 1500
    assert "Recommended: 0.0001." in desk.text("learning_rate_field_hint")


def test_warm_up_is_a_share_or_a_number_of_steps(desk: Desk) -> None:
    desk.type_in("warm_up", "12.5 %")
    assert (desk.asked().warm_up, desk.asked().warm_up_steps) == (0.125, None)
    desk.type_in("warm_up", "40")
    desk.choose("warm_up_unit", "steps")
    assert (desk.asked().warm_up, desk.asked().warm_up_steps) == (None, 40)
    desk.type_in("warm_up", "2.5")
    assert desk.more.apply_to(ASKED) is None
    assert desk.text("warm_up_field_problem").startswith("Type a whole number of steps")


def test_tokens_a_step_take_the_place_of_a_recommended_batch_size(desk: Desk) -> None:
    recommended = replace(RECOMMENDED, batch_size=16)
    desk.more.show_recommended(recommended)
    desk.type_in("tokens_per_step", "1024")
    request = desk.more.apply_to(recommended)
    assert request is not None
    assert (request.tokens_per_step, request.batch_size) == (1024, None)


def test_nought_turns_off_what_is_recommended(desk: Desk) -> None:
    desk.more.show_recommended(replace(RECOMMENDED, patience=3, max_steps=200))
    desk.type_in("patience", "0")
    assert desk.asked().patience is None
    assert desk.text("patience_field_hint") == "Recommended: 3. Never stops early."
    desk.more.show_recommended(RECOMMENDED)
    assert "Patience" not in desk.more.changed()


def test_arrow_keys_go_on_from_the_recommended_number(desk: Desk) -> None:
    QTest.keyClick(desk.find("seed"), Qt.Key.Key_Up)
    QTest.keyClick(desk.find("tokens_per_step"), Qt.Key.Key_Up)
    QTest.keyClick(desk.find("learning_rate"), Qt.Key.Key_Down)
    request = desk.asked()
    assert (request.seed, request.tokens_per_step, request.learning_rate) == (43, 1024, 5e-5)


# ---- What differs ------------------------------------------------------------------------------


def test_a_change_is_marked_and_says_what_it_does_to_the_jokes(desk: Desk) -> None:
    desk.type_in("learning_rate", "0.001")
    assert desk.says("learning_rate_changed")
    assert desk.text("learning_rate_field_hint") == (
        "Recommended: 0.0001. Stronger corrections: it learns faster, and may end in gibberish."
    )
    desk.type_in("learning_rate", "0.00001")
    assert "Gentler corrections" in desk.text("learning_rate_field_hint")
    desk.choose("schedule", "Constant")
    assert desk.text("schedule_field_hint").startswith("Recommended: cosine. Strong to the end")
    assert desk.more.header.text() == "More settings · 2 changed"
    assert desk.find("group_rate_header").accessibleName() == "Learning rate · 2 changed"
    assert desk.text("more_changed") == "Not as recommended: learning rate, schedule."


def test_each_change_is_put_back_by_itself_and_all_at_once(desk: Desk, qtbot: QtBot) -> None:
    for name, text in (("learning_rate", "0.003"), ("most_steps", "50"), ("patience", "x")):
        desk.type_in(name, text)
    desk.press("method_choice_lora")
    with qtbot.waitSignal(desk.more.settings_changed):
        desk.press("reset_learning_rate")
    assert not desk.says("learning_rate_changed")
    assert desk.find("learning_rate").hasFocus()
    desk.find("reset_method").setFocus()
    QTest.keyClick(desk.find("reset_method"), Qt.Key.Key_Space)
    assert desk.find("method_choice_full").hasFocus()
    desk.press("method_choice_lora")
    assert desk.more.changed() == ["Method", "Most steps", "Patience"]
    desk.press("reset_more")
    assert desk.more.changed() == []
    assert desk.asked() == ASKED
    assert not desk.says("patience_field_problem")
    assert desk.find("method_choice_full").property("checked") is True
    assert desk.find("find_setting").hasFocus()


def test_what_is_recommended_follows_the_method(desk: Desk) -> None:
    edit = desk.find("learning_rate")
    assert isinstance(edit, QLineEdit)
    assert edit.placeholderText() == "Recommended: 0.0001"
    desk.press("method_choice_lora")
    usual = model_service.settle(replace(ASKED, method=Method.LORA)).learning_rate
    assert usual is not None
    assert edit.placeholderText() == f"Recommended: {shown_number(usual)}"
    assert desk.asked().learning_rate is None
    desk.more.show_recommended(replace(RECOMMENDED, method=Method.LORA, learning_rate=0.004))
    assert edit.placeholderText() == "Recommended: 0.004"
    assert desk.more.changed() == []
    desk.press("method_choice_full")
    usual = model_service.settle(ASKED).learning_rate
    assert usual is not None
    assert edit.placeholderText() == f"Recommended: {shown_number(usual)}"
    assert desk.more.changed() == ["Method"]


def test_a_chosen_method_is_not_left_to_the_promise(desk: Desk) -> None:
    open_request = replace(ASKED, is_method_open=True)
    request = desk.more.apply_to(open_request)
    assert request == open_request
    desk.press("method_choice_lora")
    request = desk.more.apply_to(open_request)
    assert request is not None
    assert (request.method, request.is_method_open) == (Method.LORA, False)


def test_a_number_of_another_method_does_not_count(desk: Desk) -> None:
    assert not desk.says("lora_rank_field")
    desk.press("method_choice_lora")
    desk.type_in("lora_rank", "no")
    desk.press("method_choice_last-blocks")
    assert not desk.says("lora_rank_field")
    desk.type_in("last_blocks", "6")
    request = desk.asked()
    assert (request.lora_rank, request.last_blocks) == (TrainRequest.lora_rank, 6)


def test_a_run_to_overwrite_is_named_letter_by_letter(desk: Desk) -> None:
    running = run_info(4, RunStatus.RUNNING)
    desk.more.show_runs([running, run_info(3, title=f"Run 3: {TRICKY}")])
    desk.press("unfold_settings")
    box = desk.find("overwrite")
    assert isinstance(box, QComboBox)
    assert [box.itemText(row) for row in range(box.count())] == [
        "No, a run of its own · recommended",
        f"Run 3: {TRICKY}",
    ]
    desk.choose("overwrite", "Run 3")
    assert desk.asked().overwrite == 3
    assert "goes once the new run has begun" in desk.text("overwrite_field_hint")
    assert desk.text("overwrite_field_problem") == "Run 3 cannot be brought back then."
    desk.more.show_runs([running])
    assert desk.asked().overwrite is None


# ---- What is wrong -----------------------------------------------------------------------------


def test_all_problems_are_told_at_once_each_beside_its_field(desk: Desk) -> None:
    bad = {"learning_rate": "much", "patience": "0.5", "average": "1", "block_size": "9999"}
    for name, text in bad.items():
        desk.type_in(name, text)
    desk.press("group_rate_header")
    desk.type_in("find_setting", "seed")
    assert desk.more.apply_to(ASKED) is None
    for name in bad:
        said = desk.text(f"{name}_field_problem")
        assert said.startswith("Type a ")
        assert desk.find(name).accessibleDescription().startswith(said)
        assert desk.find(name).property("hasProblem") is True
    desk.more.focus_problem()
    assert desk.find("patience").hasFocus()
    assert desk.more.first_problem() is desk.find("patience")
    desk.press("reset_more")
    assert not any(desk.says(f"{name}_field_problem") for name in bad)
    assert desk.asked() == ASKED


@pytest.mark.parametrize("typed", ["much", "0", "-1", "5", "nan", "inf", "0.0.1", "1_0", "1e999"])
def test_a_useless_learning_rate_is_refused(desk: Desk, typed: str) -> None:
    desk.type_in("learning_rate", typed)
    assert desk.more.apply_to(ASKED) is None
    assert "from 0.0000001 to 0.1" in desk.text("learning_rate_field_problem")
    assert desk.more.peek(ASKED) == ASKED


def test_half_a_number_is_no_problem_while_it_is_typed(desk: Desk) -> None:
    desk.type_in("learning_rate", "3e-")
    assert not desk.says("learning_rate_field_problem")
    QTest.keyClicks(desk.find("learning_rate"), "4")
    desk.type_in("learning_rate", "3e-")
    desk.type_in("patience", "2")
    assert desk.says("learning_rate_field_problem")


@pytest.mark.parametrize(
    ("typed", "beside", "says"),
    [
        ({"tokens_per_step": "900", "batch_size": "8"}, "tokens_per_step", "decides that already"),
        ({"block_size": "1024"}, "block_size", "does not fit into a step of 512"),
    ],
)
def test_a_combination_that_makes_no_sense_cannot_be_started(
    desk: Desk, typed: dict[str, str], beside: str, says: str
) -> None:
    for name, text in typed.items():
        desk.type_in(name, text)
    assert says in desk.text(f"{beside}_field_problem")
    assert desk.more.apply_to(ASKED) is None


@pytest.mark.parametrize(
    ("typed", "beside", "says"),
    [
        ({"most_steps": "90", "evaluation_steps": "50", "patience": "1"}, "patience", "once"),
        ({"most_steps": "90", "evaluation_steps": "50", "average": "3"}, "average", "fewer"),
        ({"batch_size": "4000"}, "batch_size", "only 2,653"),
        ({"beta1": "0.97"}, "beta1", "gibberish"),
    ],
)
def test_an_odd_combination_is_told_and_can_be_started(
    desk: Desk, typed: dict[str, str], beside: str, says: str
) -> None:
    desk.more.show_request(ASKED, 2653)
    desk.press("unfold_settings")
    for name, text in typed.items():
        desk.type_in(name, text)
    assert says in desk.text(f"{beside}_field_problem")
    assert desk.find(beside).property("hasProblem") is False
    assert desk.more.apply_to(ASKED) is not None


def test_a_warm_up_longer_than_the_run_is_refused(desk: Desk) -> None:
    desk.type_in("warm_up", "40")
    desk.choose("warm_up_unit", "steps")
    desk.type_in("most_steps", "40")
    assert desk.more.apply_to(ASKED) is None
    assert "before the warm-up does" in desk.text("warm_up_field_problem")


# ---- Finding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "captions"),
    [
        ("lr", ["Learning rate", "Schedule"]),
        ("max_grad_norm", ["Gradient norm"]),
        ("Warmup ratio", ["Warm-up"]),
        ("warm-up", ["Schedule", "Warm-up"]),
        ("bf16", ["Precision"]),
        ("early stop", ["Patience"]),
        ("rank", ["Method"]),
    ],
)
def test_a_setting_is_found_by_any_of_its_names(
    desk: Desk, words: str, captions: list[str]
) -> None:
    desk.type_in("find_setting", words)
    assert desk.shown() == captions


def test_the_search_ends_as_it_began(desk: Desk) -> None:
    before = desk.shown()
    assert "Seed" not in before
    desk.type_in("find_setting", f"quantum {TRICKY}")
    assert desk.shown() == []
    assert f"“quantum {TRICKY}”" in desk.text("no_setting_found")
    QTest.keyClick(desk.find("find_setting"), Qt.Key.Key_Escape)
    assert desk.shown() == before
    assert not desk.says("no_setting_found")
    desk.press("unfold_settings")
    assert "Seed" in desk.shown()
    desk.press("unfold_settings")
    assert desk.shown() == []


def test_enter_leads_from_the_search_to_the_first_setting_found(desk: Desk) -> None:
    desk.type_in("find_setting", "max_grad_norm")
    QTest.keyClick(desk.find("find_setting"), Qt.Key.Key_Return)
    assert desk.find("gradient_norm").hasFocus()
    desk.type_in("find_setting", "lora")
    QTest.keyClick(desk.find("find_setting"), Qt.Key.Key_Return)
    assert desk.find("method_choice_full").hasFocus()


def test_the_tabulator_key_goes_through_the_settings_as_they_stand(desk: Desk) -> None:
    desk.type_in("most_steps", "7")
    desk.more.header.setFocus()
    visited = []
    for _ in range(12):
        QTest.keyClick(desk.focused(), Qt.Key.Key_Tab)
        visited.append(desk.focused().objectName())
    assert visited == [
        "find_setting", "unfold_settings", "reset_more", "group_learns_header",
        "method_choice_full", "train_embeddings", "group_long_header", "more_epochs",
        "most_steps", "reset_most_steps", "patience", "average",
    ]  # fmt: skip


def test_the_picture_of_the_schedule_follows_the_choice(desk: Desk) -> None:
    picture = desk.find("schedule_picture")
    before = picture.grab().toImage()
    desk.choose("schedule", "Linear")
    assert picture.accessibleName().endswith("a straight line that falls to nothing")
    linear = picture.grab().toImage()
    assert linear != before
    desk.type_in("warm_up", "50")
    assert picture.grab().toImage() != linear


def test_what_a_step_reads_is_said_in_jokes(desk: Desk) -> None:
    assert desk.text("step_words").startswith("One step reads about 512 tokens: some 25 jokes")
    desk.type_in("batch_size", "8")
    desk.type_in("gradient_accumulation", "4")
    assert desk.text("step_words") == "One step reads 32 jokes."
    desk.type_in("block_size", "256")
    assert desk.text("step_words") == "One step reads 32 blocks of 256 tokens."


def test_nothing_is_cut_off_at_any_text_size(font_size: float, shown: Show) -> None:
    more = MoreSettings()
    page = ScrollPage(name="page")
    page.add(more)
    shown(page, 1000, 580)
    more.set_open(True)
    desk = Desk(more, page)
    desk.press("unfold_settings")
    everything: dict[str, Any] = {
        field.setting.control: "x" for field in more.form.fields if isinstance(field, NumberField)
    }
    for name in everything:
        if desk.says(name):
            desk.type_in(name, "x")
    assert more.apply_to(ASKED) is None
    QApplication.sendPostedEvents()
    content = page.widget()
    assert content is not None
    assert content.minimumSizeHint().width() <= page.viewport().width()
    for label in more.findChildren(PlainLabel):
        if label.isVisible():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
