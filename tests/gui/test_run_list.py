"""The list of runs under the Fine-tune form: what it says of each, playing and deleting."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.events import Done
from jokegen.records import RunStatus
from jokegen.ui.kit.labels import ElidedLabel
from jokegen.ui.kit.theme import Theme
from tests.gui.finetune_support import Bench, make_bench, run_info, summary
from tests.gui.support import TRICKY, Show


@pytest.fixture
def bench(paths: Paths, theme: Theme, shown: Show) -> Bench:
    return make_bench(paths, shown)


def test_the_runs_are_listed_with_what_can_be_done(bench: Bench, qtbot: QtBot) -> None:
    broken = run_info(2, RunStatus.FAILED, model_path=None, problem=f"It broke: {TRICKY}")
    bench.service.run_list = [run_info(3, title=f"Run 3: {TRICKY}"), broken]
    assert bench.find("no_runs").isVisible()
    bench.state.runs_changed.emit()
    assert not bench.find("no_runs").isVisible()
    title = bench.find("run_3_title")
    assert isinstance(title, ElidedLabel)
    assert title.shown_text() == f"Run 3: {TRICKY}"
    assert bench.text("run_3_status") == "Complete"
    facts = bench.text("run_3_facts")
    assert facts.startswith("Starter (SmolLM2, 135M) · 212 steps · loss 4.69 → 3.31 · 22 min")
    assert bench.text("run_2_problem") == f"It broke: {TRICKY}"
    assert bench.tab.findChild(QWidget, "play_run_2") is None
    with qtbot.waitSignal(bench.state.play_requested) as played:
        bench.press("play_run_3")
    assert played.args == ["3"]


def test_a_run_is_deleted_only_after_a_yes(bench: Bench) -> None:
    bench.service.run_list = [run_info(3), run_info(2)]
    bench.state.runs_changed.emit()
    bench.press("delete_run_3")
    bench.answer("keep")
    assert len(bench.service.run_list) == 2
    bench.press("delete_run_3")
    bench.answer("delete")
    assert [run.number for run in bench.service.run_list] == [2]
    assert bench.tab.findChild(QWidget, "run_2") is not None
    bench.service.problem = JokegenError("Run 2 cannot be removed.", "Close other programs.")
    bench.press("delete_run_2")
    bench.answer("delete")
    assert bench.tab.banner.title() == "Run 2 cannot be removed."
    assert bench.tab.banner.isVisible()


def test_older_runs_come_on_demand(bench: Bench) -> None:
    bench.service.run_list = [run_info(number) for number in range(40, 0, -1)]
    bench.state.runs_changed.emit()
    assert bench.tab.findChild(QWidget, "run_34") is None
    bench.press("older_runs")
    assert bench.find("run_34").isVisible()
    assert bench.find("run_5").isVisible()
    assert bench.text("run_40_status") == "Complete"


def test_a_run_under_way_is_listed_and_cannot_be_deleted(bench: Bench) -> None:
    bench.service.run_list = [run_info(3, RunStatus.RUNNING, model_path=None)]
    bench.start(1)
    assert bench.text("run_3_status") == "Training now"
    assert bench.tab.findChild(QWidget, "delete_run_3") is None


def test_deleting_the_run_that_just_ended_leads_back_to_the_form(bench: Bench) -> None:
    job = bench.start()
    bench.service.run_list = [run_info(3)]
    job.finished.emit(Done(summary()))
    bench.press("delete_run_3")
    bench.answer("delete")
    assert not bench.find("run_result").isVisible()
    assert bench.find("setup").isVisible()


def test_a_run_with_a_model_can_be_measured_again(bench: Bench, qtbot: QtBot) -> None:
    bench.service.run_list = [run_info(3), run_info(2, RunStatus.FAILED, model_path=None)]
    bench.state.runs_changed.emit()
    assert bench.tab.findChild(QWidget, "evaluate_run_2") is None
    with qtbot.waitSignal(bench.tab.runs.evaluate_requested) as asked:
        bench.press("evaluate_run_3")
    assert asked.args == [3]
