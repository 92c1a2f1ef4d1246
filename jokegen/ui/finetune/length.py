"""How long to learn: a few ready-made numbers of epochs, or one's own."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSpinBox, QVBoxLayout, QWidget

from jokegen.records import DatasetInfo
from jokegen.ui.finetune import words
from jokegen.ui.kit.choices import Choice, Option
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

EPOCHS = {"taste": 1, "good": 2, "thorough": 4}
CUSTOM = "custom"
MOST_EPOCHS = 50


class LengthChoice(QWidget):
    """Cards for the numbers of epochs; "Custom" unfolds a spin box."""

    length_changed = Signal()
    unfolded = Signal()  # the spin box has come up, perhaps out of sight

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("length")
        self._dataset: DatasetInfo | None = None
        self.choice = Choice(
            [
                Option("taste", "Quick taste", tip="Reads every joke once. For a first look."),
                Option("good", "Good", tip="Reads every joke twice. Right for most data sets."),
                Option(
                    "thorough",
                    "Thorough",
                    tip="Reads every joke four times. For small data sets, or when time allows.",
                ),
                Option(CUSTOM, "Custom", tip="Choose yourself how often every joke is read."),
            ],
            caption="How long",
            chosen="good",
            columns=4,
            name="length_choice",
        )
        self._spin_box = QSpinBox()
        self._spin_box.setObjectName("epochs")
        self._spin_box.setRange(1, MOST_EPOCHS)
        self._spin_box.setValue(3)
        self._spin_box.setFixedWidth(scaled(120))
        self._custom = Field(
            "Epochs",
            self._spin_box,
            tip="How often every joke is read. Too often, and it learns them by heart.",
            name="epochs_field",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.choice)
        layout.addWidget(self._custom)
        layout.addWidget(
            PlainLabel(
                "In one epoch it reads every joke once. A step is one small correction.",
                TextRole.CAPTION,
                name="length_hint",
            )
        )
        self._custom.hide()
        self.choice.choice_changed.connect(self._on_choice_changed)
        self._spin_box.valueChanged.connect(self._on_epochs_changed)
        self._describe()

    def epochs(self) -> int:
        """How often every joke is read, with what is being typed."""
        self._spin_box.interpretText()
        key = self.choice.key()
        return EPOCHS.get(key, self._spin_box.value())

    def show_dataset(self, dataset: DatasetInfo | None) -> None:
        """Say for each choice how many steps it is with these jokes."""
        self._dataset = dataset
        self._describe()

    def _describe(self) -> None:
        for key in (*EPOCHS, CUSTOM):
            epochs = EPOCHS.get(key, self._spin_box.value())
            text = words.epochs(epochs)
            if self._dataset is not None:
                steps = words.rough_steps(self._dataset, epochs)
                text = f"{text}\n{words.about_steps(steps)}"
            if key == CUSTOM and self.choice.key() != CUSTOM:
                text = f"Up to {MOST_EPOCHS} epochs\nas you like"
            self.choice.set_description(key, text)

    @Slot()
    def _on_choice_changed(self) -> None:
        self._custom.setVisible(self.choice.key() == CUSTOM)
        self._describe()
        self.length_changed.emit()
        if self.choice.key() == CUSTOM:
            self.unfolded.emit()

    @Slot()
    def _on_epochs_changed(self) -> None:
        self._describe()
        self.length_changed.emit()
