"""The Dataset tab, driven by mouse, keyboard and drops: mostly with real jobs in real processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFont, QGuiApplication, QHelpEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.events import Cancelled, Done, Failed, Phase, Progress
from jokegen.jobs.requests import ImportRequest, ImportSummary, PreviewRequest, PreviewSummary
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.records import DatasetInfo
from jokegen.ui.buttons import ButtonKind
from jokegen.ui.dataset_name import RenameDialog
from jokegen.ui.dataset_tab import DatasetTab
from jokegen.ui.dialogs import AskDialog
from jokegen.ui.labels import ElidedLabel, PlainLabel
from jokegen.ui.theme import Scheme, Theme
from jokegen.ui.tokens import Tone

TRICKY = "<b>a<b</b> & <img src=x>"
PATIENCE = 30_000  # a worker process starts in about a second, on a busy machine in many

Found = TypeVar("Found", bound=QObject)


class FakeHandle(QObject):
    """A job whose course the test decides."""

    events_arrived = Signal(object)
    finished = Signal(object)

    def __init__(self, line: Line, request: object) -> None:
        super().__init__()
        self.line = line
        self.request = request
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeRunner:
    """Records what is started."""

    def __init__(self) -> None:
        self.jobs: list[FakeHandle] = []

    def start(self, line: Line, _title: str, _job: object, request: object) -> FakeHandle:
        self.jobs.append(FakeHandle(line, request))
        return self.jobs[-1]


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


def show_tab(qtbot: QtBot, paths: Paths, runner: JobRunner | FakeRunner, state: AppState) -> Any:
    tab = DatasetTab(ModelService(paths), cast(JobRunner, runner), state)
    qtbot.addWidget(tab)
    tab.resize(1000, 580)  # what is left of a window of 1000 × 640
    tab.show()
    qtbot.waitExposed(tab)
    return tab


@pytest.fixture
def tab(qtbot: QtBot, paths: Paths, runner: JobRunner, state: AppState) -> DatasetTab:
    """A tab with real jobs and nothing saved."""
    made = show_tab(qtbot, paths, runner, state)
    assert isinstance(made, DatasetTab)
    return made


@pytest.fixture
def fake_tab(qtbot: QtBot, paths: Paths, fake: FakeRunner, state: AppState) -> DatasetTab:
    """A tab whose jobs do what the test says, with nothing saved."""
    made = show_tab(qtbot, paths, fake, state)
    assert isinstance(made, DatasetTab)
    return made


def jokes_file(folder: Path, name: str = "mine.csv", count: int = 30) -> Path:
    path = folder / name
    rows = "".join(f'{i},"Joke number {i}, {TRICKY}, is a good one."\n' for i in range(count))
    path.write_text("ID,Joke\n" + rows, encoding="utf-8")
    return path


def save(paths: Paths, name: str, count: int = 30) -> None:
    """A data set, made without the window."""
    paths.home.mkdir(parents=True, exist_ok=True)
    source = jokes_file(paths.home, "source.csv", count)
    model_service.import_jokes(ImportRequest(source, name), RecordingContext(paths))


def preview_of(paths: Paths, source: Path) -> PreviewSummary:
    return model_service.preview(PreviewRequest(source), RecordingContext(paths))


def one(parent: QWidget, kind: type[Found], name: str) -> Found:
    found = parent.findChild(kind, name)
    assert found is not None, f"no {name}"
    return found


def click(qtbot: QtBot, parent: QWidget, name: str) -> None:
    button = one(parent, QAbstractButton, name)
    assert button.isVisible(), f"{name} is hidden"
    assert button.isEnabled(), f"{name} is disabled"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def text_of(parent: QWidget, name: str) -> str:
    label = parent.findChild(QLabel, name)
    assert label is not None, f"no {name}"
    return label.text()


def drop(target: QWidget, *paths: Path) -> None:
    """Drag files over a widget and let them fall there."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy, spot = Qt.DropAction.CopyAction, target.rect().center()
    enter = QDragEnterEvent(spot, copy, data, left, none)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    fall = QDropEvent(QPointF(spot), copy, data, left, none)
    QApplication.sendEvent(target, fall)
    assert fall.isAccepted()


