"""One of a few ready-made choices, each a card that says in words what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QGridLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.layouts import BodyColumn
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Radius, Space, TextRole, Tone


@dataclass(frozen=True)
class Option:
    """One choice: `key` for the program, the rest for people."""

    key: str
    title: str
    description: str = ""
    tip: str = ""


class Choice(QWidget):
    """Radio buttons as cards, `columns` of them side by side; exactly one is chosen.

    With `narrowest` there are fewer columns where a card would be narrower than that, and as many
    cards in each row as can be.
    """

    choice_changed = Signal(str)

    def __init__(
        self,
        options: Sequence[Option],
        parent: QWidget | None = None,
        *,
        caption: str = "",
        chosen: str = "",
        columns: int = 3,
        narrowest: int = 0,
        name: str = "",
    ) -> None:
        super().__init__(parent)
        describe(self, name, caption)
        self._most_columns, self._narrowest, self._columns = columns, narrowest, 0
        self._group = QButtonGroup(self)
        self._cards: dict[str, _OptionCard] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        if caption:
            layout.addWidget(PlainLabel(caption, TextRole.STRONG))
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.M)
        layout.addLayout(self._grid)
        for option in options:
            card = _OptionCard(option)
            card.setObjectName(f"{name}_{option.key}")
            self._group.addButton(card)
            self._cards[option.key] = card
        self._place(columns)
        self._cards[chosen or options[0].key].setChecked(True)
        self._group.buttonToggled.connect(self._on_toggled)

    def key(self) -> str:
        """The key of what is chosen."""
        return next(key for key, card in self._cards.items() if card.isChecked())

    def set_key(self, key: str) -> None:
        """Choose another option; KeyError if there is none of that name."""
        self._cards[key].setChecked(True)

    def set_description(self, key: str, description: str) -> None:
        """Say something else about an option, such as how long it will take."""
        self._cards[key].set_description(description)

    def set_value(self, key: str, value: str, tone: Tone | None = None) -> None:
        """Say the one thing that matters most about an option, between title and description."""
        self._cards[key].set_value(value, tone)

    def set_option_enabled(self, key: str, is_enabled: bool) -> None:
        """Let an option be chosen, or not."""
        self._cards[key].setEnabled(is_enabled)

    def card(self, key: str) -> QAbstractButton:
        """The button of one option."""
        return self._cards[key]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._narrowest:
            fit = max(1, (event.size().width() + Space.M) // (self._narrowest + Space.M))
            rows = -(-len(self._cards) // min(self._most_columns, fit))
            self._place(-(-len(self._cards) // rows))

    def _place(self, columns: int) -> None:
        """Put the cards into so many columns of equal width."""
        if columns == self._columns:
            return
        self._columns = columns
        for index, card in enumerate(self._cards.values()):
            self._grid.addWidget(card, index // columns, index % columns)
        for column in range(self._most_columns):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    @Slot(QAbstractButton, bool)
    def _on_toggled(self, card: QAbstractButton, is_checked: bool) -> None:
        if is_checked and isinstance(card, _OptionCard):
            self.choice_changed.emit(card.option_key)


class _OptionCard(QAbstractButton):
    """A radio button that is a whole card."""

    def __init__(self, option: Option) -> None:
        super().__init__()
        self.option_key = option.key
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._title = PlainLabel(option.title, TextRole.STRONG)
        self._value = PlainLabel("", TextRole.BODY)
        self._value.hide()
        self._description = PlainLabel("", TextRole.CAPTION)
        layout = BodyColumn(self)  # texts stay together where a neighbour is higher
        layout.setContentsMargins(Space.M + scaled(16) + Space.S + 2, Space.M, Space.M, Space.M)
        layout.setSpacing(0)
        layout.body.setSpacing(2)
        for label in (self._title, self._value, self._description):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.body.addWidget(label)
        layout.add_body()
        describe(self, "", option.title, option.tip)
        self.set_description(option.description)

    def set_description(self, description: str) -> None:
        self._description.setText(description)
        self._description.setVisible(bool(description))
        self._say()

    def set_value(self, value: str, tone: Tone | None) -> None:
        self._value.setText(value)
        self._value.set_tone(tone)
        self._value.setVisible(bool(value))
        self._say()

    def _say(self) -> None:
        texts = (self._value.text(), self._description.text())
        self.setAccessibleDescription("\n".join(text for text in texts if text))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_on, is_live = self.isChecked(), self.isEnabled()
        edge = look.accent_text if is_on and is_live else look.border
        ground = look.accent_soft if is_on and is_live else look.raised
        if is_live and not is_on and (self.underMouse() or self.isDown()):
            ground, edge = look.window, look.control_border
        width = 2.0 if self.hasFocus() else 1.0
        painter.setPen(QPen(QColor(look.focus if self.hasFocus() else edge), width))
        painter.setBrush(QColor(ground))
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(frame, Radius.M, Radius.M)
        self._paint_mark(painter)
        painter.end()

    def _paint_mark(self, painter: QPainter) -> None:
        """The round mark of a radio button, level with the title."""
        look = colours()
        radius = scaled(16) / 2
        middle = QPointF(Space.M + radius, self._title.geometry().center().y() + 0.5)
        if self._title.height() > self._title.fontMetrics().height() * 1.6:
            middle.setY(self._title.y() + self._title.fontMetrics().height() / 2)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.accent if self.isEnabled() else look.disabled))
            painter.drawEllipse(middle, radius, radius)
            painter.setBrush(QColor(look.on_accent))
            painter.drawEllipse(middle, radius * 0.4, radius * 0.4)
            return
        edge = look.control_border if self.isEnabled() else look.border
        painter.setPen(QPen(QColor(edge), 1.25))
        painter.setBrush(QColor(look.surface))
        painter.drawEllipse(middle, radius - 0.75, radius - 0.75)
