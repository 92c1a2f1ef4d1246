"""Asks for a data set of the Hugging Face hub: its name, which part of it, and how much."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from jokegen import model_service
from jokegen.data.bringing.hub_names import HubName
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import BringRequest, HubLookRequest, HubLookSummary
from jokegen.jobs.events import Done, Failed
from jokegen.jobs.running import Outcome
from jokegen.model_service import ModelService
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.qt.latest_job import LatestJob
from jokegen.ui.bring.dialog import BringDialog
from jokegen.ui.bring.hub_parts import HubParts
from jokegen.ui.bring.hub_token import TokenPart
from jokegen.ui.bring.links import understand_hub_name
from jokegen.ui.bring.ways import Way
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.feedback import Banner, ProgressPanel
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.theme import restyle
from jokegen.ui.kit.tokens import Space

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LONGEST_COPIED = 500  # characters
_HINT = (
    "Its owner’s name and its own, as they stand on its page. The address of the page will do too."
)


class HubDialog(BringDialog):
    """Looks at a data set first; `request_made` then carries its name, configuration and split."""

    def __init__(
        self,
        parent: QWidget | None,
        service: ModelService,
        runner: JobRunner,
        hub: str = "",
    ) -> None:
        super().__init__(
            parent,
            Way.HUB,
            title="A data set from Hugging Face",
            intro="Thousands of collections are public there. Look at one first, then bring it.",
            action="Bring it",
            tip="Fetches these rows to this computer and shows them, before anything is saved.",
            width=600,
        )
        self._place: HubName | None = None
        self._problem = ""
        self._look = LatestJob(runner, Line.ASK, model_service.look_at_hub, self)
        self.line = QLineEdit()
        self.line.setObjectName("hub_line")
        self.line.setPlaceholderText("owner/name")
        self.look_button = Button(
            "Look", icon_name="search", name="hub_look",
            tip="Asks the hub what this data set consists of; no jokes are fetched yet.",
        )  # fmt: skip
        self.progress = ProgressPanel(name="hub_progress")
        self.stop_button = self.progress.add_button(
            "Stop", ButtonKind.QUIET, "stop", name="hub_stop", tip="Stops asking the hub."
        )
        self.progress.hide()
        self.banner = Banner(name="hub_banner")
        self.parts = HubParts()
        self.parts.hide()
        self.token_part = TokenPart(service)
        self._arrange()
        self._connect()
        self._on_name_changed()
        given = hub or _named_in(QApplication.clipboard().text())
        if given:
            self.line.setText(given)
            self.line.selectAll()
        self.line.setFocus()

    def make_request(self) -> BringRequest | None:
        if self._place is None or self.parts.isHidden() or self._look.is_running:
            return None
        return BringRequest(
            hub=self._place.name,
            hub_config=self.parts.config(),
            hub_split=self.parts.split(),
            limit=self.parts.limit(),
        )

    @Slot()
    def look(self) -> None:
        """Ask the hub about the data set that is named."""
        if self._place is None:
            self._show_problem(
                self._problem or "Type the name of a data set, or paste its address."
            )
            return
        self.banner.clear()
        self.parts.hide()
        self.progress.set_title(f"Looking at “{self._place.name}”")
        self.progress.set_fraction(None)
        self.progress.set_status("Asking the hub what it consists of.")
        self.progress.show()
        self._look.start(f"Looking at {self._place.name}", HubLookRequest(self._place.name))
        self._show_state()

    def _arrange(self) -> None:
        controls = QWidget()
        row = QHBoxLayout(controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self.line, 1)
        row.addWidget(self.look_button)
        self.field = Field("Data set", controls, hint=_HINT, name="hub_field")
        self.line.setAccessibleName("Data set")
        self.make_scrollable()
        for part in (self.field, self.progress, self.banner, self.parts, self.token_part):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def _connect(self) -> None:
        self.line.textChanged.connect(self._on_name_changed)
        self.look_button.clicked.connect(self.look)
        self.stop_button.clicked.connect(self._on_stop_clicked)
        self.parts.changed.connect(self._on_parts_changed)
        self.banner.dismissed.connect(self.fit)
        self.token_part.resized.connect(self.fit)
        self.token_part.token_kept.connect(self._on_token_kept)
        self._look.finished.connect(self._on_looked)

    def _show_state(self) -> None:
        is_looking = self._look.is_running
        if self.parts.isHidden():
            self.primary.set_text("Bring it")
        self.progress.setVisible(is_looking)
        self.look_button.setEnabled(self._place is not None and not is_looking)
        self.field.set_hint(_HINT if self.parts.isHidden() else "")
        self.refresh()
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.line.hasFocus() and not self.primary.isEnabled():
            self.look()
        elif event.key() in _ENTER and self.token_part.line.hasFocus():
            self.token_part.keep()
        else:
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Stop looking; only if nothing is under way, close."""
        if self._look.is_running:
            self._on_stop_clicked()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._look.abandon()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        self._look.abandon()
        super().done(result)

    @Slot()
    def _on_name_changed(self) -> None:
        text = self.line.text().strip()
        self._place, self._problem = None, ""
        if text:
            try:
                self._place = understand_hub_name(text)
            except JokegenError as error:
                self._problem = error.todo
        self._show_problem(self._problem)
        self._look.abandon()
        self.banner.clear()
        self.parts.hide()
        self._show_state()

    def _show_problem(self, problem: str) -> None:
        self.field.set_problem(problem)
        self.line.setProperty("hasProblem", bool(problem))
        restyle(self.line)

    @Slot()
    def _on_stop_clicked(self) -> None:
        self._look.abandon()
        self._show_state()
        self.line.setFocus()

    @Slot()
    def _on_parts_changed(self) -> None:
        rows = self.parts.rows()
        self.primary.set_text("Bring it" if rows is None else f"Bring {_rows(rows)}")
        self.refresh()
        self.fit()

    @Slot(object)
    def _on_looked(self, outcome: Outcome[HubLookSummary]) -> None:
        if isinstance(outcome, Done):
            self._show_found(outcome.summary)
        elif isinstance(outcome, Failed):
            self.banner.show_error(JokegenError(outcome.happened, outcome.todo))
        self._show_state()

    def _show_found(self, summary: HubLookSummary) -> None:
        place = self._place or HubName(summary.hub)
        if not summary.splits:
            self.banner.show_error(
                JokegenError(
                    f"The data set “{summary.hub}” has no rows that can be fetched.",
                    "Look at its page: it may hold pictures, sound, or a program instead.",
                )
            )
            return
        self.parts.show_found(summary, place.config, place.split)
        self.parts.show()
        self.parts.focus_first()
        if (summary.is_gated or summary.is_private) and not self.token_part.has_token:
            self.token_part.set_open(True)

    @Slot()
    def _on_token_kept(self) -> None:
        if self._place is not None and self.parts.isHidden() and not self._look.is_running:
            self.look()


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _named_in(text: str) -> str:
    """What somebody copied, if it speaks of a data set of the hub; two words and a “/” do not."""
    text = text.strip()
    is_short = len(text) < _LONGEST_COPIED
    is_meant = "/datasets/" in text or "load_dataset" in text
    if not (is_short and is_meant):
        return ""
    try:
        understand_hub_name(text)
    except JokegenError:
        return ""
    return text
