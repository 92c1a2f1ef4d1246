"""A row of figures with their captions, such as "120 of 1,800 · step"."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.ui.kit.labels import PlainLabel, plain_tip
from jokegen.ui.kit.tokens import Space, TextRole

UNKNOWN = "–"


class Facts(QWidget):
    """Figures side by side, each as wide as the others."""

    def __init__(
        self, captions: dict[str, tuple[str, str]], parent: QWidget | None = None, *, name: str
    ) -> None:
        """`captions` has for each key the words under the figure, and what they mean."""
        super().__init__(parent)
        self.setObjectName(name)
        self._captions = captions
        self._values: dict[str, PlainLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.L)
        for key, (caption, tip) in captions.items():
            value = PlainLabel(UNKNOWN, TextRole.TITLE, name=f"{name}_{key}")
            value.setWordWrap(False)
            self._values[key] = value
            words = PlainLabel(caption, TextRole.CAPTION)
            for label in (value, words):
                label.setToolTip(plain_tip(tip))
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(value)
            column.addWidget(words)
            column.addStretch(1)
            row.addLayout(column, 1)

    def value(self, key: str) -> str:
        """The figure that is shown."""
        return self._values[key].text()

    def set_value(self, key: str, value: str) -> None:
        """Show another figure."""
        self._values[key].setText(value)
        self._values[key].setAccessibleName(f"{self._captions[key][0]}: {value}")

    def reset(self) -> None:
        """Forget all figures."""
        for key in self._values:
            self.set_value(key, UNKNOWN)
