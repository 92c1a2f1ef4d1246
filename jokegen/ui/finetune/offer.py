"""The offer to go on with a run that was paused, or that a crash or power cut has ended."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from jokegen.records import RunInfo, RunStatus
from jokegen.ui.finetune import words
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.tokens import Tone

_UNFINISHED = (RunStatus.PAUSED, RunStatus.INTERRUPTED)


def unfinished(runs: Sequence[RunInfo]) -> list[RunInfo]:
    """Those runs that wait for somebody to go on with them, in the same order."""
    return [run for run in runs if run.can_continue and run.status in _UNFINISHED]


class RunOffer(Banner):
    """“Run 7 was interrupted at step 412: continue?” with the two answers as buttons."""

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent, name=name)
        self.run: RunInfo | None = None

    def show_run(self, run: RunInfo) -> None:
        """Offer to go on with this one."""
        self.run = run
        is_paused = run.status is RunStatus.PAUSED
        self.show_message(
            Tone.INFO if is_paused else Tone.WARNING,
            words.offer(run),
            words.offer_details(run),
            action="Continue",
            secondary="Leave it",
            can_dismiss=False,
        )
        self.action_button.set_icon("play")

    def clear(self) -> None:
        """Hide it, saying nothing more."""
        self.run = None
        super().clear()
