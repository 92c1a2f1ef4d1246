"""Settings with a few values to choose from: what each value does to the result stands under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from jokegen.jobs.requests import Precision, TrainRequest
from jokegen.ui.finetune.more_field import SettingField
from jokegen.ui.finetune.more_table import Group
from jokegen.ui.kit.combos import Item, ShortCombo

_FIELDS = frozenset(field.name for field in fields(TrainRequest))


@dataclass(frozen=True)
class Way:
    """One value of a setting that has only a few; `effect` is what it does to the result."""

    value: Any
    text: str
    effect: str


class WaysField(SettingField):
    """A list of a few values; the recommended one is marked, and choosing it follows it."""

    def __init__(
        self,
        field: str,
        caption: str,
        group: Group,
        ways: Sequence[Way],
        *,
        hint: str,
        others: str,
        beside: QWidget | None = None,
    ) -> None:
        if field not in _FIELDS:
            raise ValueError(field)
        self.field = field
        self._ways = list(ways)
        self._chosen: Way | None = None
        self.combo = ShortCombo(name=field)
        super().__init__(
            field,
            caption,
            group,
            self.combo,
            hint=hint,
            others=f"{others} {field}",
            beside=beside,
        )
        self.redraw()
        self.combo.value_chosen.connect(self._on_value_chosen)

    def set_ways(self, ways: Sequence[Way]) -> None:
        """Offer other values; what was chosen stays chosen if it is still there."""
        self._ways = list(ways)
        values = [way.value for way in ways]
        if self._chosen is not None and self._chosen.value not in values:
            self._chosen = None
        self.redraw()

    def value(self) -> Any:
        """What a request would have."""
        return self._usual() if self._chosen is None else self._chosen.value

    def choices(self) -> dict[str, Any]:
        return {} if self._chosen is None else {self.field: self._chosen.value}

    def clear(self) -> None:
        self._chosen = None

    def effect(self) -> str:
        if self._chosen is None:
            return ""
        usual = next((way for way in self._ways if way.value == self._usual()), None)
        if usual is None or not usual.value:
            return self._chosen.effect
        return f"Recommended: {usual.text[:1].lower()}{usual.text[1:]}. {self._chosen.effect}"

    def redraw(self) -> None:
        usual = self._usual()
        if self._chosen is not None and self._chosen.value == usual:
            self._chosen = None
        self.combo.show_items(
            [
                Item(
                    f"{way.text} · recommended" if way.value == usual else way.text,
                    way.value,
                    way.effect,
                )
                for way in self._ways
            ],
            self.value(),
        )
        super().redraw()

    def _usual(self) -> Any:
        return getattr(self._recommended, self.field)

    @Slot(object)
    def _on_value_chosen(self, value: object) -> None:
        self._chosen = next(way for way in self._ways if way.value == value)
        self._on_edited()


def embeddings_field() -> WaysField:
    """Whether the token embeddings and the output layer learn."""
    return WaysField(
        "train_embeddings",
        "Train embeddings",
        Group.LEARNS,
        [
            Way(
                True,
                "They learn too",
                "It can pick up names and words that it hardly knew. Needs more memory.",
            ),
            Way(
                False,
                "They stay as they are",
                "Less memory, and less by heart; words that it hardly knew stay strange to it.",
            ),
        ],
        hint="Whether its vocabulary learns as well: how it reads and picks words.",
        others="embedding head vocabulary lm_head wte tied",
    )


def precision_field() -> WaysField:
    """The number format of the multiplications."""
    return WaysField(
        "precision",
        "Precision",
        Group.ARITHMETIC,
        [
            Way(
                Precision.AUTO,
                "Automatic",
                "The fastest that is exact enough, by a short measurement before the run.",
            ),
            Way(
                Precision.FLOAT32,
                "float32",
                "Exact, and often slower. The jokes come out no better.",
            ),
            Way(
                Precision.BFLOAT16,
                "bfloat16",
                "Shorter numbers: quick where the chip has them, very slow where not. "
                "The jokes come out as good.",
            ),
            Way(
                Precision.FLOAT16,
                "float16",
                "Shorter numbers, made for GPUs; on a CPU mostly far slower. "
                "The jokes come out as good.",
            ),
        ],
        hint="In which number format it multiplies. Automatic measures which is fastest.",
        others="bf16 fp16 fp32 float32 bfloat16 float16 dtype mixed half",
    )
