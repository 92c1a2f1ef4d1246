"""What a run does just now, among all that it does: a strip of phases, each with its own bar."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.events import Phase, Progress
from jokegen.ui.kit.feedback import SlimBar
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import PlainLabel, describe, plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_NAMES = {
    Phase.READING: "Reading",
    Phase.DOWNLOADING: "Downloading",
    Phase.VERIFYING: "Verifying",
    Phase.CONVERTING: "Unpacking",
    Phase.MEASURING: "Measuring",
    Phase.LOADING: "Loading",
    Phase.PREPARING: "Preparing",
    Phase.TRAINING: "Learning",
    Phase.CHECKING: "Checking",
    Phase.WRITING: "Writing",
    Phase.SAVING: "Saving",
}
_TIPS = {
    Phase.READING: "Reads the file of the base model. Only once.",
    Phase.DOWNLOADING: "Brings the base model to this computer. Only once.",
    Phase.VERIFYING: "Makes sure that the base model's files are whole.",
    Phase.CONVERTING: "Unpacks the base model. Only once.",
    Phase.LOADING: "Reads the language model into the memory.",
    Phase.PREPARING: "Turns your jokes into the pieces of words that it reads.",
    Phase.MEASURING: "Finds out which arithmetic is quickest on this computer.",
    Phase.TRAINING: "Reads your jokes, and corrects itself a little after each handful.",
    Phase.CHECKING: "Measures from time to time how well it guesses jokes it has never seen.",
    Phase.WRITING: "Writes a few jokes after each check, so that you see it learn.",
    Phase.SAVING: "Puts what it has learned on disk, so that nothing is lost.",
}
_ONLY_IF_NEEDED = (Phase.READING, Phase.DOWNLOADING, Phase.VERIFYING, Phase.CONVERTING)
# Those come before the first step, once; the others take turns until the run ends.
_BEFORE = (*_ONLY_IF_NEEDED, Phase.LOADING, Phase.PREPARING, Phase.MEASURING)


class PhaseStrip(QWidget):
    """One cell a phase: done, under way with its bar, or still to come."""

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        describe(self, name, "Phases of the run")
        self._cells = {phase: _Cell(phase, name) for phase in _NAMES}
        self._current: Phase | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        for cell in self._cells.values():
            row.addWidget(cell, 1)
        self.reset()

    @property
    def current(self) -> Phase | None:
        """The phase under way."""
        return self._current

    def fraction(self, phase: Phase) -> float | None:
        """How far the bar of a phase is; None while nobody knows."""
        return self._cells[phase].bar.fraction()

    def reset(self) -> None:
        """A new run: nothing is done yet."""
        self._current = None
        for phase, cell in self._cells.items():
            cell.was_busy = False
            cell.show_idle(is_done=False)
            cell.setVisible(phase not in _ONLY_IF_NEEDED)
        self.setAccessibleDescription("")

    def show_progress(self, event: Progress) -> None:
        """The run says what it does and how far that is."""
        if event.phase not in self._cells:
            return
        if event.phase is not self._current:
            self._leave(event.phase)
            self._current = event.phase
        cell = self._cells[event.phase]
        cell.setVisible(True)
        cell.show_busy(event.done / event.total if event.total else None)
        self.setAccessibleDescription(f"Now: {wording.phase_title(event.phase)}")

    def _leave(self, following: Phase) -> None:
        if self._current is not None:
            cell = self._cells[self._current]
            # How many steps were taken stays in sight while it checks, writes and saves.
            cell.show_idle(is_done=self._current is not Phase.TRAINING)
        if following not in _BEFORE:
            for phase in _BEFORE:
                cell = self._cells[phase]
                if not cell.was_busy:
                    cell.setVisible(False)  # this run did without it


class _Cell(QWidget):
    """The name of a phase over its own thin bar; a tick once it is done."""

    def __init__(self, phase: Phase, name: str) -> None:
        super().__init__()
        self.was_busy = False
        self._tick = IconLabel("check", "success", scaled(13))
        self._label = PlainLabel(_NAMES[phase], TextRole.CAPTION, name=f"{name}_{phase.value}")
        self._label.setWordWrap(False)
        self.bar = SlimBar()
        describe(self.bar, f"{name}_{phase.value}_bar", _NAMES[phase])
        self.bar.setFixedHeight(4)
        self.bar.setMinimumWidth(scaled(24))
        self.setToolTip(plain_tip(_TIPS[phase]))
        head = QHBoxLayout()
        head.setSpacing(Space.XS)
        head.addWidget(self._label)
        head.addWidget(self._tick, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(head)
        column.addWidget(self.bar)

    def show_busy(self, fraction: float | None) -> None:
        self.was_busy = True
        self._tick.hide()
        self._label.set_role(TextRole.CAPTION)
        self._label.set_tone(Tone.INFO)
        self.bar.setEnabled(True)
        self.bar.set_fraction(fraction)

    def show_idle(self, *, is_done: bool) -> None:
        if not is_done:
            is_kept = self.was_busy and self.bar.fraction() is not None
            self.bar.set_fraction(self.bar.fraction() if is_kept else 0.0)
        else:
            self.bar.set_fraction(1.0)
        self._tick.setVisible(is_done)
        self._label.set_tone(None)
        self.bar.setEnabled(False)
