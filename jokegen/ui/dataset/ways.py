"""What happens when a person chooses a way to bring jokes: the dialog that goes with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from jokegen.data.reading import ENDINGS
from jokegen.model_service import ModelService
from jokegen.qt.job_runner import JobRunner
from jokegen.ui.bring.dialog import BringDialog
from jokegen.ui.bring.hub import HubDialog
from jokegen.ui.bring.link import LinkDialog
from jokegen.ui.bring.paste import PasteDialog
from jokegen.ui.bring.type_in import TypeDialog
from jokegen.ui.bring.ways import Way
from jokegen.ui.dataset.folders import usual_folder

_FILTERS = (
    f"Files of jokes ({' '.join(f'*{e} *{e.upper()}' for e in ENDINGS)})",
    "All files (*)",
)


class WayDialogs(QObject):
    """Opens dialogs over `page`; `files_chosen` carries paths, `request_made` a BringRequest.

    `last_folder` is where the file dialogs open next.
    """

    files_chosen = Signal(list)
    request_made = Signal(object)
    starter_chosen = Signal()

    def __init__(self, page: QWidget, service: ModelService, runner: JobRunner) -> None:
        super().__init__(page)
        self.last_folder = usual_folder()
        self._page = page
        self._service = service
        self._runner = runner

    @Slot(object)
    def open(self, way: Way) -> None:
        """Ask for what this way needs."""
        if way is Way.STARTER:
            self.starter_chosen.emit()
        elif way in (Way.FILES, Way.FOLDER):
            self._choose_files(is_folder=way is Way.FOLDER)
        elif way is Way.HUB:
            self._on_hub_wanted("")
        elif way is Way.PASTE:
            paste = PasteDialog(self._page)
            paste.files_pasted.connect(self.files_chosen)
            self._show(paste)
        elif way is Way.LINK:
            link = LinkDialog(self._page)
            link.hub_wanted.connect(self._on_hub_wanted)
            self._show(link)
        else:
            self._show(TypeDialog(self._page))

    @Slot(str)
    def _on_hub_wanted(self, name: str) -> None:
        self._show(HubDialog(self._page, self._service, self._runner, name))

    def _show(self, dialog: BringDialog) -> None:
        dialog.request_made.connect(self.request_made)
        dialog.open()

    def _choose_files(self, *, is_folder: bool) -> None:
        title = "Choose a folder of jokes" if is_folder else "Choose files of jokes"
        dialog = QFileDialog(self._page, title, self.last_folder)
        dialog.setObjectName("dataset_file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if is_folder:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
            dialog.setNameFilters(list(_FILTERS))
        dialog.filesSelected.connect(self._on_files_selected)
        dialog.open()

    @Slot(list)
    def _on_files_selected(self, names: list[str]) -> None:
        if names:
            self.files_chosen.emit([Path(name) for name in names])