def wait_for_preview(qtbot: QtBot, tab: DatasetTab, name: str) -> None:
    def is_shown() -> None:
        assert tab.preview_page.isVisible()
        assert text_of(tab, "preview_file") == name

    qtbot.waitUntil(is_shown, timeout=PATIENCE)


def primaries(tab: QWidget) -> list[str]:
    """The object names of the primary buttons that can be seen."""
    buttons = tab.findChildren(QPushButton)
    primary = ButtonKind.PRIMARY.value
    return [b.objectName() for b in buttons if b.property("kind") == primary and b.isVisible()]


# ---- The whole way, with real jobs -----------------------------------------------------------


def test_a_file_becomes_a_data_set_that_can_be_fine_tuned(
    qtbot: QtBot, tab: DatasetTab, state: AppState, paths: Paths, real_jokes: Path
) -> None:
    assert tab.start_page.isVisible()
    assert primaries(tab) == ["dataset_choose"]
    drop(tab, real_jokes)
    assert tab.reading_page.isVisible()
    wait_for_preview(qtbot, tab, "onelinefun.csv")
    assert "separated by commas" in text_of(tab, "preview_understood")
    assert text_of(tab, "preview_table_note").startswith("2,950 rows")
    assert one(tab, QComboBox, "preview_column_combo").currentText() == "Joke"
    assert one(tab, QLineEdit, "preview_name_line").text() == "onelinefun"
    assert primaries(tab) == ["preview_save"]
    assert list(paths.previews.glob("*.arrow"))

    with qtbot.waitSignal(state.datasets_changed, timeout=PATIENCE):
        click(qtbot, tab, "preview_save")
        assert primaries(tab) == []
        assert one(tab, QWidget, "preview_progress").isVisible()
    assert tab.banner.title() == "Saved “onelinefun”: 2,948 jokes."
    assert tab.banner.todo() == (
        "2 repeated were left out. Next: fine-tune a language model on them."
    )
    assert tab.banner.tone is Tone.SUCCESS
    assert text_of(tab, "dataset_detail_name") == "onelinefun"
    assert text_of(tab, "dataset_detail_left_out") == "2 repeated were left out."
    assert text_of(tab, "dataset_detail_jokes_value") == "2,948"
    assert primaries(tab) == ["dataset_fine_tune"]
    assert not list(paths.previews.glob("*")), "the preview's table was left behind"

    with qtbot.waitSignal(state.train_requested) as asked:
        click(qtbot, tab, "dataset_banner_action")
    assert asked.args == ["onelinefun"]
    with qtbot.waitSignal(state.train_requested) as asked:
        click(qtbot, tab, "dataset_fine_tune")
    assert asked.args == ["onelinefun"]


def test_the_starter_jokes_are_previewed_under_a_name_of_their_own(
    qtbot: QtBot, tab: DatasetTab
) -> None:
    tab.last_folder = "somewhere"
    click(qtbot, tab, "dataset_starter")
    wait_for_preview(qtbot, tab, "starter_jokes.csv")
    assert one(tab, QLineEdit, "preview_name_line").text() == "Starter jokes"
    assert tab.last_folder == "somewhere", "the folder of the program is nobody's folder"


def test_the_chosen_column_is_what_is_saved(
    qtbot: QtBot, tab: DatasetTab, paths: Paths, state: AppState, tmp_path: Path
) -> None:
    tab.open_file(jokes_file(tmp_path))
    wait_for_preview(qtbot, tab, "mine.csv")
    combo = one(tab, QComboBox, "preview_column_combo")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Up)
    assert combo.currentText() == "ID"
    line = one(tab, QLineEdit, "preview_name_line")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "Numbers & co")
    with qtbot.waitSignal(state.datasets_changed, timeout=PATIENCE):
        QTest.keyClick(line, Qt.Key.Key_Return)
    (info,) = ModelService(paths).datasets()
    assert (info.name, info.jokes) == ("Numbers & co", 30)
    table = ModelService(paths).open_dataset(info)
    assert table.text(0, 0).isdigit()
    table.close()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 not jokes"], ids=["empty", "a PDF"])
