"""What a run has to say beside its figures: plain sentences, the latest ones."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from jokegen.jobs.events import Notice
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_SHOWN = 6


class Notices(QWidget):
    """A sentence a row; warnings in their tone; one that comes again is not repeated."""

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self._name = name
        self._labels: list[PlainLabel] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(Space.XS)
        self.hide()

    def add(self, notice: Notice) -> None:
        """Show one more, the oldest goes where there are many."""
        for label in self._labels:
            if label.text() == notice.text:
                self._drop(label)
                break
        label = PlainLabel(notice.text, TextRole.CAPTION, name=self._name, selectable=True)
        if notice.is_warning:
            label.set_tone(Tone.WARNING)
        self._labels.append(label)
        self._rows.addWidget(label)
        if len(self._labels) > _SHOWN:
            self._drop(self._labels[0])
        self.show()

    def clear(self) -> None:
        """Forget them all."""
        while self._labels:
            self._drop(self._labels[0])
        self.hide()

    def _drop(self, label: PlainLabel) -> None:
        self._labels.remove(label)
        self._rows.removeWidget(label)
        label.hide()
        label.deleteLater()
