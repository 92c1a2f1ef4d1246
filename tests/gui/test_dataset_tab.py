"""The Dataset tab: from a file to a data set, driven by mouse, keyboard and drops."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.dataset_requests import BringRequest, BringSummary, PreviewRequest
from jokegen.jobs.events import Cancelled, Done, Failed, Notice, Phase, Progress
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.records import DatasetInfo
from jokegen.ui.dataset.tab import DatasetTab
from jokegen.ui.kit.tokens import Tone
from tests.gui.dataset_bench import (
    PATIENCE,
    FakeRunner,
    answer_all,
    click,
    drop,
    drop_data,
    jokes_file,
    one,
    preview_of,
    primaries,
    save,
    show_tab,
    text_of,
    wait_for_workshop,
)


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def runner(paths: Paths, qtbot: QtBot) -> Iterator[JobRunner]:
    real = JobRunner(paths)
    yield real
    real.begin_shutdown()
    for job in real.running():
        job.cancel()
    qtbot.waitUntil(lambda: not real.running(), timeout=PATIENCE)
    real.end_workers()


@pytest.fixture
def fake() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def tab(qtbot: QtBot, paths: Paths, runner: JobRunner, state: AppState) -> DatasetTab:
    """A tab with real jobs and nothing saved."""
    return show_tab(qtbot, paths, runner, state)


@pytest.fixture
def fake_tab(qtbot: QtBot, paths: Paths, fake: FakeRunner, state: AppState) -> DatasetTab:
    """A tab whose jobs do what the test says, with nothing saved."""
    return show_tab(qtbot, paths, fake, state)


# ---- The whole way, with real jobs -----------------------------------------------------------


def test_a_file_becomes_a_data_set_that_can_be_fine_tuned(
    qtbot: QtBot, tab: DatasetTab, state: AppState, paths: Paths, real_jokes: Path
) -> None:
    assert tab.start_page.isVisible()
    assert primaries(tab) == ["dataset_choose"]
    drop(tab, real_jokes)
    assert tab.reading_page.isVisible()
    wait_for_workshop(qtbot, tab, "onelinefun.csv")
    assert "separated by commas" in text_of(tab, "workshop_understood")
    assert text_of(tab, "workshop_outlook") == "2,948 jokes; left out: 2 repeated"
    assert one(tab, QLineEdit, "workshop_name_line").text() == "onelinefun"
    assert primaries(tab) == ["workshop_save"]
    assert list(paths.previews.glob("*.arrow"))

    with qtbot.waitSignal(state.datasets_changed, timeout=PATIENCE):
        click(qtbot, tab, "workshop_save")
        assert primaries(tab) == []
        assert one(tab, QWidget, "workshop_progress").isVisible()
    assert tab.banner.title() == "Saved “onelinefun”: 2,948 jokes."
    assert tab.banner.todo() == (
        "2 repeated were left out. Next: fine-tune a language model on them."
    )
    assert tab.banner.tone is Tone.SUCCESS
    assert text_of(tab, "dataset_detail_name") == "onelinefun"
    assert text_of(tab, "dataset_detail_left_out") == "2 repeated were left out."
    assert text_of(tab, "dataset_detail_jokes_value") == "2,948"
    assert primaries(tab) == ["dataset_fine_tune"]
    assert not list(paths.previews.glob("*")), "the tables for looking at were left behind"

    with qtbot.waitSignal(state.train_requested) as asked:
        click(qtbot, tab, "dataset_banner_action")
    assert asked.args == ["onelinefun"]
    with qtbot.waitSignal(state.train_requested) as asked:
        click(qtbot, tab, "dataset_fine_tune")
    assert asked.args == ["onelinefun"]


def test_the_starter_jokes_are_shown_under_a_name_of_their_own(
    qtbot: QtBot, tab: DatasetTab
) -> None:
    tab.last_folder = "somewhere"
    click(qtbot, tab, "start_starter")
    wait_for_workshop(qtbot, tab, "starter_jokes.csv")
    assert one(tab, QLineEdit, "workshop_name_line").text() == "Starter jokes"
    assert tab.last_folder == "somewhere", "the folder of the program is nobody's folder"


def test_pasted_jokes_become_a_data_set_that_keeps_its_original(
    qtbot: QtBot, tab: DatasetTab, paths: Paths, state: AppState
) -> None:
    jokes = [f"Joke number {number} is, as jokes go, a good one." for number in range(30)]
    tab.bring(BringRequest(text="\n".join(jokes), name="From the clipboard"))
    qtbot.waitUntil(tab.workshop.isVisible, timeout=PATIENCE)
    line = one(tab, QLineEdit, "workshop_name_line")
    assert line.text() == "From the clipboard"
    line.setFocus()
    with qtbot.waitSignal(state.datasets_changed, timeout=PATIENCE):
        QTest.keyClick(line, Qt.Key.Key_Return)
    (info,) = ModelService(paths).datasets()
    assert (info.name, info.jokes) == ("From the clipboard", 30)
    assert list((info.path / "original").iterdir()), "nobody else has what was pasted"
    assert not list(paths.previews.glob("*"))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 not jokes"], ids=["empty", "a PDF"])
def test_a_file_that_cannot_be_read_is_an_error_in_two_sentences(
    qtbot: QtBot, tab: DatasetTab, tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "bad <b>.csv"
    bad.write_bytes(content)
    tab.open_files([bad])
    qtbot.waitUntil(tab.banner.isVisible, timeout=PATIENCE)
    assert tab.banner.tone is Tone.ERROR
    assert "bad <b>.csv" in tab.banner.title()
    assert tab.banner.todo()
    assert tab.start_page.isVisible()


def test_reading_can_be_cancelled_and_leaves_nothing(
    qtbot: QtBot, tab: DatasetTab, runner: JobRunner, paths: Paths, tmp_path: Path
) -> None:
    tab.open_files([jokes_file(tmp_path, count=1000)])
    click(qtbot, tab, "dataset_reading_progress_cancel")
    assert tab.start_page.isVisible()
    assert not tab.banner.isVisible()
    qtbot.waitUntil(lambda: not runner.running(), timeout=PATIENCE)
    assert tab.start_page.isVisible()
    assert not list(paths.previews.glob("*"))


@pytest.mark.parametrize("way", ["dataset_choose", "dataset_folder"])
def test_the_file_dialogs_start_where_one_was_and_open_files_and_folders(
    qtbot: QtBot, tab: DatasetTab, tmp_path: Path, way: str
) -> None:
    path = jokes_file(tmp_path)
    tab.last_folder = str(tmp_path)
    click(qtbot, tab, way)
    dialog = one(tab, QFileDialog, "dataset_file_dialog")
    assert dialog.isVisible()
    assert Path(dialog.directory().absolutePath()) == tmp_path
    if way == "dataset_choose":
        jokes, everything = dialog.nameFilters()
        assert {"*.csv", "*.tsv", "*.txt", "*.json", "*.jsonl", "*.xlsx", "*.zip"} <= set(
            jokes.partition("(")[2].rstrip(")").split()
        )
        assert everything == "All files (*)"
    line = one(dialog, QLineEdit, "fileNameEdit")
    line.setText(str(path if way == "dataset_choose" else tmp_path))
    QTest.keyClick(line, Qt.Key.Key_Return)
    wait_for_workshop(qtbot, tab, "mine.csv" if way == "dataset_choose" else tmp_path.name)
    assert tab.workshop.read_section.columns() == ("Joke",)


# ---- Reading: what may come between ----------------------------------------------------------


def test_progress_is_told_in_words(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, tmp_path: Path
) -> None:
    fake_tab.open_files([jokes_file(tmp_path)])
    progress = fake_tab.reading_page.progress
    assert progress.bar.fraction() is None
    fake.jobs[0].events_arrived.emit(
        [Progress(Phase.READING, 31_000_000, 93_000_000, "bytes", seconds_left=62.0)]
    )
    assert progress.status() == "Reading the file: 31 MB of 93 MB"
    assert progress.remaining() == "about 60 seconds left"
    assert progress.bar.fraction() == pytest.approx(1 / 3, abs=0.01)


def test_a_file_dropped_while_another_is_read_takes_its_place(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    first, second = jokes_file(tmp_path, "first.csv"), jokes_file(tmp_path, "second.csv")
    drop(fake_tab, first)
    drop(fake_tab, second)
    old, new = fake.jobs
    assert old.is_cancelled
    assert not new.is_cancelled
    late = preview_of(paths, first)
    old.finished.emit(Done(late))
    assert fake_tab.reading_page.isVisible(), "the outcome of the old job must not count"
    assert not late.table.exists(), "nobody will look at it, so it must go"
    answer_all(paths, fake)
    wait_for_workshop(qtbot, fake_tab, "second.csv")


def test_cancelling_or_failing_leads_back_to_what_was_there_before(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    fake_tab.open_files([jokes_file(tmp_path, "first.csv")])
    answer_all(paths, fake)
    tables = set(paths.previews.iterdir())
    line = one(fake_tab, QLineEdit, "workshop_name_line")
    line.selectAll()
    QTest.keyClicks(line, "Typed")

    fake_tab.open_files([tmp_path / "second.csv"])
    QTest.keyClick(fake_tab.reading_page.progress.cancel_button, Qt.Key.Key_Escape)
    assert fake.jobs[-1].is_cancelled
    assert fake_tab.workshop.isVisible()
    assert not fake_tab.banner.isVisible()

    fake_tab.open_files([tmp_path / "third.csv"])
    fake.jobs[-1].finished.emit(Failed("It went wrong.", "Do this."))
    assert fake_tab.workshop.isVisible()
    assert (fake_tab.banner.title(), fake_tab.banner.todo()) == ("It went wrong.", "Do this.")
    assert text_of(fake_tab, "workshop_title") == "first.csv"
    assert line.text() == "Typed"
    assert set(paths.previews.iterdir()) == tables

    fake_tab.open_files([tmp_path / "fourth.csv"])
    fake.jobs[-1].finished.emit(Cancelled())  # as when the window closes
    assert fake_tab.workshop.isVisible()
    click(qtbot, fake_tab, "workshop_close")
    assert fake_tab.start_page.isVisible()
    assert not list(paths.previews.iterdir())


def test_a_table_that_is_gone_is_an_error_and_not_a_crash(
    fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    summary = preview_of(paths, jokes_file(tmp_path))
    summary.table.unlink()
    fake_tab.open_files(summary.sources)
    fake.jobs[-1].finished.emit(Done(summary))
    assert fake_tab.banner.tone is Tone.ERROR
    assert fake_tab.start_page.isVisible()


def test_several_files_and_folders_are_one_pile(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    folder = tmp_path / "<i>folder"
    folder.mkdir()
    jokes_file(folder, "c.csv", count=4)
    drop(fake_tab, jokes_file(tmp_path, "a.csv", count=3), folder)
    (job,) = fake.jobs
    assert job.request == PreviewRequest((tmp_path / "a.csv", folder))
    answer_all(paths, fake)
    wait_for_workshop(qtbot, fake_tab, "a.csv and 1 more")
    assert fake_tab.workshop.read_section.jokes_table.table_model.rowCount() == 7


def test_a_link_that_is_dropped_is_fetched(fake_tab: DatasetTab, fake: FakeRunner) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.com/jokes.csv")])
    drop_data(fake_tab, data)
    (job,) = fake.jobs
    assert job.line is Line.BRING
    assert job.request == BringRequest(link="https://example.com/jokes.csv")
    assert fake_tab.reading_page.isVisible()
    job.finished.emit(Failed("The server does not know it.", "Check the address."))
    assert fake_tab.start_page.isVisible()
    assert fake_tab.banner.title() == "The server does not know it."


def test_a_brought_file_is_removed_once_nobody_looks_at_it(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    for ending in ("closed", "failed", "cancelled"):
        fake_tab.bring(BringRequest(link="https://example.com/jokes.csv"))
        folder = tmp_path / f"brought-{ending}"
        folder.mkdir()
        file = jokes_file(folder)
        brought = BringSummary(file, "https://example.com/jokes.csv", "Web jokes", 99, 0.1)
        fake.jobs[-1].finished.emit(Done(brought))
        request = fake.jobs[-1].request
        assert request == PreviewRequest((file,), origin="https://example.com/jokes.csv")
        if ending == "failed":
            fake.jobs[-1].finished.emit(Failed("No.", "Do this."))
        elif ending == "cancelled":
            click(qtbot, fake_tab, "dataset_reading_progress_cancel")
        else:
            answer_all(paths, fake)
            assert text_of(fake_tab, "workshop_title") == "https://example.com/jokes.csv"
            assert one(fake_tab, QLineEdit, "workshop_name_line").text() == "Web jokes"
            click(qtbot, fake_tab, "workshop_close")
        assert not file.exists(), ending
        assert fake_tab.start_page.isVisible()


def test_what_was_typed_is_not_lost_when_it_cannot_be_taken_in(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, tmp_path: Path
) -> None:
    typed = BringRequest(text="Joke\nMine.\n", name="Mine")
    fake_tab.bring(typed)
    fake.jobs[-1].finished.emit(Failed("There is no space left on the disk.", "Free some space."))
    click(qtbot, fake_tab, "dataset_banner_action")
    assert fake.jobs[-1].request == typed
    brought = BringSummary(jokes_file(tmp_path), "the clipboard", "Mine", 9, 0.1)
    fake.jobs[-1].finished.emit(Done(brought))
    fake.jobs[-1].finished.emit(Failed("It cannot be read.", "Do this."))
    click(qtbot, fake_tab, "dataset_banner_action")
    assert fake.jobs[-1].request == typed


def test_what_a_job_noticed_is_told(
    fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    fake_tab.open_files([jokes_file(tmp_path)])
    notices = [Notice("Passed over: “a.png”."), Notice("The rest is here."), Notice("So it is.")]
    fake.jobs[-1].events_arrived.emit(notices)
    answer_all(paths, fake)
    assert fake_tab.banner.title() == "Passed over: “a.png”."
    assert fake_tab.banner.todo() == "The rest is here. So it is."


def test_a_message_is_scrolled_into_sight(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, paths: Paths
) -> None:
    save(paths, "Mine")
    fake_tab._on_datasets_changed()
    click(qtbot, fake_tab, "dataset_made_header")
    fake_tab.resize(1000, 300)
    bar = one(fake_tab, QScrollArea, "dataset_page").verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    fake_tab.bring(BringRequest(link="https://example.org/jokes.csv"))
    fake.jobs[-1].finished.emit(Failed("There is no such server.", "Check the address."))
    assert not fake_tab.banner.visibleRegion().isEmpty()


def test_a_frame_shows_while_a_file_is_held_over_the_page(
    fake_tab: DatasetTab, tmp_path: Path
) -> None:
    frame = one(fake_tab, QWidget, "dataset_drop_frame")
    assert not frame.isVisible()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(jokes_file(tmp_path)))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(fake_tab, enter)
    assert frame.isVisible()
    assert frame.geometry() == fake_tab.rect()
    QApplication.sendEvent(fake_tab, QDragLeaveEvent())
    assert not frame.isVisible()
    text = QMimeData()
    text.setText("a joke")
    refused = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, text, left, none)
    refused.ignore()
    QApplication.sendEvent(fake_tab, refused)
    assert not refused.isAccepted()


def test_the_tab_needs_none_of_the_heavy_libraries() -> None:
    heavy = "torch transformers datasets pandas pyarrow numpy pyqtgraph"
    script = (
        "import sys; import jokegen.ui.dataset.tab\n"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_listing_that_fails_is_told(
    qtbot: QtBot, fake_tab: DatasetTab, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_service: ModelService) -> list[DatasetInfo]:
        raise PermissionError(13, "no", "datasets")

    monkeypatch.setattr(ModelService, "datasets", fail)
    state.datasets_changed.emit()
    assert fake_tab.banner.tone is Tone.ERROR
