"""Settings of a training run that few people need; what differs from the usual is marked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from jokegen.jobs.requests import Method, TrainRequest
from jokegen.ui.finetune.method import MethodChoice, recommended
from jokegen.ui.finetune.words import read_learning_rate
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.panels import Disclosure
from jokegen.ui.kit.tokens import Space, TextRole

_TITLE = "More settings"
_MOST_STEPS = 1_000_000
_HIGHEST_SEED = 2**31 - 1
_RATE_HINT = "Empty takes the recommended one."
_STEPS_HINT = "0 sets no limit."
_SEED_HINT = "The same number gives the same run."


@dataclass(frozen=True)
class MoreChosen:
    """What was set here; None is the recommended learning rate, and no limit."""

    learning_rate: float | None
    max_steps: int | None
    seed: int
    method: Method
    lora_rank: int
    last_blocks: int


class MoreSettings(Disclosure):
    """What learns, learning rate, most steps, seed; folded away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_TITLE, parent, name="more_settings")
        self.method = MethodChoice()
        self._rate_edit = QLineEdit()
        self._rate_edit.setObjectName("learning_rate")
        self._rate_edit.setPlaceholderText("Recommended")
        self._rate = Field(
            "Learning rate",
            self._rate_edit,
            hint=_RATE_HINT,
            tip="How strongly each step corrects it. Too much and the jokes turn into gibberish, "
            "too little and it hardly learns them.",
            name="learning_rate_field",
        )
        self._steps_box = QSpinBox()
        self._steps_box.setObjectName("most_steps")
        self._steps_box.setRange(0, _MOST_STEPS)
        self._steps_box.setSpecialValueText("No limit")
        self._steps = Field(
            "Most steps",
            self._steps_box,
            hint=_STEPS_HINT,
            tip="Ends the run after so many steps, even if not every joke was read.",
            name="most_steps_field",
        )
        self._seed_box = QSpinBox()
        self._seed_box.setObjectName("seed")
        self._seed_box.setRange(0, _HIGHEST_SEED)
        self._seed_box.setValue(TrainRequest.seed)
        self._seed = Field(
            "Seed",
            self._seed_box,
            hint=_SEED_HINT,
            tip="Decides in which order the jokes are read; any number is as good as another.",
            name="seed_field",
        )
        self._changed_words = PlainLabel("", TextRole.CAPTION, name="more_changed")
        self._reset_button = Button(
            "Reset",
            ButtonKind.QUIET,
            "undo",
            name="reset_more",
            tip="Sets all of these to what is recommended.",
        )
        self._arrange()
        self._rate_edit.textChanged.connect(self._on_rate_edited)
        self._steps_box.valueChanged.connect(self._on_changed)
        self._seed_box.valueChanged.connect(self._on_changed)
        self.method.method_changed.connect(self._on_changed)
        self._reset_button.clicked.connect(self._on_reset_clicked)
        self._on_changed()

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.L)
        for column, field in enumerate((self._rate, self._steps, self._seed)):
            grid.addWidget(field, 0, column)
            grid.setColumnStretch(column, 1)
        self._reset_row = QWidget()
        row = QHBoxLayout(self._reset_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        row.addWidget(self._changed_words, 1)
        row.addWidget(self._reset_button)
        self.body.addWidget(self.method)
        self.body.addLayout(grid)
        self.body.addWidget(self._reset_row)

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
        return MoreChosen(
            rate,
            self._steps_box.value() or None,
            self._seed_box.value(),
            self.method.method(),
            self.method.lora_rank(),
            self.method.last_blocks(),
        )

    def focus_problem(self) -> None:
        """Put the cursor where the problem is."""
        self._rate_edit.setFocus()
        self._rate_edit.selectAll()

    def changed(self) -> list[str]:
        """The names of what is not as recommended, for a sentence."""
        found = self.method.changed()
        if self._rate_edit.text().strip():
            found.append("learning rate")
        if self._steps_box.value():
            found.append("most steps")
        if self._seed_box.value() != TrainRequest.seed:
            found.append("seed")
        return found

    @Slot()
    def _on_rate_edited(self) -> None:
        self._rate.set_problem("")
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        changed = self.changed()
        self.set_title(f"{_TITLE} · {len(changed)} changed" if changed else _TITLE)
        self._changed_words.setText(f"Not as recommended: {', '.join(changed)}.")
        self._reset_row.setVisible(bool(changed))
        has_rate = bool(self._rate_edit.text().strip())
        self._rate.set_hint("Changed. Empty is recommended." if has_rate else _RATE_HINT)
        has_limit = bool(self._steps_box.value())
        self._steps.set_hint("Changed. Recommended: no limit." if has_limit else _STEPS_HINT)
        self._seed.set_hint(recommended(self._seed_box.value(), TrainRequest.seed, _SEED_HINT))

    @Slot()
    def _on_reset_clicked(self) -> None:
        self._rate_edit.clear()
        self._steps_box.setValue(0)
        self._seed_box.setValue(TrainRequest.seed)
        self.method.reset()
        self.header.setFocus()  # the button under the pointer goes away
