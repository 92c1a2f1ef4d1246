"""The first tab: a person brings piles of jokes, looks at them, and saves them as a data set.

One page shows at a time: the invitation while there is nothing, the reading of a pile, the
workshop in which it becomes clean jokes, or the library of what was saved. All work is done by
jobs; a page stays as it was until the job has an outcome, so cancelling and failing lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from jokegen import wording
from jokegen.data.dataset_names import names_as_text
from jokegen.errors import JokegenError, explain
from jokegen.jobs.dataset_requests import (
    BringRequest,
    ExportSummary,
    ImportRequest,
    ImportSummary,
)
from jokegen.model_service import FEWEST_JOKES, ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner
from jokegen.ui.dataset import words
from jokegen.ui.dataset.desk import Desk
from jokegen.ui.dataset.drop import DropFrame, dropped_files, dropped_links
from jokegen.ui.dataset.progress import ReadingPage
from jokegen.ui.dataset.report import ReportSaver
from jokegen.ui.dataset.saving import Saving
from jokegen.ui.dataset.start import StartPage
from jokegen.ui.dataset.titles import title_of_files
from jokegen.ui.dataset.ways import WayDialogs
from jokegen.ui.dataset.workshop import WorkshopPage
from jokegen.ui.kit.buttons import ButtonKind
from jokegen.ui.kit.dialogs import Answer, ask
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.pages import ScrollPage
from jokegen.ui.kit.tokens import Tone
from jokegen.ui.library.page import LibraryPage

_STARTER_NAME = "Starter jokes"

Page = StartPage | ReadingPage | WorkshopPage | LibraryPage


class DatasetTab(QWidget):
    """Import and keep jokes."""

    def __init__(
        self,
        service: ModelService,
        runner: JobRunner,
        state: AppState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("dataset_tab")
        self.setAccessibleName("Dataset")
        self.setAcceptDrops(True)
        self._service = service
        self._runner = runner
        self._state = state
        self._is_from_workshop = False  # what is being saved
        self._on_banner: Callable[[], None] | None = None

        self.banner = Banner(name="dataset_banner")
        self.start_page = StartPage()
        self.reading_page = ReadingPage()
        self.workshop = WorkshopPage()
        self.library_page = LibraryPage(service, runner, state)
        self.dialogs = WayDialogs(self, service, runner)
        self._saving = Saving(runner, self)
        self._report = ReportSaver(self)
        self.desk = Desk(service, runner, self.workshop, self.reading_page, self)
        self._pages: tuple[Page, ...] = (
            self.start_page, self.reading_page, self.workshop, self.library_page,
        )  # fmt: skip
        self._scroll = ScrollPage(max_width=1400, name="dataset_page")
        self._scroll.add(self.banner)
        for page in self._pages:
            self._scroll.add(page, 1)
            page.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        self._drop_frame = DropFrame(self)
        self._connect()
        self._page: Page = self.start_page
        self._on_datasets_changed()

    @property
    def last_folder(self) -> str:
        """Where the file dialogs open next."""
        return self.dialogs.last_folder

    @last_folder.setter
    def last_folder(self, folder: str) -> None:
        self.dialogs.last_folder = folder

    def open_files(self, paths: Sequence[Path]) -> None:
        """Read files or folders to show what is in them; a reading under way makes room."""

        def work() -> None:
            if paths[0] != self._service.starter_jokes:
                self.last_folder = str(paths[0].parent)
            self.desk.open_files(paths)

        self._open(f"“{title_of_files(paths)}”", work)

    def bring(self, request: BringRequest) -> None:
        """Fetch jokes that are elsewhere, and show what is in them."""
        self._open("these jokes", lambda: self.desk.bring(request))

    def unsaved(self) -> str:
        """What a person made here that would be lost if the window closed now; "" if nothing."""
        edits = self.workshop.hand_edits() if self.desk.has_pile else 0
        return f"{wording.jokes(edits)} changed by hand in the Dataset tab" if edits else ""

    def _connect(self) -> None:
        self.start_page.way_chosen.connect(self.dialogs.open)
        self.start_page.files_dropped.connect(self._on_files_chosen)
        self.dialogs.files_chosen.connect(self._on_files_chosen)
        self.dialogs.request_made.connect(self._on_bring_wanted)
        self.dialogs.starter_chosen.connect(self._on_starter_wanted)
        self.reading_page.cancel_requested.connect(self._saving.cancel)
        self.desk.reading_began.connect(self._on_reading_began)
        self.desk.reading_ended.connect(self._show_resting_page)
        self.desk.failed.connect(self._on_failed)
        self._saving.saved.connect(self._on_saved)
        self._saving.failed.connect(self._on_saving_failed)
        self._saving.cancelled.connect(self._on_not_saved)
        self.desk.noticed.connect(self._on_noticed)
        self.desk.bringing_failed.connect(self._on_bringing_failed)
        workshop = self.workshop
        workshop.way_chosen.connect(self.dialogs.open)
        workshop.report_requested.connect(self._on_report_wanted)
        self._report.saved.connect(self._on_report_saved)
        self._report.failed.connect(self._on_failed)
        workshop.save_requested.connect(self._on_save_wanted)
        workshop.cancel_requested.connect(self._saving.cancel)
        workshop.closed.connect(self._on_workshop_closed)
        workshop.edits_stand.connect(self._on_edits_stand)
        for table in (workshop.read_section.jokes_table, workshop.doctor_section.jokes_table):
            table.table_failed.connect(self._on_failed)
        library = self.library_page
        library.way_chosen.connect(self.dialogs.open)
        library.open_requested.connect(self._on_datasets_wanted)
        library.remake_requested.connect(self._on_remake_wanted)
        library.deleted.connect(self._on_datasets_deleted)
        library.exported.connect(self._on_exported)
        library.failed.connect(self._on_failed)
        library.acted.connect(self.banner.clear)
        self.banner.action_clicked.connect(self._on_banner_action)
        self._state.datasets_changed.connect(self._on_datasets_changed)

    # ---- Pages -----------------------------------------------------------------------------

    def _show(self, page: Page) -> None:
        has_moved = page is not self._page
        self._page = page
        for other in self._pages:
            if other is not page:
                other.hide()
        page.show()
        if has_moved and self.isVisible():
            page.focus_first()

    @Slot()
    def _on_reading_began(self) -> None:
        self._show(self.reading_page)

    @Slot()
    def _show_resting_page(self) -> None:
        """Where one is while nothing goes on: in the workshop, the library, or at the start."""
        if self.desk.has_pile:
            self._show(self.workshop)
        elif self.library_page.list.list_model.rowCount():
            self._show(self.library_page)
        else:
            self._show(self.start_page)

    @Slot()
    def _on_datasets_changed(self) -> None:
        try:
            infos = self._service.datasets()
        except OSError as error:
            self._on_failed(explain(error))
            return
        self.library_page.show_datasets(infos)
        self.workshop.save_bar.set_taken_names([info.name for info in infos])
        if not self.desk.is_reading and not self._saving.is_running:
            self._show_resting_page()

    @Slot(object)
    def _on_failed(self, error: JokegenError) -> None:
        self._on_banner = None
        self.banner.show_error(error)
        self._scroll.verticalScrollBar().setValue(0)  # it is the first thing on the page

    @Slot(object)
    def _on_bringing_failed(self, request: BringRequest) -> None:
        """What was typed or pasted is nowhere else, and a link need not be typed again."""
        self._on_banner = lambda: self.bring(request)
        self.banner.offer("Try again")

    @Slot(list)
    def _on_noticed(self, notices: list[str]) -> None:
        if not self.banner.isVisible():
            self._tell(Tone.INFO, notices[0], " ".join(notices[1:]))

    @Slot(int)
    def _on_edits_stand(self, count: int) -> None:
        stand, them = ("stays", "it") if count == 1 else ("stay", "them")
        self._tell(
            Tone.INFO,
            f"{wording.jokes(count)} {stand} as you wrote {them}.",
            "Other columns make no difference there. To have what the file holds, choose Restore.",
            f"Show {them}",
            self.workshop.show_edited,
        )

    def _tell(
        self,
        tone: Tone,
        title: str,
        todo: str = "",
        action: str = "",
        on_action: Callable[[], None] | None = None,
    ) -> None:
        self._on_banner = on_action
        self.banner.show_message(tone, title, todo, action=action)
        self._scroll.verticalScrollBar().setValue(0)

    @Slot()
    def _on_banner_action(self) -> None:
        work, self._on_banner = self._on_banner, None
        self.banner.clear()
        if work is not None:
            work()

    # ---- Choosing what to bring ------------------------------------------------------------

    @Slot(list)
    def _on_files_chosen(self, paths: list[Path]) -> None:
        self.open_files(paths)

    @Slot(object)
    def _on_bring_wanted(self, request: BringRequest) -> None:
        self.bring(request)

    @Slot()
    def _on_starter_wanted(self) -> None:
        self.open_files([self._service.starter_jokes])

    @Slot(object)
    def _on_datasets_wanted(self, names: tuple[str, ...]) -> None:
        title = " + ".join(f"“{name}”" for name in names)
        self._open(title, lambda: self.desk.open_datasets(names))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()) or dropped_links(event.mimeData()):
            event.acceptProposedAction()
            self._drop_frame.cover(event.mimeData())

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_frame.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_frame.hide()
        paths, links = dropped_files(event.mimeData()), dropped_links(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.open_files(paths)
        elif links:
            event.acceptProposedAction()
            self.bring(BringRequest(link=links[0]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drop_frame.setGeometry(self.rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_escape = event.key() == Qt.Key.Key_Escape
        if is_escape and self.desk.is_reading:
            self.desk.cancel()
        elif is_escape and self._saving.is_running:
            self._saving.cancel()
        else:
            super().keyPressEvent(event)

    def _open(self, title: str, work: Callable[[], None]) -> None:
        """Do `work`, which opens something else, once nothing stands against it."""
        if self._saving.is_running:
            self._tell(
                Tone.INFO,
                "A data set is still being saved.",
                f"Open {title} again when that is done, or cancel the saving first.",
            )
            return

        def go_on() -> None:
            self.banner.clear()
            self.workshop.base = self._state.base_model
            work()

        self._ask_about_edits(go_on)

    def _ask_about_edits(self, go_on: Callable[[], None]) -> None:
        """Have the person agree that what they changed by hand goes, if there is any of it."""
        unsaved = self.unsaved()
        if not unsaved:
            go_on()
            return

        def on_answered(key: str) -> None:
            if key == "close":
                go_on()

        ask(
            self,
            "Put these jokes aside?",
            f"This is not saved yet and would be given up: {unsaved}.",
            [Answer("stay", "Keep them"), Answer("close", "Put them aside", ButtonKind.DANGER)],
            on_answered,
        )

    # ---- The workshop ----------------------------------------------------------------------

    @Slot()
    def _on_workshop_closed(self) -> None:
        self._ask_about_edits(self._close_workshop)

    def _close_workshop(self) -> None:
        self.banner.clear()
        self.desk.release()
        self._show_resting_page()

    @Slot()
    def _on_report_wanted(self) -> None:
        if self.desk.shown is not None:
            self._report.ask(self.desk.shown, self.last_folder)

    @Slot(str)
    def _on_report_saved(self, name: str) -> None:
        self._tell(Tone.SUCCESS, f"Saved the list as “{name}”.")

    # ---- Saving ----------------------------------------------------------------------------

    @Slot(object)
    def _on_save_wanted(self, request: ImportRequest) -> None:
        if not self._saving.is_running:
            self.banner.clear()
            self._is_from_workshop = True
            self.workshop.show_saving(is_saving=True)
            self._saving.start(request, f"Saving “{request.name}”", self.workshop.save_bar.progress)

    @Slot(object)
    def _on_remake_wanted(self, request: ImportRequest) -> None:
        title = f"Making “{request.proposal}” again"

        def work() -> None:
            self._is_from_workshop = False
            self._saving.start(request, title, self.reading_page.progress)
            self._show(self.reading_page)

        self._open(title, work)

    @Slot(object, str)
    def _on_saved(self, summary: ImportSummary, notices: str) -> None:
        if self._is_from_workshop:
            self.desk.release()
        self.workshop.show_saving(is_saving=False)
        self._state.datasets_changed.emit()
        self.library_page.choose(summary.dataset)
        self._show_resting_page()
        self._say_saved(summary, notices)

    @Slot()
    def _on_not_saved(self) -> None:
        self.workshop.show_saving(is_saving=False)
        self._show_resting_page()
        self._page.focus_first()

    @Slot(object)
    def _on_saving_failed(self, error: JokegenError) -> None:
        self._on_not_saved()
        self._on_failed(error)

    def _say_saved(self, summary: ImportSummary, notices: str) -> None:
        title, todo = words.saved(summary, notices)
        if summary.kept < FEWEST_JOKES:
            self._tell(Tone.WARNING, title, todo)
            return
        self._tell(
            Tone.SUCCESS,
            title,
            todo,
            "Fine-tune on it",
            lambda: self._state.train_requested.emit(summary.dataset),
        )

    # ---- The library -----------------------------------------------------------------------

    @Slot(object)
    def _on_datasets_deleted(self, handles: dict[str, str]) -> None:
        def bring_back() -> None:
            try:
                infos = [self._service.restore_dataset(handle) for handle in handles.values()]
            except (JokegenError, OSError) as error:
                self._state.datasets_changed.emit()
                self._on_failed(explain(error))
                return
            self._state.datasets_changed.emit()
            self.library_page.choose(infos[-1].name)
            self._tell(Tone.SUCCESS, f"Brought back: {names_as_text(i.name for i in infos)}.")

        self._tell(
            Tone.INFO,
            f"Deleted: {names_as_text(handles)}.",
            "For a day this can be undone.",
            "Undo",
            bring_back,
        )

    @Slot(object)
    def _on_exported(self, summary: ExportSummary) -> None:
        self._tell(Tone.SUCCESS, *words.exported(summary))
