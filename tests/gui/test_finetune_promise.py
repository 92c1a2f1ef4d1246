"""How long a run will take: measured by itself, shown on the cards, asked for as promised."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.events import Done, Failed, Phase, Progress
from jokegen.jobs.requests import (
    Length,
    Method,
    Offer,
    Precision,
    PromiseRequest,
    PromiseSummary,
    TrainRequest,
)
from jokegen.qt.job_runner import Line
from jokegen.ui.finetune import promise_words
from jokegen.ui.finetune.promise import Promise
from jokegen.ui.kit.theme import Theme
from tests.gui.finetune_support import Bench, FakeHandle, StubService, make_bench
from tests.gui.support import Show

GB = 1_000_000_000
MINUTES = {
    Length.TASTE: 3.0, Length.GOOD: 10.0, Length.THOROUGH: 26.0, Length.OVERNIGHT: 26.0,
    Length.MINUTES: 17.0, Length.EPOCHS: 5.0,
}  # fmt: skip


@pytest.fixture
def bench(
    paths: Paths, theme: Theme, shown: Show, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> Bench:
    """A tab with base models that are here, so that it measures; it waits for nothing."""
    monkeypatch.setattr("jokegen.ui.finetune.promise._SOON_MS", 0)
    service = StubService(paths)
    service.base_list = [replace(base, is_here=True) for base in service.base_list]
    return make_bench(paths, shown, service)


def asked(bench: Bench, qtbot: QtBot, count: int = 1) -> PromiseRequest:
    """The newest of `count` questions, once that many were asked."""
    qtbot.waitUntil(lambda: len(bench.runner.requests(Line.MEASURE)) >= count)
    requests: list[PromiseRequest] = bench.runner.requests(Line.MEASURE)
    assert len(requests) == count
    return requests[-1]


def offers(request: PromiseRequest, **changes: object) -> tuple[Offer, ...]:
    found = []
    for length, minutes in MINUTES.items():
        run = replace(
            request.train, method=Method.LORA, epochs=minutes / 10, learning_rate=1e-3,
            length=None, is_method_open=False,
        )  # fmt: skip
        seconds = 60 * minutes
        offer = Offer(
            length, run, round(10 * minutes), seconds, 0.8 * seconds, 1.2 * seconds, 2 * GB, 3 * GB,
            reason=f"It reads {length}.",
        )  # fmt: skip
        found.append(replace(offer, **changes))  # type: ignore[arg-type]
    return tuple(found)


def answer(bench: Bench, **changes: object) -> None:
    """Let the newest measurement end with offers."""
    request = bench.runner.requests(Line.MEASURE)[-1]
    summary = PromiseSummary(
        offers(request, **changes), "cpu", "CPU", Precision.FLOAT32, "exact", 500.0, 9.0
    )
    handle(bench).finished.emit(Done(summary))


def handle(bench: Bench) -> FakeHandle:
    return bench.runner.handles[Line.MEASURE]


def card(bench: Bench, length: Length) -> str:
    return bench.tab.setup.length.choice.card(length).accessibleDescription()


def press_card(bench: Bench, length: Length) -> None:
    bench.press(f"length_choice_{length}")


# ---- Measuring by itself -----------------------------------------------------------------------


def test_it_is_measured_by_itself_and_the_cards_say_what_each_length_takes(
    bench: Bench, qtbot: QtBot
) -> None:
    request = asked(bench, qtbot)
    assert bench.runner.started[-1][:3] == (
        Line.MEASURE,
        "Measuring how long a run takes",
        model_service.promise,
    )
    assert request == PromiseRequest(TrainRequest("onelinefun", is_method_open=True), minutes=20)
    assert card(bench, Length.GOOD) == "about 10 min\nSteps and memory:\nnot measured yet"
    handle(bench).events_arrived.emit([Progress(Phase.MEASURING, 5, 14)])
    assert "being measured" in card(bench, Length.GOOD)
    assert bench.text("length_hint").endswith("how fast this computer is… 36%")
    assert bench.find("start_run").isEnabled()
    answer(bench)
    assert card(bench, Length.TASTE) == "2½ to 3½ min\nLoRA · 30 steps\n2.0 GB of memory"
    assert card(bench, Length.GOOD) == "8 to 12 min\nLoRA · 100 steps\n2.0 GB of memory"
    assert bench.text("length_hint") == "It reads good."
    assert bench.text("start_words") == "Good: about 8 to 12 min, LoRA, 100 steps"


def test_what_is_started_is_what_was_promised(bench: Bench, qtbot: QtBot) -> None:
    request = asked(bench, qtbot)
    answer(bench)
    press_card(bench, Length.THOROUGH)
    assert bench.text("start_words") == "Thorough: about 21 to 31 min, LoRA, 260 steps"
    bench.press("start_run")
    (started,) = bench.runner.requests(Line.TRAIN)
    assert started == offers(request)[2].request


def test_whoever_does_not_wait_is_measured_as_part_of_the_run(bench: Bench, qtbot: QtBot) -> None:
    asked(bench, qtbot)
    assert bench.text("start_words") == "Good: about 10 min; measured before it begins"
    bench.press("start_run")
    assert bench.runner.requests(Line.TRAIN) == [
        TrainRequest("onelinefun", length=Length.GOOD, is_method_open=True)
    ]
    assert handle(bench).asked == ["cancel"], "the training needs the computer for itself"


def test_nothing_is_measured_where_nobody_looks_or_a_training_runs(
    bench: Bench, qtbot: QtBot
) -> None:
    asked(bench, qtbot)
    bench.tab.hide()
    assert handle(bench).asked == ["cancel"]
    bench.state.datasets_changed.emit()
    QTest.qWait(30)
    asked(bench, qtbot)
    bench.tab.show()
    asked(bench, qtbot, 2)
    answer(bench)
    job = bench.start()
    bench.state.datasets_changed.emit()
    QTest.qWait(30)
    asked(bench, qtbot, 2)
    job.finished.emit(Failed("It broke.", "Try again."))
    asked(bench, qtbot, 3)


def test_reopening_the_tab_does_not_measure_again(bench: Bench, qtbot: QtBot) -> None:
    asked(bench, qtbot)
    answer(bench)
    bench.tab.hide()
    bench.tab.show()
    QTest.qWait(30)
    asked(bench, qtbot)
    assert card(bench, Length.GOOD).startswith("8 to 12 min")


def test_whoever_comes_back_later_sees_what_is_free_then(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(bench, qtbot)
    answer(bench)
    bench.tab.hide()
    monkeypatch.setattr("jokegen.ui.finetune.promise._FRESH_SECONDS", -1.0)
    bench.tab.show()
    assert not asked(bench, qtbot, 2).is_fresh
    assert card(bench, Length.GOOD).startswith("8 to 12 min"), "meanwhile that is still known"


def test_another_choice_is_measured_anew_and_the_former_one_forgotten(
    bench: Bench, qtbot: QtBot
) -> None:
    asked(bench, qtbot)
    first = handle(bench)
    QTest.keyClick(bench.combo("dataset"), Qt.Key.Key_Down)
    assert first.asked == ["cancel"]
    assert asked(bench, qtbot, 2).train.dataset == "puns"
    first.finished.emit(Failed("Too late.", "Never mind."))
    answer(bench)
    assert card(bench, Length.GOOD).startswith("8 to 12 min")
    QTest.keyClick(bench.combo("base_model"), Qt.Key.Key_Down)
    assert "not measured yet" in card(bench, Length.GOOD)
    assert asked(bench, qtbot, 3).train.base == "gpt2"
    answer(bench)
    bench.press("more_settings_header")
    bench.press("method_choice_full")
    request = asked(bench, qtbot, 4).train
    assert (request.method, request.is_method_open) == (Method.FULL, False)


def test_a_measurement_that_fails_does_not_keep_anybody_from_starting(
    bench: Bench, qtbot: QtBot
) -> None:
    asked(bench, qtbot)
    handle(bench).finished.emit(Failed("The file “model.safetensors” is cut off.", "Delete it."))
    assert bench.text("length_hint") == (
        "It could not be measured. The file “model.safetensors” is cut off."
    )
    bench.press("start_run")
    assert len(bench.runner.requests(Line.TRAIN)) == 1


def test_without_the_base_model_the_download_comes_first(
    paths: Paths, theme: Theme, shown: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jokegen.ui.finetune.promise._SOON_MS", 0)
    bench = make_bench(paths, shown)
    QTest.qWait(30)
    assert bench.runner.requests(Line.MEASURE) == []
    assert bench.text("start_words") == "Good: about 10 min; 93 MB to download first"
    assert bench.text("length_hint").startswith("The base model is brought here first")


def test_measuring_again_asks_for_a_fresh_measurement(bench: Bench, qtbot: QtBot) -> None:
    asked(bench, qtbot)
    assert not bench.find("measure_again").isVisible()
    answer(bench)
    bench.press("measure_again")
    assert asked(bench, qtbot, 2).is_fresh
    answer(bench)
    assert card(bench, Length.GOOD).startswith("8 to 12 min")


# ---- Minutes and epochs of one's own -----------------------------------------------------------


def test_minutes_can_be_typed_and_are_planned_for(bench: Bench, qtbot: QtBot) -> None:
    asked(bench, qtbot)
    answer(bench)
    assert not bench.find("minutes").isVisible()
    press_card(bench, Length.MINUTES)
    minutes = bench.find("minutes")
    QTest.keyClick(minutes, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(minutes, "45")
    qtbot.waitUntil(lambda: bench.runner.requests(Line.MEASURE)[-1].minutes == 45)
    assert card(bench, Length.MINUTES).startswith("about 45 min")
    assert card(bench, Length.GOOD).startswith("8 to 12 min"), "the others stay as they were"
    answer(bench)
    assert bench.text("start_words").startswith("Your 45 minutes: about 14 to 20 min")


@pytest.mark.parametrize("typed", ["0", "-3", "99999999"])
def test_minutes_stay_within_reason(bench: Bench, typed: str) -> None:
    press_card(bench, Length.MINUTES)
    minutes = bench.find("minutes")
    QTest.keyClick(minutes, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(minutes, typed)
    bench.press("start_run")
    assert 1 <= bench.runner.requests(Line.TRAIN)[0].minutes <= 7 * 24 * 60


def test_epochs_of_ones_own_win_over_every_length(bench: Bench, qtbot: QtBot) -> None:
    asked(bench, qtbot)
    answer(bench)
    bench.press("more_settings_header")
    epochs = bench.find("more_epochs")
    epochs.setFocus()
    QTest.keyClicks(epochs, "2")
    assert asked(bench, qtbot, 2).train.epochs == 2.0
    answer(bench)
    assert "You chose 2 epochs under More settings" in bench.text("length_hint")
    assert "about 4 to 6 min" in bench.text("length_hint")
    assert bench.text("start_words").startswith("Your epochs: about 4 to 6 min")
    bench.press("start_run")
    assert bench.runner.requests(Line.TRAIN)[0].method is Method.LORA


# ---- What does not fit -------------------------------------------------------------------------


def test_what_does_not_fit_is_said_and_cannot_be_started(bench: Bench, qtbot: QtBot) -> None:
    asked(bench, qtbot)
    problem = (
        "This needs 6.0 GB of memory, and only 4.0 GB are free. With LoRA it needs 2.0 GB: "
        "choose that, or close other programs."
    )
    answer(bench, problem=problem, memory=6 * GB, disk=0)
    assert card(bench, Length.GOOD) == "Does not fit here\nNeeds 6.0 GB\nof memory"
    assert bench.text("length_hint") == problem
    assert bench.text("start_words") == "This needs 6.0 GB of memory, and only 4.0 GB are free."
    assert not bench.find("start_run").isEnabled()
    bench.key(Qt.Key.Key_Return)
    assert bench.runner.requests(Line.TRAIN) == []
    bench.press("measure_again")
    answer(bench)
    assert bench.find("start_run").isEnabled()


# ---- Words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (38, 62, "40 to 60 s"),
        (0, 2, "about 5 s"),
        (150, 205, "2½ to 3½ min"),
        (60, 110, "1 to 2 min"),
        (25, 105, "½ to 2 min"),
        (480, 720, "8 to 12 min"),
        (598, 602, "about 10 min"),
        (2000, 2900, "35 to 50 min"),
        (6 * 3600, 9.2 * 3600, "6 to 9 h"),
        (5000, 7000, "1½ to 2 h"),
        (40_000, 60_000, "11 to 17 h"),
    ],
)
def test_a_range_of_time_is_no_more_precise_than_it_can_be(
    low: float, high: float, said: str
) -> None:
    assert promise_words.time_range(low, high) == said


@pytest.mark.parametrize("percent", [100, 150])
@pytest.mark.parametrize("state", ["fresh", "measuring", "measured", "minutes", "misfit"])
def test_nothing_is_cut_off(
    bench: Bench, qtbot: QtBot, qapp: QApplication, state: str, percent: int
) -> None:
    from tests.gui.test_finetune_look import assert_nothing_is_cut_off

    font = QFont(qapp.font())
    font.setPointSizeF(font.pointSizeF() * percent / 100)
    qapp.setFont(font)
    asked(bench, qtbot)
    if state == "measuring":
        handle(bench).events_arrived.emit([Progress(Phase.MEASURING, 5, 14)])
    elif state == "misfit":
        answer(bench, problem="This needs 6.0 GB of memory, and only 4.0 GB are free. Sorry.")
    elif state != "fresh":
        answer(bench)
    if state == "minutes":
        press_card(bench, Length.MINUTES)
    qtbot.waitUntil(lambda: assert_nothing_is_cut_off(bench))


def test_a_promise_without_a_form_asks_nothing(bench: Bench) -> None:
    promise = Promise(bench.runner, bench.tab)
    promise.set_shown(True)
    promise.want(None)
    promise.ask_again()
    QTest.qWait(30)
    assert promise.summary is None
