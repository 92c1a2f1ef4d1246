"""The Fine-tune tab: a run from its start to each of its ends, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.jobs.events import Cancelled, Done, Failed, Phase, Progress, RunStarted
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.records import RunStatus
from jokegen.ui.finetune.tab import FinetuneTab
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import Theme
from jokegen.ui.kit.tokens import Tone
from tests.gui.finetune_support import (
    STEPS,
    Bench,
    make_bench,
    open_questions,
    recorded_run,
    run_info,
    summary,
)
from tests.gui.support import TRICKY, Show
from tests.lm.tiny_models import SENTENCES, tiny_gpt2

FAILED = Failed("The computer ran out of memory.", "Close other programs.", f"last line {TRICKY}")


@pytest.fixture
def bench(paths: Paths, theme: Theme, shown: Show) -> Bench:
    return make_bench(paths, shown)


# ---- A run on its way --------------------------------------------------------------------------


def test_a_run_shows_its_steps_its_losses_and_its_jokes(bench: Bench) -> None:
    bench.start(upto=40)
    assert bench.tab.is_training
    assert bench.tab.running_title == "Run 3: onelinefun"
    assert bench.text("run_progress_title") == "Run 3: onelinefun"
    assert bench.text("run_facts_step") == "40 of 60"
    assert bench.text("run_facts_epoch") == "2 of 2"
    assert bench.text("run_facts_speed") == "523"
    assert bench.text("run_panel_status") == "Saving"
    assert bench.text("run_panel_remaining") == "about 40 seconds left"
    assert bench.text("run_notice") == f"3 jokes are cut: {TRICKY}"
    chart = bench.tab.curves.chart
    assert [step for step, _ in chart.training_points] == list(range(1, 41))
    assert [step for step, _ in chart.validation_points] == [0, 20, 40]
    assert chart.best_point == chart.validation_points[-1]
    assert bench.tab.curves.timeline.jokes() == [f"A joke after 40. {TRICKY}"]
    assert not bench.find("setup").isVisible()
    assert not bench.find("start_bar").isVisible()


def test_the_bar_never_goes_back_once_training_has_begun(bench: Bench) -> None:
    bench.press("start_run")
    job = bench.runner.handles[Line.TRAIN]
    seen: list[float | None] = []
    for event in recorded_run():
        job.events_arrived.emit([event])
        if bench.text("run_facts_step").startswith("0 of") or "of" not in bench.text(
            "run_facts_step"
        ):
            continue
        seen.append(bench.tab.progress.panel.bar.fraction())
    known = [fraction for fraction in seen if fraction is not None]
    assert len(known) == len(seen)
    assert known == sorted(known)
    assert known[-1] == 1.0


def test_before_training_each_phase_says_how_far_it_is(bench: Bench) -> None:
    bench.press("start_run")
    job = bench.runner.handles[Line.TRAIN]
    assert bench.tab.progress.panel.bar.fraction() is None
    assert bench.tab.running_title == "Getting ready: onelinefun"
    job.events_arrived.emit([Progress(Phase.DOWNLOADING, 31_000_000, 62_000_000, "bytes", 24.0)])
    assert bench.text("run_panel_status") == "Downloading the base model · 31 MB of 62 MB"
    phases = bench.tab.progress.phases
    assert phases.fraction(Phase.DOWNLOADING) == 0.5
    assert bench.tab.progress.panel.bar.fraction() is None, "it is about the whole run"
    job.events_arrived.emit([Progress(Phase.LOADING)])
    assert phases.current is Phase.LOADING
    assert phases.fraction(Phase.LOADING) is None
    assert phases.fraction(Phase.DOWNLOADING) == 1.0


def test_the_time_goes_on_while_nothing_is_reported(bench: Bench, qtbot: QtBot) -> None:
    bench.press("start_run")
    assert bench.text("run_facts_time") == "0 s"
    qtbot.waitUntil(lambda: bench.text("run_facts_time") != "0 s", timeout=5000)


def test_finishing_early_is_possible_from_the_first_step_and_only_once(bench: Bench) -> None:
    bench.press("start_run")
    job = bench.runner.handles[Line.TRAIN]
    finish = bench.tab.progress.finish_button
    job.events_arrived.emit([RunStarted(3, STEPS)])
    assert not finish.isEnabled()
    job.events_arrived.emit(recorded_run(1))
    bench.press("finish_run")
    assert job.asked == ["finish"]
    job.events_arrived.emit(recorded_run(2)[-2:])
    assert not finish.isEnabled()
    assert finish.text() == "Finishing…"
    assert bench.text("run_panel_status") == "Finishing after this step…"
    job.finished.emit(Done(summary(status="stopped", steps=2, best_step=2)))
    assert bench.text("run_result_title") == "Run 3 stopped early, the best so far was kept"


def test_escape_asks_before_anything_is_thrown_away(bench: Bench, qtbot: QtBot) -> None:
    job = bench.start()
    bench.key(Qt.Key.Key_Escape)
    QTest.keyClick(bench.question(), Qt.Key.Key_Escape)
    assert job.asked == []
    assert bench.tab.is_training
    bench.press("discard_run")
    bench.answer("discard")
    assert job.asked == ["cancel"]
    assert bench.text("run_panel_status") == "Stopping…"
    bench.service.run_list = [run_info(3, RunStatus.INTERRUPTED), run_info(2)]
    with qtbot.waitSignal(bench.state.runs_changed):
        job.finished.emit(Cancelled())
    assert bench.service.discarded == [3]
    assert bench.tab.banner.title() == "Run 3 was discarded."
    assert bench.tab.banner.tone is Tone.INFO
    assert bench.find("setup").isVisible()
    assert not bench.tab.is_training


def test_a_run_killed_before_it_said_its_number_leaves_nothing(bench: Bench) -> None:
    bench.service.run_list = [run_info(1, RunStatus.INTERRUPTED)]
    bench.press("start_run")
    bench.service.run_list = [
        run_info(3, RunStatus.RUNNING),
        run_info(2, RunStatus.INTERRUPTED),
        run_info(1, RunStatus.INTERRUPTED),
    ]
    bench.runner.handles[Line.TRAIN].finished.emit(Cancelled())
    assert bench.service.discarded == [2]


def test_the_question_goes_away_when_the_run_ends_by_itself(bench: Bench) -> None:
    job = bench.start()
    bench.press("discard_run")
    job.finished.emit(Done(summary()))
    assert open_questions() == []
    assert job.asked == []
    assert bench.text("run_result_title") == "Run 3 complete"


# ---- How it ends -------------------------------------------------------------------------------


def test_a_complete_run_leads_to_the_playground(bench: Bench, qtbot: QtBot) -> None:
    job = bench.start(STEPS)
    with qtbot.waitSignals([bench.state.runs_changed, bench.state.models_changed]):
        job.finished.emit(Done(summary(best_step=40)))
    assert bench.text("run_result_title") == "Run 3 complete"
    assert bench.text("result_facts_time") == "2 h 05 min"
    assert bench.text("result_facts_loss") == "4.69 → 3.31"
    assert bench.text("result_facts_best") == "40"
    assert "far better" in bench.text("result_meaning")
    with qtbot.waitSignal(bench.state.play_requested) as played:
        bench.key(Qt.Key.Key_Return)
    assert played.args == ["3"]
    bench.press("finetune_again")
    assert bench.find("setup").isVisible()
    assert not bench.find("run_result").isVisible()


def test_a_failure_says_what_happened_and_offers_what_was_kept(bench: Bench, qtbot: QtBot) -> None:
    job = bench.start()
    bench.service.run_list = [run_info(3, RunStatus.FAILED), run_info(2)]
    with qtbot.waitSignal(bench.state.runs_changed):
        job.finished.emit(FAILED)
    assert bench.text("run_failed_title") == FAILED.happened
    assert bench.text("run_failed_todo") == FAILED.todo
    details = bench.find("failure_text")
    assert isinstance(details, QPlainTextEdit)
    assert not details.isVisible()
    bench.press("failure_details_header")
    assert details.isVisible()
    assert details.toPlainText() == FAILED.details
    bench.press("copy_failure")
    assert QGuiApplication.clipboard().text() == FAILED.details
    with qtbot.waitSignal(bench.state.play_requested) as played:
        bench.press("run_kept_action")
    assert played.args == ["3"]
    bench.press("start_run")
    assert not bench.find("run_failed").isVisible()


def test_a_failure_without_a_usable_rest_offers_none(bench: Bench) -> None:
    job = bench.start()
    bench.service.run_list = [run_info(3, RunStatus.FAILED, model_path=None), run_info(2)]
    job.finished.emit(FAILED)
    assert bench.find("run_failed").isVisible()
    assert not bench.find("run_kept").isVisible()


# ---- For real ----------------------------------------------------------------------------------


@pytest.fixture
def real_runner(paths: Paths, qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner(paths)
    yield runner
    for job in runner.running():
        job.cancel()
    qtbot.waitUntil(lambda: not runner.running(), timeout=60_000)
    runner.end_workers()


def test_a_real_run_from_the_first_press_to_run_1_complete(
    paths: Paths, theme: Theme, shown: Show, real_runner: JobRunner, qtbot: QtBot, tmp_path: Path
) -> None:
    tiny_gpt2(paths.models / "gpt2")
    source = tmp_path / "jokes.csv"
    jokes = [f"{sentence} Number {n}." for n in range(8) for sentence in SENTENCES]
    source.write_text("\n".join(["joke", *(f'"{joke}"' for joke in jokes)]), encoding="utf-8")
    for name in ("Newest", "My jokes"):
        model_service.import_jokes(ImportRequest((source,), name), RecordingContext(paths))
    state = AppState()
    service = ModelService(paths)
    tab = FinetuneTab(service, real_runner, state)
    shown(tab, 1000, 640)
    dataset_box, base_box = (
        tab.findChild(QComboBox, "dataset"),
        tab.findChild(QComboBox, "base_model"),
    )
    assert dataset_box is not None
    assert base_box is not None
    assert dataset_box.currentData() == "My jokes"
    dataset_box.setFocus()
    QTest.keyClick(dataset_box, Qt.Key.Key_Down)
    QTest.keyClick(base_box, Qt.Key.Key_G)
    QTest.mouseClick(tab.setup.length.choice.card("taste"), Qt.MouseButton.LeftButton)
    assert tab.start_bar.words() == "Quick taste: about 3 min; measured before it begins"
    tab.setup.more.set_open(True)
    epochs = tab.findChild(QLineEdit, "more_epochs")
    assert epochs is not None
    QTest.keyClicks(epochs, "1")  # three minutes are too long for a test
    QTest.mouseClick(tab.start_bar.button, Qt.MouseButton.LeftButton)
    assert tab.is_training
    with qtbot.waitSignal(state.runs_changed, timeout=120_000):
        pass
    assert tab.result.isVisible(), (tab.failure.banner.title(), tab.failure.banner.todo())
    title = tab.findChild(PlainLabel, "run_result_title")
    assert title is not None
    assert title.text() == "Run 1 complete"
    (run,) = service.runs()
    assert run.is_usable
    assert (run.dataset, run.base) == ("Newest", "gpt2")
    assert len(tab.curves.chart.training_points) == run.steps
    assert len(tab.curves.timeline.jokes()) >= 1
    with qtbot.waitSignal(state.play_requested) as played:
        QTest.keyClick(tab.result.play_button, Qt.Key.Key_Return)
    assert played.args == ["1"]
