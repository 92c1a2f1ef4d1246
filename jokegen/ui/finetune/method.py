"""Which weights learn: three ways as cards that say what each does to the result and the time."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSpinBox, QVBoxLayout, QWidget

from jokegen.jobs.requests import Method, TrainRequest
from jokegen.ui.kit.choices import Choice, Option
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space

_HIGHEST_RANK, _MOST_BLOCKS = 256, 64
_OPTIONS = {
    Method.FULL: (
        "Everything learns",
        "Follows your jokes most closely. Needs the most time and memory.",
        "Full fine-tuning: every weight of the base model is changed.",
    ),
    Method.LORA: (
        "Additions learn (LoRA)",
        "The base model stays as it is, small additions learn. Its steps are quicker and need "
        "less memory.",
        "LoRA: a pair of small matrices beside every layer learns. They are added to it at the "
        "end, so that it writes as quickly as before.",
    ),
    Method.LAST_BLOCKS: (
        "The last layers learn",
        "The quickest steps. It takes on the tone of your jokes, and changes the least.",
        "Only the layers nearest to the words that come out are changed.",
    ),
}


class MethodChoice(QWidget):
    """Cards for the methods, and the one number that belongs to the chosen one."""

    method_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("method")
        self.choice = Choice(
            [_option(method) for method in Method],
            caption="What learns",
            chosen=TrainRequest.method,
            name="method_choice",
        )
        self._rank_box, self._rank = _number(
            "Rank",
            TrainRequest.lora_rank,
            _HIGHEST_RANK,
            name="lora_rank",
            tip="How large the additions are. Larger ones can learn more, and more by heart.",
        )
        self._blocks_box, self._blocks = _number(
            "Layers",
            TrainRequest.last_blocks,
            _MOST_BLOCKS,
            name="last_blocks",
            tip="How many of the last layers learn. The more, the closer to your jokes, and the "
            "slower.",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.choice)
        layout.addWidget(self._rank)
        layout.addWidget(self._blocks)
        self.choice.choice_changed.connect(self._on_changed)
        self._rank_box.valueChanged.connect(self._on_changed)
        self._blocks_box.valueChanged.connect(self._on_changed)
        self._on_changed()

    def method(self) -> Method:
        """The one that is chosen."""
        return Method(self.choice.key())

    def lora_rank(self) -> int:
        """With what is being typed; the usual one where it does not count."""
        self._rank_box.interpretText()
        return self._rank_box.value() if self.method() is Method.LORA else TrainRequest.lora_rank

    def last_blocks(self) -> int:
        """With what is being typed; the usual ones where they do not count."""
        self._blocks_box.interpretText()
        is_used = self.method() is Method.LAST_BLOCKS
        return self._blocks_box.value() if is_used else TrainRequest.last_blocks

    def changed(self) -> list[str]:
        """The names of what is not as recommended."""
        found = [] if self.method() is TrainRequest.method else ["what learns"]
        if self.lora_rank() != TrainRequest.lora_rank:
            found.append("rank")
        if self.last_blocks() != TrainRequest.last_blocks:
            found.append("layers")
        return found

    def reset(self) -> None:
        """Choose what is recommended."""
        self._rank_box.setValue(TrainRequest.lora_rank)
        self._blocks_box.setValue(TrainRequest.last_blocks)
        self.choice.set_key(TrainRequest.method)

    @Slot()
    def _on_changed(self) -> None:
        self._rank.setVisible(self.method() is Method.LORA)
        self._blocks.setVisible(self.method() is Method.LAST_BLOCKS)
        self._rank.set_hint(recommended(self._rank_box.value(), TrainRequest.lora_rank))
        self._blocks.set_hint(recommended(self._blocks_box.value(), TrainRequest.last_blocks))
        self.method_changed.emit()


def recommended(value: int, usual: int, otherwise: str = "") -> str:
    """The hint of a number that was changed; `otherwise` the one of the usual number."""
    return otherwise if value == usual else f"Changed. Recommended: {usual:,}."


def _option(method: Method) -> Option:
    title, description, tip = _OPTIONS[method]
    if method is TrainRequest.method:
        description += " Recommended."
    return Option(method.value, title, description, tip)


def _number(
    caption: str, value: int, highest: int, *, name: str, tip: str
) -> tuple[QSpinBox, Field]:
    box = QSpinBox()
    box.setObjectName(name)
    box.setRange(1, highest)
    box.setValue(value)
    box.setFixedWidth(scaled(120))
    return box, Field(caption, box, tip=tip, name=f"{name}_field")
