"""The page of saved data sets: the list at the left, the chosen one at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.data.dataset_names import free_name
from jokegen.errors import JokegenError, explain
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner
from jokegen.records import DatasetInfo
from jokegen.ui.bring.ways import WaysButton
from jokegen.ui.dataset.keys import pressed_enter
from jokegen.ui.dataset.name import NameDialog
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.layouts import BodyColumn
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.library.detail import DetailCard
from jokegen.ui.library.export import Exporter
from jokegen.ui.library.list import DatasetList
from jokegen.ui.library.merge import MergeCard


class LibraryPage(QWidget):
    """Lists the data sets and does what is asked of them; `failed` carries a JokegenError."""

    way_chosen = Signal(object)  # Way
    open_requested = Signal(object)  # names of data sets: one to change, or several to join
    remake_requested = Signal(object)  # ImportRequest
    deleted = Signal(object)  # handles by name: what brings each back
    exported = Signal(object)  # ExportSummary
    failed = Signal(object)
    acted = Signal()  # something else was done: an old message can go

    def __init__(
        self,
        service: ModelService,
        runner: JobRunner,
        state: AppState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("dataset_library")
        self._service = service
        self._state = state
        self._shown: DatasetInfo | None = None
        self.list = DatasetList()
        self.detail = DetailCard()
        self.merge = MergeCard()
        self.merge.hide()
        self._exporter = Exporter(runner, self.detail.export_progress, self)
        self.import_button = WaysButton(text="Import…", name="dataset_import")
        self._arrange()
        self._connect()

    def show_datasets(self, infos: Sequence[DatasetInfo]) -> None:
        """Show the list anew; what was chosen stays chosen where it is still there."""
        former = self._shown.path if self._shown else None
        row = next((row for row, info in enumerate(infos) if info.path == former), 0)
        self.list.list_model.set_infos(infos)
        self._choose(row)

    def choose(self, name: str) -> None:
        """Choose the data set of this name."""
        self._choose(max(0, self.list.list_model.row_of(name)))

    def focus_first(self) -> None:
        self.list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        primary = self.detail.fine_tune_button
        if self.detail.isHidden():
            primary = self.merge.merge_button
        if not pressed_enter(self, event, primary):
            super().keyPressEvent(event)

    def _connect(self) -> None:
        self.import_button.way_chosen.connect(self.way_chosen)
        self.list.selection_changed.connect(self._on_selection_changed)
        self.list.rename_requested.connect(self._on_rename_wanted)
        self.list.delete_requested.connect(self._on_delete_wanted)
        self.merge.merge_requested.connect(self._on_open_wanted)
        detail = self.detail
        detail.fine_tune_requested.connect(self._on_fine_tune_wanted)
        detail.look_requested.connect(self._on_look_wanted)
        detail.open_requested.connect(self._on_open_wanted)
        detail.export_requested.connect(self._on_export_wanted)
        detail.rename_requested.connect(self._on_rename_wanted)
        detail.duplicate_requested.connect(self._on_duplicate_wanted)
        detail.delete_requested.connect(self._on_delete_wanted)
        detail.made.remake_requested.connect(self._on_remake_wanted)
        detail.made.toggled.connect(self._on_history_toggled)
        detail.jokes_table.table_failed.connect(self.failed)
        self._exporter.exported.connect(self.exported)
        self._exporter.failed.connect(self.failed)
        self._exporter.busy_changed.connect(self._on_exporting_changed)

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(Space.M)
        left.addWidget(PlainLabel("Your data sets", TextRole.TITLE, name="dataset_list_title"))
        left.addWidget(self.list, 1)
        left.addWidget(self.import_button)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        layout.addLayout(left, 3)
        right = QWidget()
        column = BodyColumn(right)  # the card is as high as what is in it, table or not
        column.setContentsMargins(0, 0, 0, 0)
        column.body.addWidget(self.detail)
        column.body.addWidget(self.merge)
        column.add_body()
        layout.addWidget(right, 8)

    def _choose(self, row: int) -> None:
        index = self.list.list_model.index(row, 0)
        self.list.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self._on_selection_changed()

    @Slot()
    def _on_selection_changed(self) -> None:
        infos = self.list.chosen_infos()
        self.merge.setVisible(len(infos) > 1)
        self.detail.setVisible(len(infos) < 2)
        if len(infos) > 1:
            self.merge.show_infos(infos)
            self.detail.hide_jokes()
            self._shown = None
            return
        info = infos[0] if infos else None
        if info == self._shown:
            return
        had_jokes = self.detail.shows_jokes
        self._shown = info
        if info is None:
            self.detail.hide_jokes()
            return
        self.detail.show_info(info)
        self._show_history()
        if had_jokes:
            self._look_inside(info)

    @Slot(bool)
    def _on_history_toggled(self, _is_open: bool) -> None:
        self._show_history()

    def _show_history(self) -> None:
        """Only where it can be seen: it is gathered from several manifests."""
        if self._shown is None or not self.detail.made.is_open():
            return
        name = self._shown.name
        try:
            self.detail.made.show_history(
                self._service.history(name), self._service.descendants(name)
            )
        except (JokegenError, OSError) as error:
            self.failed.emit(explain(error))

    @Slot()
    def _on_fine_tune_wanted(self) -> None:
        if self._shown is not None:
            self._state.train_requested.emit(self._shown.name)

    @Slot()
    def _on_look_wanted(self) -> None:
        self.acted.emit()
        if self.detail.shows_jokes:
            self.detail.hide_jokes()
        elif self._shown is not None:
            self._look_inside(self._shown)

    def _look_inside(self, info: DatasetInfo) -> None:
        try:
            table = self._service.open_dataset(info)
        except (JokegenError, OSError, ValueError) as error:
            self.failed.emit(explain(error))
            return
        self.detail.show_jokes(table)

    @Slot()
    def _on_open_wanted(self) -> None:
        names = tuple(info.name for info in self.list.chosen_infos())
        if names:
            self.detail.hide_jokes()
            self.open_requested.emit(names)

    @Slot()
    def _on_export_wanted(self) -> None:
        if self._shown is not None:
            self.acted.emit()
            self._exporter.ask(self._shown.name)

    @Slot()
    def _on_exporting_changed(self) -> None:
        self.detail.set_exporting(self._exporter.is_busy)

    @Slot()
    def _on_remake_wanted(self) -> None:
        if self._shown is None:
            return
        try:
            request = self._service.request_to_remake(self._shown.name)
        except (JokegenError, OSError) as error:
            self.failed.emit(explain(error))
            return
        self.remake_requested.emit(request)

    @Slot()
    def _on_rename_wanted(self) -> None:
        asked = self._shown
        if asked is None:
            return

        def on_named(name: str) -> None:
            if name != asked.name:
                self._change(lambda: self._service.rename_dataset(asked.name, name))

        taken = [name for name in self._names() if name != asked.name]
        self._ask_for_name("Rename the data set", "Rename", asked.name, taken, on_named)

    @Slot()
    def _on_duplicate_wanted(self) -> None:
        asked = self._shown
        if asked is None:
            return

        def on_named(name: str) -> None:
            if self._change(lambda: self._service.duplicate_dataset(asked.name, name)):
                self.choose(name)

        taken = self._names()
        proposal = free_name(asked.name, taken)
        self._ask_for_name("Duplicate the data set", "Duplicate", proposal, taken, on_named)

    def _names(self) -> list[str]:
        return [info.name for info in self._service.datasets()]

    def _ask_for_name(
        self,
        title: str,
        action: str,
        name: str,
        taken: Sequence[str],
        on_named: Callable[[str], object],
    ) -> None:
        dialog = NameDialog(self, title, action, name, taken)
        dialog.name_chosen.connect(on_named)
        dialog.open()

    @Slot()
    def _on_delete_wanted(self) -> None:
        # Not asked before: it can be undone, and the message that says so offers it.
        self.detail.hide_jokes()  # an open file cannot be moved everywhere
        handles: dict[str, str] = {}
        problem: JokegenError | None = None
        for info in self.list.chosen_infos():
            try:
                handles[info.name] = self._service.delete_dataset(info.name)
            except (JokegenError, OSError) as error:
                problem = explain(error)
                break
        self._state.datasets_changed.emit()
        if handles:
            self.deleted.emit(handles)
        if problem is not None:
            self.failed.emit(problem)

    def _change(self, change: Callable[[], object]) -> bool:
        """Do it, and tell; false if it failed."""
        try:
            change()
        except (JokegenError, OSError) as error:
            self._state.datasets_changed.emit()
            self.failed.emit(explain(error))
            return False
        self.acted.emit()
        self._state.datasets_changed.emit()
        return True
