"""The preview of a file: its table, its form, and the saving."""

from __future__ import annotations

import time
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolTip,
)
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.dataset_requests import ImportRequest, ImportSummary, PreviewRequest
from jokegen.jobs.events import Cancelled, Done, Failed, Phase, Progress
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import Line
from jokegen.ui.dataset.tab import DatasetTab
from jokegen.ui.kit.labels import ElidedLabel
from jokegen.ui.kit.tokens import Tone
from tests.gui.dataset_bench import (
    FakeRunner,
    click,
    drop,
    jokes_file,
    one,
    preview_of,
    save,
    show_tab,
    text_of,
)
from tests.gui.support import TRICKY


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def fake() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def fake_tab(qtbot: QtBot, paths: Paths, fake: FakeRunner, state: AppState) -> DatasetTab:
    """A tab whose jobs do what the test says, with nothing saved."""
    return show_tab(qtbot, paths, fake, state)


@pytest.fixture
def preview(
    qtbot: QtBot,
    fake_tab: DatasetTab,
    fake: FakeRunner,
    paths: Paths,
    state: AppState,
    tmp_path: Path,
) -> DatasetTab:
    """A tab that shows the preview of a small file, with “Taken” saved already."""
    save(paths, "Taken")
    state.datasets_changed.emit()
    fake_tab.open_file(jokes_file(tmp_path, f"{TRICKY.replace('/', '')}.csv"))
    request = cast(PreviewRequest, fake.jobs[-1].request)
    fake.jobs[-1].finished.emit(Done(preview_of(paths, request.sources[0])))
    assert fake_tab.preview_page.isVisible()
    return fake_tab


@pytest.mark.parametrize("name", ["", "   ", "taken", "TAKEN ", "x" * 81])
def test_an_unfit_name_is_said_beside_the_field_at_once(
    qtbot: QtBot, preview: DatasetTab, fake: FakeRunner, name: str
) -> None:
    line = one(preview, QLineEdit, "preview_name_line")
    line.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, name)
    assert one(preview, QLabel, "preview_name_problem").isVisible()
    assert not one(preview, QPushButton, "preview_save").isEnabled()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert all(job.line is not Line.IMPORT for job in fake.jobs)
    line.selectAll()
    QTest.keyClicks(line, "Free")
    assert not one(preview, QLabel, "preview_name_problem").isVisible()
    assert one(preview, QPushButton, "preview_save").isEnabled()


def test_a_taken_file_name_is_proposed_with_a_number(
    fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, state: AppState, tmp_path: Path
) -> None:
    save(paths, "Mine")
    state.datasets_changed.emit()
    fake_tab.open_file(jokes_file(tmp_path, "mine.csv"))
    fake.jobs[-1].finished.emit(Done(preview_of(paths, tmp_path / "mine.csv")))
    assert one(fake_tab, QLineEdit, "preview_name_line").text() == "mine 2"


def test_saving_is_asked_for_with_what_the_form_says_and_can_be_cancelled(
    qtbot: QtBot, preview: DatasetTab, fake: FakeRunner, tmp_path: Path
) -> None:
    click(qtbot, preview, "preview_save")
    job = fake.jobs[-1]
    name = TRICKY.replace("/", "")
    assert job.line is Line.IMPORT
    assert job.request == ImportRequest((tmp_path / f"{name}.csv",), name, columns=("Joke",))
    assert text_of(preview, "preview_progress_title").replace("\u200b", "") == f"Saving “{name}”"
    job.events_arrived.emit([Progress(Phase.CLEANING, 15, 30, "jokes")])
    progress = preview.preview_page.progress
    assert progress.status() == "Looking for empty and repeated jokes: 15 of 30 jokes"
    drop(preview, jokes_file(tmp_path, "other.csv"))
    assert fake.jobs[-1] is job, "a file must wait until the saving is done"
    assert "still being saved" in preview.banner.title()
    click(qtbot, preview, "preview_progress_cancel")
    assert job.is_cancelled
    assert progress.isVisible(), "only the outcome says whether it was saved"
    job.finished.emit(Cancelled())
    assert not progress.isVisible()
    assert one(preview, QPushButton, "preview_save").isVisible()
    assert preview.preview_page.jokes_table.table_model.rowCount() == 30


