"""What the tabs share: who is told when something on disk changed, and what was chosen last.

Views redraw from the model service when one of these signals says so; they keep no copy.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from jokegen.jobs.requests import TrainRequest


class AppState(QObject):
    """Signals named as things that happened, and the base model that is chosen for fine-tuning."""

    datasets_changed = Signal()
    models_changed = Signal()
    runs_changed = Signal()
    # "Take me there with this": emitted by one tab, answered by the window and the other tab.
    train_requested = Signal(str)  # data set name
    play_requested = Signal(str)  # run number as text, or a base model's id

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.base_model = TrainRequest.base  # its tokens are what lengths are counted in
