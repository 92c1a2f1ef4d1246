"""The saved data sets: choosing, looking inside, changing, joining, exporting, deleting them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.dataset_requests import PreviewRequest
from jokegen.jobs.events import Failed
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.ui.dataset.name import NameDialog
from jokegen.ui.dataset.tab import DatasetTab
from jokegen.ui.kit.labels import ElidedLabel
from jokegen.ui.kit.tokens import Tone
from tests.gui.dataset_bench import (
    FakeRunner,
    answer_all,
    choose_from_menu,
    click,
    drop,
    jokes_file,
    one,
    primaries,
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
def library(qtbot: QtBot, paths: Paths, fake: FakeRunner, state: AppState) -> DatasetTab:
    """A tab with three data sets, “Newest” chosen."""
    for name in ("Oldest", f"{TRICKY} {'very ' * 10}long", "Newest"):
        save(paths, name)
    return show_tab(qtbot, paths, fake, state)


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
    choose_from_menu(qtbot, library, "dataset_more", "dataset_rename")
    dialog = one(library, NameDialog, "name_dialog")
    line = one(dialog, QLineEdit, "name_dialog_line")
    assert line.text() == "Newest"
    QTest.keyClicks(line, "oldest")
    assert not one(dialog, QPushButton, "name_dialog_save").isEnabled()
    line.selectAll()
    QTest.keyClicks(line, "Best & <b>")
    with qtbot.waitSignal(state.datasets_changed):
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert names(paths)[0] == "Best & <b>"
    assert text_of(library, "dataset_detail_name") == "Best & <b>"


def test_escape_leaves_the_name_as_it_was(qtbot: QtBot, library: DatasetTab, paths: Paths) -> None:
    rows = library.library_page.list
    QTest.keyClick(rows, Qt.Key.Key_F2)
    dialog = one(library, NameDialog, "name_dialog")
    QTest.keyClicks(one(dialog, QLineEdit, "name_dialog_line"), "Other")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: library.findChild(NameDialog) is None)
    assert names(paths)[0] == "Newest"


def test_a_rename_that_comes_too_late_is_an_error(
    qtbot: QtBot, library: DatasetTab, paths: Paths
) -> None:
    choose_from_menu(qtbot, library, "dataset_more", "dataset_rename")
    ModelService(paths).delete_dataset("Newest")
    line = one(library, QLineEdit, "name_dialog_line")
    QTest.keyClicks(line, "Another")
    click(qtbot, library, "name_dialog_save")
    assert library.banner.tone is Tone.ERROR
    assert library.library_page.list.list_model.rowCount() == 2


def test_a_copy_gets_a_name_of_its_own_and_is_shown(
    qtbot: QtBot, library: DatasetTab, paths: Paths, state: AppState
) -> None:
    choose_from_menu(qtbot, library, "dataset_more", "dataset_duplicate")
    line = one(library, QLineEdit, "name_dialog_line")
    assert line.text() == "Newest 2"
    with qtbot.waitSignal(state.datasets_changed):
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert "Newest 2" in names(paths)
    assert text_of(library, "dataset_detail_name") == "Newest 2"


def test_deleting_can_be_undone(
    qtbot: QtBot, library: DatasetTab, paths: Paths, state: AppState
) -> None:
    click(qtbot, library, "dataset_look")
    QTest.keyClick(library.library_page.list, Qt.Key.Key_Delete)
    assert "Newest" not in names(paths)
    assert text_of(library, "dataset_detail_name") != "Newest"
    assert library.banner.title() == "Deleted: “Newest”."
    click(qtbot, library, "dataset_banner_action")
    assert "Newest" in names(paths)
    assert text_of(library, "dataset_detail_name") == "Newest"
    choose_from_menu(qtbot, library, "dataset_more", "dataset_delete")
    assert "Newest" not in names(paths)


def test_several_are_deleted_together_and_come_back_together(
    qtbot: QtBot, library: DatasetTab, paths: Paths
) -> None:
    rows = library.library_page.list
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_Home)
    QTest.keyClick(rows, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert names(paths) == ["Oldest"]
    click(qtbot, library, "dataset_banner_action")
    assert len(names(paths)) == 3


def test_several_are_joined_in_the_workshop(
    qtbot: QtBot, library: DatasetTab, paths: Paths, fake: FakeRunner, state: AppState
) -> None:
    rows = library.library_page.list
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_Home)
    QTest.keyClick(rows, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    assert text_of(library, "dataset_merge_heading") == "3 data sets, 90 jokes together"
    assert primaries(library) == ["dataset_merge_button"]
    click(qtbot, library, "dataset_merge_button")
    request = fake.jobs[-1].request
    assert isinstance(request, PreviewRequest)
    assert set(request.datasets) == set(names(paths))
    answer_all(paths, fake)
    assert text_of(library, "workshop_outlook") == "30 jokes; left out: 60 repeated"
    line = one(library, QLineEdit, "workshop_name_line")
    line.selectAll()
    QTest.keyClicks(line, "All")
    click(qtbot, library, "workshop_save")
    answer_all(paths, fake)
    assert text_of(library, "dataset_detail_name") == "All"
    click(qtbot, library, "dataset_made_header")
    told = text_of(library, "dataset_made_steps")
    assert "Oldest" in told
    assert "source.csv" in told, "the way back to the first file"


def test_one_is_opened_in_the_workshop_and_saved_as_another(
    qtbot: QtBot, library: DatasetTab, paths: Paths, fake: FakeRunner
) -> None:
    click(qtbot, library, "dataset_open")
    answer_all(paths, fake)
    assert text_of(library, "workshop_title") == "“Newest”"
    assert one(library, QLineEdit, "workshop_name_line").text() == "Newest 2"
    click(qtbot, library, "workshop_save")
    answer_all(paths, fake)
    assert {"Newest", "Newest 2"} <= set(names(paths))
    library.library_page.choose("Newest")
    click(qtbot, library, "dataset_made_header")
    assert "Made of it since: “Newest 2”." in text_of(library, "dataset_made_steps")


def test_a_data_set_is_made_again_from_its_original(
    qtbot: QtBot, library: DatasetTab, paths: Paths, fake: FakeRunner
) -> None:
    click(qtbot, library, "dataset_made_header")
    click(qtbot, library, "dataset_remake")
    assert library.reading_page.isVisible()
    answer_all(paths, fake)
    assert text_of(library, "dataset_detail_name") == "Newest 2"
    service = ModelService(paths)
    old, new = service.dataset("Newest"), service.dataset("Newest 2")
    tables = [service.open_dataset(info) for info in (old, new)]
    first, second = (
        [(table.text(row, 0), table.text(row, 1)) for row in range(table.rows)] for table in tables
    )
    assert first == second
    for table in tables:
        table.close()


def test_an_original_that_is_gone_is_said(qtbot: QtBot, library: DatasetTab, paths: Paths) -> None:
    (paths.home / "source.csv").unlink()
    click(qtbot, library, "dataset_made_header")
    click(qtbot, library, "dataset_remake")
    assert library.banner.tone is Tone.ERROR
    assert "source.csv" in library.banner.title()
    assert library.library_page.isVisible()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_data_set_is_exported(
    qtbot: QtBot, library: DatasetTab, paths: Paths, fake: FakeRunner, tmp_path: Path, ending: str
) -> None:
    click(qtbot, library, "dataset_export")
    dialog = one(library, QFileDialog, "dataset_export_dialog")
    place = tmp_path / f"out.{ending}"
    line = one(dialog, QLineEdit, "fileNameEdit")
    assert line.text().startswith("Newest")
    line.setText(str(place))
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert one(library, QWidget, "dataset_exporting").isVisible()
    assert not one(library, QPushButton, "dataset_export").isEnabled()
    answer_all(paths, fake)
    assert not one(library, QWidget, "dataset_exporting").isVisible()
    assert library.banner.title() == f"Wrote 30 jokes into “out.{ending}”."
    assert place.stat().st_size > 100


def test_an_export_that_fails_is_said(
    qtbot: QtBot, library: DatasetTab, fake: FakeRunner, tmp_path: Path
) -> None:
    click(qtbot, library, "dataset_export")
    line = one(one(library, QFileDialog, "dataset_export_dialog"), QLineEdit, "fileNameEdit")
    line.setText(str(tmp_path / "out.csv"))
    QTest.keyClick(line, Qt.Key.Key_Return)
    fake.jobs[-1].finished.emit(Failed("There is no space left on the disk.", "Free some space."))
    assert library.banner.title() == "There is no space left on the disk."
    assert one(library, QPushButton, "dataset_export").isEnabled()


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


def test_every_control_says_what_it_is(library: DatasetTab) -> None:
    library._show(library.workshop)
    controls = [
        widget
        for widget in library.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QComboBox | QLineEdit)
        and "qt_" not in widget.objectName()
        and not isinstance(widget.parent(), QComboBox)
        and not widget.objectName().startswith("dataset_banner")
        and not widget.objectName().startswith("Scroll")  # of the bar of sections, never shown
        and not isinstance(widget.parent(), QLineEdit)
        and not (widget.isHidden() and isinstance(widget, QPushButton) and not widget.text())
    ]
    assert len(controls) > 12
    nameless = [
        widget.objectName() or repr(widget)
        for widget in controls
        if not widget.objectName()
        or not widget.accessibleName()
        or not (widget.toolTip() or widget.accessibleDescription())
    ]
    assert not nameless, "\n".join(nameless)
