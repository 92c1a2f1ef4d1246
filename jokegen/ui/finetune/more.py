"""Settings of a training run that few people need."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSpinBox, QWidget

from jokegen.jobs.requests import TrainRequest
from jokegen.ui.finetune.words import read_learning_rate
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.panels import Disclosure
from jokegen.ui.kit.tokens import Space

_MOST_STEPS = 1_000_000
_HIGHEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class MoreChosen:
    """What was set here; None is the recommended learning rate, and no limit."""

    learning_rate: float | None
    max_steps: int | None
    seed: int


class MoreSettings(Disclosure):
    """Learning rate, most steps, seed; folded away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("More settings", parent, name="more_settings")
        self._rate_edit = QLineEdit()
        self._rate_edit.setObjectName("learning_rate")
        self._rate_edit.setPlaceholderText("Recommended")
        self._rate = Field(
            "Learning rate",
            self._rate_edit,
            hint="Empty takes the recommended one.",
            tip="How strongly each step corrects it. Too much and the jokes turn into gibberish, "
            "too little and it hardly learns them.",
            name="learning_rate_field",
        )
        self._rate_edit.textChanged.connect(self._on_rate_edited)
        self._steps_box = QSpinBox()
        self._steps_box.setObjectName("most_steps")
        self._steps_box.setRange(0, _MOST_STEPS)
        self._steps_box.setSpecialValueText("No limit")
        steps = Field(
            "Most steps",
            self._steps_box,
            hint="0 sets no limit.",
            tip="Ends the run after so many steps, even if not every joke was read.",
            name="most_steps_field",
        )
        self._seed_box = QSpinBox()
        self._seed_box.setObjectName("seed")
        self._seed_box.setRange(0, _HIGHEST_SEED)
        self._seed_box.setValue(TrainRequest.seed)
        seed = Field(
            "Seed",
            self._seed_box,
            hint="The same number gives the same run.",
            tip="Decides in which order the jokes are read; any number is as good as another.",
            name="seed_field",
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.L)
        for column, field in enumerate((self._rate, steps, seed)):
            grid.addWidget(field, 0, column)
            grid.setColumnStretch(column, 1)
        self.body.addLayout(grid)

    def read(self) -> MoreChosen | None:
        """What is set, with what is being typed; None, and the problem shown, if it is no use."""
        for box in (self._steps_box, self._seed_box):
            box.interpretText()
        try:
            rate = read_learning_rate(self._rate_edit.text())
        except ValueError as error:
            self._rate.set_problem(str(error))
            self.set_open(True)
            return None
        return MoreChosen(rate, self._steps_box.value() or None, self._seed_box.value())

    def focus_problem(self) -> None:
        """Put the cursor where the problem is."""
        self._rate_edit.setFocus()
        self._rate_edit.selectAll()

    @Slot()
    def _on_rate_edited(self) -> None:
        self._rate.set_problem("")
