"""What stands beside the list when several data sets are chosen: join them into another one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jokegen import wording
from jokegen.records import DatasetInfo
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole

_NAMED = 8


class MergeCard(Card):
    """Names the chosen data sets; `merge_requested` asks to open them together."""

    merge_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="dataset_merge")
        self._title = PlainLabel("", TextRole.TITLE, name="dataset_merge_heading")
        self._names = PlainLabel("", TextRole.MUTED, name="dataset_merge_names")
        self._what = PlainLabel(
            "They are opened together in the workshop; jokes that repeat each other are left out, "
            "and what you save is another data set. These stay as they are.",
            name="dataset_merge_what",
        )
        self.merge_button = Button(
            "Join them…",
            ButtonKind.PRIMARY,
            "plus",
            name="dataset_merge_button",
            tip="Opens the jokes of all chosen data sets together, to save them as another one.",
        )
        self.merge_button.clicked.connect(self.merge_requested)
        row = QHBoxLayout()
        row.addWidget(self.merge_button)
        row.addStretch(1)
        self.body.setSpacing(Space.M)
        for label in (self._title, self._names, self._what):
            self.body.addWidget(label)
        self.body.addLayout(row)

    def show_infos(self, infos: Sequence[DatasetInfo]) -> None:
        """Show which ones are chosen."""
        jokes = wording.jokes(sum(info.jokes for info in infos))
        self._title.setText(f"{len(infos)} data sets, {jokes} together")
        names = [f"“{info.name}”, {wording.jokes(info.jokes)}" for info in infos[:_NAMED]]
        if len(infos) > _NAMED:
            names.append(f"and {len(infos) - _NAMED} more")
        self._names.setText("\n".join(names))
