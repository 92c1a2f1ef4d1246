"""One setting of the advanced part: its name, a mark once it is changed, a way back, its effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from jokegen.jobs.requests import TrainRequest
from jokegen.ui.finetune.more_numbers import shown
from jokegen.ui.finetune.more_table import Group, Setting
from jokegen.ui.kit.buttons import IconButton
from jokegen.ui.kit.labels import Badge, PlainLabel, describe
from jokegen.ui.kit.theme import restyle, scaled
from jokegen.ui.kit.tokens import Space, TextRole, Tone


class SettingField(QWidget):
    """What all settings have in common; `edited` tells that a person changed the value.

    A setting that is not chosen follows the recommendation. `choices()` is what to put into a
    request; it raises ValueError with words for the person where the value is of no use.
    """

    edited = Signal()
    was_reset = Signal()

    def __init__(
        self,
        name: str,
        caption: str,
        group: Group,
        control: QWidget,
        *,
        hint: str,
        others: str,
        beside: QWidget | None = None,
    ) -> None:
        """`beside` is a part that belongs to the control, at its right."""
        super().__init__()
        self.caption, self.group = caption, group
        self._names = f"{caption} {others} {group} {hint}".casefold()
        self._hint_words = hint
        self.control = control
        self._recommended = TrainRequest("")
        self.setObjectName(f"{name}_field")
        describe(control, control.objectName() or name, caption, hint)
        self._mark = Badge("Changed", Tone.INFO, name=f"{name}_changed")
        self.reset_button = IconButton(
            "undo", f"{caption}: take the recommended one", name=f"reset_{name}"
        )
        self._hint = PlainLabel(hint, TextRole.CAPTION, name=f"{name}_field_hint")
        self._remark = PlainLabel("", TextRole.CAPTION, name=f"{name}_field_problem")
        self._remark.hide()
        self._said = ("", False)
        label = PlainLabel(caption, TextRole.STRONG)
        label.setBuddy(control)
        self.reset_button.setIconSize(QSize(scaled(14), scaled(14)))
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the line is as high without it
        self.reset_button.setSizePolicy(policy)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        row.addWidget(label, 1)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self._column.addWidget(head)
        if beside is None:
            self._column.addWidget(control)
        else:
            pair = QHBoxLayout()
            pair.setSpacing(Space.S)
            pair.addWidget(control, 1)
            pair.addWidget(beside)
            self._column.addLayout(pair)
        self._column.addWidget(self._hint)
        self._column.addWidget(self._remark)
        takes_focus = beside is not None and beside.focusPolicy() is not Qt.FocusPolicy.NoFocus
        self._last = beside if beside and takes_focus else control
        self.reset_button.clicked.connect(self._on_reset_clicked)

    # ---- To be said by each kind -----------------------------------------------------------

    def choices(self) -> dict[str, Any]:
        """What is chosen, by the names of `TrainRequest`; empty for the recommended."""
        raise NotImplementedError

    def clear(self) -> None:
        """Take the recommended value, telling nobody."""
        raise NotImplementedError

    def effect(self) -> str:
        """What the chosen value does to the result; only asked if it is not the recommended."""
        raise NotImplementedError

    # ---- The same for all ------------------------------------------------------------------

    def show_recommended(self, request: TrainRequest) -> None:
        """From now on these are the recommended values."""
        self._recommended = request
        self.redraw()

    def is_changed(self) -> bool:
        """Whether anything else than the recommended is chosen, sound or not."""
        try:
            chosen = self.choices()
        except ValueError:
            return True
        return any(
            getattr(self._recommended, field) != value
            for field, value in chosen.items()
            if field != "is_method_open"
        )

    def is_match(self, words: Sequence[str]) -> bool:
        """Whether all of the (case-folded) words are in its names."""
        return all(word in self._names for word in words)

    def problem(self) -> str:
        """What is wrong with the value by itself."""
        try:
            self.choices()
        except ValueError as error:
            return str(error)
        return ""

    def show_remark(self, text: str, *, is_problem: bool) -> None:
        """Say something about the value beside it; "" takes it back."""
        said = (text, is_problem)
        if said == self._said:
            return  # styling costs time, and this is asked at every key
        self._said = said
        self._remark.setText(text)
        self._remark.set_tone(Tone.ERROR if is_problem else Tone.WARNING)
        self._remark.setVisible(bool(text))
        self.control.setProperty("hasProblem", bool(text) and is_problem)
        restyle(self.control)
        self._describe()

    def _describe(self) -> None:
        """For a screen reader: what is wrong first, then what it is and does."""
        words = f"{self._remark.text()} {self._hint.text()}"
        self.control.setAccessibleDescription(words.strip())

    def remark(self) -> str:
        """What is said about the value."""
        return self._remark.text() if not self._remark.isHidden() else ""

    def order_tabs(self) -> None:
        """Let the tabulator key come to the way back after the value, once both have a window."""
        QWidget.setTabOrder(self._last, self.reset_button)

    def focus_control(self) -> None:
        """Put the keyboard's focus where the value is chosen."""
        self.control.setFocus(Qt.FocusReason.OtherFocusReason)

    def redraw(self) -> None:
        """Mark it if it is not as recommended, and say what that does."""
        is_changed = self.is_changed()
        had_focus = self.reset_button.hasFocus()
        self._mark.setVisible(is_changed)
        self.reset_button.setVisible(is_changed)
        if had_focus and not is_changed:
            self.focus_control()
        words = self._hint_words
        if is_changed and not self.problem():
            words = self.effect()
        self._hint.setText(words)
        self._hint.setVisible(bool(words))
        self._describe()

    @Slot()
    def _on_edited(self) -> None:
        self.redraw()
        self.edited.emit()

    @Slot()
    def _on_reset_clicked(self) -> None:
        self.clear()
        self.redraw()
        self.was_reset.emit()
        self.edited.emit()