def test_a_file_that_cannot_be_read_is_an_error_in_two_sentences(
    qtbot: QtBot, tab: DatasetTab, tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "bad <b>.csv"
    bad.write_bytes(content)
    tab.open_file(bad)
    qtbot.waitUntil(tab.banner.isVisible, timeout=PATIENCE)
    assert tab.banner.tone is Tone.ERROR
    assert "bad <b>.csv" in tab.banner.title()
    assert tab.banner.todo()
    assert tab.start_page.isVisible()


def test_reading_can_be_cancelled_and_leaves_nothing(
    qtbot: QtBot, tab: DatasetTab, runner: JobRunner, paths: Paths, tmp_path: Path
) -> None:
    tab.open_file(jokes_file(tmp_path, count=1000))
    click(qtbot, tab, "dataset_reading_progress_cancel")
    assert tab.start_page.isVisible()
    assert not tab.banner.isVisible()
    qtbot.waitUntil(lambda: not runner.running(), timeout=PATIENCE)
    assert tab.start_page.isVisible()
    assert not list(paths.previews.glob("*"))


def test_the_file_dialog_starts_where_one_was_and_opens_a_file(
    qtbot: QtBot, tab: DatasetTab, tmp_path: Path
) -> None:
    path = jokes_file(tmp_path)
    tab.last_folder = str(tmp_path)
    click(qtbot, tab, "dataset_choose")
    dialog = one(tab, QFileDialog, "dataset_file_dialog")
    assert dialog.isVisible()
    assert Path(dialog.directory().absolutePath()) == tmp_path
    jokes, everything = dialog.nameFilters()
    assert {"*.csv", "*.tsv", "*.txt", "*.json", "*.jsonl", "*.parquet"} <= set(
        jokes.partition("(")[2].rstrip(")").split()
    )
    assert everything == "All files (*)"
    line = one(dialog, QLineEdit, "fileNameEdit")
    line.setText(str(path))
    QTest.keyClick(line, Qt.Key.Key_Return)
    wait_for_preview(qtbot, tab, "mine.csv")
    assert tab.last_folder == str(tmp_path)


# ---- Reading: what may come between ----------------------------------------------------------


def test_progress_is_told_in_words(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, tmp_path: Path
) -> None:
    fake_tab.open_file(jokes_file(tmp_path))
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
    new.finished.emit(Done(preview_of(paths, second)))
    wait_for_preview(qtbot, fake_tab, "second.csv")


def test_cancelling_or_failing_leads_back_to_the_preview_before(
    qtbot: QtBot, fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    summary = preview_of(paths, jokes_file(tmp_path, "first.csv"))
    fake_tab.open_file(summary.source)
    fake.jobs[-1].finished.emit(Done(summary))
    QTest.keyClicks(one(fake_tab, QLineEdit, "preview_name_line"), "Typed")

    fake_tab.open_file(tmp_path / "second.csv")
    QTest.keyClick(fake_tab.reading_page.progress.cancel_button, Qt.Key.Key_Escape)
    assert fake.jobs[-1].is_cancelled
    assert fake_tab.preview_page.isVisible()
    assert not fake_tab.banner.isVisible()

    fake_tab.open_file(tmp_path / "third.csv")
    fake.jobs[-1].finished.emit(Failed("It went wrong.", "Do this."))
    assert fake_tab.preview_page.isVisible()
    assert (fake_tab.banner.title(), fake_tab.banner.todo()) == ("It went wrong.", "Do this.")
    assert text_of(fake_tab, "preview_file") == "first.csv"
    assert one(fake_tab, QLineEdit, "preview_name_line").text() == "Typed"
    assert summary.table.exists()

    fake_tab.open_file(tmp_path / "fourth.csv")
    fake.jobs[-1].finished.emit(Cancelled())  # as when the window closes
    assert fake_tab.preview_page.isVisible()
    click(qtbot, fake_tab, "preview_close")
    assert fake_tab.start_page.isVisible()
    assert not summary.table.exists()


def test_a_preview_that_is_gone_is_an_error_and_not_a_crash(
    fake_tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    summary = preview_of(paths, jokes_file(tmp_path))
    summary.table.unlink()
    fake_tab.open_file(summary.source)
    fake.jobs[-1].finished.emit(Done(summary))
    assert fake_tab.banner.tone is Tone.ERROR
    assert fake_tab.start_page.isVisible()


def test_several_files_or_a_folder_are_refused_in_words(
    fake_tab: DatasetTab, fake: FakeRunner, tmp_path: Path
) -> None:
    drop(fake_tab, jokes_file(tmp_path, "a.csv"), jokes_file(tmp_path, "b.csv"))
    assert "one file at a time" in fake_tab.banner.title()
    folder = tmp_path / "<i>folder"
    folder.mkdir()
    drop(fake_tab.start_page.drop_zone, folder)
    assert "“<i>folder” is a folder" in fake_tab.banner.title()
    assert fake_tab.banner.todo()
    assert not fake.jobs


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
    QApplication.sendEvent(fake_tab, QEvent(QEvent.Type.DragLeave))
    text = QMimeData()
    text.setText("a joke")
    refused = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, text, left, none)
    refused.ignore()
    QApplication.sendEvent(fake_tab, refused)
    assert not refused.isAccepted()


# ---- The preview -----------------------------------------------------------------------------


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
    fake.jobs[-1].finished.emit(Done(preview_of(paths, request.source)))
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
    assert job.request == ImportRequest(tmp_path / f"{name}.csv", name, "Joke")
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
    preview.resize(760, 560)
    spot = table.view.visualRect(table.table_model.index(0, 1)).center()
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


# ---- The saved data sets ---------------------------------------------------------------------


@pytest.fixture
def library(qtbot: QtBot, paths: Paths, fake: FakeRunner, state: AppState) -> DatasetTab:
    """A tab with three data sets, “Newest” chosen."""
    for name in ("Oldest", f"{TRICKY} {'very ' * 10}long", "Newest"):
        save(paths, name)
    made = show_tab(qtbot, paths, fake, state)
    assert isinstance(made, DatasetTab)
    return made


def names(paths: Paths) -> list[str]:
    return [info.name for info in ModelService(paths).datasets()]


def test_the_saved_data_sets_are_listed_newest_first(library: DatasetTab) -> None:
    assert library.library_page.isVisible()
    assert text_of(library, "dataset_detail_name") == "Newest"
    assert text_of(library, "dataset_detail_jokes_value") == "30"
    assert text_of(library, "dataset_detail_train_value") == "27"
    assert text_of(library, "dataset_detail_held_out_value") == "3"
    assert text_of(library, "dataset_detail_left_out") == "Nothing had to be left out."
    assert text_of(library, "dataset_detail_origin").startswith("From source.csv. Saved on ")
    assert primaries(library) == ["dataset_fine_tune"]


def test_the_keyboard_chooses_and_enter_goes_on(
    qtbot: QtBot, library: DatasetTab, state: AppState
) -> None:
    rows = library.library_page.list
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_End)
    assert text_of(library, "dataset_detail_name") == "Oldest"
    with qtbot.waitSignal(state.train_requested) as asked:
        QTest.keyClick(rows, Qt.Key.Key_Return)
    assert asked.args == ["Oldest"]


def test_enter_on_a_button_presses_that_button(
    qtbot: QtBot, library: DatasetTab, state: AppState
) -> None:
    look = one(library, QPushButton, "dataset_look")
    look.setFocus()
    with qtbot.assertNotEmitted(state.train_requested):
        QTest.keyClick(look, Qt.Key.Key_Return)
    assert library.library_page.detail.shows_jokes


def test_looking_inside_shows_the_jokes_and_hides_them_again(
    qtbot: QtBot, library: DatasetTab
) -> None:
    table = library.library_page.detail.jokes_table
    assert not table.isVisible()
    click(qtbot, library, "dataset_look")
    assert table.isVisible()
    assert table.table_model.rowCount() == 30
    assert TRICKY in str(table.table_model.index(0, 0).data())
    rows = library.library_page.list
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert table.isVisible()
    click(qtbot, library, "dataset_look")
    assert not table.isVisible()
    assert table.table_model.rowCount() == 0


def test_a_damaged_data_set_is_an_error_and_not_a_crash(
    qtbot: QtBot, library: DatasetTab, paths: Paths
) -> None:
    info = ModelService(paths).datasets()[0]
    for part in (info.path / "train").glob("*.arrow"):
        part.write_bytes(b"cut")
    click(qtbot, library, "dataset_look")
    assert library.banner.tone is Tone.ERROR
    assert library.banner.todo()
    assert not library.library_page.detail.shows_jokes


def test_a_data_set_is_renamed(
    qtbot: QtBot, library: DatasetTab, paths: Paths, state: AppState
) -> None:
    click(qtbot, library, "dataset_rename")
    dialog = one(library, RenameDialog, "rename_dialog")
    line = one(dialog, QLineEdit, "rename_line")
    assert line.text() == "Newest"
    QTest.keyClicks(line, "oldest")
    assert not one(dialog, QPushButton, "rename_save").isEnabled()
    line.selectAll()
    QTest.keyClicks(line, "Best & <b>")
    with qtbot.waitSignal(state.datasets_changed):
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert names(paths)[0] == "Best & <b>"
    assert text_of(library, "dataset_detail_name") == "Best & <b>"


def test_escape_leaves_the_name_as_it_was(qtbot: QtBot, library: DatasetTab, paths: Paths) -> None:
    rows = library.library_page.list
    QTest.keyClick(rows, Qt.Key.Key_F2)
    dialog = one(library, RenameDialog, "rename_dialog")
    QTest.keyClicks(one(dialog, QLineEdit, "rename_line"), "Other")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: library.findChild(RenameDialog) is None)
    assert names(paths)[0] == "Newest"


