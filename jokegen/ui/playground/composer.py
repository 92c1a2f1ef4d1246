"""Where a joke begins: its first words, how many jokes, and the button that writes them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from PySide6.QtCore import QElapsedTimer, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.fields import Field, guard_wheel
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole

STARTERS = ("My dog", "I used to", "Why did the", "The problem with")
_MOST_JOKES = 20
_LONGEST_PROMPT = 2_000


class Writing(Enum):
    """What the button stands for just now; the value is what it says."""

    IDLE = "Write jokes"
    BUSY = "Stop"
    STOPPING = "Stopping…"


class Composer(Card):
    """The card above the jokes."""

    write_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="composer")
        self.setAccessibleName("Write jokes")
        self.prompt = QLineEdit()
        self.prompt.setMaxLength(_LONGEST_PROMPT)
        self.prompt.setPlaceholderText("May stay empty: then it begins as it likes")
        self.prompt.setClearButtonEnabled(True)
        self.count = QSpinBox()
        self.count.setRange(1, _MOST_JOKES)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        describe(self.count, "joke_count", "How many jokes", "How many jokes one press writes.")
        guard_wheel(self.count)
        self.button = _WriteButton()
        self._training_hint = PlainLabel(
            "A run is being trained: writing is slower meanwhile.",
            TextRole.CAPTION,
            name="training_hint",
        )
        self._training_hint.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._training_hint.hide()
        self._arrange()
        self.count.valueChanged.connect(self._on_count_changed)
        self.count.setValue(5)
        self.prompt.returnPressed.connect(self._on_return_pressed)
        self.button.clicked.connect(self._on_button_clicked)

    @property
    def writing(self) -> Writing:
        return self.button.writing

    def set_writing(self, writing: Writing) -> None:
        """Make the button fit what goes on."""
        self.button.set_writing(writing)

    def set_training(self, is_training: bool) -> None:
        """Say, or no longer say, that a training run takes a part of the computer."""
        self._training_hint.setVisible(is_training)

    def joke_count(self) -> int:
        """How many jokes are asked for, with what is being typed."""
        self.count.interpretText()
        return self.count.value()

    def _arrange(self) -> None:
        self._starters = _Starters(STARTERS)
        self._starters.chosen.connect(self._on_starter_chosen)
        field = Field(
            "How should the joke begin?",
            self.prompt,
            tip="The first words of every joke; the language model goes on from there.",
            name="prompt",
        )
        bottom = QHBoxLayout()
        bottom.setSpacing(Space.M)
        bottom.addStretch(1)
        bottom.addWidget(self.count)
        bottom.addWidget(self.button)
        bottom.setAlignment(self.count, Qt.AlignmentFlag.AlignVCenter)
        self.body.setSpacing(Space.S)
        self.body.addWidget(field)
        self.body.addWidget(self._starters)
        self.body.addLayout(bottom)
        self.body.addWidget(self._training_hint)
        stops = [self.prompt, *self._starters.buttons, self.count, self.button]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    @Slot(int)
    def _on_count_changed(self, count: int) -> None:
        self.count.setSuffix(" joke" if count == 1 else " jokes")

    @Slot(str)
    def _on_starter_chosen(self, words: str) -> None:
        self.prompt.setText(words)
        self.prompt.setFocus()

    @Slot()
    def _on_return_pressed(self) -> None:
        if self.writing is Writing.IDLE:
            self.write_requested.emit()

    @Slot()
    def _on_button_clicked(self) -> None:
        if self.writing is Writing.IDLE:
            self.write_requested.emit()
        elif self.writing is Writing.BUSY and not self.button.was_just_pressed:
            self.stop_requested.emit()


class _WriteButton(Button):
    """As wide in every state as in its widest, so that nothing beside it moves."""

    def __init__(self) -> None:
        super().__init__(Writing.IDLE.value, ButtonKind.PRIMARY, "sparkle", name="write_jokes")
        self.writing = Writing.IDLE
        self.setAutoDefault(True)  # Enter presses it when it has the focus
        self._since_start = QElapsedTimer()
        self.set_writing(Writing.IDLE)

    @property
    def was_just_pressed(self) -> bool:
        """The second half of a double click is not meant to stop what the first half started."""
        return self._since_start.elapsed() < QApplication.doubleClickInterval()

    def set_writing(self, writing: Writing) -> None:
        if writing is Writing.BUSY and self.writing is Writing.IDLE:
            self._since_start.start()
        self.writing = writing
        is_idle = writing is Writing.IDLE
        self.set_text(writing.value)
        self.set_icon("sparkle" if is_idle else "stop")
        tip = (
            "Writes new jokes with the settings on the left (Ctrl+Enter)"
            if is_idle
            else "Stops writing; what is written so far stays (Esc)"
        )
        describe(self, "write_jokes", writing.value, tip)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        widths = [self.fontMetrics().horizontalAdvance(state.value) for state in Writing]
        shown = self.fontMetrics().horizontalAdvance(self.writing.value)
        return QSize(hint.width() + max(widths) - shown, hint.height())


class _Starters(QWidget):
    """Beginnings to click on, in as many lines as the width needs."""

    chosen = Signal(str)

    def __init__(self, starters: Sequence[str]) -> None:
        super().__init__()
        self.setObjectName("starters")
        self.setAccessibleName("Beginnings to try")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.buttons = [
            Button(
                words,
                ButtonKind.SECONDARY,
                parent=self,
                name=f"starter_{number}",
                tip=f"Lets every joke begin with “{words}”",
            )
            for number, words in enumerate(starters)
        ]
        for button in self.buttons:
            button.clicked.connect(self._on_clicked)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(width, is_for_real=False)

    def sizeHint(self) -> QSize:
        sizes = [button.sizeHint() for button in self.buttons]
        width = sum(size.width() + Space.S for size in sizes) - Space.S
        return QSize(width, max(size.height() for size in sizes))

    def minimumSizeHint(self) -> QSize:
        sizes = [button.sizeHint() for button in self.buttons]
        return QSize(max(size.width() for size in sizes), max(size.height() for size in sizes))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self.width(), is_for_real=True)

    def _place(self, width: int, *, is_for_real: bool) -> int:
        """Put the buttons one after another into lines of `width`; returns the height."""
        x = y = line = 0
        for button in self.buttons:
            size = button.sizeHint()
            if x and x + size.width() > width:
                x, y, line = 0, y + line + Space.S, 0
            if is_for_real:
                button.setGeometry(x, y, size.width(), size.height())
            x += size.width() + Space.S
            line = max(line, size.height())
        return y + line

    @Slot()
    def _on_clicked(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, Button):
            self.chosen.emit(pressed.accessibleName())
