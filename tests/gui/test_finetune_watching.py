"""What a person sees while the model learns: phases, time left, health, force, hangs, history."""

from __future__ import annotations

import time

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from jokegen import wording
from jokegen.config.paths import Paths
from jokegen.jobs.events import Done, Failed, Metric, Notice, Phase, Progress
from jokegen.jobs.watchdog import Silence, State
from jokegen.lm.health import HealthState
from jokegen.lm.last_save import LastSave
from jokegen.qt.job_runner import Line
from jokegen.records import RunStatus
from jokegen.ui.finetune.force import lost_by_force
from jokegen.ui.finetune.remaining import Remaining
from jokegen.ui.kit.theme import Theme
from jokegen.ui.kit.tokens import Tone
from tests.gui.finetune_support import (
    STEPS,
    Bench,
    make_bench,
    recorded_run,
    run_info,
    summary,
)
from tests.gui.support import Show
from tests.gui.watching_bench import start, told
from tests.lm import training_curves as curves

FORCED = Failed("The work was ended at once, as you asked.", "You can go on.", is_forced=True)


@pytest.fixture
def bench(paths: Paths, theme: Theme, shown: Show) -> Bench:
    return make_bench(paths, shown)


def button(bench: Bench, name: str) -> QAbstractButton:
    found = bench.find(name)
    assert isinstance(found, QAbstractButton)
    return found


# ---- Phases and time ---------------------------------------------------------------------------


def test_every_phase_has_its_own_bar_and_the_main_bar_never_goes_back(bench: Bench) -> None:
    bench.press("start_run")
    job = bench.runner.handles[Line.TRAIN]
    phases, bar = bench.tab.progress.phases, bench.tab.progress.panel.bar
    assert not bench.find("run_phases_downloading").isVisible()
    assert bench.find("run_phases_measuring").isVisible()
    seen = []
    for event in (*recorded_run(40), Progress(Phase.WRITING, 3, 8, "jokes")):
        job.events_arrived.emit([event])
        if isinstance(event, Progress) and event.total:
            assert phases.current is event.phase
            assert phases.fraction(event.phase) == pytest.approx(event.done / event.total, abs=1e-3)
        seen.append(bar.fraction())
    known = [fraction for fraction in seen if fraction is not None]
    assert known == sorted(known)
    assert known[-1] == pytest.approx(40 / 60, abs=1e-3)
    assert bench.find("run_phases_downloading").isVisible(), "it was needed this time"
    assert not bench.find("run_phases_measuring").isVisible(), "this run did without"
    assert phases.fraction(Phase.TRAINING) == pytest.approx(40 / 60, abs=1e-3)
    assert phases.accessibleDescription() == "Now: Writing"


def test_the_time_left_is_a_range_that_counts_down(bench: Bench) -> None:
    job = start(bench, curves.good, 20)
    metric = Metric(
        21, 240, 0.1, 1.0, 42.0, train_loss=4.0, seconds_left_low=540, seconds_left_high=720
    )
    job.events_arrived.emit([metric, Progress(Phase.TRAINING, 21, 240, "steps", 10.0)])
    assert bench.text("run_panel_remaining") == "9 to 12 minutes left"
    remaining = Remaining()
    assert remaining.words(0) == ""
    remaining.take_metric(metric, now=100)
    assert remaining.words(now=160) == "8 to 11 minutes left"
    remaining.take_progress(Progress(Phase.CHECKING, seconds_left=5.0), now=160)
    assert remaining.words(now=160) == "8 to 11 minutes left", "its own range says more"
    assert remaining.words(now=2000) == "a few seconds left"


def test_a_single_number_becomes_a_range_that_narrows() -> None:
    remaining = Remaining()
    progress = Progress(Phase.TRAINING, 1, 100, "steps", 1200.0)
    remaining.take_progress(progress, now=0)
    assert remaining.words(now=0) == "16 to 24 minutes left"
    remaining.take_metric(Metric(100, 100, 1.0, 1.0, 1.0), now=0)
    remaining.take_progress(progress, now=0)
    assert remaining.words(now=0) == "19 to 21 minutes left"