def test_a_rename_that_comes_too_late_is_an_error(
    qtbot: QtBot, library: DatasetTab, paths: Paths
) -> None:
    click(qtbot, library, "dataset_rename")
    ModelService(paths).delete_dataset("Newest")
    line = one(library, QLineEdit, "rename_line")
    QTest.keyClicks(line, "Another")
    click(qtbot, library, "rename_save")
    assert library.banner.tone is Tone.ERROR
    assert library.library_page.list.list_model.rowCount() == 2


def test_deleting_asks_first(qtbot: QtBot, library: DatasetTab, paths: Paths) -> None:
    click(qtbot, library, "dataset_look")
    QTest.keyClick(library.library_page.list, Qt.Key.Key_Delete)
    dialog = one(library, AskDialog, "ask_dialog")
    said = text_of(dialog, "ask_text")
    assert "cannot be undone" in said
    assert "not affected" in said
    click(qtbot, dialog, "answer_keep")
    qtbot.waitUntil(lambda: library.findChild(AskDialog) is None)
    assert len(names(paths)) == 3
    click(qtbot, library, "dataset_delete")
    click(qtbot, one(library, AskDialog, "ask_dialog"), "answer_delete")
    assert "Newest" not in names(paths)
    assert text_of(library, "dataset_detail_name") != "Newest"


