"""The page on which a person looks at a file before it becomes a data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.jobs.dataset_requests import ImportRequest, PreviewSummary
from jokegen.ui.dataset.columns import ColumnCombo
from jokegen.ui.dataset.keys import pressed_enter
from jokegen.ui.dataset.name import NameField
from jokegen.ui.dataset.progress import JobProgress
from jokegen.ui.joke_table.table import JokesTable
from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import ElidedLabel, PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

if TYPE_CHECKING:
    from jokegen.data.table import TextTable


class PreviewPage(QWidget):
    """Shows a `PreviewSummary`; `save_requested` carries the `ImportRequest` made of it."""

    save_requested = Signal(object)
    choose_requested = Signal()
    closed = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset_preview")
        self._summary: PreviewSummary | None = None
        self._file = ElidedLabel(
            "", TextRole.TITLE, name="preview_file", mode=Qt.TextElideMode.ElideMiddle
        )
        self._understood = PlainLabel("", TextRole.MUTED, name="preview_understood")
        self.another_button = Button(
            "Choose another file",
            ButtonKind.QUIET,
            name="preview_another",
            tip="Looks at another file instead; nothing of this one is saved.",
        )
        self.close_button = IconButton(
            "close", "Put this file aside without saving it", name="preview_close"
        )
        self.jokes_table = JokesTable(name="preview_table")
        self.column_combo = ColumnCombo()
        self.column_combo.setObjectName("preview_column_combo")
        self._column_field = Field(
            "Jokes are in the column",
            self.column_combo,
            tip="Which column of the file holds the jokes. The others are not learned from.",
            name="preview_column",
        )
        self.name_field = NameField(name="preview_name")
        self.save_button = Button(
            "Save data set",
            ButtonKind.PRIMARY,
            "check",
            name="preview_save",
            tip="Keeps the jokes of the marked column as a data set. Empty and repeated ones are "
            "left out; the file itself stays as it is.",
        )
        self.progress = JobProgress(
            "Stops saving; nothing of the data set is kept.", name="preview_progress"
        )
        self._form = self._make_form()
        self._arrange()
        self.another_button.clicked.connect(self.choose_requested)
        self.close_button.clicked.connect(self.closed)
        self.column_combo.currentIndexChanged.connect(self._on_column_changed)
        self.name_field.text_changed.connect(self._on_name_changed)
        self.save_button.clicked.connect(self._on_save_wanted)
        self.progress.cancel_requested.connect(self.cancel_requested)
        self.show_saving(None)

    def show_preview(self, summary: PreviewSummary, table: TextTable, name: str) -> None:
        """Show what is in a file, and propose a name for its data set."""
        self._summary = None  # the combo box below reports changes that are not a person's
        self._file.setText(summary.sources[0].name)
        self._understood.setText(f"Read as {summary.understood}.")
        self.column_combo.show_columns(summary.columns)
        column = summary.columns.index(summary.joke_columns[0])
        self.column_combo.setCurrentIndex(column)
        self.jokes_table.show_table(table, column)
        self.name_field.propose(name)
        self._summary = summary
        self._on_name_changed()

    def clear(self) -> None:
        """Show nothing, and let go of the file."""
        self._summary = None
        self.jokes_table.clear()

    def set_taken_names(self, taken: Sequence[str]) -> None:
        """Say which names other data sets have."""
        self.name_field.set_taken(taken)
        self._on_name_changed()

    def show_saving(self, name: str | None) -> None:
        """Show that the data set `name` is being saved, or with None the form again."""
        is_saving = name is not None
        if is_saving:
            self.progress.begin(f"Saving “{name}”")
        self._form.setVisible(not is_saving)
        self.progress.setVisible(is_saving)
        self.another_button.setEnabled(not is_saving)
        self.close_button.setEnabled(not is_saving)
        if is_saving:
            self.progress.cancel_button.setFocus()

    def focus_first(self) -> None:
        line = self.name_field.line
        line.setFocus()
        line.end(False)
        line.home(True)  # all chosen, so that typing replaces it; its beginning stays in sight

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_enter(self, event, self.save_button):
            super().keyPressEvent(event)

    def _make_form(self) -> QWidget:
        form = QWidget()
        row = QHBoxLayout(form)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.L)
        row.addWidget(self._column_field, 4)
        row.addWidget(self.name_field, 5)
        # The button stands beside the fields' controls, under a caption that is not there.
        beside = QVBoxLayout()
        beside.setSpacing(Space.XS + 2)
        beside.addWidget(PlainLabel(" ", TextRole.STRONG))
        beside.addWidget(self.save_button)
        beside.addStretch(1)
        row.addLayout(beside)
        return form

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._file)
        words.addWidget(self._understood)
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(IconLabel("file", "accent_text", scaled(28)), 0, Qt.AlignmentFlag.AlignTop)
        top.addSpacing(Space.XS)
        top.addLayout(words, 1)
        top.addWidget(self.another_button, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addLayout(top)
        layout.addWidget(self.jokes_table, 1)
        layout.addWidget(self._form)
        layout.addWidget(self.progress)

    @Slot()
    def _on_column_changed(self) -> None:
        if self._summary is not None:
            self.jokes_table.set_joke_column(self.column_combo.currentIndex())

    @Slot()
    def _on_name_changed(self) -> None:
        self.save_button.setEnabled(self._summary is not None and self.name_field.is_valid)

    @Slot()
    def _on_save_wanted(self) -> None:
        if self._summary is None or not self.save_button.isEnabled():
            return
        column = self._summary.columns[self.column_combo.currentIndex()]
        name = self.name_field.name()
        self.save_requested.emit(ImportRequest(self._summary.sources, name, columns=(column,)))
