"""The first tab: a person brings a pile of jokes, looks at it, and saves it as a data set.

One page shows at a time: the invitation while there is nothing, the reading of a file, the
preview of what is in it, or the library of what was saved. Reading and saving are jobs; a page
stays as it was until the job has an outcome, so cancelling and failing lose nothing.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from jokegen import model_service, wording
from jokegen.data.dataset_names import proposed_name
from jokegen.errors import JokegenError, explain
from jokegen.jobs.dataset_requests import (
    ImportRequest,
    ImportSummary,
    PreviewRequest,
    PreviewSummary,
)
from jokegen.jobs.events import Done, Event, Failed
from jokegen.jobs.running import Outcome
from jokegen.model_service import FEWEST_JOKES, ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.ui.dataset.drop import DropFrame, dropped_files
from jokegen.ui.dataset.preview import PreviewPage
from jokegen.ui.dataset.progress import ReadingPage
from jokegen.ui.dataset.start import StartPage
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.pages import ScrollPage
from jokegen.ui.kit.tokens import Tone
from jokegen.ui.library.detail import left_out, too_few
from jokegen.ui.library.page import LibraryPage

_ENDINGS = ("csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet")
_FILTERS = (
    f"Files of jokes ({' '.join(f'*.{e} *.{e.upper()}' for e in _ENDINGS)})",
    "All files (*)",
)
_STARTER_NAME = "Starter jokes"

Page = StartPage | ReadingPage | PreviewPage | LibraryPage


class DatasetTab(QWidget):
    """Import and keep jokes. `last_folder` is where the file dialog opens next."""

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
        self.last_folder = ""
        self._service = service
        self._runner = runner
        self._state = state
        self._reading: JobHandle | None = None
        self._saving: JobHandle | None = None
        self._preview: PreviewSummary | None = None
        self._saved_name = ""

        self.banner = Banner(name="dataset_banner")
        self.start_page = StartPage()
        self.reading_page = ReadingPage()
        self.preview_page = PreviewPage()
        self.library_page = LibraryPage(service, state)
        self._pages: tuple[Page, ...] = (
            self.start_page, self.reading_page, self.preview_page, self.library_page,
        )  # fmt: skip
        scroll = ScrollPage(max_width=1280, name="dataset_page")
        scroll.add(self.banner)
        for page in self._pages:
            scroll.add(page, 1)
            page.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self._drop_frame = DropFrame(self)
        self._connect()
        self._page: Page = self.start_page
        self._on_datasets_changed()

    def open_file(self, path: Path) -> None:
        """Read a file to show what is in it; a reading under way makes room for it."""
        if self._saving is not None:
            self.banner.show_message(
                Tone.INFO,
                "A data set is still being saved.",
                f"Bring “{path.name}” again when that is done, or cancel the saving first.",
            )
            return
        if self._reading is not None:
            self._abandon_reading()
        self.banner.clear()
        if path != self._service.starter_jokes:
            self.last_folder = str(path.parent)
        title = f"Reading “{path.name}”"
        self.reading_page.progress.begin(title)
        self._reading = self._runner.start(
            Line.LOOK, title, model_service.preview, PreviewRequest((path,))
        )
        self._reading.events_arrived.connect(self._on_reading_events)
        self._reading.finished.connect(self._on_reading_finished)
        self._show(self.reading_page)

    def _connect(self) -> None:
        for page in (self.start_page, self.preview_page):
            page.choose_requested.connect(self._on_choose_wanted)
        self.start_page.files_dropped.connect(self._on_files_dropped)
        self.start_page.starter_requested.connect(self._on_starter_wanted)
        self.reading_page.cancel_requested.connect(self._on_reading_cancelled)
        self.preview_page.save_requested.connect(self._on_save_wanted)
        self.preview_page.cancel_requested.connect(self._on_saving_cancelled)
        self.preview_page.closed.connect(self._on_preview_closed)
        self.preview_page.jokes_table.table_failed.connect(self._on_failed)
        self.library_page.import_requested.connect(self._on_choose_wanted)
        self.library_page.starter_requested.connect(self._on_starter_wanted)
        self.library_page.failed.connect(self._on_failed)
        self.library_page.acted.connect(self.banner.clear)
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

    def _show_resting_page(self) -> None:
        """Where one is while nothing goes on: at the preview, the library, or the start."""
        if self._preview is not None:
            self._show(self.preview_page)
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
        self.preview_page.set_taken_names([info.name for info in infos])
        if self._reading is None and self._saving is None:
            self._show_resting_page()

    @Slot(object)
    def _on_failed(self, error: JokegenError) -> None:
        self.banner.show_error(error)

    # ---- Choosing a file -------------------------------------------------------------------

    @Slot()
    def _on_choose_wanted(self) -> None:
        dialog = QFileDialog(self, "Choose a file of jokes", self.last_folder)
        dialog.setObjectName("dataset_file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(list(_FILTERS))
        dialog.fileSelected.connect(self._on_file_chosen)
        dialog.open()

    @Slot(str)
    def _on_file_chosen(self, path: str) -> None:
        self.open_file(Path(path))

    @Slot()
    def _on_starter_wanted(self) -> None:
        self.open_file(self._service.starter_jokes)

    @Slot(list)
    def _on_files_dropped(self, paths: list[Path]) -> None:
        if len(paths) > 1:
            self.banner.show_message(
                Tone.ERROR,
                f"{len(paths)} things were dropped at once; Jokegen reads one file at a time.",
                "Drop a single file. What you want to keep together must be in one file.",
            )
        elif paths[0].is_dir():
            self.banner.show_message(
                Tone.ERROR,
                f"“{paths[0].name}” is a folder; Jokegen reads one file at a time.",
                "Open the folder and drop the file with the jokes.",
            )
        else:
            self.open_file(paths[0])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()
            self._drop_frame.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_frame.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_frame.hide()
        paths = dropped_files(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self._on_files_dropped(paths)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drop_frame.setGeometry(self.rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_escape = event.key() == Qt.Key.Key_Escape
        if is_escape and self._reading is not None:
            self._on_reading_cancelled()
        elif is_escape and self._saving is not None:
            self._on_saving_cancelled()
        else:
            super().keyPressEvent(event)

    # ---- Reading ---------------------------------------------------------------------------

    @Slot(object)
    def _on_reading_events(self, events: list[Event]) -> None:
        self.reading_page.progress.show_events(events)

    @Slot(object)
    def _on_reading_finished(self, outcome: Outcome[PreviewSummary]) -> None:
        self._reading = None
        if isinstance(outcome, Done):
            self._open_preview(outcome.summary)
        elif isinstance(outcome, Failed):
            self._on_failed(JokegenError(outcome.happened, outcome.todo))
        self._show_resting_page()

    @Slot()
    def _on_reading_cancelled(self) -> None:
        if self._reading is not None:
            self._abandon_reading()
            self._show_resting_page()

    def _abandon_reading(self) -> None:
        """Forget the reading under way; should it be done already, nobody looks at it."""
        handle, self._reading = self._reading, None
        if handle is not None:
            handle.events_arrived.disconnect(self._on_reading_events)
            handle.finished.disconnect(self._on_reading_finished)
            handle.finished.connect(self._on_abandoned_finished)
            handle.cancel()

    @Slot(object)
    def _on_abandoned_finished(self, outcome: Outcome[PreviewSummary]) -> None:
        if isinstance(outcome, Done):
            _remove(outcome.summary.table)

    def _open_preview(self, summary: PreviewSummary) -> None:
        try:
            table = self._service.open_preview(summary)
        except (JokegenError, OSError, ValueError) as error:
            self._on_failed(explain(error))
            _remove(summary.table)
            return
        self._release_preview()
        self._preview = summary
        is_starter = summary.sources[0] == self._service.starter_jokes
        name = _STARTER_NAME if is_starter else proposed_name(summary.sources[0])
        self.preview_page.show_preview(summary, table, name)

    def _release_preview(self) -> None:
        """Let go of the file that the preview shows, and remove it."""
        former, self._preview = self._preview, None
        self.preview_page.clear()
        if former is not None:
            _remove(former.table)

    @Slot()
    def _on_preview_closed(self) -> None:
        self.banner.clear()
        self._release_preview()
        self._show_resting_page()

    # ---- Saving ----------------------------------------------------------------------------

    @Slot(object)
    def _on_save_wanted(self, request: ImportRequest) -> None:
        if self._saving is not None:
            return
        self.banner.clear()
        name = request.name or ""
        self.preview_page.show_saving(name)
        self._saving = self._runner.start(
            Line.IMPORT, f"Saving “{name}”", model_service.import_jokes, request
        )
        self._saving.events_arrived.connect(self._on_saving_events)
        self._saving.finished.connect(self._on_saving_finished)

    @Slot(object)
    def _on_saving_events(self, events: list[Event]) -> None:
        self.preview_page.progress.show_events(events)

    @Slot()
    def _on_saving_cancelled(self) -> None:
        # It may be too late: the outcome says whether the data set was saved all the same.
        if self._saving is not None:
            self.preview_page.progress.show_cancelling()
            self._saving.cancel()

    @Slot(object)
    def _on_saving_finished(self, outcome: Outcome[ImportSummary]) -> None:
        self._saving = None
        self.preview_page.show_saving(None)
        if isinstance(outcome, Done):
            self._release_preview()
            self._state.datasets_changed.emit()
            self.library_page.choose(outcome.summary.dataset)
            self._say_saved(outcome.summary)
            return
        if isinstance(outcome, Failed):
            self._on_failed(JokegenError(outcome.happened, outcome.todo))
        self.preview_page.focus_first()

    def _say_saved(self, summary: ImportSummary) -> None:
        title = f"Saved “{summary.dataset}”: {wording.jokes(summary.kept)}."
        dropped = left_out(summary.dropped)
        if summary.kept < FEWEST_JOKES:
            todo = f"{dropped} {too_few(summary.kept)}".strip()
            self.banner.show_message(Tone.WARNING, title, todo)
            return
        self._saved_name = summary.dataset
        todo = f"{dropped} Next: fine-tune a language model on them.".strip()
        self.banner.show_message(Tone.SUCCESS, title, todo, action="Fine-tune on it")

    @Slot()
    def _on_banner_action(self) -> None:
        self.banner.clear()
        self._state.train_requested.emit(self._saved_name)


def _remove(table: Path) -> None:
    with contextlib.suppress(OSError):
        table.unlink()
