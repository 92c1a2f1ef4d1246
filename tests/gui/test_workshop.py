"""The workshop: from raw rows to the request that saves them, and what must not be lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.dataset_requests import (
    Edit,
    ExamineRequest,
    Fix,
    FixKind,
    ImportRequest,
    ImportSummary,
    PreviewRequest,
    ReadOptions,
    Recipe,
)
from jokegen.jobs.events import Cancelled, Done, Failed, Notice, Phase, Progress
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import Line
from jokegen.ui.dataset.tab import DatasetTab
from jokegen.ui.kit.dialogs import AskDialog
from jokegen.ui.kit.labels import ElidedLabel
from jokegen.ui.kit.tokens import Tone
from tests.gui.dataset_bench import (
    FakeRunner,
    answer,
    answer_all,
    click,
    drop,
    jokes_file,
    one,
    save,
    show_tab,
    text_of,
)
from tests.gui.support import TRICKY

FILE = f"{TRICKY.replace('/', '')}.csv"
READ, DOCTOR, FIGURES = range(3)


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def fake() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def tab(
    qtbot: QtBot, paths: Paths, fake: FakeRunner, state: AppState, tmp_path: Path
) -> DatasetTab:
    """A tab with a small pile in the workshop, examined, and “Taken” saved already."""
    save(paths, "Taken")
    tab = show_tab(qtbot, paths, fake, state)
    tab.open_files([jokes_file(tmp_path, FILE)])
    answer_all(paths, fake)
    assert tab.workshop.isVisible()
    return tab


def show(qtbot: QtBot, tab: DatasetTab, section: int) -> None:
    """Click on the name of a section."""
    bar = tab.workshop.sections.bar
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(section).center())
    assert tab.workshop.sections.current() == section


def edit_by_hand(tab: DatasetTab, edit: Edit) -> None:
    """A change to one joke, as the doctor's section tells of it."""
    recipe = Recipe(edits=(edit,))
    tab.workshop.doctor_section.recipe_changed.emit(recipe)


# ---- The name --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "   ", "taken", "TAKEN ", "x" * 81])
def test_an_unfit_name_is_said_beside_the_field_at_once(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner, name: str
) -> None:
    line = one(tab, QLineEdit, "workshop_name_line")
    line.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, name)
    assert one(tab, QLabel, "workshop_name_problem").isVisible()
    assert not one(tab, QPushButton, "workshop_save").isEnabled()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert all(job.line is not Line.IMPORT for job in fake.jobs)
    line.selectAll()
    QTest.keyClicks(line, "Free")
    assert not one(tab, QLabel, "workshop_name_problem").isVisible()
    assert one(tab, QPushButton, "workshop_save").isEnabled()