def test_without_any_data_set_left_the_invitation_is_back(
    library: DatasetTab, paths: Paths, state: AppState
) -> None:
    for name in names(paths):
        ModelService(paths).delete_dataset(name)
    state.datasets_changed.emit()
    assert library.start_page.isVisible()


def test_long_names_are_shortened_and_whole_in_the_tool_tip(library: DatasetTab) -> None:
    library.library_page.choose(f"{TRICKY} {'very ' * 10}long")
    label = one(library, ElidedLabel, "dataset_detail_name")
    assert label.text().startswith(TRICKY)
    assert "&lt;img src=x&gt;" in label.toolTip()
    rows = library.library_page.list
    index = rows.currentIndex()
    assert "&lt;img src=x&gt;" in str(index.data(Qt.ItemDataRole.ToolTipRole))
    assert rows.visualRect(index).width() <= rows.viewport().width()


def test_another_file_can_be_dropped_on_the_library(
    qtbot: QtBot, library: DatasetTab, fake: FakeRunner, tmp_path: Path
) -> None:
    drop(library, jokes_file(tmp_path))
    assert library.reading_page.isVisible()
    click(qtbot, library, "dataset_reading_progress_cancel")
    assert library.library_page.isVisible()
    assert fake.jobs[0].is_cancelled


# ---- How it looks ----------------------------------------------------------------------------


def _show_error(tab: DatasetTab, _paths: Paths) -> None:
    tab.open_file(Path("x.doc"))
    cast(FakeRunner, tab._runner).jobs[-1].finished.emit(
        Failed("The name “x.doc” ends in “.doc”, which Jokegen cannot read.", "Choose a CSV file.")
    )


def _show_reading(tab: DatasetTab, _paths: Paths) -> None:
    tab.open_file(Path("a file of jokes.csv"))


def _show_preview(tab: DatasetTab, paths: Paths) -> None:
    source = jokes_file(paths.home)
    tab.open_file(source)
    cast(FakeRunner, tab._runner).jobs[-1].finished.emit(Done(preview_of(paths, source)))


