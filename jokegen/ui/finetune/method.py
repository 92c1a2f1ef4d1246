"""Which weights learn: three ways as cards that say what each does to the result and the time."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Slot

from jokegen.jobs.requests import Method, TrainRequest
from jokegen.ui.finetune.more_field import SettingField
from jokegen.ui.finetune.more_table import Group
from jokegen.ui.kit.choices import Choice, Option

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


class MethodField(SettingField):
    """Cards for the methods; it follows the recommendation until another card is chosen."""

    def __init__(self) -> None:
        self._chosen: Method | None = None
        self.choice = Choice(
            [Option(method.value, title, "", tip) for method, (title, _, tip) in _OPTIONS.items()],
            chosen=TrainRequest.method,
            name="method_choice",
        )
        super().__init__(
            "method",
            "Method",
            Group.LEARNS,
            self.choice,
            hint="",
            others="full fine-tuning lora peft lora_rank rank last blocks last_blocks layers",
        )
        self.redraw()
        self.choice.choice_changed.connect(self._on_choice_changed)

    def method(self) -> Method:
        """The one that a run would have."""
        return self._chosen or self._recommended.method

    def choices(self) -> dict[str, Any]:
        if self._chosen is None:
            return {}
        return {"method": self._chosen, "is_method_open": False}

    def clear(self) -> None:
        self._chosen = None

    def focus_control(self) -> None:
        card = self.choice.card(self.method().value)
        card.setFocus(Qt.FocusReason.OtherFocusReason)

    def effect(self) -> str:
        return f"Recommended: {_OPTIONS[self._recommended.method][0]}."

    def redraw(self) -> None:
        usual = self._recommended.method
        if self._chosen is usual:
            self._chosen = None
        for method, (_, description, _) in _OPTIONS.items():
            mark = " Recommended." if method is usual else ""
            self.choice.set_description(method.value, description + mark)
        with QSignalBlocker(self.choice):
            self.choice.set_key(self.method().value)
        super().redraw()

    @Slot(str)
    def _on_choice_changed(self, key: str) -> None:
        self._chosen = Method(key)
        self._on_edited()
