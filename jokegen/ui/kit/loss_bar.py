"""The buttons of a loss chart: steps or time along the bottom, and the zoom."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from jokegen.ui.kit.buttons import Button, IconButton
from jokegen.ui.kit.loss_data import Axis
from jokegen.ui.kit.tokens import Space


class ChartBar(QWidget):
    """The buttons only ask."""

    axis_chosen = Signal()
    zoomed_in = Signal()
    zoomed_out = Signal()
    all_wanted = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}_bar")
        self.steps_button = _switch("Steps", "Steps along the bottom.", f"{name}_steps")
        self.time_button = _switch(
            "Time", "Time along the bottom, pauses left out.", f"{name}_time"
        )
        self.steps_button.setChecked(True)
        self._group = QButtonGroup(self)
        self.in_button = IconButton("plus", "Look closer (+)", name=f"{name}_zoom_in")
        self.out_button = IconButton("minus", "See more (-)", name=f"{name}_zoom_out")
        self.all_button = IconButton("whole", "See all of it (0)", name=f"{name}_zoom_all")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        for switch in (self.steps_button, self.time_button):
            self._group.addButton(switch)
            row.addWidget(switch)
        row.addSpacing(Space.S)
        for button in (self.in_button, self.out_button, self.all_button):
            row.addWidget(button)
        self._group.buttonToggled.connect(self._on_switched)
        self.in_button.clicked.connect(self.zoomed_in)
        self.out_button.clicked.connect(self.zoomed_out)
        self.all_button.clicked.connect(self.all_wanted)
        self.show_zoom(is_whole=True)

    @property
    def axis(self) -> Axis:
        """What shall run along the bottom."""
        return Axis.TIME if self.time_button.isChecked() else Axis.STEPS

    def show_zoom(self, is_whole: bool) -> None:
        """Whether there is more to see than is shown."""
        self.out_button.setEnabled(not is_whole)
        self.all_button.setEnabled(not is_whole)

    @Slot(object, bool)
    def _on_switched(self, _button: object, is_on: bool) -> None:
        if is_on:
            self.axis_chosen.emit()


def _switch(text: str, tip: str, name: str) -> Button:
    button = Button(text, name=name, tip=tip)
    button.setCheckable(True)
    return button
