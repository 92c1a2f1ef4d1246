"""The page of saved data sets: the list at the left, the chosen one at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.errors import JokegenError, explain
from jokegen.model_service import ModelService
from jokegen.qt.app_state import AppState
from jokegen.records import DatasetInfo
from jokegen.ui.dataset.keys import pressed_enter
from jokegen.ui.dataset.name import RenameDialog
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.dialogs import Answer, ask
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.layouts import BodyColumn
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.library.detail import DetailCard
from jokegen.ui.library.list import DatasetList


class LibraryPage(QWidget):
    """Lists the data sets and does what is asked of them; `failed` carries a JokegenError."""

    import_requested = Signal()
    starter_requested = Signal()
    failed = Signal(object)
    acted = Signal()  # something else was done: an old message can go

    def __init__(
        self, service: ModelService, state: AppState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("dataset_library")
        self._service = service
        self._state = state
        self._shown: DatasetInfo | None = None
        self._asked_about: DatasetInfo | None = None
        self.list = DatasetList()
        self.detail = DetailCard()
        self.import_button = Button(
            "Import a file…",
            ButtonKind.SECONDARY,
            "import",
            name="dataset_import",
            tip="Brings another file of jokes. Dropping it anywhere on this page does the same.",
        )
        self.starter_button = Button(
            "Use the starter jokes",
            ButtonKind.QUIET,
            name="dataset_library_starter",
            tip="Looks at the jokes that come with Jokegen, to try everything out with them.",
        )
        self._arrange()
        self.import_button.clicked.connect(self.import_requested)
        self.starter_button.clicked.connect(self.starter_requested)
        self.list.chosen.connect(self._on_chosen)
        self.list.rename_requested.connect(self._on_rename_wanted)
        self.list.delete_requested.connect(self._on_delete_wanted)
        self.detail.fine_tune_requested.connect(self._on_fine_tune_wanted)
        self.detail.look_requested.connect(self._on_look_wanted)
        self.detail.rename_requested.connect(self._on_rename_wanted)
        self.detail.delete_requested.connect(self._on_delete_wanted)
        self.detail.jokes_table.table_failed.connect(self.failed)

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
        if not pressed_enter(self, event, self.detail.fine_tune_button):
            super().keyPressEvent(event)

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(Space.M)
        left.addWidget(PlainLabel("Your data sets", TextRole.TITLE, name="dataset_list_title"))
        left.addWidget(self.list, 1)
        left.addWidget(self.import_button)
        left.addWidget(self.starter_button)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        layout.addLayout(left, 3)
        right = QWidget()
        column = BodyColumn(right)  # the card is as high as what is in it, table or not
        column.setContentsMargins(0, 0, 0, 0)
        column.body.addWidget(self.detail)
        column.add_body()
        layout.addWidget(right, 8)

    def _choose(self, row: int) -> None:
        index = self.list.list_model.index(row, 0)
        self.list.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self._on_chosen(row)

    @Slot(int)
    def _on_chosen(self, row: int) -> None:
        info = self.list.list_model.info(row)
        if info == self._shown:
            return
        had_jokes = self.detail.shows_jokes
        self._shown = info
        if info is None:
            self.detail.hide_jokes()
            return
        self.detail.show_info(info)
        if had_jokes:
            self._look_inside(info)

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
    def _on_rename_wanted(self) -> None:
        if self._shown is None:
            return
        self._asked_about = self._shown
        dialog = RenameDialog(
            self, self._shown.name, [info.name for info in self._service.datasets()]
        )
        dialog.name_chosen.connect(self._on_name_chosen)
        dialog.open()

    @Slot(str)
    def _on_name_chosen(self, name: str) -> None:
        asked = self._asked_about
        if asked is not None and name != asked.name:
            self._change(lambda: self._service.rename_dataset(asked.name, name))

    @Slot()
    def _on_delete_wanted(self) -> None:
        if self._shown is None:
            return
        self._asked_about = self._shown
        ask(
            self,
            f"Delete “{self._shown.name}”?",
            f"{wording.jokes(self._shown.jokes)} would be gone from Jokegen; this cannot be "
            "undone. The file they came from stays where it is, and runs that learned from them "
            "are not affected.",
            [Answer("keep", "Keep"), Answer("delete", "Delete", ButtonKind.DANGER)],
            self._on_delete_answered,
        )

    @Slot(str)
    def _on_delete_answered(self, answer: str) -> None:
        asked = self._asked_about
        if answer == "delete" and asked is not None:
            self.detail.hide_jokes()  # an open file cannot be removed everywhere
            self._change(lambda: self._service.delete_dataset(asked.name))

    def _change(self, change: Callable[[], None]) -> None:
        try:
            change()
        except (JokegenError, OSError) as error:
            self.failed.emit(explain(error))
        else:
            self.acted.emit()
        self._state.datasets_changed.emit()
