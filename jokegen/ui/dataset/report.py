"""Saves the list of rows that did not fit where a person wants to have it."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from jokegen.errors import explain
from jokegen.jobs.dataset_requests import PreviewSummary


class ReportSaver(QObject):
    """Asks for a place; `saved` carries the name of the file, `failed` a JokegenError."""

    saved = Signal(str)
    failed = Signal(object)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._report: Path | None = None

    def ask(self, summary: PreviewSummary, folder: str) -> None:
        """Ask where to save the report of this preview, if there is one."""
        self._report = summary.misfit_report
        if self._report is None:
            return
        dialog = QFileDialog(self._page, "Save the list of rows that did not fit", folder)
        dialog.setObjectName("dataset_report_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{summary.name} - rows that did not fit.csv")
        dialog.fileSelected.connect(self._on_place_chosen)
        dialog.open()

    @Slot(str)
    def _on_place_chosen(self, place: str) -> None:
        if self._report is None:
            return
        try:
            shutil.copyfile(self._report, place)
        except OSError as error:
            self.failed.emit(explain(error))
        else:
            self.saved.emit(Path(place).name)
