"""What the window says back: nothing here yet, it went well, it went wrong, it is on its way."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QVariantAnimation, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from jokegen.errors import JokegenError
from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.icons import IconLabel, colours
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.theme import restyle, scaled
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_TONE_ICONS = {
    Tone.INFO: ("info", "accent_text"),
    Tone.SUCCESS: ("check", "success"),
    Tone.WARNING: ("warning", "warning"),
    Tone.ERROR: ("error", "danger"),
}


class EmptyState(QWidget):
    """What a page shows before there is anything: an icon, a sentence, and the next step."""

    action_clicked = Signal()
    secondary_clicked = Signal()

    def __init__(
        self,
        icon_name: str,
        title: str,
        text: str = "",
        parent: QWidget | None = None,
        *,
        action: str = "",
        action_icon: str = "",
        secondary: str = "",
        name: str = "",
    ) -> None:
        super().__init__(parent)
        describe(self, name, title)
        self.action_button = Button(action, ButtonKind.PRIMARY, action_icon, name=f"{name}_action")
        self.secondary_button = Button(secondary, ButtonKind.QUIET, name=f"{name}_secondary")
        self.action_button.clicked.connect(self.action_clicked)
        self.secondary_button.clicked.connect(self.secondary_clicked)
        self._title = PlainLabel(title, TextRole.TITLE, name=f"{name}_title")
        self._text = PlainLabel(text, TextRole.MUTED, name=f"{name}_text")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.XXL, Space.XL, Space.XXL)
        layout.setSpacing(Space.S)
        layout.addStretch(1)
        layout.addWidget(
            IconLabel(icon_name, "accent_text", scaled(48)), 0, Qt.AlignmentFlag.AlignHCenter
        )
        layout.addSpacing(Space.S)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setMaximumWidth(scaled(480))
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(label, 1000)
            row.addStretch(1)
            layout.addLayout(row)
        layout.addSpacing(Space.M)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.action_button)
        buttons.addWidget(self.secondary_button)
        buttons.addStretch(1)
        layout.addLayout(buttons)
        layout.addStretch(1)
        self.action_button.setVisible(bool(action))
        self.secondary_button.setVisible(bool(secondary))

    def set_text(self, title: str, text: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(title)


class Banner(QFrame):
    """A message on the page: what happened, what to do, perhaps buttons. Hidden until shown."""

    action_clicked = Signal()
    secondary_clicked = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str = "banner") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._tone = Tone.INFO
        self._icon = IconLabel("info", "accent_text", scaled(20))
        self._title = PlainLabel("", TextRole.STRONG, name=f"{name}_title", selectable=True)
        self._todo = PlainLabel("", TextRole.BODY, name=f"{name}_todo", selectable=True)
        self.action_button = Button("", ButtonKind.SECONDARY, name=f"{name}_action")
        self.action_button.hide()
        self.secondary_button = Button("", ButtonKind.QUIET, name=f"{name}_secondary")
        self.secondary_button.hide()
        self.close_button = IconButton("close", "Dismiss", name=f"{name}_close")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._todo)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.M, Space.S, Space.M)
        layout.setSpacing(Space.M)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self.action_button, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.secondary_button, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.action_button.clicked.connect(self.action_clicked)
        self.secondary_button.clicked.connect(self.secondary_clicked)
        self.close_button.clicked.connect(self._on_close_clicked)
        self.setVisible(False)

    @property
    def tone(self) -> Tone:
        """What the message shown last means."""
        return self._tone

    def title(self) -> str:
        """The first sentence shown."""
        return self._title.text()

    def todo(self) -> str:
        """The second sentence shown."""
        return self._todo.text()

    def show_message(
        self,
        tone: Tone,
        title: str,
        todo: str = "",
        *,
        action: str = "",
        secondary: str = "",
        can_dismiss: bool = True,
    ) -> None:
        """Show a message in the place of the one before."""
        self._tone = tone
        self._icon.set_icon(*_TONE_ICONS[tone])
        self._title.setText(title)
        self._todo.setText(todo)
        self._todo.setVisible(bool(todo))
        self.action_button.set_text(action)
        self.action_button.setVisible(bool(action))
        self.secondary_button.set_text(secondary)
        self.secondary_button.setVisible(bool(secondary))
        self.close_button.setVisible(can_dismiss)
        self.setProperty("tone", tone.value)
        self.setAccessibleName(f"{title} {todo}".strip())
        restyle(self)
        self.setVisible(True)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def offer(self, action: str) -> None:
        """Add a button to the message that is shown."""
        self.action_button.set_text(action)
        self.action_button.setVisible(True)

    def show_error(self, error: JokegenError, *, action: str = "") -> None:
        """Show what went wrong and what to do about it."""
        self.show_message(Tone.ERROR, error.happened, error.todo, action=action)

    def clear(self) -> None:
        """Hide it, saying nothing more."""
        self.setVisible(False)

    @Slot()
    def _on_close_clicked(self) -> None:
        self.setVisible(False)
        self.dismissed.emit()


class SlimBar(QProgressBar):
    """A thin progress bar; `set_fraction(None)` shows that something goes on, not how far."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setRange(0, 1000)
        self.setValue(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._sweep = QVariantAnimation(self)
        self._sweep.setStartValue(0.0)
        self._sweep.setEndValue(1.0)
        self._sweep.setDuration(1600)
        self._sweep.setLoopCount(-1)
        self._sweep.valueChanged.connect(self._on_swept)

    def fraction(self) -> float | None:
        """How far, 0 to 1; None when nobody knows."""
        return None if self.maximum() == 0 else self.value() / self.maximum()

    def set_fraction(self, fraction: float | None) -> None:
        """Show how far it is: 0 to 1, or None."""
        if fraction is None:
            self.setRange(0, 0)
        else:
            self.setRange(0, 1000)
            self.setValue(round(1000 * min(1.0, max(0.0, fraction))))
        self._run_sweep()

    def sizeHint(self) -> QSize:
        return QSize(scaled(160), 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 6)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run_sweep()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._sweep.stop()

    def _run_sweep(self) -> None:
        should_run = self.maximum() == 0 and self.isVisible()
        is_running = self._sweep.state() is QVariantAnimation.State.Running
        if should_run and not is_running:
            self._sweep.start()
        elif is_running and not should_run:
            self._sweep.stop()

    @Slot()
    def _on_swept(self) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(self.rect())
        round_by = track.height() / 2
        painter.setBrush(QColor(look.sunken))
        painter.drawRoundedRect(track, round_by, round_by)
        fraction = self.fraction()
        if fraction is None:
            length = track.width() * 0.3
            start = (track.width() + length) * float(self._sweep.currentValue() or 0.4) - length
            filled = QRectF(start, 0, length, track.height()).intersected(track)
        else:
            length = max(track.height(), track.width() * fraction) if fraction else 0.0
            filled = QRectF(0, 0, length, track.height())
        if filled.width() > 0:
            painter.setBrush(QColor(look.accent if self.isEnabled() else look.disabled))
            painter.drawRoundedRect(filled, round_by, round_by)
        painter.end()


class ProgressPanel(QWidget):
    """A job on its way: title, bar, what it does now, how long it will take, and its buttons."""

    def __init__(self, title: str = "", parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(parent)
        describe(self, name, title)
        self._title = PlainLabel(title, TextRole.STRONG, name=f"{name}_title")
        self.bar = SlimBar()
        describe(self.bar, f"{name}_bar", title or "Progress")
        self._status = PlainLabel("", TextRole.MUTED, name=f"{name}_status")
        self._status.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._remaining = PlainLabel("", TextRole.MUTED, name=f"{name}_remaining")
        self._remaining.setWordWrap(False)
        self._remaining.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        line = QHBoxLayout()
        line.setSpacing(Space.M)
        line.addWidget(self._status, 1)
        line.addWidget(self._remaining)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(Space.S)
        self._buttons.setContentsMargins(0, Space.XS, 0, 0)
        self._buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self._title)
        layout.addWidget(self.bar)
        layout.addLayout(line)
        layout.addLayout(self._buttons)
        self._title.setVisible(bool(title))

    def set_title(self, title: str) -> None:
        """Name the job."""
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self.bar.setAccessibleName(title or "Progress")

    def set_fraction(self, fraction: float | None) -> None:
        """Show how far it is: 0 to 1, or None when nobody knows."""
        self.bar.set_fraction(fraction)

    def set_status(self, status: str) -> None:
        """Say what it does now, such as “Step 120 of 1,800”."""
        self._status.setText(status)

    def set_remaining(self, remaining: str) -> None:
        """Say how long it will take, such as “about 12 minutes left”."""
        self._remaining.setText(remaining)

    def status(self) -> str:
        """What it says it does now."""
        return self._status.text()

    def remaining(self) -> str:
        """What it says about the time left."""
        return self._remaining.text()

    def add_button(
        self,
        text: str,
        kind: ButtonKind = ButtonKind.SECONDARY,
        icon_name: str = "",
        *,
        name: str = "",
        tip: str = "",
    ) -> Button:
        """Put one more button at the right end of the row; connect its `clicked`."""
        button = Button(text, kind, icon_name, name=name, tip=tip)
        self._buttons.addWidget(button)
        return button
