"""The funny timeline and the memorisation meter, through mouse and keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from jokegen.jobs.events import Metric, Sample
from jokegen.ui.finetune import timeline_words as words
from jokegen.ui.finetune.sample_text import NOTHING, SampleText
from jokegen.ui.finetune.timeline import SHOWN_AT_FIRST, TimelinePanel
from jokegen.ui.finetune.timeline_words import Copies
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.pages import ScrollPage
from jokegen.ui.kit.tokens import Tone
from tests.gui.support import TRICKY, Show


def sample(step: int, number: int = 0, text: str = "", **more: Any) -> Sample:
    return Sample(step, text or f"Joke {number} after {step}.", number=number, **more)


def metric(step: int, copied: float | None, among: int = 16, real: float | None = 0.0) -> Metric:
    return Metric(
        step, 80, 0.5, 2.0, 9.0, validation_loss=3.0, copied=copied, copied_among=among,
        copied_held_out=real, copied_held_out_among=None if real is None else 64,
    )  # fmt: skip


@pytest.fixture
def panel(theme: object, shown: Show) -> TimelinePanel:
    """On a page as high as the smallest window has it."""
    page = ScrollPage(name="page")
    made = TimelinePanel()
    page.add(made)
    shown(page, 1000, 580)
    return made


def find(panel: TimelinePanel, name: str) -> QWidget:
    panel.redraw_now()
    QApplication.sendPostedEvents()
    found = panel.findChild(QWidget, f"timeline_{name}")
    assert isinstance(found, QWidget), name
    return found


def text(panel: TimelinePanel, name: str) -> str:
    label = find(panel, name)
    assert isinstance(label, PlainLabel)
    return label.text() if label.isVisible() else ""


def click(widget: QWidget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def fill(panel: TimelinePanel, steps: tuple[int, ...] = (0, 20, 40), count: int = 4) -> None:
    for step in steps:
        for number in range(count):
            panel.show_sample(sample(step, number))
    panel.redraw_now()


def test_before_the_first_joke_it_says_what_will_come(panel: TimelinePanel) -> None:
    assert "has not written" in text(panel, "nothing")
    panel.set_running(True)
    assert "appear here" in text(panel, "nothing")
    assert not panel.slider.isVisible()
    fill(panel, (0,))
    assert text(panel, "nothing") == ""


def test_it_follows_the_newest_check_until_a_person_moves_it(panel: TimelinePanel) -> None:
    panel.set_running(True)
    fill(panel, (0,))
    assert text(panel, "moment") == "Before it learned anything"
    fill(panel, (20, 40))
    assert panel.jokes() == [f"Joke {number} after 40." for number in range(4)]
    assert text(panel, "moment") == "After 40 steps (the newest)"
    panel.slider.setFocus()
    QTest.keyClick(panel.slider, Qt.Key.Key_Left)
    assert panel.step == 20
    fill(panel, (60, 80))
    assert panel.step == 20
    assert panel.jokes()[0] == "Joke 0 after 20."
    QTest.keyClick(panel.slider, Qt.Key.Key_End)
    fill(panel, (100,))
    assert panel.step == 100


def test_the_keyboard_and_the_arrows_go_through_all_checks(panel: TimelinePanel) -> None:
    fill(panel)
    panel.slider.setFocus()
    QTest.keyClick(panel.slider, Qt.Key.Key_Home)
    assert panel.step == 0
    assert not find(panel, "earlier").isEnabled()
    QTest.keyClick(panel.slider, Qt.Key.Key_PageUp)
    assert panel.step == 20
    click(find(panel, "later"))
    assert panel.step == 40
    assert not find(panel, "later").isEnabled()
    assert panel.slider.accessibleDescription() == "After 40 steps"
    for expected in (20, 0):
        click(find(panel, "earlier"))
        assert panel.step == expected


def test_a_button_goes_back_to_the_newest_and_follows_again(panel: TimelinePanel) -> None:
    panel.set_running(True)
    fill(panel)
    assert not find(panel, "newest").isVisible()
    QTest.keyClick(panel.slider, Qt.Key.Key_Home)
    click(find(panel, "newest"))
    assert panel.step == 40
    assert panel.slider.hasFocus()
    fill(panel, (60,))
    assert panel.step == 60


def test_the_mouse_moves_the_slider(panel: TimelinePanel) -> None:
    fill(panel, (0, 20, 40, 60))
    QTest.mouseClick(panel.slider, Qt.MouseButton.LeftButton, pos=panel.slider.rect().center())
    assert panel.step == 40  # a click beside the handle moves by one check


def test_one_check_alone_leaves_nothing_to_move(panel: TimelinePanel) -> None:
    fill(panel, (20,))
    assert not panel.slider.isEnabled()
    assert text(panel, "moment") == "After 20 steps"


def test_the_prompt_looks_different_from_what_was_written(panel: TimelinePanel) -> None:
    panel.show_sample(sample(20, 0, "My dog ran.", prompt="My dog"))
    panel.show_sample(sample(20, 1, "On its own."))
    panel.show_sample(sample(20, 2, "Otherwise.", prompt="Not there"))
    jokes = [find(panel, f"sample_{number}_joke") for number in range(3)]
    assert all(isinstance(joke, SampleText) for joke in jokes)
    assert [joke.prompt() for joke in jokes] == ["My dog", "", ""]  # type: ignore[attr-defined]
    assert jokes[0].accessibleName() == "Begins with My dog: My dog ran."


@pytest.mark.parametrize(
    "written", [TRICKY, "word " * 2_000, "x" * 3_000, "قال الرجل لزوجته", "a\nb\r\nc", "😀" * 200]
)
def test_any_text_is_shown_as_it_is_and_fits(
    panel: TimelinePanel, written: str, qtbot: QtBot
) -> None:
    panel.show_sample(sample(20, 0, written, prompt=written[:7]))
    joke = find(panel, "sample_0_joke")
    assert isinstance(joke, SampleText)
    assert joke.text().startswith(written[:20].replace("\r\n", "\n"))
    qtbot.waitUntil(lambda: joke.height() >= joke.heightForWidth(joke.width()))
    assert panel.width() <= 1000
    panel.grab()


def test_a_joke_without_a_word_says_so_and_cannot_be_copied(panel: TimelinePanel) -> None:
    panel.show_sample(Sample(20, ""))
    joke = find(panel, "sample_0_joke")
    assert isinstance(joke, SampleText)
    assert joke.text() == NOTHING
    assert not find(panel, "sample_0_copy").isEnabled()


def test_samples_of_old_runs_are_shown_without_marks(panel: TimelinePanel) -> None:
    for step in (20, 40):
        panel.show_sample(Sample(step, f"A joke after {step}."))
    assert panel.jokes() == ["A joke after 40."]
    assert not find(panel, "sample_0_copied").isVisible()
    assert not find(panel, "sample_0_new").isVisible()
    assert not panel.meter.isVisible()


def test_copies_and_originals_are_marked_and_the_original_is_named(panel: TimelinePanel) -> None:
    panel.show_sample(sample(20, 0, is_copied=True, copied_from=f"Joke 0 {TRICKY}"))
    panel.show_sample(sample(20, 1, "Ouch.", is_copied=True, copied_from="Ouch."))
    panel.show_sample(sample(20, 2, is_copied=False))
    assert find(panel, "sample_0_copied").isVisible()
    assert text(panel, "sample_0_original") == f"One of yours: “Joke 0 {TRICKY}”"
    assert text(panel, "sample_1_original") == "This is one of your jokes."
    assert find(panel, "sample_2_new").isVisible()
    assert text(panel, "sample_2_original") == ""


def test_the_first_jokes_are_shown_and_a_button_shows_the_rest(panel: TimelinePanel) -> None:
    for number in range(24):
        panel.show_sample(sample(20, number, is_copied=number in (3, 20)))
    assert len(panel.jokes()) == SHOWN_AT_FIRST
    button = find(panel, "all")
    assert button.accessibleName() == "Show all 24 jokes, 2 of them copies"
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert len(panel.jokes()) == 24
    fill(panel, (40,))
    assert len(panel.jokes()) == 4
    QTest.keyClick(panel.slider, Qt.Key.Key_Left)
    click(button)
    assert len(panel.jokes()) == SHOWN_AT_FIRST


def test_a_run_that_goes_on_writes_jokes_again_in_the_place_of_the_old_ones(
    panel: TimelinePanel,
) -> None:
    fill(panel)
    panel.show_sample(sample(20, 1, "Once more."))
    panel.show_sample(sample(40, 1, "Once more."))
    assert panel.jokes() == [
        "Joke 0 after 40.", "Once more.", "Joke 2 after 40.", "Joke 3 after 40.",
    ]  # fmt: skip
    assert panel.slider.maximum() == 2


def test_a_joke_can_be_copied(panel: TimelinePanel) -> None:
    fill(panel)
    click(find(panel, "sample_2_copy"))
    assert QGuiApplication.clipboard().text() == "Joke 2 after 40."


def test_the_meter_goes_with_the_check_that_is_shown(panel: TimelinePanel) -> None:
    fill(panel)
    for step, copied in ((0, 0.0), (20, 1 / 16), (40, 0.5)):
        panel.show_copying(metric(step, copied))
    panel.show_copying(metric(41, None))
    assert text(panel, "meter_written_number") == "8 of 16"
    assert text(panel, "meter_held_out_number") == "0 of 64"
    assert panel.meter.tone() is Tone.WARNING
    assert "recites" in text(panel, "meter_verdict")
    QTest.keyClick(panel.slider, Qt.Key.Key_Home)
    assert text(panel, "meter_written_number") == "0 of 16"
    assert panel.meter.tone() is Tone.SUCCESS
    assert panel.meter.sentence().startswith("0 of 16 of the jokes it wrote")


def test_the_meter_does_without_real_jokes(panel: TimelinePanel) -> None:
    fill(panel, (20,))
    panel.show_copying(metric(20, 0.25, real=None))
    assert text(panel, "meter_written_number") == "4 of 16"
    assert not find(panel, "meter_held_out").isVisible()


@pytest.mark.parametrize(
    ("mine", "real", "is_warning"),
    [
        (Copies(0, 24), Copies(0, 200), False),
        (Copies(1, 4), Copies(0, 200), False),  # one alone is an accident
        (Copies(2, 24), Copies(0, 200), False),
        (Copies(5, 24), Copies(1, 200), True),
        (Copies(5, 24), Copies(40, 200), False),  # real new jokes are no newer
        (Copies(8, 8), None, True),
    ],
)
def test_it_warns_where_it_copies_clearly_more_than_real_jokes_do(
    mine: Copies, real: Copies | None, is_warning: bool
) -> None:
    assert words.is_reciting(mine, real) is is_warning
    assert ("recites" in words.verdict(mine, real)) is is_warning


def test_a_joke_can_be_asked_for_with_and_without_a_beginning(
    panel: TimelinePanel, qtbot: QtBot
) -> None:
    button, beginning = find(panel, "asked_button"), find(panel, "asked_beginning")
    assert not button.isVisible()
    panel.set_running(True)
    with qtbot.waitSignal(panel.sample_requested) as asked:
        click(button)
    assert asked.args == [""]
    assert "as soon as" in text(panel, "asked_note")
    QTest.keyClicks(beginning, "My <b>dog")
    with qtbot.waitSignal(panel.sample_requested) as asked:
        QTest.keyClick(beginning, Qt.Key.Key_Return)
    assert asked.args == ["My <b>dog"]
    assert "2 jokes" in text(panel, "asked_note")
    panel.show_sample(Sample(33, "One.", is_asked=True))
    panel.show_sample(Sample(34, "My <b>dog.", "My <b>dog", 1, is_asked=True))
    assert panel.asked.jokes() == ["My <b>dog.", "One."]
    assert text(panel, "asked_note") == ""
    assert text(panel, "nothing") != "", "they are no part of the timeline"


def test_once_the_run_is_over_what_was_asked_for_stays_but_nobody_can_be_asked(
    panel: TimelinePanel,
) -> None:
    panel.set_running(True)
    click(find(panel, "asked_button"))
    panel.show_sample(Sample(33, "One.", is_asked=True))
    click(find(panel, "asked_button"))
    panel.set_running(False)
    assert not find(panel, "asked_button").isVisible()
    assert text(panel, "asked_note") == ""
    assert panel.asked.jokes() == ["One."]


def test_another_run_begins_with_nothing_of_the_one_before(panel: TimelinePanel) -> None:
    panel.set_running(True)
    fill(panel)
    panel.show_copying(metric(40, 0.5))
    panel.show_sample(Sample(33, "One.", is_asked=True))
    QTest.keyClick(panel.slider, Qt.Key.Key_Home)
    panel.clear()
    assert text(panel, "moment") == ""
    assert panel.asked.jokes() == []
    assert text(panel, "nothing") != ""
    fill(panel, (0, 20))
    assert panel.step == 20
    assert not panel.meter.isVisible()


def test_nothing_is_cut_off_in_a_small_window(
    font_size: float,
    shown: Show,
    qtbot: QtBot,
) -> None:
    page = ScrollPage(name="page")
    panel = TimelinePanel()
    page.add(panel)
    shown(page, 480, 500)
    panel.set_running(True)
    for number in range(8):
        panel.show_sample(sample(20, number, "word " * 40, is_copied=True, copied_from="w " * 50))
    panel.show_copying(metric(20, 0.5))
    qtbot.waitUntil(lambda: panel.meter.isVisible())
    content = page.widget()
    assert content is not None
    assert content.minimumSizeHint().width() <= page.viewport().width()
