"""One joke of the timeline: what it was given, what it wrote, and whether it is a copy."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.jobs.events import Sample
from jokegen.ui.finetune import timeline_words as words
from jokegen.ui.finetune.sample_text import SampleText
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import Badge, PlainLabel, plain_tip
from jokegen.ui.kit.tokens import Space, TextRole, Tone
from jokegen.ui.playground.copying import CopyIconButton

_LONGEST_ORIGINAL = 300
_COPIED_TIP = "Copied from your jokes: the same as one of them, or nearly."
_NEW_TIP = "It is not one of your jokes, and not nearly one of them either."


class SampleRow(QWidget):
    """Shows one sample after another in the same place."""

    def __init__(
        self, parent: QWidget | None = None, *, name: str, has_moment: bool = False
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._sample: Sample | None = None
        self._has_moment = has_moment
        self.joke = SampleText(name=f"{name}_joke")
        self._moment = PlainLabel("", TextRole.CAPTION, name=f"{name}_moment")
        self._original = PlainLabel("", TextRole.CAPTION, name=f"{name}_original")
        self._copied = Badge("Copied", Tone.WARNING, name=f"{name}_copied")
        self._new = Badge("Original", Tone.SUCCESS, name=f"{name}_new")
        for badge, tip in ((self._copied, _COPIED_TIP), (self._new, _NEW_TIP)):
            badge.setToolTip(plain_tip(tip))
            badge.setAccessibleDescription(tip)
        self.copy_button = CopyIconButton("Copy this joke", name=f"{name}_copy")
        text = QVBoxLayout()
        text.setContentsMargins(0, Space.XS, 0, Space.XS)
        text.setSpacing(2)
        text.addStretch(1)  # one line stands in the middle of the button beside it
        for part in (self._moment, self.joke, self._original):
            text.addWidget(part)
        text.addStretch(1)
        marks = QHBoxLayout()
        marks.setSpacing(Space.M)
        for mark in (self._copied, self._new, self.copy_button):
            marks.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        aside = QVBoxLayout()
        aside.setSpacing(0)
        aside.addLayout(marks)
        aside.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.XS, 0, Space.XS)
        row.setSpacing(Space.M)
        row.addLayout(text, 1)
        row.addLayout(aside)
        self.copy_button.clicked.connect(self._on_copy_clicked)

    @property
    def sample(self) -> Sample | None:
        """What it shows."""
        return self._sample

    def show_sample(self, sample: Sample) -> None:
        """Show another joke."""
        if sample == self._sample:
            return
        self._sample = sample
        self.joke.show_joke(sample.text, sample.prompt)
        self._moment.setText(words.moment(sample.step))
        self._moment.setVisible(self._has_moment)
        self._copied.setVisible(sample.is_copied is True)
        self._new.setVisible(sample.is_copied is False)
        self._original.setText(_of_original(sample))
        self._original.setVisible(bool(sample.is_copied))
        self.copy_button.setEnabled(bool(sample.text.strip()))

    @Slot()
    def _on_copy_clicked(self) -> None:
        if self._sample is not None:
            self.copy_button.copy(self._sample.text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(colours().border))
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()


def _of_original(sample: Sample) -> str:
    """Which joke it copies, in words for the line below it."""
    original = " ".join(sample.copied_from.split())
    if not original or original == " ".join(sample.text.split()):
        return "This is one of your jokes."
    if len(original) > _LONGEST_ORIGINAL:
        original = original[:_LONGEST_ORIGINAL].rstrip() + "…"
    return f"One of yours: “{original}”"
