"""Which base model learns the jokes, and taking one from a file that is already here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QMenu, QVBoxLayout, QWidget

from jokegen import model_service, wording
from jokegen.jobs.events import Done, Event, Failed, Progress
from jokegen.jobs.requests import FetchModelRequest, FetchModelSummary
from jokegen.jobs.running import Outcome
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.records import BaseModelInfo
from jokegen.ui.finetune.words import base_model_hint
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.feedback import ProgressPanel
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import plain_tip
from jokegen.ui.kit.tokens import Space


class BaseModelPicker(QWidget):
    """A combo box of base models; it keeps a person's choice when the list is refreshed."""

    choice_changed = Signal()

    def __init__(self, runner: JobRunner, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("base_model_picker")
        self._runner = runner
        self._state = state
        self._known: dict[str, BaseModelInfo] = {}
        self._fetch: JobHandle | None = None
        self._fetched = ""
        self._combo = QComboBox()
        self._combo.setObjectName("base_model")
        self._combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._combo.setMinimumContentsLength(12)
        self._field = Field(
            "Base model",
            self._combo,
            tip="The language model that learns your jokes. It knows language already; "
            "from you it learns what is funny.",
            name="base_model_field",
        )
        self._source_button = Button(
            "Use a file that is already here…",
            ButtonKind.QUIET,
            "folder",
            name="use_base_model_file",
            tip="If you have this base model as a file or folder, nothing needs to be downloaded.",
        )
        self._menu = QMenu(self._source_button)
        self._menu.setObjectName("use_base_model_menu")
        file_action = self._menu.addAction("Choose a file (.whl or .gguf)…")
        folder_action = self._menu.addAction("Choose a folder…")
        self._progress = ProgressPanel(name="fetch")
        self._stop_button = self._progress.add_button(
            "Stop", ButtonKind.QUIET, "stop", name="stop_fetch", tip="Stops; nothing is changed."
        )
        self._progress.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self._field)
        layout.addWidget(self._source_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._progress)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._combo.currentIndexChanged.connect(self._on_index_changed)
        self._source_button.clicked.connect(self._on_source_clicked)
        file_action.triggered.connect(self._on_file_wanted)
        folder_action.triggered.connect(self._on_folder_wanted)
        self._stop_button.clicked.connect(self._on_stop_clicked)

    @property
    def is_fetching(self) -> bool:
        """Whether a base model is being brought here just now."""
        return self._fetch is not None

    def chosen(self) -> BaseModelInfo | None:
        """The base model that is chosen; None where there is none."""
        return self._known.get(self._combo.currentData() or "")

    def show_base_models(self, bases: Sequence[BaseModelInfo]) -> None:
        """List these; what was chosen stays chosen if it is still there."""
        former = self._combo.currentData()
        self._known = {base.id: base for base in bases}
        with QSignalBlocker(self._combo):
            self._combo.clear()
            for base in bases:
                self._combo.addItem(base.title, base.id)
                tip = plain_tip(f"{base.title}\n{base_model_hint(base)}")
                self._combo.setItemData(self._combo.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
            self._combo.setCurrentIndex(max(0, self._combo.findData(former)))
        self._redraw()

    def _redraw(self) -> None:
        base = self.chosen()
        if base is not None:
            self._state.base_model = base.id
        self._field.set_hint(base_model_hint(base) if base else "")
        self._source_button.setVisible(
            base is not None and not base.is_here and not self.is_fetching
        )
        self._progress.setVisible(self.is_fetching)
        self.choice_changed.emit()

    @Slot()
    def _on_index_changed(self) -> None:
        self._field.set_problem("")
        self._redraw()

    # ---- Taking a file or folder -----------------------------------------------------------

    @Slot()
    def _on_source_clicked(self) -> None:
        self._menu.popup(self._source_button.mapToGlobal(self._source_button.rect().bottomLeft()))

    @Slot()
    def _on_file_wanted(self) -> None:
        dialog = self._dialog("Choose the base model's file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Base models (*.whl *.gguf)", "All files (*)"])
        dialog.open()

    @Slot()
    def _on_folder_wanted(self) -> None:
        dialog = self._dialog("Choose the base model's folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setObjectName("base_model_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_source_selected)
        return dialog

    @Slot(str)
    def _on_source_selected(self, source: str) -> None:
        base = self.chosen()
        if base is None or self._fetch is not None:
            return
        self._field.set_problem("")
        self._fetched = base.id
        self._progress.set_title(f"Bringing {base.title} here")
        self._progress.set_status("")
        self._progress.set_fraction(None)
        self._stop_button.setEnabled(True)
        self._fetch = self._runner.start(
            Line.FETCH,
            f"Bringing {base.title} to this computer",
            model_service.fetch_model,
            FetchModelRequest(base.id, Path(source)),
        )
        self._fetch.events_arrived.connect(self._on_fetch_events)
        self._fetch.finished.connect(self._on_fetch_finished)
        self._redraw()

    @Slot()
    def _on_stop_clicked(self) -> None:
        if self._fetch is not None:
            self._stop_button.setEnabled(False)
            self._progress.set_status("Stopping…")
            self._fetch.cancel()

    @Slot(object)
    def _on_fetch_events(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Progress) and self._stop_button.isEnabled():
                self._progress.set_fraction(event.done / event.total if event.total else None)
                amount = wording.amount(event.done, event.total, event.unit)
                parts = [wording.phase_title(event.phase), amount]
                self._progress.set_status(" · ".join(part for part in parts if part))

    @Slot(object)
    def _on_fetch_finished(self, outcome: Outcome[FetchModelSummary]) -> None:
        self._fetch = None
        if isinstance(outcome, Done):
            self._state.models_changed.emit()
        elif isinstance(outcome, Failed) and self._combo.currentData() == self._fetched:
            self._field.set_problem(f"{outcome.happened} {outcome.todo}")
        self._redraw()
