"""The form of the Fine-tune tab: jokes, base model, how long, device; what may be started."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.events import Done, Failed, Phase, Progress
from jokegen.jobs.requests import (
    DevicesSummary,
    FetchModelRequest,
    FetchModelSummary,
    Length,
    TrainRequest,
)
from jokegen.qt.job_runner import Line
from jokegen.ui.kit.theme import Theme
from tests.gui.finetune_support import CPU, GPU, Bench, StubService, dataset, make_bench
from tests.gui.support import TRICKY, Show


@pytest.fixture
def bench(paths: Paths, theme: Theme, shown: Show) -> Bench:
    return make_bench(paths, shown)


@pytest.fixture
def default_locale() -> Iterator[None]:
    former = QLocale()
    yield
    QLocale.setDefault(former)


# ---- What is started ---------------------------------------------------------------------------


def test_a_start_asks_for_exactly_what_is_on_the_form(bench: Bench) -> None:
    bench.press("start_run")
    line, title, job, request = bench.runner.started[-1]
    assert (line, title, job) == (Line.TRAIN, "Fine-tuning on onelinefun", model_service.train)
    assert request == TrainRequest("onelinefun", length=Length.GOOD, is_method_open=True)


def test_everything_can_be_chosen_by_keyboard(bench: Bench) -> None:
    bench.runner.handles[Line.ASK].finished.emit(Done(DevicesSummary((CPU, GPU))))
    QTest.keyClick(bench.combo("dataset"), Qt.Key.Key_Down)
    QTest.keyClick(bench.combo("base_model"), Qt.Key.Key_Down)
    for _ in range(2):
        QTest.keyClick(bench.combo("device"), Qt.Key.Key_Down)
    QTest.keyClick(bench.tab.setup.length.choice.card("minutes"), Qt.Key.Key_Space)
    minutes = bench.find("minutes")
    assert minutes.isVisible()
    QTest.keyClick(minutes, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(minutes, "7")
    bench.type_rate("3e-4")
    for name, number in (("most_steps", "500"), ("seed", "7")):
        QTest.keyClick(bench.find(name), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(bench.find(name), number)
    QTest.keyClick(bench.find("seed"), Qt.Key.Key_Return)
    assert bench.runner.requests(Line.TRAIN) == [
        TrainRequest(
            "puns",
            "gpt2",
            max_steps=500,
            learning_rate=3e-4,
            device="cuda:0",
            seed=7,
            length=Length.MINUTES,
            minutes=7,
            is_method_open=True,
        )
    ]


@pytest.mark.parametrize("locale", ["C", "de_DE", "ar_EG", "en_IN"])
@pytest.mark.parametrize("typed", ["0.0003", "0,0003", "3e-4", " 0.0003 "])
def test_a_learning_rate_means_the_same_in_every_language(
    bench: Bench, default_locale: None, locale: str, typed: str
) -> None:
    QLocale.setDefault(QLocale(locale))
    bench.type_rate(typed)
    bench.press("start_run")
    assert bench.runner.requests(Line.TRAIN)[0].learning_rate == 0.0003


@pytest.mark.parametrize("typed", ["much", "0", "-1", "5", "nan", "inf", "0.0.1"])
def test_a_useless_learning_rate_is_told_beside_its_field(bench: Bench, typed: str) -> None:
    bench.type_rate(typed)
    bench.tab.setup.more.set_open(False)
    bench.press("start_run")
    assert bench.runner.requests(Line.TRAIN) == []
    assert bench.text("learning_rate_field_problem").startswith("Type a number from")
    bench.type_rate("0.001")
    assert not bench.find("learning_rate_field_problem").isVisible()
    bench.press("start_run")
    assert bench.runner.requests(Line.TRAIN)[0].learning_rate == 0.001


# ---- Jokes -------------------------------------------------------------------------------------


def test_without_jokes_the_tab_leads_to_the_data_sets(
    paths: Paths, theme: Theme, shown: Show, qtbot: QtBot
) -> None:
    service = StubService(paths)
    service.dataset_list = []
    bench = make_bench(paths, shown, service)
    assert not bench.find("setup").isVisible()
    assert not bench.find("start_run").isVisible()
    with qtbot.waitSignal(bench.tab.dataset_wanted):
        bench.press("no_jokes_action")
    with qtbot.waitSignal(bench.tab.dataset_wanted):
        bench.key(Qt.Key.Key_Return)
    service.dataset_list = [dataset("onelinefun")]
    bench.state.datasets_changed.emit()
    assert bench.find("setup").isVisible()
    assert bench.find("start_run").isEnabled()


def test_too_few_jokes_say_how_many_are_missing(bench: Bench) -> None:
    bench.service.dataset_list = [dataset("short", 12), dataset("onelinefun")]
    bench.state.datasets_changed.emit()
    assert not bench.find("start_run").isEnabled()
    assert bench.text("start_words") == "8 jokes more, and it can start."
    assert "needs at least 20" in bench.text("dataset_field_problem")
    bench.key(Qt.Key.Key_Return)
    assert bench.runner.requests(Line.TRAIN) == []
    QTest.keyClick(bench.combo("dataset"), Qt.Key.Key_Down)
    assert bench.find("start_run").isEnabled()
    assert not bench.find("dataset_field_problem").isVisible()


def test_names_are_shown_letter_by_letter(bench: Bench) -> None:
    bench.service.dataset_list = [dataset(TRICKY, 20)]
    bench.state.datasets_changed.emit()
    box = bench.combo("dataset")
    assert box.currentText() == f"{TRICKY} · 20 jokes"
    assert "<b>" not in box.itemData(0, Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in box.toolTip()
    bench.press("start_run")
    assert bench.text("run_progress_title") == f"Getting ready: {TRICKY}"


def test_a_long_name_still_leaves_room_for_the_count(bench: Bench) -> None:
    name = "The very best jokes that I have ever heard, part 12"
    bench.service.dataset_list = [dataset(name, 200)]
    bench.state.datasets_changed.emit()
    box = bench.combo("dataset")
    assert box.currentText() == "The very best joke…rd, part 12 · 200 jokes"
    assert box.fontMetrics().horizontalAdvance(box.currentText()) < box.width() - 40
    assert name in box.itemData(0, Qt.ItemDataRole.ToolTipRole)
    bench.press("start_run")
    assert bench.runner.requests(Line.TRAIN)[0].dataset == name


def test_a_choice_stays_when_the_lists_change(bench: Bench) -> None:
    QTest.keyClick(bench.combo("dataset"), Qt.Key.Key_Down)
    QTest.keyClick(bench.combo("base_model"), Qt.Key.Key_Down)
    bench.service.dataset_list.insert(0, dataset("newer", 900))
    bench.service.base_list.reverse()
    bench.state.datasets_changed.emit()
    bench.state.models_changed.emit()
    assert bench.combo("dataset").currentData() == "puns"
    assert bench.combo("base_model").currentData() == "gpt2"
    bench.service.dataset_list = [dataset("newer", 900)]
    bench.state.datasets_changed.emit()
    assert bench.combo("dataset").currentData() == "newer"


def test_asked_to_train_on_a_data_set_the_tab_has_it_ready(bench: Bench) -> None:
    bench.start().finished.emit(Failed("It broke.", "Try again."))
    bench.state.train_requested.emit("puns")
    assert bench.find("setup").isVisible()
    bench.press("start_run")
    assert bench.runner.requests(Line.TRAIN)[-1].dataset == "puns"


def test_asked_to_train_during_a_run_the_run_stays_in_sight(bench: Bench) -> None:
    job = bench.start()
    bench.state.train_requested.emit("puns")
    assert bench.find("run_progress").isVisible()
    job.finished.emit(Failed("It broke.", "Try again."))
    assert bench.combo("dataset").currentData() == "puns"


# ---- Device ------------------------------------------------------------------------------------


def test_devices_are_asked_for_once_and_the_best_is_marked(bench: Bench) -> None:
    box = bench.combo("device")
    assert [box.itemText(row) for row in range(box.count())] == ["Best available", "CPU"]
    assert bench.text("device_field_hint") == "Looking for GPUs…"
    bench.runner.handles[Line.ASK].finished.emit(Done(DevicesSummary((CPU, GPU))))
    assert [box.itemText(row) for row in range(box.count())] == [
        "Best available", "CPU (8 threads)", f"{TRICKY} · 7.2 GB of 8.5 GB free · the best here",
    ]  # fmt: skip
    assert bench.text("device_field_hint").startswith(f"{TRICKY}: {GPU.reason}.")
    bench.tab.hide()
    bench.tab.show()
    assert len(bench.runner.requests(Line.ASK)) == 1


def test_a_failed_look_leaves_the_cpu_and_is_repeated_later(bench: Bench) -> None:
    box = bench.combo("device")
    QTest.keyClick(box, Qt.Key.Key_Down)
    bench.runner.handles[Line.ASK].finished.emit(Failed("No.", "Try again."))
    assert "The CPU always works" in bench.text("device_field_hint")
    assert bench.tab.setup.device.device() == "cpu"
    bench.tab.hide()
    bench.tab.show()
    assert len(bench.runner.requests(Line.ASK)) == 2
    bench.runner.handles[Line.ASK].finished.emit(Done(DevicesSummary((CPU,))))
    assert box.currentText() == "CPU (8 threads)"


# ---- Base model --------------------------------------------------------------------------------


def test_a_base_model_says_whether_it_is_here(bench: Bench) -> None:
    hint = bench.text("base_model_field_hint")
    assert "Apache-2.0" in hint
    assert "93 MB to download" in hint
    assert bench.text("start_words").endswith("93 MB to download first")
    assert bench.find("use_base_model_file").isVisible()
    QTest.keyClick(bench.combo("base_model"), Qt.Key.Key_Down)
    assert "on this computer already" in bench.text("base_model_field_hint")
    assert not bench.find("use_base_model_file").isVisible()


def choose_source(bench: Bench, qtbot: QtBot, action: int, path: Path) -> None:
    bench.press("use_base_model_file")
    menu = bench.find("use_base_model_menu")
    assert isinstance(menu, QMenu)
    actions: list[QAction] = menu.actions()
    QTest.mouseClick(
        menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(actions[action]).center()
    )
    dialog = bench.find("base_model_dialog")
    assert isinstance(dialog, QFileDialog)
    qtbot.waitUntil(dialog.isVisible)
    dialog.setDirectory(str(path.parent))
    dialog.selectFile(path.name)
    edit = dialog.findChild(QLineEdit)
    assert edit is not None
    QTest.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(bench.runner.requests(Line.FETCH)))


def test_a_file_that_is_here_takes_the_place_of_the_download(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    source = tmp_path / "starter.gguf"
    source.write_bytes(b"GGUF")
    choose_source(bench, qtbot, 0, source)
    assert bench.runner.requests(Line.FETCH) == [FetchModelRequest("starter", source)]
    job = bench.runner.handles[Line.FETCH]
    job.events_arrived.emit([Progress(Phase.CONVERTING, 49_000_000, 98_000_000, "bytes")])
    assert bench.text("fetch_status") == "Unpacking the base model · 49 MB of 98 MB"
    assert not bench.find("start_run").isEnabled()
    bench.service.base_list = [replace(base, is_here=True) for base in bench.service.base_list]
    with qtbot.waitSignal(bench.state.models_changed):
        job.finished.emit(Done(FetchModelSummary("starter", source, 1, 1.0)))
    assert "on this computer already" in bench.text("base_model_field_hint")
    assert not bench.find("fetch").isVisible()
    assert bench.find("start_run").isEnabled()


def test_a_folder_that_is_no_use_is_told_beside_the_field(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    choose_source(bench, qtbot, 1, folder)
    job = bench.runner.handles[Line.FETCH]
    bench.press("stop_fetch")
    assert job.asked == ["cancel"]
    job.finished.emit(Failed("That is no language model.", "Choose another folder."))
    assert bench.text("base_model_field_problem") == (
        "That is no language model. Choose another folder."
    )
    assert bench.find("start_run").isEnabled()
    QTest.keyClick(bench.combo("base_model"), Qt.Key.Key_Down)
    assert not bench.find("base_model_field_problem").isVisible()