def _show_problem(tab: DatasetTab, paths: Paths) -> None:
    _show_preview(tab, paths)
    tab.preview_page.name_field.line.setText("")


def _show_saving(tab: DatasetTab, paths: Paths) -> None:
    _show_preview(tab, paths)
    tab.preview_page.save_button.click()


def _show_jokes(tab: DatasetTab, _paths: Paths) -> None:
    tab.library_page.detail.look_button.click()


def _show_saved(tab: DatasetTab, _paths: Paths) -> None:
    tab._on_saving_finished(Done(ImportSummary("Few", 2948, {"repeated": 2}, 2653, 295, 1.0)))


STATES: dict[str, tuple[int, Callable[[DatasetTab, Paths], None]]] = {
    "empty": (0, lambda tab, paths: None),
    "error": (0, _show_error),
    "reading": (0, _show_reading),
    "preview": (0, _show_preview),
    "problem": (0, _show_problem),
    "saving": (0, _show_saving),
    "library": (30, lambda tab, paths: None),
    "too few": (3, lambda tab, paths: None),
    "jokes": (30, _show_jokes),
    "saved": (30, _show_saved),
}


@pytest.fixture(params=[1.0, 1.5], ids=["100%", "150%"])
def font_size(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[float]:
    former = QFont(qapp.font())
    larger = QFont(former)
    larger.setPointSizeF(former.pointSizeF() * request.param)
    theme = Theme(qapp)
    theme.apply(Scheme.LIGHT)
    qapp.setFont(larger)
    yield request.param
    theme.remove()
    qapp.setFont(former)


@pytest.mark.parametrize("shown", list(STATES))
def test_nothing_is_clipped_in_the_smallest_window(
    qtbot: QtBot,
    font_size: float,
    paths: Paths,
    fake: FakeRunner,
    state: AppState,
    shown: str,
) -> None:
    count, make = STATES[shown]
    paths.home.mkdir()
    if count:
        save(paths, "Few", count)
    tab = show_tab(qtbot, paths, fake, state)
    tab.resize(1000, 640 - round(56 * font_size))  # the steps take the rest
    make(tab, paths)
    qtbot.waitUntil(lambda: not tab.testAttribute(Qt.WidgetAttribute.WA_PendingResizeEvent))
    QApplication.sendPostedEvents()
    scroll = one(tab, QScrollArea, "dataset_page")
    assert scroll.verticalScrollBar().maximum() == 0, "it has to be scrolled"
    clipped = []
    for widget in tab.findChildren(QWidget):
        if not widget.isVisible() or not tab.isAncestorOf(widget):
            continue
        if isinstance(widget, PlainLabel) and widget.text():
            if widget.height() < widget.heightForWidth(widget.width()):
                clipped.append(f"{widget.objectName()} is too low: {widget.text()}")
        elif isinstance(widget, QPushButton | QLineEdit | QComboBox):
            wanted = (
                widget.minimumSizeHint() if isinstance(widget, QLineEdit) else widget.sizeHint()
            )
            if widget.width() < wanted.width() or widget.height() < wanted.height():
                clipped.append(f"{widget.objectName()} {widget.size()} < {wanted}")
        elif isinstance(widget, ElidedLabel) and widget.shown_text() != widget.text():
            clipped.append(f"{widget.objectName()} is elided: {widget.shown_text()}")
    assert not clipped
    if shown in ("preview", "problem", "saving"):
        view = tab.preview_page.jokes_table.view
        assert view.viewport().height() >= 4 * view.rowHeight(0), "too little of the jokes"


def test_every_control_says_what_it_is(library: DatasetTab) -> None:
    library._show(library.preview_page)
    controls = [
        widget
        for widget in library.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QComboBox | QLineEdit)
        and "qt_" not in widget.objectName()
        and not isinstance(widget.parent(), QComboBox)
        and not widget.objectName().startswith("dataset_banner")
    ]
    assert len(controls) > 12
    nameless = [
        widget.objectName() or repr(widget)
        for widget in controls
        if not widget.objectName()
        or not widget.accessibleName()
        or not (widget.toolTip() or widget.accessibleDescription())
    ]
    assert nameless == []


def test_the_tab_needs_none_of_the_heavy_libraries() -> None:
    heavy = "torch transformers datasets pandas pyarrow"
    script = (
        "import sys; import jokegen.ui.dataset_tab\n"
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