class NumberEdit(QLineEdit):
    """A line for a number; the arrow keys change it, from the recommended one if it is empty."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._setting = setting
        self.from_here: float | None = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_up = event.key() == Qt.Key.Key_Up
        if not is_up and event.key() != Qt.Key.Key_Down:
            super().keyPressEvent(event)
            return
        setting = self._setting
        try:
            value = setting.read(self.text()) if self.text().strip() else self.from_here
        except ValueError:
            return
        if value is None:
            value = setting.lowest if is_up else None
        elif setting.is_factor:
            value = value * 2 if is_up else value / 2
            value = float(int(value)) if setting.is_whole else float(f"{value:.6g}")
        else:
            value += (1 if is_up else -1) * (1 if setting.is_whole else 0.01)
            value = round(value, 6)
        if value is not None:
            value = min(setting.highest, max(setting.lowest, value))
            self.setText(shown(value).replace(",", ""))


class NumberField(SettingField):
    """A number to type; empty takes the recommended one, which stands there greyed."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.edit = NumberEdit(setting)
        self.edit.setObjectName(setting.control)
        super().__init__(
            setting.control,
            setting.caption,
            setting.group,
            self.edit,
            hint=setting.hint,
            others=f"{setting.others} {setting.field}",
        )
        self.redraw()
        self.edit.textChanged.connect(self._on_edited)

    def choices(self) -> dict[str, Any]:
        text = self.edit.text().strip()
        if not text:
            return {}
        value = self.setting.read(text)
        if value is None:
            return {self.setting.field: self.setting.none_value}
        is_whole = self.setting.is_whole
        return {self.setting.field: int(value) if is_whole else float(value)}

    def clear(self) -> None:
        with QSignalBlocker(self.edit):
            self.edit.clear()

    def effect(self) -> str:
        return self.setting.effect(self.setting.read(self.edit.text()), self._usual())

    def redraw(self) -> None:
        self.edit.setPlaceholderText(self.setting.recommendation(self._usual()))
        self.edit.from_here = self._usual()
        super().redraw()

    def _usual(self) -> float | None:
        """The recommended number; None where there is none, or nobody knows it."""
        value: float | None = getattr(self._recommended, self.setting.field)
        if self.setting.field == "epochs" and not self._recommended.dataset:
            return None  # nobody has chosen a length yet
        return None if self.setting.none and value == self.setting.none_value else value