def test_the_time_of_a_download_is_not_taken_for_that_of_the_run() -> None:
    remaining = Remaining()
    remaining.take_progress(Progress(Phase.DOWNLOADING, 1, 9, "bytes", 200.0), now=0)
    assert remaining.words(now=0) == "3 to 4 minutes left for this part"
    remaining.take_progress(Progress(Phase.LOADING), now=0)
    assert remaining.words(now=0) == ""
    remaining.take_progress(Progress(Phase.TRAINING, 1, 9, "steps", 200.0), now=0)
    remaining.take_progress(Progress(Phase.CHECKING), now=0)
    assert remaining.words(now=0) == "3 to 4 minutes left"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (3, 5, "a few seconds left"),
        (38, 42, "about 40 seconds left"),
        (31, 58, "30 to 60 seconds left"),
        (50, 130, "1 to 2 minutes left"),
        (700, 710, "about 12 minutes left"),
        (3600, 5000, "60 to 83 minutes left"),
        (9000, 13000, "2.5 to 3.5 hours left"),
    ],
)
def test_ranges_in_words(low: float, high: float, said: str) -> None:
    assert wording.time_left_range(low, high) == said


def test_notices_are_kept_short_and_not_repeated(bench: Bench) -> None:
    job = start(bench, curves.good, 20)
    job.events_arrived.emit([Notice(f"Notice {n % 8}.") for n in range(20)])
    shown = [label.text() for label in bench.tab.progress._notices._labels]
    assert len(shown) == len(set(shown)) == 6
    assert shown[-1] == "Notice 3."


# ---- Health ------------------------------------------------------------------------------------


def test_the_light_says_in_words_how_it_is_doing(bench: Bench) -> None:
    bench.press("start_run")
    assert bench.text("run_health_state") == "Just begun"
    bench.runner.handles[Line.TRAIN].events_arrived.emit(list(told(curves.good, 60)))
    assert bench.text("run_health_state") == "Still learning"
    assert "its loss went from" in bench.text("run_health_reasons")
    assert not bench.find("run_health_finish").isVisible()


def test_where_it_is_enough_the_light_proposes_to_finish(bench: Bench) -> None:
    job = start(bench, curves.memorising)
    assert bench.text("run_health_state") == "Enough: it begins to memorise"
    bench.press("run_health_finish")
    assert job.asked == ["finish"]
    assert bench.text("run_panel_status") == "Finishing after this step…"
    assert not bench.find("run_health_finish").isEnabled()
    assert button(bench, "run_health_finish").text() == "Finishing…"
    job.finished.emit(Done(summary(status="stopped")))
    assert bench.text("run_health_state") == "In the end: enough: it begins to memorise"
    assert bench.text("run_health_sentence").startswith("It had begun to learn your jokes by heart")
    assert not bench.find("run_health_finish").isVisible()


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (curves.copying, HealthState.COPYING),
        (curves.diverging, HealthState.TOO_FAST),
        (curves.idle, HealthState.TOO_SLOW),
        (curves.plateau, HealthState.SLOWING),
    ],
)
def test_every_kind_of_run_has_its_light(bench: Bench, kind: object, state: HealthState) -> None:
    start(bench, kind)
    health = bench.tab.curves.health.health
    assert health is not None
    assert health.state is state
    assert bench.text("run_health_state") == health.title
    assert bench.find("run_health_finish").isVisible() == state.is_done


def test_a_paused_run_keeps_its_light_and_another_run_begins_anew(bench: Bench) -> None:
    job = start(bench, curves.memorising)
    bench.press("pause_run")
    bench.service.run_list = [run_info(3, RunStatus.PAUSED, steps=240, can_continue=True)]
    job.finished.emit(Done(summary(status="paused")))
    assert bench.text("run_health_state") == "Enough: it begins to memorise"
    assert not bench.find("run_health_finish").isVisible(), "the card of the paused run asks that"
    bench.press("leave_paused")
    bench.press("start_run")
    assert bench.text("run_health_state") == "Just begun"


