"""How a data set was made, told step by step: from what, what was mended and left out, and when."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jokegen.data.dataset_names import names_as_text
from jokegen.records import DatasetInfo, HistoryStep
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.panels import Disclosure
from jokegen.ui.kit.tokens import Space, TextRole


class MadeSection(Disclosure):
    """Folded away at first. `remake_requested` asks to make the data set again."""

    remake_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("How it was made", parent, name="dataset_made")
        self._steps = PlainLabel("", TextRole.BODY, name="dataset_made_steps", selectable=True)
        self.remake_button = Button(
            "Make it again",
            ButtonKind.SECONDARY,
            "refresh",
            name="dataset_remake",
            tip="Reads the originals once more and does the same with them, as another data set. "
            "They have to be as they were then.",
        )
        self.remake_button.clicked.connect(self.remake_requested)
        row = QHBoxLayout()
        row.addWidget(self.remake_button)
        row.addStretch(1)
        self.body.setSpacing(Space.S)
        self.body.addWidget(self._steps)
        self.body.addLayout(row)

    def show_history(self, steps: Sequence[HistoryStep], later: Sequence[DatasetInfo]) -> None:
        """Show the way back to the original files, and the data sets made of this one since."""
        parts = []
        for number, step in enumerate(steps):
            lines = [f"•  {line}" for line in step.lines]
            if number:
                lines.insert(0, f"Before that, “{step.name}”:")
            parts.append("\n".join(lines))
        if later:
            parts.append(f"Made of it since: {names_as_text(info.name for info in later)}.")
        self._steps.setText("\n\n".join(parts))
