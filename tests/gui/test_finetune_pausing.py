"""The Fine-tune tab: pausing, going on, what is offered at the start, what has changed since."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.events import (
    Cancelled,
    Done,
    Failed,
    Metric,
    Phase,
    Progress,
    RunStarted,
    Sample,
)
from jokegen.jobs.requests import ContinueRequest
from jokegen.qt.job_runner import Line
from jokegen.records import RunInfo, RunStatus
from jokegen.ui.finetune import words
from jokegen.ui.kit.theme import Theme
from jokegen.ui.kit.tokens import Tone
from tests.gui.finetune_support import (
    STEPS,
    Bench,
    FakeHandle,
    make_bench,
    recorded_run,
    run_info,
    summary,
)
from tests.gui.support import Show

DIED = Failed("The work was ended from outside (signal 9).", "Close other programs.", "last words")
CHANGED = Failed(
    "The data set “onelinefun” has 2,948 jokes now, not 2,950.",
    "Going on takes those of today.",
    is_about_changes=True,
)


@pytest.fixture
def bench(paths: Paths, theme: Theme, shown: Show) -> Bench:
    return make_bench(paths, shown)


def unfinished(number: int = 3, status: RunStatus = RunStatus.PAUSED, **changes: Any) -> RunInfo:
    given = {"steps": 30, "total_steps": STEPS, "can_continue": True, "seconds": 65.0}
    return run_info(number, status, **{**given, **changes})


def pause(bench: Bench) -> FakeHandle:
    """Start a run, pause it after step 30, and have the job end as it should."""
    job = bench.start(30)
    bench.press("pause_run")
    bench.service.run_list = [unfinished()]
    bench.service.metrics = [e for e in recorded_run(30) if isinstance(e, Metric)]
    bench.service.samples = [e for e in recorded_run(30) if isinstance(e, Sample)]
    job.finished.emit(Done(summary(status="paused", steps=30, best_step=20)))
    return job


def requests(bench: Bench) -> list[Any]:
    return bench.runner.requests(Line.TRAIN)


# ---- Pausing -----------------------------------------------------------------------------------


def test_a_pause_is_acknowledged_at_once_and_only_the_discarding_is_left(bench: Bench) -> None:
    job = bench.start(30)
    began = time.thread_time()  # own work: others may have the processor
    bench.press("pause_run")
    QApplication.processEvents()
    assert bench.text("run_panel_status") == "Pausing after this step…"
    assert time.thread_time() - began < 0.1
    assert job.asked == ["pause"]
    job.events_arrived.emit([Progress(Phase.TRAINING, 31, STEPS, "steps", 50.0)])
    assert bench.text("run_panel_status") == "Pausing after this step…"
    job.events_arrived.emit([Progress(Phase.SAVING)])
    assert bench.text("run_panel_status") == "Pausing after this step… Saving"
    job.events_arrived.emit(recorded_run(31)[-2:])
    enabled = [
        name for name in ("pause_run", "finish_run", "discard_run") if bench.find(name).isEnabled()
    ]
    assert enabled == ["discard_run"]
    assert bench.tab.progress.hasFocus(), "whoever presses Space once more discards nothing"


def test_a_pause_is_possible_from_the_first_step(bench: Bench) -> None:
    bench.press("start_run")
    job = bench.runner.handles[Line.TRAIN]
    job.events_arrived.emit([RunStarted(3, STEPS)])
    assert not bench.find("pause_run").isEnabled()
    job.events_arrived.emit(recorded_run(1))
    assert bench.find("pause_run").isEnabled()


def test_a_paused_run_says_where_it_stands_and_goes_on_by_enter(bench: Bench) -> None:
    pause(bench)
    assert bench.text("run_paused_title") == "Run 3 is paused"
    assert bench.text("paused_words") == (
        "Paused at step 30 of 60. The memory is free again; "
        "you can close Jokegen and go on another day."
    )
    assert bench.text("paused_facts_step") == "30 of 60"
    assert bench.text("paused_facts_time") == "1 min 05 s"
    assert bench.text("paused_facts_loss") == "4.69 → 3.31"
    assert bench.text("run_3_status") == "Paused at step 30 of 60"
    assert bench.tab.curves.isVisible()
    assert not bench.tab.is_training
    bench.key(Qt.Key.Key_Return)
    line, title, job, request = bench.runner.started[-1]
    assert (line, title, job) == (
        Line.TRAIN, "Fine-tuning on onelinefun", model_service.continue_training,
    )  # fmt: skip
    assert request == ContinueRequest(3)
    assert bench.tab.is_training


def test_the_settings_can_be_reached_from_a_paused_run_and_it_stays_in_the_list(
    bench: Bench,
) -> None:
    pause(bench)
    bench.press("leave_paused")
    assert bench.find("setup").isVisible()
    bench.press("continue_run_3")
    assert requests(bench)[-1] == ContinueRequest(3)


def test_a_paused_run_can_be_finished_without_a_job(bench: Bench, qtbot: QtBot) -> None:
    pause(bench)
    with qtbot.waitSignal(bench.state.runs_changed):
        bench.press("finish_paused")
    assert len(requests(bench)) == 1
    assert bench.text("run_result_title") == "Run 3 stopped early, the best so far was kept"
    assert bench.text("result_facts_best") == "20"
    assert bench.text("result_facts_loss") == "4.69 → 3.31"
    assert bench.text("run_3_status") == "Stopped early"
    with qtbot.waitSignal(bench.state.play_requested) as played:
        bench.key(Qt.Key.Key_Return)
    assert played.args == ["3"]


def test_a_paused_run_that_was_never_checked_goes_on_just_for_that(bench: Bench) -> None:
    pause(bench)
    bench.service.run_list = [unfinished(model_path=None, validation_loss=None)]
    bench.press("finish_paused")
    assert requests(bench)[-1] == ContinueRequest(3)
    assert bench.runner.handles[Line.TRAIN].asked == ["finish"]
    assert bench.text("run_panel_status") == "Finishing after this step…"
    bench.runner.handles[Line.TRAIN].finished.emit(Done(summary(status="stopped")))
    assert bench.text("run_result_title") == "Run 3 stopped early, the best so far was kept"


def test_a_paused_run_that_cannot_be_finished_says_so_and_stays(bench: Bench) -> None:
    pause(bench)
    bench.service.problem = JokegenError("Run 3 is open elsewhere.", "Close the other window.")
    bench.press("finish_paused")
    assert bench.tab.banner.title() == "Run 3 is open elsewhere."
    assert bench.find("run_paused").isVisible()


def test_a_paused_run_is_discarded_only_after_a_yes(bench: Bench) -> None:
    pause(bench)
    bench.press("discard_paused")
    QTest.keyClick(bench.question(), Qt.Key.Key_Escape)
    assert len(bench.service.run_list) == 1
    bench.press("discard_paused")
    bench.answer("discard")
    assert bench.service.run_list == []
    assert bench.tab.banner.title() == "Run 3 was discarded."
    assert bench.find("setup").isVisible()


def test_deleting_a_paused_run_in_the_list_leads_back_to_the_form(bench: Bench) -> None:
    pause(bench)
    bench.press("delete_run_3")
    bench.answer("delete")
    assert not bench.find("run_paused").isVisible()
    assert bench.find("setup").isVisible()


# ---- Going on ----------------------------------------------------------------------------------


def test_a_run_that_goes_on_shows_all_that_was_learned_before(bench: Bench, qtbot: QtBot) -> None:
    pause(bench)
    bench.press("continue_run")
    job = bench.runner.handles[Line.TRAIN]
    assert bench.tab.running_title == "Run 3: onelinefun"
    assert bench.text("run_facts_step") == "30 of 60"
    assert bench.text("run_facts_time") == "1 min 05 s"
    assert bench.text("run_panel_status") == "Getting ready to go on"
    assert bench.tab.progress.panel.bar.fraction() == 0.5
    assert bench.find("pause_run").isEnabled(), "whatever was learned before can be kept"
    assert not bench.find("delete_run_3").isEnabled(), "it is being read just now"
    chart = bench.tab.curves.chart
    qtbot.waitUntil(lambda: len(bench.tab.curves.timeline.jokes()) > 0)
    assert [step for step, _ in chart.training_points] == list(range(1, 31))
    assert bench.tab.curves.timeline.jokes()[0].startswith("A joke after 20.")
    job.events_arrived.emit([Progress(Phase.LOADING), RunStarted(3, STEPS)])
    assert bench.text("run_facts_step") == "30 of 60"
    assert bench.tab.progress.panel.bar.fraction() == 0.5
    job.events_arrived.emit([Metric(31, STEPS, 1.0, 2.0, 67.0, train_loss=3.4)])
    assert bench.text("run_facts_step") == "31 of 60"
    assert chart.training_points[-1] == (31, 3.4)
    assert len(chart.training_points) == 31
    job.finished.emit(Done(summary(best_step=40)))
    assert bench.text("run_result_title") == "Run 3 complete"


def test_steps_that_are_taken_once_more_replace_the_lost_ones(bench: Bench, qtbot: QtBot) -> None:
    bench.service.run_list = [unfinished(status=RunStatus.INTERRUPTED, steps=45)]
    bench.service.metrics = [e for e in recorded_run(45) if isinstance(e, Metric)]
    bench.service.samples = [e for e in recorded_run(45) if isinstance(e, Sample)]
    bench.state.runs_changed.emit()
    bench.press("continue_run_3")
    job = bench.runner.handles[Line.TRAIN]
    chart = bench.tab.curves.chart
    qtbot.waitUntil(lambda: len(bench.tab.curves.timeline.jokes()) > 0)
    assert [step for step, _ in chart.validation_points] == [0, 20, 40]
    job.events_arrived.emit([Metric(31, STEPS, 1.0, 2.0, 67.0, train_loss=2.0)])
    assert [step for step, _ in chart.training_points] == list(range(1, 32))
    assert [step for step, _ in chart.validation_points] == [0, 20]
    assert chart.best_point == chart.validation_points[-1]
    job.events_arrived.emit([Sample(40, "Another joke after 40.")])
    assert bench.tab.curves.timeline.jokes() == ["Another joke after 40."]


def test_only_one_run_is_trained_at_a_time(bench: Bench) -> None:
    bench.service.run_list = [unfinished(2)]
    bench.state.runs_changed.emit()
    assert bench.find("continue_run_2").isEnabled()
    job = bench.start(1)
    assert not bench.find("continue_run_2").isEnabled()
    assert "Another run is under way" in bench.find("continue_run_2").accessibleDescription()
    bench.tab.continue_run(2)
    assert len(requests(bench)) == 1
    job.finished.emit(Done(summary()))
    assert bench.find("continue_run_2").isEnabled()


def test_a_run_that_is_gone_meanwhile_is_said_to_be(bench: Bench) -> None:
    bench.service.run_list = [unfinished(2)]
    bench.state.runs_changed.emit()
    bench.service.run_list = []
    bench.press("continue_run_2")
    assert bench.tab.banner.title() == "Run 2 cannot go on any more."
    assert requests(bench) == []


@pytest.mark.parametrize(("status", "text"), [("stopped", "Stopped early"), ("failed", "Failed")])
def test_other_runs_can_go_on_where_their_training_was_kept(
    bench: Bench, status: str, text: str
) -> None:
    bench.service.run_list = [unfinished(4, RunStatus(status)), run_info(2)]
    bench.state.runs_changed.emit()
    assert bench.text("run_4_status") == text
    assert bench.tab.findChild(QWidget, "continue_run_2") is None
    bench.press("continue_run_4")
    assert requests(bench) == [ContinueRequest(4)]


def test_discarding_a_run_that_goes_on_discards_it_whole(bench: Bench) -> None:
    pause(bench)
    bench.press("continue_run")
    bench.press("discard_run")
    bench.answer("discard")
    bench.service.run_list = [unfinished(status=RunStatus.INTERRUPTED), unfinished(2)]
    bench.runner.handles[Line.TRAIN].finished.emit(Cancelled())
    assert bench.service.discarded == [3]
    assert bench.tab.banner.title() == "Run 3 was discarded."


# ---- What went wrong ---------------------------------------------------------------------------


def test_a_run_whose_worker_died_goes_on_with_one_key(bench: Bench) -> None:
    job = bench.start(30)
    bench.service.run_list = [unfinished(status=RunStatus.INTERRUPTED)]
    job.finished.emit(DIED)
    assert bench.text("run_failed_title") == DIED.happened
    assert bench.text("run_kept_title") == "Run 3 can go on from about step 30."
    bench.key(Qt.Key.Key_Return)
    assert requests(bench)[-1] == ContinueRequest(3)
    assert not bench.find("run_failed").isVisible()


def test_what_was_kept_of_it_can_be_played_with_as_well(bench: Bench, qtbot: QtBot) -> None:
    job = bench.start(30)
    bench.service.run_list = [unfinished(status=RunStatus.INTERRUPTED)]
    job.finished.emit(DIED)
    with qtbot.waitSignal(bench.state.play_requested) as played:
        bench.press("run_kept_secondary")
    assert played.args == ["3"]


def test_a_change_since_then_is_said_and_can_be_accepted(bench: Bench) -> None:
    pause(bench)
    bench.press("continue_run")
    bench.runner.handles[Line.TRAIN].finished.emit(CHANGED)
    assert bench.text("run_failed_title") == CHANGED.happened
    assert bench.text("run_failed_todo") == CHANGED.todo
    assert bench.tab.failure.banner.tone is Tone.WARNING
    assert not bench.find("failure_details").isVisible()
    assert not bench.find("run_kept").isVisible()
    bench.press("run_failed_action")
    assert requests(bench)[-1] == ContinueRequest(3, accept_changes=True)
    assert bench.tab.is_training
    assert not bench.find("run_failed").isVisible()


def test_a_change_since_then_can_be_left_alone(bench: Bench) -> None:
    pause(bench)
    bench.press("continue_run")
    bench.runner.handles[Line.TRAIN].finished.emit(CHANGED)
    before = len(requests(bench))
    button = bench.find("run_failed_secondary")
    assert isinstance(button, QAbstractButton)
    assert button.text() == "Leave it"
    bench.key(Qt.Key.Key_Return)  # the careful answer has the focus
    assert not bench.find("run_failed").isVisible()
    assert len(requests(bench)) == before
    assert bench.text("run_3_status") == "Paused at step 30 of 60"


# ---- At the start ------------------------------------------------------------------------------


def test_an_interrupted_run_is_offered_and_goes_on(bench: Bench) -> None:
    bench.service.run_list = [
        run_info(9),
        unfinished(8, RunStatus.FAILED),
        unfinished(7, RunStatus.INTERRUPTED, steps=412, total_steps=1800),
        unfinished(6),
    ]
    bench.tab.offer_unfinished(())
    assert bench.text("run_offer_title") == "Run 7 was interrupted at step 412: continue?"
    assert "onelinefun" in bench.text("run_offer_todo")
    assert bench.tab.offer.tone is Tone.WARNING
    bench.press("run_offer_action")
    assert requests(bench) == [ContinueRequest(7)]
    assert not bench.find("run_offer").isVisible()


def test_a_run_that_is_left_is_not_offered_again_until_somebody_goes_on_with_it(
    bench: Bench,
) -> None:
    bench.service.run_list = [unfinished(7), unfinished(6)]
    bench.state.runs_changed.emit()
    bench.tab.offer_unfinished(())
    assert bench.text("run_offer_title") == "Run 7 is paused at step 30 of 60: continue?"
    bench.press("run_offer_secondary")
    assert not bench.find("run_offer").isVisible()
    assert bench.tab.left_runs == (7,)
    bench.tab.offer_unfinished(bench.tab.left_runs)
    assert bench.text("run_offer_title").startswith("Run 6 ")
    bench.press("continue_run_7")
    assert not bench.tab.left_runs


def test_nothing_is_offered_where_nothing_can_go_on(bench: Bench) -> None:
    bench.service.run_list = [
        run_info(9), run_info(8, RunStatus.INTERRUPTED), run_info(7, RunStatus.RUNNING),
    ]  # fmt: skip
    bench.tab.offer_unfinished(())
    assert bench.tab.offered is None
    assert not bench.find("run_offer").isVisible()


def test_an_offer_goes_away_with_its_run(bench: Bench) -> None:
    bench.service.run_list = [unfinished(7)]
    bench.state.runs_changed.emit()
    bench.tab.offer_unfinished(())
    bench.press("delete_run_7")
    bench.answer("delete")
    assert not bench.find("run_offer").isVisible()
    assert bench.tab.offered is None


def test_what_is_said_of_unfinished_runs() -> None:
    run = unfinished(7, RunStatus.INTERRUPTED, steps=1412, total_steps=None)
    assert words.run_state(run) == "Interrupted at step 1,412"
    assert words.offer(run) == "Run 7 was interrupted at step 1,412: continue?"
    assert words.run_state(unfinished(status=RunStatus.INTERRUPTED, steps=0)) == "Interrupted"
    assert words.run_state(run_info(3)) == "Complete"
    assert "steps" not in words.run_facts(run, {})
