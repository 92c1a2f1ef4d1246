"""What a run brought, in figures; and what it told before it goes on, read without a pause."""

from __future__ import annotations

import gc
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.events import Done, Metric, Sample
from jokegen.lm.run_points import each_metric
from jokegen.qt.job_runner import Line
from jokegen.records import RunStatus
from jokegen.ui.finetune import skills
from jokegen.ui.kit.loss_data import Series
from jokegen.ui.kit.theme import Theme
from tests.gui.finetune_support import (
    STEPS,
    Bench,
    make_bench,
    run_info,
    summary,
)
from tests.gui.support import Show
from tests.gui.watching_bench import start
from tests.lm import training_curves as curves


@pytest.fixture
def bench(paths: Paths, theme: Theme, shown: Show) -> Bench:
    return make_bench(paths, shown)


def test_the_result_puts_losses_into_figures_that_one_can_picture(bench: Bench) -> None:
    job = start(bench, curves.good, 0)
    before = Metric(
        0, 240, 0.0, 1.0, 1.0, validation_loss=4.7, joke_loss=4.7, end_loss=4.0, accuracy=0.24,
    )  # fmt: skip
    best = replace(
        before, step=120, validation_loss=3.3, joke_loss=3.3, end_loss=0.25, accuracy=0.31,
        is_best=True, copied=0.1,
    )  # fmt: skip
    job.events_arrived.emit([before, best, replace(best, step=240, is_best=False, joke_loss=9.0)])
    job.finished.emit(Done(summary(best_step=120)))
    assert bench.text("result_skills_words") == "110 → 27"
    assert bench.text("result_skills_ends") == "1.8% → 78%"
    assert bench.text("result_skills_accuracy") == "24% → 31%"
    assert bench.text("result_skills_copied") == "10%"


def test_what_the_summary_knows_of_the_kept_weights_counts_more(bench: Bench) -> None:
    job = bench.start(STEPS)
    job.finished.emit(Done(summary(joke_loss=3.0, end_loss=0.1, accuracy=0.5)))
    assert bench.text("result_skills_words") == "20"
    assert bench.text("result_skills_accuracy") == "50%"


def test_what_was_not_measured_is_not_told(bench: Bench) -> None:
    job = bench.start(STEPS)
    job.finished.emit(Done(summary()))
    assert not bench.find("result_skills").isVisible()
    assert skills.wavers_between(None, None) == ""
    nothing = Metric(1, 1, 1.0, 1.0, 1.0, joke_loss=float("nan"))
    assert skills.wavers_between(nothing, nothing) == ""


def test_a_hundred_thousand_points_of_before_do_not_hold_the_window(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    steps = 100_000
    folder = tmp_path / "run"
    folder.mkdir()
    start_of_line = f'"steps":{steps},"epoch":1,"epochs":1'
    lines = [
        f'{{"step":{step},{start_of_line},"seconds":{2 * step},"train_loss":{5 - step / steps},'
        f'"validation_loss":{3.5 if step % 2000 == 0 else "null"}}}'
        for step in range(1, steps + 1)
    ]
    (folder / "metrics.jsonl").write_text("\n".join(lines), encoding="utf-8")
    bench.service.run_list = [
        run_info(3, RunStatus.PAUSED, steps=steps, total_steps=2 * steps, can_continue=True)
    ]
    bench.service.each_run_metric = lambda number: each_metric(folder)  # type: ignore[method-assign]
    bench.service.samples = [
        Sample(step, f"A joke after {step}.", number=number)
        for step in range(0, steps, 4000)
        for number in range(24)
    ]
    bench.state.runs_changed.emit()
    chart = bench.tab.curves.chart
    chart.add_training_point(1, 3.0)
    chart.redraw_now()  # the application loads what draws it beforehand
    bench.press("continue_run_3")
    QApplication.processEvents()  # another page is shown now, which is not the reading
    gc.freeze()  # what other tests have left is none of the window's
    times, timer = [time.thread_time()], QTimer()  # own work: others may have the processor
    timer.setInterval(5)
    timer.timeout.connect(lambda: times.append(time.thread_time()))
    timer.start()
    # What the run says meanwhile comes after all of that.
    after = Metric(steps + 1, 2 * steps, 1.0, 2.0, 1e6, train_loss=3.0)
    bench.runner.handles[Line.TRAIN].events_arrived.emit([after])
    raw = chart.curves[Series.RAW]
    qtbot.waitUntil(lambda: len(raw) == steps + 1, timeout=60_000)
    timer.stop()
    gc.unfreeze()
    assert bench.text("run_health_state") != "Just begun"
    assert chart.training_points[-1] == (steps + 1, 3.0)
    assert bench.tab.curves.timeline.step == 96_000
    assert len(chart.validation_points) == 50
    gaps = sorted(later - before for before, later in pairwise(times))
    assert gaps[-2] < 0.1, gaps[-5:]
    assert gaps[-1] < 0.2, "once, when the rows of the timeline are made"
