"""A choice from a list whose entries may be long: the box shortens them, the list shows more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from jokegen.ui.kit.fields import prepare_control
from jokegen.ui.kit.labels import plain_tip
from jokegen.ui.kit.theme import scaled

_WIDEST_LIST = 460
_ROWS_MEASURED = 200


@dataclass(frozen=True)
class Item:
    """One entry: `text` for people, `value` for the program, `tip` for the whole of a long text."""

    text: str
    value: object = None
    tip: str = ""


class ShortCombo(QComboBox):
    """Shortens what does not fit with “…”; `value_chosen` tells what a person chose, and no more.

    Filling it anew tells nobody, and leaves the keyboard focus where it is.
    """

    value_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._items: list[Item] = []
        self.setMinimumContentsLength(10)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.view().setTextElideMode(Qt.TextElideMode.ElideRight)
        prepare_control(self)
        self.activated.connect(self._on_activated)

    def show_items(self, items: Sequence[Item], value: object) -> None:
        """Offer these entries, the one with this value chosen (the first, if none has it)."""
        with QSignalBlocker(self):
            if list(items) != self._items:
                self._items = list(items)
                self.clear()
                for row, item in enumerate(items):
                    self.addItem(" ".join(item.text.split()))
                    self.setItemData(row, plain_tip(item.tip), Qt.ItemDataRole.ToolTipRole)
            values = [item.value for item in items]
            self.setCurrentIndex(values.index(value) if value in values else 0)

    def value(self) -> object:
        """The value of what is chosen, None if there is nothing to choose from."""
        row = self.currentIndex()
        return self._items[row].value if 0 <= row < len(self._items) else None

    def showPopup(self) -> None:
        texts = [item.text for item in self._items[:_ROWS_MEASURED]]
        longest = max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0)
        room = min(scaled(_WIDEST_LIST), longest + scaled(48))
        self.view().setMinimumWidth(max(self.width(), room))
        super().showPopup()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room.width() - 4
        )
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    @Slot(int)
    def _on_activated(self, _row: int) -> None:
        self.value_chosen.emit(self.value())
