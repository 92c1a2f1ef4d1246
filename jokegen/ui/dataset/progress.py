"""How far the reading or saving of a file is, and the button that stops it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.events import Event, Progress
from jokegen.ui.dataset.keys import pressed_enter
from jokegen.ui.kit.buttons import ButtonKind
from jokegen.ui.kit.feedback import ProgressPanel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.theme import scaled


class JobProgress(ProgressPanel):
    """Shows the events of one job after another; `cancel_requested` asks to stop it."""

    cancel_requested = Signal()

    def __init__(self, tip: str, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__("", parent, name=name)
        self.cancel_button = self.add_button(
            "Cancel", ButtonKind.SECONDARY, "close", name=f"{name}_cancel", tip=tip
        )
        self.cancel_button.clicked.connect(self.cancel_requested)

    def begin(self, title: str) -> None:
        """A job has started; nothing is known of it yet."""
        self.set_title(title)
        self.set_fraction(None)
        self.set_status("Getting ready")
        self.set_remaining("")
        self.cancel_button.setEnabled(True)

    def show_events(self, events: Sequence[Event]) -> None:
        """Show the newest word of the job."""
        news = [event for event in events if isinstance(event, Progress)]
        if not news or not self.cancel_button.isEnabled():
            return
        last = news[-1]
        amount = wording.amount(last.done, last.total, last.unit)
        title = wording.phase_title(last.phase)
        self.set_status(f"{title}: {amount}" if amount else title)
        self.set_fraction(last.done / last.total if last.total else None)
        left = last.seconds_left
        self.set_remaining("" if left is None else wording.time_left(left))

    def show_cancelling(self) -> None:
        """It was asked to stop and has not yet."""
        self.cancel_button.setEnabled(False)
        self.set_status("Cancelling")
        self.set_remaining("")
        self.set_fraction(None)


class ReadingPage(QWidget):
    """Shown while a file is read for the preview."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset_reading")
        self.progress = JobProgress(
            "Stops reading the file and goes back; nothing has been saved.",
            name="dataset_reading_progress",
        )
        self.progress.cancel_requested.connect(self.cancel_requested)
        card = Card(name="dataset_reading_card")
        card.body.addWidget(self.progress)
        card.setMaximumWidth(scaled(640))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card, 1000)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addStretch(2)
        layout.addLayout(row)
        layout.addStretch(3)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_enter(self, event, self.progress.cancel_button):
            super().keyPressEvent(event)

    def focus_first(self) -> None:
        self.progress.cancel_button.setFocus()