# ---- Ending that takes long, and hangs ---------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("pause_run", "pause", "Pausing after this step…"),
        ("finish_run", "finish", "Finishing after this step…"),
    ],
)
def test_an_end_is_acknowledged_at_once_and_force_is_offered_when_it_takes_long(
    bench: Bench, name: str, asked: str, said: str
) -> None:
    job = start(bench, curves.good, 30)
    began = time.thread_time()  # own work: others may have the processor
    bench.press(name)
    QApplication.processEvents()
    assert bench.text("run_panel_status") == said
    assert time.thread_time() - began < 0.1
    assert not bench.find("run_force").isVisible()
    bench.tab.progress.force.due.emit()
    assert bench.text("run_force_todo").endswith(
        "Nothing has been saved yet, so all that it has learned would be lost."
    )
    bench.press("run_force_action")
    assert job.asked == [asked, "force"]
    assert bench.text("run_panel_status") == "Ending at once…"
    assert not bench.find("run_force").isVisible()
    assert not bench.find("discard_run").isEnabled()


def test_force_is_offered_by_itself_after_some_seconds_and_again_after_a_while(
    bench: Bench, qtbot: QtBot
) -> None:
    start(bench, curves.good, 30)
    offer = bench.tab.progress.force
    offer._timer.setInterval(20)
    bench.press("pause_run")
    qtbot.waitUntil(offer.isVisible)
    bench.press("run_force_secondary")
    assert not offer.isVisible()
    assert offer._timer.isActive()


def test_what_is_lost_by_force_is_told_from_the_last_save(bench: Bench) -> None:
    saved = LastSave(400, 1000.0)
    assert lost_by_force(saved, 400, 1000.0) == (
        "Everything up to step 400 is saved; only this step would be lost."
    )
    assert lost_by_force(saved, 460, 1183.0) == (
        "Everything up to step 400 is saved; the 3 min 03 s of learning since then would be lost."
    )
    start(bench, curves.good, 30)
    bench.service.saved = LastSave(20, 58.0)
    bench.press("pause_run")
    bench.tab.progress.force.due.emit()
    assert bench.text("run_force_todo").endswith(
        "Everything up to step 20 is saved; the few seconds of learning since then would be lost."
    )


def test_a_forced_run_is_no_error_and_can_go_on(bench: Bench) -> None:
    job = start(bench, curves.good, 30)
    bench.press("pause_run")
    bench.tab.progress.force.due.emit()
    bench.press("run_force_action")
    bench.service.run_list = [
        run_info(3, RunStatus.INTERRUPTED, steps=20, total_steps=STEPS, can_continue=True)
    ]
    job.finished.emit(FORCED)
    assert bench.text("run_failed_title") == FORCED.happened
    assert bench.tab.failure.banner.tone is Tone.INFO
    assert bench.text("run_kept_title") == "Run 3 can go on from about step 20."


def test_a_forced_run_of_which_nothing_was_saved_promises_nothing(bench: Bench) -> None:
    job = start(bench, curves.good, 30)
    bench.tab.progress.force_requested.emit()
    bench.service.run_list = [run_info(3, RunStatus.INTERRUPTED, model_path=None)]
    job.finished.emit(FORCED)
    assert bench.text("run_failed_todo").startswith("Nothing had been saved yet")
    assert not bench.find("run_kept").isVisible()


def test_a_run_that_ends_in_time_is_never_offered_force(bench: Bench) -> None:
    job = start(bench, curves.good, 30)
    bench.press("finish_run")
    job.finished.emit(Done(summary(status="stopped")))
    assert not bench.tab.progress.force._timer.isActive()


def test_a_run_that_falls_silent_is_told_and_can_be_forced(bench: Bench) -> None:
    job = start(bench, curves.good, 30)
    silence = Silence(120.0, State.WAITING, "Nothing was heard for 2 minutes.", "Wait, or force.")
    job.silence_changed.emit(silence)
    assert bench.text("run_silence_title") == silence.happened
    assert bench.text("run_silence_todo") == silence.todo
    job.silence_changed.emit(None)
    assert not bench.find("run_silence").isVisible()
    job.silence_changed.emit(silence)
    bench.press("run_silence_action")
    assert job.asked == ["force"]
    job.silence_changed.emit(silence)
    assert not bench.find("run_silence_action").isVisible(), "once is enough"


def test_a_joke_is_asked_for_in_between(bench: Bench) -> None:
    job = start(bench, curves.good, 30)
    bench.tab.curves.timeline.sample_requested.emit("Why did")
    assert job.asked == ["sample Why did"]
    job.finished.emit(Done(summary()))
    bench.tab.curves.timeline.sample_requested.emit("Too late")
    assert len(job.asked) == 1
