"""The Playground asks for what is set, shows what comes, and says how it ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from jokegen.jobs.events import Cancelled, Failed, Phase, Progress
from jokegen.jobs.requests import GenerateRequest
from jokegen.qt.job_runner import Line
from jokegen.records import RunStatus
from jokegen.ui.kit.buttons import Button
from jokegen.ui.kit.pages import StepTabs
from jokegen.ui.kit.theme import Theme
from jokegen.ui.playground.joke import JokeState
from tests.gui.playground_fakes import Bench, no_text_is_cut, press, run, type_into
from tests.gui.support import TRICKY, Show

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, shown: Show) -> Iterator[Bench]:
    made = Bench()
    shown(made.tab, 1000, 640)
    interval = QApplication.doubleClickInterval()
    QApplication.setDoubleClickInterval(0)
    yield made
    QApplication.setDoubleClickInterval(interval)


def test_what_is_set_is_what_is_asked_for(bench: Bench) -> None:
    press(bench.part("starter_0"))
    assert bench.part("prompt_control").text() == "My dog"
    QTest.keyClick(bench.part("length_slider"), Qt.Key.Key_End)
    QTest.keyClick(bench.part("temperature_slider"), Qt.Key.Key_Home)
    type_into(bench.part("top_k_number"), "40")
    QTest.keyClick(bench.part("top_k_number"), Qt.Key.Key_Return)
    assert "40 likeliest" in bench.part("top_k_hint").text()
    press(bench.part("more_settings_header"))
    QTest.keyClick(bench.part("top_p_slider"), Qt.Key.Key_End)
    QTest.keyClick(bench.part("repetition_penalty_slider"), Qt.Key.Key_Right)
    type_into(bench.part("seed_control"), "77")
    type_into(bench.part("joke_count"), "3")
    press(bench.part("write_jokes"))
    assert bench.request == GenerateRequest(
        model="3", prompt="My dog", length=200, temperature=0.1, top_k=40, top_p=1.0,
        repetition_penalty=1.05, count=3, seed=77,
    )  # fmt: skip
    assert bench.handle.line is Line.GENERATE
    title = bench.tab.jokes.groups[0]
    assert title.accessibleName() == "Run 3: onelinefun"
    recipe = bench.part(f"{title.objectName()}_description").text()
    assert recipe.startswith("Seed 77 · temperature 0.1 · length 200 · top-k 40")


def test_a_number_still_being_typed_counts_when_ctrl_enter_is_pressed(bench: Bench) -> None:
    number = bench.part("length_number")
    type_into(number, "25")
    QTest.keyClick(number, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert bench.request.length == 25


def test_enter_in_the_beginning_and_on_the_button_writes(bench: Bench) -> None:
    type_into(bench.part("prompt_control"), "I used to ")
    QTest.keyClick(bench.part("prompt_control"), Qt.Key.Key_Return)
    assert bench.request.prompt == "I used to"
    QTest.keyClick(bench.part("prompt_control"), Qt.Key.Key_Return)
    assert len(bench.runner.handles) == 1, "it is writing already"
    bench.done("I used to.")
    bench.part("write_jokes").setFocus()
    QTest.keyClick(bench.part("write_jokes"), Qt.Key.Key_Return)
    assert len(bench.runner.handles) == 2


def test_every_press_takes_a_fresh_seed_unless_it_is_to_be_kept(bench: Bench) -> None:
    bench.tab.settings.more.set_open(True)
    seeds = []
    for _ in range(4):
        press(bench.part("write_jokes"))
        seeds.append(bench.request.seed)
        assert bench.part("seed_control").value() == seeds[-1]
        bench.done("Ha.")
    assert len(set(seeds)) > 1
    assert not bench.part("new_seed").isEnabled()
    QTest.mouseClick(bench.part("keep_seed"), LEFT, pos=bench.part("keep_seed").rect().center())
    assert bench.part("keep_seed").isChecked()
    press(bench.part("write_jokes"))
    assert bench.request.seed == seeds[-1]
    bench.done("Ha.")
    press(bench.part("new_seed"))
    thrown = bench.part("seed_control").value()
    press(bench.part("write_jokes"))
    assert bench.request.seed == thrown
    assert bench.part("keep_seed").isChecked()


def test_reset_brings_back_what_is_recommended(bench: Bench) -> None:
    bench.tab.settings.more.set_open(True)
    for name in ("length", "temperature", "top_k", "top_p", "repetition_penalty"):
        QTest.keyClick(bench.part(f"{name}_slider"), Qt.Key.Key_End)
    press(bench.part("reset_settings"))
    press(bench.part("write_jokes"))
    usual = GenerateRequest(model="3", count=5, seed=bench.request.seed)
    assert bench.request == usual


def test_stop_keeps_what_is_written_and_marks_what_is_not_whole(qtbot: QtBot, bench: Bench) -> None:
    press(bench.part("write_jokes"))
    assert bench.part("write_jokes").text() == "Stop"
    bench.begin()
    bench.written(0, "A whole joke.")
    bench.chunk(1, "Half a")
    press(bench.part("write_jokes"))
    assert bench.handle.cancellations == 1
    assert bench.part("write_jokes").text() == "Stopping…"
    press(bench.part("write_jokes"))
    assert bench.handle.cancellations == 1
    bench.handle.finished.emit(Cancelled())
    assert bench.texts() == ["A whole joke.", "Half a"]
    assert [row.state for row in bench.rows()] == [JokeState.FINISHED, JokeState.STOPPED]
    assert bench.rows()[1].note() == "Stopped before its end."
    group = bench.tab.jokes.groups[0].objectName()
    assert bench.part(f"{group}_summary").text() == "Stopped: 1 of 5 jokes finished."
    assert bench.part("write_jokes").text() == "Write jokes"


def test_escape_stops_and_what_never_began_leaves_no_trace(bench: Bench) -> None:
    press(bench.part("write_jokes"))
    QTest.keyClick(bench.part("prompt_control"), Qt.Key.Key_Escape)
    assert bench.handle.cancellations == 1
    bench.handle.finished.emit(Cancelled())
    assert bench.tab.jokes.groups == []
    assert bench.part("no_jokes").isVisible()


def test_a_double_click_writes_and_does_not_stop_at_once(bench: Bench) -> None:
    QApplication.setDoubleClickInterval(5_000)
    button = bench.part("write_jokes")
    press(button)
    press(button)
    assert len(bench.runner.handles) == 1
    assert bench.handle.cancellations == 0


def test_a_failure_is_told_in_two_sentences_and_the_next_press_works(bench: Bench) -> None:
    press(bench.part("write_jokes"))
    bench.chunk(0, "Half")
    happened, todo = f"It broke: {TRICKY}.", "Try again."
    bench.handle.finished.emit(Failed(happened, todo, "Traceback: <b>"))
    banner = bench.tab.problem.banner
    assert banner.isVisible()
    assert (banner.title(), banner.todo()) == (happened, todo)
    details = bench.part("playground_problem_details_text")
    assert not details.isVisible()
    press(bench.part("playground_problem_details_header"))
    assert details.isVisible()
    assert details.toPlainText() == "Traceback: <b>"
    assert bench.rows()[0].state is JokeState.STOPPED
    press(bench.part("write_jokes"))
    assert not banner.isVisible()
    bench.done("Whole.", "Whole.", "Whole.", "Whole.", "Whole.")
    assert bench.texts() == ["Whole."] * 5
    assert bench.texts(1) == ["Half"]


def test_settings_of_a_group_can_be_taken_again(bench: Bench) -> None:
    type_into(bench.part("prompt_control"), "My dog")
    QTest.keyClick(bench.part("temperature_slider"), Qt.Key.Key_End)
    press(bench.part("write_jokes"))
    first = bench.request
    bench.done("My dog.")
    bench.part("prompt_control").clear()
    bench.part("language_model_choice").setCurrentIndex(1)
    QTest.keyClick(bench.part("temperature_slider"), Qt.Key.Key_Home)
    type_into(bench.part("joke_count"), "9")
    press(bench.part("group_1_repeat"))
    press(bench.part("write_jokes"))
    assert bench.request == first


def test_the_newest_run_is_chosen_until_a_person_chooses(bench: Bench) -> None:
    combo = bench.part("language_model_choice")
    assert combo.currentText() == "Run 3: onelinefun"
    bench.service.list = [run(4, TRICKY, RunStatus.STOPPED), *bench.service.list]
    bench.service.here = {"gpt2"}
    bench.state.runs_changed.emit()
    assert combo.currentText() == f"Run 4: {TRICKY} (stopped early)"
    labels = [combo.itemText(i) for i in range(combo.count()) if combo.itemText(i)]
    assert labels[1:4] == ["Run 3: onelinefun", "Run 1: puns", "GPT-2 (124M)"]
    assert labels[4] == "Starter (SmolLM2, 135M), 93 MB to download"
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentText() == "Run 3: onelinefun"
    bench.service.list = [run(5, "new"), run(6, "half", usable=False), *bench.service.list]
    bench.state.models_changed.emit()
    assert combo.currentText() == "Run 3: onelinefun"
    assert combo.findText("Run 6: half") < 0
    bench.service.list = [run(5, "new")]
    bench.state.runs_changed.emit()
    assert combo.currentText() == "Run 5: new"


def test_play_requested_chooses_and_puts_the_focus_on_the_button(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    bench = Bench(here={"gpt2"})
    tabs = StepTabs()
    other = Button("Elsewhere", name="elsewhere")
    tabs.add_step(other, "Fine-tune", "finetune")
    tabs.add_step(bench.tab, "Playground", "playground")
    shown(tabs, 1000, 640)
    other.setFocus()
    bench.state.play_requested.emit("1")
    tabs.setCurrentWidget(bench.tab)
    qtbot.waitUntil(bench.part("write_jokes").hasFocus)
    assert bench.part("language_model_choice").currentText() == "Run 1: puns"
    bench.state.play_requested.emit("gpt2")
    QTest.keyClick(bench.part("write_jokes"), Qt.Key.Key_Return)
    assert bench.request.model == "gpt2"
    bench.done("Ha.")
    bench.state.play_requested.emit("99")
    assert "Run 99" in bench.tab.problem.banner.title()


def test_with_nothing_to_write_with_the_next_step_is_to_fine_tune(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    bench = Bench(runs=[run(1, "half", RunStatus.FAILED, usable=False)])
    shown(bench.tab, 1000, 640)
    assert not bench.part("write_jokes").isVisible()
    with qtbot.waitSignal(bench.tab.finetune_wanted, timeout=1000):
        press(bench.part("no_language_model_action"))
    secondary = bench.part("no_language_model_secondary")
    assert secondary.text() == "Try the starter model (93 MB to download)"
    with qtbot.waitSignal(bench.state.models_changed, timeout=1000):
        press(secondary)
        assert bench.request.model == "starter"
        assert bench.part("write_jokes").isVisible()
        bench.emit(Progress(Phase.DOWNLOADING, 31_000_000, 93_000_000, "bytes", 40.0))
        progress = bench.tab.jokes.groups[0].progress
        assert progress.status() == "Downloading the base model: 31 MB of 93 MB"
        assert progress.bar.fraction() == pytest.approx(1 / 3, abs=0.01)
        assert progress.remaining() == "about 40 seconds left"
        bench.handle.finished.emit(Failed("There is no network.", "Connect, then try again."))
    assert bench.part("write_jokes").isVisible(), "so that one can try again"
    assert bench.tab.problem.banner.isVisible()


def test_a_training_run_is_given_as_the_reason_for_slowness(bench: Bench) -> None:
    hint = bench.part("training_hint")
    assert not hint.isVisible()
    bench.runner.lines = [Line.TRAIN]
    bench.runner.job_started.emit(None)
    assert hint.isVisible()
    bench.runner.lines = [Line.ASK]
    bench.runner.job_finished.emit(None)
    assert not hint.isVisible()


@pytest.mark.parametrize("percent", [100, 150])
def test_nothing_is_cut_off_in_a_small_window(
    qtbot: QtBot, qapp: QApplication, theme: Theme, percent: int
) -> None:
    font = qapp.font()
    font.setPointSizeF(font.pointSizeF() * percent / 100)
    qapp.setFont(font)
    bench = Bench(runs=[run(2, "the jokes of my dear old aunt Margaret from Aberdeen")])
    tabs = StepTabs()
    tabs.add_step(bench.tab, "Playground", "playground")
    qtbot.addWidget(tabs)
    tabs.resize(1000, 640)
    tabs.show()
    bench.tab.settings.more.set_open(True)
    bench.runner.lines = [Line.TRAIN]
    bench.runner.job_started.emit(None)
    qtbot.waitUntil(lambda: no_text_is_cut(tabs))
    press(bench.part("write_jokes"))
    bench.emit(Progress(Phase.DOWNLOADING, 1, 93_000_000, "bytes", 4000.0))
    qtbot.waitUntil(lambda: no_text_is_cut(tabs))
    bench.written(0, "A long joke. " * 30, ended=False)
    bench.chunk(1, "w" * 400)
    bench.handle.finished.emit(Failed("It broke. " * 8, "Do this and that. " * 12, "details"))
    qtbot.waitUntil(lambda: no_text_is_cut(tabs))
    assert tabs.size().width() == 1000
    assert tabs.size().height() == 640
    combo = bench.tab.findChild(QComboBox, "language_model_choice")
    assert combo is not None
    assert combo.width() <= bench.tab.settings.width()


def test_every_control_says_what_it_is(bench: Bench) -> None:
    bench.tab.settings.more.set_open(True)
    press(bench.part("write_jokes"))
    bench.done("Ha.")
    for control in bench.tab.findChildren(QWidget):
        is_qts_own = control.objectName().startswith("qt_")
        if (
            control.focusPolicy() & Qt.FocusPolicy.TabFocus
            and control.isVisible()
            and not is_qts_own
        ):
            assert control.objectName(), control
            assert control.accessibleName(), control.objectName()
            assert control.toolTip() or control.objectName().endswith("_header"), (
                control.objectName()
            )


def test_the_keyboard_goes_through_the_tab_as_the_eye_does(bench: Bench) -> None:
    for _ in range(2):
        press(bench.part("write_jokes"))
        bench.done("Ha.", "Ho.")
    bench.part("language_model_choice").setFocus()
    stops: list[str] = []
    while len(stops) < 40:
        here = bench.tab.focusWidget()
        # Whether the slider or its number comes first is the slider's business.
        name = here.objectName().removesuffix("_slider").removesuffix("_number")
        stops += [name] if name not in stops else []
        QTest.keyClick(here, Qt.Key.Key_Tab)
        if bench.part("language_model_choice").hasFocus():
            break
    assert stops == [
        "language_model_choice",
        "length", "temperature", "top_k",
        "more_settings_header",
        "prompt_control", "starter_0", "starter_1", "starter_2", "starter_3",
        "joke_count", "write_jokes", "clear_jokes",
        "group_2_repeat", "group_2_copy_all", "group_2_joke_0_copy", "group_2_joke_1_copy",
        "group_1_repeat", "group_1_copy_all", "group_1_joke_0_copy", "group_1_joke_1_copy",
    ]  # fmt: skip