def test_a_taken_file_name_is_proposed_with_a_number(
    tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    tab.open_files([jokes_file(tmp_path, "taken.csv")])
    answer_all(paths, fake)
    assert one(tab, QLineEdit, "workshop_name_line").text() == "taken 2"


def test_names_and_jokes_are_shown_as_they_are(tab: DatasetTab) -> None:
    title = one(tab, ElidedLabel, "workshop_title")
    assert title.textFormat() is Qt.TextFormat.PlainText
    assert title.toolTip().count("&lt;") == TRICKY.count("<")


# ---- Reading again, examining again ------------------------------------------------------------


def test_another_way_of_reading_is_read_again_and_examined_again(
    tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    before = len(fake.jobs)
    tables = list(paths.previews.iterdir())
    options = ReadOptions(has_header=False)
    tab.workshop.read_section.options_changed.emit(options)
    assert fake.jobs[-1].request == PreviewRequest((tmp_path / FILE,), options=options)
    assert tab.workshop.isVisible(), "the page stays while it is read again"
    answer_all(paths, fake)
    assert [type(job.request) for job in fake.jobs[before:]] == [PreviewRequest, ExamineRequest]
    assert "no header line" in text_of(tab, "workshop_understood")
    assert tab.workshop.read_section.jokes_table.table_model.rowCount() == 31
    assert not set(tables) & set(paths.previews.iterdir()), "the former tables were left behind"


def test_a_way_of_reading_that_fails_leaves_what_was_there(
    tab: DatasetTab, fake: FakeRunner, paths: Paths
) -> None:
    understood = text_of(tab, "workshop_understood")
    tab.workshop.read_section.options_changed.emit(ReadOptions(encoding="utf-16"))
    fake.jobs[-1].finished.emit(Failed("Line 1 is not UTF-16 text.", "Choose another encoding."))
    assert tab.banner.title() == "Line 1 is not UTF-16 text."
    assert text_of(tab, "workshop_understood") == understood
    assert tab.workshop.read_section.jokes_table.table_model.rowCount() == 30
    assert one(tab, QPushButton, "workshop_save").isEnabled()


def test_of_two_choices_in_a_row_the_newer_one_counts(
    tab: DatasetTab, fake: FakeRunner, paths: Paths
) -> None:
    for recipe in (Recipe((Fix(FixKind.EMOJI),)), Recipe((Fix(FixKind.LINKS),))):
        tab.workshop.doctor_section.recipe_changed.emit(recipe)
    older, newer = fake.jobs[-2:]
    assert older.is_cancelled
    assert not newer.is_cancelled
    assert newer.request.recipe == Recipe((Fix(FixKind.LINKS),))  # type: ignore[attr-defined]
    answer_all(paths, fake)
    assert text_of(tab, "workshop_outlook") == "30 jokes"


def test_what_was_changed_by_hand_is_not_given_up_without_a_question(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    edit_by_hand(tab, Edit(0, text="My own joke, much better."))
    answer_all(paths, fake)
    count = len(fake.jobs)
    attempts: tuple[Callable[[], None], ...] = (
        lambda: tab.workshop.read_section.options_changed.emit(ReadOptions(has_header=False)),
        lambda: drop(tab, jokes_file(tmp_path, "other.csv")),
        lambda: click(qtbot, tab, "workshop_close"),
    )
    for attempt in attempts:
        attempt()
        dialog = one(tab, AskDialog, "ask_dialog")
        assert "1 joke" in text_of(dialog, "ask_text")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: tab.findChild(AskDialog) is None)
        assert len(fake.jobs) == count
        assert tab.workshop.isVisible()
        assert tab.workshop.hand_edits() == 1
    assert tab.unsaved() == "1 joke changed by hand in the Dataset tab"
    click(qtbot, tab, "workshop_close")
    click(qtbot, one(tab, AskDialog, "ask_dialog"), "answer_close")
    assert not tab.workshop.isVisible()
    assert tab.unsaved() == ""


def test_the_first_jokes_are_shown_as_they_will_be_saved(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner, paths: Paths
) -> None:
    first_jokes = tab.workshop.read_section.first_jokes
    assert "<img" in first_jokes.texts()[0]
    tab.workshop.doctor_section.recipe_changed.emit(
        Recipe((Fix(FixKind.HTML),), (Edit(1), Edit(2, text="Mine, and better.")))
    )
    answer_all(paths, fake)
    first, second = first_jokes.texts()[:2]
    assert first.startswith("Joke number 0")
    assert "<img" not in first
    assert second == "Mine, and better."
    assert first_jokes.note() == "1 of the first 6 left out."
    tab.workshop.read_section.options_changed.emit(ReadOptions(has_header=False))
    QTest.keyClick(one(tab, AskDialog, "ask_dialog"), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: tab.findChild(AskDialog) is None)
    assert first_jokes.texts()[:2] == [first, second], "nothing was read again"


def test_jokes_written_by_hand_stay_when_other_columns_are_chosen_and_it_is_said(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner, paths: Paths
) -> None:
    edit_by_hand(tab, Edit(3, text="My own joke, much better."))
    answer_all(paths, fake)
    click(qtbot, tab, "joke_columns_add")
    qtbot.waitUntil(tab.banner.isVisible)
    answer_all(paths, fake)
    assert tab.banner.title() == "1 joke stays as you wrote it."
    jokes = tab.workshop.doctor_section.jokes_table.table_model
    click(qtbot, tab, "dataset_banner_action")
    assert tab.workshop.sections.current() == DOCTOR
    qtbot.waitUntil(lambda: jokes.rowCount() == 1)
    assert jokes.index(0, 0).data() == "My own joke, much better."


def test_a_question_is_answered_before_the_name_is_typed(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    assert tab.focusWidget() is one(tab, QLineEdit, "workshop_name_line")
    unsure = tmp_path / "lines.txt"
    unsure.write_bytes("\n".join(f"Café joke number {i}." for i in range(30)).encode("cp1252"))
    tab.open_files([unsure])
    answer_all(paths, fake)
    focused = tab.focusWidget()
    assert focused is not None
    assert focused.objectName() == "question_encoding_0"
    QTest.keyClick(focused, Qt.Key.Key_Return)
    assert not tab.workshop.read_section.questions.isVisible()
    assert all(job.line is not Line.IMPORT for job in fake.jobs), "Enter answered, and saved not"


def test_enter_saves_only_where_the_name_is(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner
) -> None:
    for section, name in (
        (READ, "read_table_view"), (DOCTOR, "doctor_jokes_view"), (DOCTOR, "findings"),
        (DOCTOR, "workshop_sections_bar"), (READ, "first_jokes_sheet"),
    ):  # fmt: skip
        show(qtbot, tab, section)
        widget = one(tab, QWidget, name)
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Return)
        QTest.keyClick(widget, Qt.Key.Key_Enter)
        assert all(job.line is not Line.IMPORT for job in fake.jobs), name
    line = one(tab, QLineEdit, "workshop_name_line")
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert fake.jobs[-1].line is Line.IMPORT


def test_the_doctor_does_not_say_the_same_twice(qtbot: QtBot, tab: DatasetTab) -> None:
    outlook = one(tab, QLabel, "workshop_outlook")
    assert outlook.isVisible()
    show(qtbot, tab, DOCTOR)
    assert not outlook.isVisible()
    assert text_of(tab, "doctor_outlook") == "30 jokes will be saved"
    show(qtbot, tab, FIGURES)
    assert outlook.isVisible()


def test_the_foot_of_the_page_is_as_high_as_what_it_shows(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner
) -> None:
    bar = tab.workshop.save_bar
    height = bar.height()
    click(qtbot, tab, "workshop_save")
    fake.jobs[-1].events_arrived.emit([Progress(Phase.SAVING, 3, 30, "jokes", seconds_left=9.0)])
    qtbot.waitUntil(bar.progress.isVisible)
    fake.jobs[-1].finished.emit(Cancelled())
    qtbot.waitUntil(lambda: bar.height() == height)
    assert not bar.progress.isVisible()


def test_the_tokens_are_those_of_the_base_model_chosen_for_fine_tuning(
    tab: DatasetTab, fake: FakeRunner, paths: Paths, state: AppState, tmp_path: Path
) -> None:
    state.base_model = "gpt2"
    tab.open_files([jokes_file(tmp_path, "other.csv")])
    answer(paths, fake.jobs[-1])
    assert fake.jobs[-1].request.base == "gpt2"  # type: ignore[attr-defined]


def test_the_doctor_and_the_figures_have_a_section_each(qtbot: QtBot, tab: DatasetTab) -> None:
    assert tab.workshop.read_section.isVisible()
    show(qtbot, tab, DOCTOR)
    assert tab.workshop.doctor_section.isVisible()
    assert tab.workshop.doctor_section.jokes_table.table_model.rowCount() == 30
    show(qtbot, tab, FIGURES)
    assert tab.workshop.figures_section.isVisible()
    assert not tab.workshop.doctor_section.isVisible()


def test_where_every_joke_is_left_out_nothing_can_be_saved(
    tab: DatasetTab, fake: FakeRunner, paths: Paths
) -> None:
    long_only = Recipe((Fix(FixKind.TOO_SHORT, limit=100.0),))
    tab.workshop.doctor_section.recipe_changed.emit(long_only)
    answer_all(paths, fake)
    assert text_of(tab, "workshop_outlook") == "0 jokes; left out: 30 too short"
    assert not one(tab, QPushButton, "workshop_save").isEnabled()
    tab.workshop.doctor_section.recipe_changed.emit(Recipe())
    answer_all(paths, fake)
    assert one(tab, QPushButton, "workshop_save").isEnabled()


# ---- Rows that did not fit -----------------------------------------------------------------------


def test_the_list_of_rows_that_did_not_fit_can_be_saved(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner, paths: Paths, tmp_path: Path
) -> None:
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("ID,Joke\n1,fine\n2,Well, well\n3,also fine\n")
    tab.open_files([ragged])
    answer_all(paths, fake)
    click(qtbot, tab, "misfits_header")
    click(qtbot, tab, "misfits_save")
    dialog = one(tab, QFileDialog, "dataset_report_dialog")
    place = tmp_path / "report.csv"
    one(dialog, QLineEdit, "fileNameEdit").setText(str(place))
    QTest.keyClick(one(dialog, QLineEdit, "fileNameEdit"), Qt.Key.Key_Return)
    qtbot.waitUntil(place.exists)
    assert "ragged.csv" in place.read_text(encoding="utf-8-sig")
    assert tab.banner.tone is Tone.SUCCESS


# ---- Saving ------------------------------------------------------------------------------------


def test_saving_asks_for_what_the_page_says_and_can_be_cancelled(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner, tmp_path: Path
) -> None:
    tab.workshop.doctor_section.recipe_changed.emit(Recipe((Fix(FixKind.LINKS),)))
    share, limit = one(tab, QSpinBox, "workshop_share"), one(tab, QSpinBox, "workshop_limit")
    for box, number in ((share, "25"), (limit, "20")):
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, number)
    click(qtbot, tab, "workshop_save")
    job = fake.jobs[-1]
    shown = tab.desk.shown
    assert shown is not None
    name = FILE.removesuffix(".csv")
    assert job.line is Line.IMPORT
    assert job.request == ImportRequest(
        (tmp_path / FILE,), name, table=shown.table, columns=("Joke",), template="{Joke}",
        options=shown.options, recipe=Recipe((Fix(FixKind.LINKS),)), validation_share=0.25,
        limit=20,
    )  # fmt: skip
    assert text_of(tab, "workshop_progress_title").replace("\u200b", "") == f"Saving “{name}”"
    job.events_arrived.emit([Progress(Phase.CLEANING, 15, 30, "jokes")])
    progress = tab.workshop.save_bar.progress
    assert "15 of 30 jokes" in progress.status()
    drop(tab, jokes_file(tmp_path, "other.csv"))
    assert fake.jobs[-1] is job, "a file must wait until the saving is done"
    assert "still being saved" in tab.banner.title()
    click(qtbot, tab, "workshop_progress_cancel")
    assert job.is_cancelled
    assert progress.isVisible(), "only the outcome says whether it was saved"
    job.finished.emit(Cancelled())
    assert not progress.isVisible()
    assert one(tab, QPushButton, "workshop_save").isVisible()
    assert tab.workshop.read_section.jokes_table.table_model.rowCount() == 30


def test_a_failed_saving_keeps_everything(qtbot: QtBot, tab: DatasetTab, fake: FakeRunner) -> None:
    click(qtbot, tab, "workshop_save")
    fake.jobs[-1].finished.emit(Failed("There is no space left on the disk.", "Free some space."))
    assert tab.banner.title() == "There is no space left on the disk."
    assert tab.workshop.isVisible()
    assert one(tab, QPushButton, "workshop_save").isEnabled()


def test_too_few_jokes_to_learn_from_are_saved_with_a_warning(
    qtbot: QtBot, tab: DatasetTab, fake: FakeRunner, paths: Paths
) -> None:
    save(paths, "Few", count=3)
    click(qtbot, tab, "workshop_save")
    fake.jobs[-1].events_arrived.emit([Notice("Split by words alone.")])
    fake.jobs[-1].finished.emit(Done(ImportSummary("Few", 3, {"empty": 1}, 3, 0, 0.1)))
    assert tab.banner.tone is Tone.WARNING
    assert tab.banner.title() == "Saved “Few”: 3 jokes."
    assert tab.banner.todo().startswith(
        "1 empty was left out. Split by words alone. A language model needs at least"
    )
    assert text_of(tab, "dataset_detail_name") == "Few"
    assert not one(tab, QPushButton, "dataset_fine_tune").isEnabled()
    assert not list(paths.previews.iterdir())
