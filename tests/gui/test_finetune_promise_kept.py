"""The whole way of a promise with real worker processes: measured, shown, and asked for as such."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.jobs.requests import Length
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner
from jokegen.ui.finetune.tab import FinetuneTab
from jokegen.ui.kit.theme import Theme
from tests.gui.support import Show
from tests.lm.tiny_models import SENTENCES, tiny_gpt2


def test_a_measured_length_is_shown_and_the_run_has_as_many_steps(
    paths: Paths, theme: Theme, shown: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    tiny_gpt2(paths.models / "gpt2")
    source = tmp_path / "jokes.csv"
    jokes = [f"{sentence} Number {n}." for n in range(8) for sentence in SENTENCES]
    source.write_text("\n".join(["joke", *(f'"{joke}"' for joke in jokes)]), encoding="utf-8")
    model_service.import_jokes(ImportRequest((source,), "My jokes"), RecordingContext(paths))
    runner, state, service = JobRunner(paths), AppState(), ModelService(paths)
    try:
        tab = FinetuneTab(service, runner, state)
        shown(tab, 1000, 640)
        base = tab.findChild(QComboBox, "base_model")
        assert base is not None
        QTest.keyClick(base, Qt.Key.Key_G)
        promise = tab.setup.promise
        qtbot.waitUntil(lambda: promise.offer(Length.TASTE) is not None, timeout=180_000)
        offer = promise.offer(Length.TASTE)
        assert offer is not None
        QTest.mouseClick(tab.setup.length.choice.card(Length.TASTE), Qt.MouseButton.LeftButton)
        assert f"{offer.steps:,} steps" in tab.start_bar.words()
        QTest.mouseClick(tab.start_bar.button, Qt.MouseButton.LeftButton)
        with qtbot.waitSignal(state.runs_changed, timeout=180_000):
            pass
        (run,) = service.runs()
        assert run.steps == offer.steps
        assert run.is_usable
    finally:
        for job in runner.running():
            job.cancel()
        qtbot.waitUntil(lambda: not runner.running(), timeout=60_000)
        runner.end_workers()