def test_a_failed_saving_keeps_the_form(
    qtbot: QtBot, preview: DatasetTab, fake: FakeRunner
) -> None:
    click(qtbot, preview, "preview_save")
    fake.jobs[-1].finished.emit(Failed("There is no space left on the disk.", "Free some space."))
    assert preview.banner.title() == "There is no space left on the disk."
    assert preview.preview_page.isVisible()
    assert one(preview, QPushButton, "preview_save").isEnabled()


def test_too_few_jokes_to_learn_from_are_saved_with_a_warning(
    qtbot: QtBot, preview: DatasetTab, fake: FakeRunner, paths: Paths
) -> None:
    save(paths, "Few", count=3)
    click(qtbot, preview, "preview_save")
    fake.jobs[-1].finished.emit(Done(ImportSummary("Few", 3, {"empty": 1}, 3, 0, 0.1)))
    assert preview.banner.tone is Tone.WARNING
    assert preview.banner.title() == "Saved “Few”: 3 jokes."
    assert preview.banner.todo().startswith("1 empty was left out. A language model needs at least")
    assert text_of(preview, "dataset_detail_name") == "Few"
    assert not one(preview, QPushButton, "dataset_fine_tune").isEnabled()


def test_what_is_selected_is_copied_as_plain_text(qtbot: QtBot, preview: DatasetTab) -> None:
    table = preview.preview_page.jokes_table
    view = table.view
    view.setFocus()
    cell = view.visualRect(table.table_model.index(1, 1)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    joke = f"Joke number 1, {TRICKY}, is a good one."
    assert QGuiApplication.clipboard().text() == joke
    assert not QGuiApplication.clipboard().mimeData().hasHtml()
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    first, second = QGuiApplication.clipboard().text().splitlines()
    assert first == f"1\t{joke}"
    assert second.startswith("2\tJoke number 2")
    assert table.note() == "Copied 2 rows."


def test_names_and_jokes_are_shown_as_they_are(qtbot: QtBot, preview: DatasetTab) -> None:
    file_label = one(preview, ElidedLabel, "preview_file")
    assert file_label.textFormat() is Qt.TextFormat.PlainText
    assert file_label.toolTip().count("&lt;") == TRICKY.count("<")
    table = preview.preview_page.jokes_table
    table.view.setColumnWidth(1, 60)
    spot = table.view.visualRect(table.table_model.index(0, 1)).center()
    where = table.view.viewport().mapToGlobal(spot)
    QApplication.sendEvent(table.view.viewport(), QHelpEvent(QEvent.Type.ToolTip, spot, where))
    assert "&lt;img src=x&gt;" in QToolTip.text()
    QToolTip.hideText()


def test_the_marked_column_follows_the_choice(qtbot: QtBot, preview: DatasetTab) -> None:
    view = preview.preview_page.jokes_table.view
    assert view.columnWidth(1) > 2 * view.columnWidth(0)
    combo = one(preview, QComboBox, "preview_column_combo")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Up)
    assert view.columnWidth(0) > view.columnWidth(1)


def test_a_quarter_of_a_million_rows_scroll_quickly(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    big = tmp_path / "big.csv"
    lines = (
        f'{i},"Why did number {i} cross the road? To get to {i + 1}."\n' for i in range(250_000)
    )
    big.write_text("ID,Joke\n" + "".join(lines))
    summary = preview_of(paths, big)
    fake_tab.open_file(big)
    began = time.perf_counter()
    fake.jobs[-1].finished.emit(Done(summary))
    qtbot.waitExposed(fake_tab)
    assert time.perf_counter() - began < 1.0
    view = fake_tab.preview_page.jokes_table.view
    assert view.model().rowCount() == 250_000
    bar = view.verticalScrollBar()
    paints = []
    for tenth in range(1, 11):
        bar.setValue(bar.maximum() * tenth // 10)
        began = time.perf_counter()
        view.viewport().repaint()
        paints.append(time.perf_counter() - began)
    last = view.rowAt(view.viewport().height() - 5)
    assert last == 249_999
    assert "number 249999 cross" in str(view.model().index(last, 1).data())
    # One hiccup of a busy machine is let pass.
    assert sorted(paints)[-2] < 0.1, paints
    began = time.perf_counter()
    view.setFocus()
    view.selectAll()
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert time.perf_counter() - began < 2.0
    assert len(QGuiApplication.clipboard().text().splitlines()) == 10_000
    assert "the first 10,000" in fake_tab.preview_page.jokes_table.note()
