"""Asks where to write a data set for other programs, and writes it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from jokegen import model_service
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import ExportFormat, ExportRequest, ExportSummary
from jokegen.jobs.events import Done, Event, Failed
from jokegen.jobs.running import Outcome
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.ui.dataset.folders import usual_folder
from jokegen.ui.dataset.progress import JobProgress

_FILTERS: dict[str, ExportFormat] = {
    "CSV, for spreadsheets (*.csv)": ExportFormat.CSV,
    "JSON Lines, a joke a line (*.jsonl)": ExportFormat.JSON_LINES,
    "Parquet, for data tools (*.parquet)": ExportFormat.PARQUET,
}


class Exporter(QObject):
    """One export at a time; `panel` shows how far it is."""

    exported = Signal(object)  # ExportSummary
    failed = Signal(object)  # JokegenError
    busy_changed = Signal()

    def __init__(self, runner: JobRunner, panel: JobProgress, page: QWidget) -> None:
        super().__init__(page)
        self._runner = runner
        self._panel = panel
        self._page = page
        self._handle: JobHandle | None = None
        self._dataset = ""
        self._folder = usual_folder()
        panel.cancel_requested.connect(self._on_cancelled)

    @property
    def is_busy(self) -> bool:
        """Whether a file is being written."""
        return self._handle is not None

    def ask(self, dataset: str) -> None:
        """Ask for a place and a kind of file, then write there."""
        self._dataset = dataset
        dialog = QFileDialog(self._page, f"Export “{dataset}”", self._folder)
        dialog.setObjectName("dataset_export_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters(list(_FILTERS))
        dialog.setDefaultSuffix(ExportFormat.CSV.value)
        dialog.selectFile(_file_name(dataset))
        dialog.filterSelected.connect(self._on_filter_selected)
        dialog.fileSelected.connect(self._on_place_chosen)
        dialog.open()

    @Slot(str)
    def _on_filter_selected(self, chosen: str) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog) and chosen in _FILTERS:
            dialog.setDefaultSuffix(_FILTERS[chosen].value)

    @Slot(str)
    def _on_place_chosen(self, place: str) -> None:
        if self._handle is not None:
            return
        dialog = self.sender()
        chosen = dialog.selectedNameFilter() if isinstance(dialog, QFileDialog) else ""
        file = Path(place)
        self._folder = str(file.parent)
        try:
            kind = ExportFormat(file.suffix.lower().removeprefix("."))
        except ValueError:
            kind = _FILTERS.get(chosen, ExportFormat.CSV)
        title = f"Writing “{file.name}”"
        self._panel.begin(title)
        request = ExportRequest(self._dataset, file, kind)
        self._handle = self._runner.start(Line.IMPORT, title, model_service.export_dataset, request)
        self._handle.events_arrived.connect(self._on_events)
        self._handle.finished.connect(self._on_finished)
        self.busy_changed.emit()

    @Slot(object)
    def _on_events(self, events: list[Event]) -> None:
        self._panel.show_events(events)

    @Slot()
    def _on_cancelled(self) -> None:
        if self._handle is not None:
            self._panel.show_cancelling()
            self._handle.cancel()

    @Slot(object)
    def _on_finished(self, outcome: Outcome[ExportSummary]) -> None:
        self._handle = None
        self.busy_changed.emit()
        if isinstance(outcome, Done):
            self.exported.emit(outcome.summary)
        elif isinstance(outcome, Failed):
            self.failed.emit(JokegenError(outcome.happened, outcome.todo))


def _file_name(dataset: str) -> str:
    """The data set's name without what file systems do not take."""
    name = "".join("-" if character in '<>:"/\\|?*' else character for character in dataset)
    return name.strip(" .") or "jokes"
