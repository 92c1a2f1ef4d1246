"""What to say when a run was asked to end and does not: force it, and what that costs."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from jokegen import wording
from jokegen.lm.last_save import LastSave
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.tokens import Tone

_PATIENCE_MS = 4000
_SHORT = 10  # seconds that nobody counts


def lost_by_force(saved: LastSave | None, step: int, seconds: float) -> str:
    """What is lost if a run is ended at once, at this step and so many seconds, in a sentence."""
    if saved is None:
        return "Nothing has been saved yet, so all that it has learned would be lost."
    if step <= saved.step:
        return f"Everything up to step {saved.step:,} is saved; only this step would be lost."
    since = seconds - saved.seconds
    lost = wording.duration(since) if since >= _SHORT else "few seconds"
    return (
        f"Everything up to step {saved.step:,} is saved; the {lost} of learning since then would "
        "be lost."
    )


class ForceOffer(Banner):
    """Appears by itself some seconds after `wait_for_end`, unless `clear` comes before."""

    force_requested = Signal()
    due = Signal()  # it is time to say what it costs; answered by `offer_force`

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent, name=name)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PATIENCE_MS)
        self._timer.timeout.connect(self.due)
        self.action_clicked.connect(self._on_forced)
        self.secondary_clicked.connect(self._on_waited)

    def wait_for_end(self) -> None:
        """The run was asked to end just now."""
        self._timer.start()

    def offer_force(self, cost: str) -> None:
        """Say that it takes long, and what forcing costs."""
        self.show_message(
            Tone.WARNING,
            "It is still busy with this step.",
            f"It ends by itself after it. If you force it, it ends within 2 seconds. {cost}",
            action="Force",
            secondary="Wait",
            can_dismiss=False,
        )

    def clear(self) -> None:
        """The run has ended, or nobody asked it to."""
        self._timer.stop()
        super().clear()

    @Slot()
    def _on_forced(self) -> None:
        self.clear()
        self.force_requested.emit()

    @Slot()
    def _on_waited(self) -> None:
        super().clear()
        self._timer.start(10 * _PATIENCE_MS)
