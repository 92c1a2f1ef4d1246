"""A table into which jokes are typed by hand, in one column or as setup and punchline."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.dataset_requests import BringRequest, Format
from jokegen.ui.bring.dialog import BringDialog, NameField
from jokegen.ui.bring.typed_model import ONE_COLUMN, TWO_COLUMNS, TypedModel
from jokegen.ui.bring.typed_view import TypedView
from jokegen.ui.bring.ways import Way
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.tokens import Space, TextRole

_USUAL_NAME = "My jokes"
_KEYS = (
    "Enter: next joke.  Shift+Enter: a new line within a joke.  "
    "Rows copied from a spreadsheet can be pasted."
)


class TypeDialog(BringDialog):
    """`request_made` carries the jokes as a CSV file with a header line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            parent,
            Way.TYPE,
            title="Type jokes in",
            intro="One joke a row. An empty row is always there to go on in.",
            action="Bring these jokes",
            tip="Takes the table as it is and shows the jokes, before anything is saved.",
            width=720,
            height=560,
        )
        self.table_model = TypedModel()
        self.view = TypedView(self.table_model)
        describe(self.view, "type_table", "Jokes", "Type into the last row to add a joke.")
        self.parts_box = QCheckBox("Setup and punchline in two columns")
        describe(
            self.parts_box, "type_parts", self.parts_box.text(),
            "Gives every joke two cells. How they are joined is chosen in the next step.",
        )  # fmt: skip
        self.count = PlainLabel("", TextRole.STRONG, name="type_count")
        self.note = PlainLabel(_KEYS, TextRole.CAPTION, name="type_note")
        self.remove_button = Button(
            "Remove", ButtonKind.QUIET, "trash", name="type_remove",
            tip="Empties the chosen cells and takes out rows that are empty then (Delete).",
        )  # fmt: skip
        self.undo_button = Button(
            "Undo", ButtonKind.QUIET, "undo", name="type_undo",
            tip="Takes the last change back (Ctrl+Z).",
        )  # fmt: skip
        self.name_field = NameField(name="type_name", example=_USUAL_NAME)
        self._arrange()
        self.parts_box.toggled.connect(self._on_parts_toggled)
        self.table_model.jokes_changed.connect(self._on_jokes_changed)
        self.view.typing_changed.connect(self._on_jokes_changed)
        self.view.cut_off.connect(self._on_cut_off)
        self.view.selectionModel().selectionChanged.connect(self._on_jokes_changed)
        self.remove_button.clicked.connect(self._on_remove_clicked)
        self.undo_button.clicked.connect(self.view.undo)
        self.name_field.line.textChanged.connect(self.refresh)
        self._on_jokes_changed()
        self.view.setFocus()

    def make_request(self) -> BringRequest | None:
        if not self.is_ready():
            return None
        return BringRequest(
            text=self.table_model.as_csv(),
            format=Format.CSV,
            name=self.name_field.value() or _USUAL_NAME,
            origin="jokes typed by hand",
        )

    def is_ready(self) -> bool:
        has_jokes = bool(self.table_model.jokes() or self.view.typed_text())
        return has_jokes and not self.name_field.problem()

    def finish_input(self) -> None:
        self.view.finish_typing()

    def loss(self) -> str:
        self.view.finish_typing()
        count = self.table_model.jokes()
        return f"You have typed {wording.jokes(count)}, kept nowhere else so far." if count else ""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            QTimer.singleShot(0, self._on_shown)

    def _arrange(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(Space.S)
        above.addWidget(self.parts_box)
        above.addStretch(1)
        above.addWidget(self.undo_button)
        above.addWidget(self.remove_button)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.count)
        words.addWidget(self.note)
        column = QVBoxLayout()
        column.setSpacing(Space.S)
        column.addLayout(above)
        column.addWidget(self.view, 1)
        column.addLayout(words)
        self.body.addLayout(column, 1)
        self.body.addWidget(self.name_field)
        self.setTabOrder(self.view, self.name_field.line)
        self.setTabOrder(self.name_field.line, self.cancel_button)
        self.setTabOrder(self.cancel_button, self.primary)

    @Slot()
    def _on_shown(self) -> None:
        if self.focusWidget() is self.view:
            self.view.begin(0)

    @Slot(bool)
    def _on_parts_toggled(self, is_on: bool) -> None:
        self.view.finish_typing()
        self.table_model.set_columns(TWO_COLUMNS if is_on else ONE_COLUMN)

    @Slot()
    def _on_jokes_changed(self) -> None:
        typing = self.view.currentIndex().row() >= len(self.table_model.rows())
        count = self.table_model.jokes() + bool(typing and self.view.typed_text())
        self.count.setText(wording.jokes(count) if count else "No jokes yet")
        self.undo_button.setEnabled(self.table_model.can_undo)
        self.remove_button.setEnabled(any(index.data() for index in self.view.selectedIndexes()))
        self.parts_box.blockSignals(True)
        self.parts_box.setChecked(self.table_model.columns == TWO_COLUMNS)
        self.parts_box.blockSignals(False)
        self.refresh()

    @Slot(int)
    def _on_cut_off(self, columns: int) -> None:
        self.note.setText(
            _KEYS
            if not columns
            else f"{columns + 2} columns were pasted, of which the first two are here. "
            "“Paste jokes…” takes them all and lets you choose."
        )

    @Slot()
    def _on_remove_clicked(self) -> None:
        self.view.remove_chosen()
        self.view.setFocus()
