"""Fields of a form: a caption in plain words, the control, a hint, and room for a problem."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.layouts import BodyColumn
from jokegen.ui.kit.theme import restyle
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_FIXED = QSizePolicy.Policy.Fixed
_UNLIMITED = 16_777_215  # Qt's QWIDGETSIZE_MAX


class WheelGuard(QObject):
    """Keeps the mouse wheel from changing a control that scrolls by under it.

    `guard_wheel(control)` installs it on a combo box, slider or spin box. the keyboard focus
    on it, the wheel works as usual.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() is QEvent.Type.Wheel
            and isinstance(watched, QWidget)
            and not watched.hasFocus()
        ):
            event.ignore()
            return True
        return False


def guard_wheel(control: QWidget) -> None:
    """Let the wheel scroll the page, not change `control`, until it has the focus."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(WheelGuard(control))


def prepare_control(control: QWidget) -> None:
    """What a control needs to be part of a form, whichever it is."""
    if isinstance(control, QAbstractScrollArea):
        return  # these are scrolled by the wheel, not changed
    guard_wheel(control)
    if isinstance(control, QComboBox) and not isinstance(
        control.itemDelegate(), QStyledItemDelegate
    ):
        # The list that pops up is drawn by the style sheet only through this kind of delegate.
        control.setItemDelegate(QStyledItemDelegate(control))
    if isinstance(control, QAbstractSpinBox):
        # WORKAROUND: a spin box with a style sheet puts its line edit at the very left (Qt 6.11).
        control.lineEdit().setTextMargins(Space.S, 0, 2, 0)


class Field(QWidget):
    """Any control with a caption above it, a hint below it, and its problem when it has one."""

    def __init__(
        self,
        caption: str,
        control: QWidget,
        parent: QWidget | None = None,
        *,
        hint: str = "",
        tip: str = "",
        name: str = "",
    ) -> None:
        super().__init__(parent)
        self.control = control
        describe(self, name)
        describe(control, control.objectName() or f"{name}_control", caption, tip)
        prepare_control(control)
        self._caption = PlainLabel(caption, TextRole.STRONG)
        self._caption.setBuddy(control)
        self._hint = PlainLabel(hint, TextRole.CAPTION, name=f"{name}_hint")
        self._problem = PlainLabel("", TextRole.CAPTION, name=f"{name}_problem")
        self._problem.set_tone(Tone.ERROR)
        if control.maximumHeight() < _UNLIMITED:
            control.setSizePolicy(control.sizePolicy().horizontalPolicy(), _FIXED)
        layout = BodyColumn(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._body = layout.body
        self._body.setSpacing(Space.XS + 2)
        for part in (self._caption, control, self._hint, self._problem):
            self._body.addWidget(part)
        layout.add_body()
        self._hint.setVisible(bool(hint))
        self._problem.hide()

    def add_beside(self, part: QWidget) -> None:
        """Put a small control at the right end of the line with the main one."""
        place = self._body.indexOf(self.control)
        self._body.removeWidget(self.control)
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(self.control, 1)
        row.addWidget(part)
        self._body.insertLayout(place, row)

    def add_below(self, part: QWidget) -> None:
        """Put a control under the problem, such as a button that mends it."""
        self._body.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft)

    def set_hint(self, hint: str) -> None:
        """Show other words of explanation; "" hides them."""
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def problem(self) -> str:
        """What is wrong with the value, "" when nothing is."""
        return self._problem.text()

    def set_problem(self, problem: str) -> None:
        """Say what is wrong, next to the control and in red; "" takes it back."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self.control.setProperty("hasProblem", bool(problem))
        restyle(self.control)


class SliderField(QWidget):
    """A number on a slider and in a box, the two kept in step.

    The number can be typed to `decimals` places; the slider moves in steps of `step`. For whole
    numbers leave `decimals` at 0 and read `int_value()`. `ends` are words for the two ends of the
    slider, such as ("Tame", "Wild").
    """

    value_changed = Signal(float)

    def __init__(
        self,
        caption: str,
        minimum: float,
        maximum: float,
        value: float,
        parent: QWidget | None = None,
        *,
        step: float = 1.0,
        decimals: int = 0,
        unit: str = "",
        hint: str = "",
        tip: str = "",
        ends: tuple[str, str] | None = None,
        name: str = "",
    ) -> None:
        super().__init__(parent)
        if not minimum < maximum or step <= 0:
            raise ValueError(f"a slider from {minimum} to {maximum} in steps of {step}")
        self._minimum, self._step = minimum, step
        self.setObjectName(name)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, round((maximum - minimum) / step))
        self.slider.setPageStep(max(1, self.slider.maximum() // 10))
        self.spin_box = QDoubleSpinBox()
        self.spin_box.setDecimals(decimals)
        self.spin_box.setRange(minimum, maximum)
        self.spin_box.setSingleStep(step)
        self.spin_box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.spin_box.setKeyboardTracking(False)
        if unit:
            self.spin_box.setSuffix(f" {unit}")
        for part, control in (("slider", self.slider), ("number", self.spin_box)):
            describe(control, f"{name}_{part}", caption, tip)
            prepare_control(control)
        self._caption = PlainLabel(caption, TextRole.STRONG)
        self._caption.setBuddy(self.spin_box)
        self._hint = PlainLabel(hint, TextRole.CAPTION, name=f"{name}_hint")
        self._arrange(ends)
        self._hint.setVisible(bool(hint))
        self.spin_box.setValue(value)
        self._move_slider(self.spin_box.value())
        self.slider.valueChanged.connect(self._on_slider_moved)
        self.spin_box.valueChanged.connect(self._on_number_changed)

    def value(self) -> float:
        """The number in the box."""
        return self.spin_box.value()

    def int_value(self) -> int:
        """The number in the box, as a whole number."""
        return round(self.spin_box.value())

    def set_value(self, value: float) -> None:
        """Put another number in; it is kept within the limits."""
        self.spin_box.setValue(value)

    def set_range(self, minimum: float, maximum: float) -> None:
        """Change the limits; a number outside of them moves to the nearest one."""
        if not minimum < maximum:
            raise ValueError(f"a slider from {minimum} to {maximum}")
        self._minimum = minimum
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, round((maximum - minimum) / self._step))
        self.spin_box.setRange(minimum, maximum)
        self._move_slider(self.spin_box.value())

    def set_hint(self, hint: str) -> None:
        """Show other words of explanation; "" hides them."""
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def _arrange(self, ends: tuple[str, str] | None) -> None:
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        top.addWidget(self._caption, 1)
        top.addWidget(self.spin_box, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addLayout(top)
        layout.addWidget(self.slider)
        if ends:
            row = QHBoxLayout()
            low, high = (PlainLabel(word, TextRole.CAPTION) for word in ends)
            high.setAlignment(Qt.AlignmentFlag.AlignRight)
            row.addWidget(low)
            row.addWidget(high)
            layout.addLayout(row)
        layout.addWidget(self._hint)
        self.setTabOrder(self.slider, self.spin_box)

    @Slot(int)
    def _on_slider_moved(self, position: int) -> None:
        self.spin_box.setValue(self._minimum + position * self._step)

    @Slot(float)
    def _on_number_changed(self, number: float) -> None:
        self._move_slider(number)
        self.value_changed.emit(number)

    def _move_slider(self, number: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round((number - self._minimum) / self._step))
