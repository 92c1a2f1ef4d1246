"""The health light of a run: how it is doing, in words, with the figures that speak for it."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from jokegen.lm.health import Health, HealthState
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.icons import colours, icon
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_FINISH = "Finish now and keep the best"
# Colour of the light, and the sign in it: never told apart by colour alone.
_LIGHTS = {
    HealthState.JUST_BEGUN: ("accent_text", "info_soft", "more"),
    HealthState.LEARNING: ("success", "success_soft", "chevron-up"),
    HealthState.SLOWING: ("success", "success_soft", "minus"),
    HealthState.MEMORISING: ("warning", "warning_soft", "check"),
    HealthState.COPYING: ("warning", "warning_soft", "copy"),
    HealthState.TOO_FAST: ("danger", "danger_soft", "warning"),
    HealthState.TOO_SLOW: ("danger", "danger_soft", "pause"),
}


class When(Enum):
    """In which moment of a run its health is shown."""

    RUNNING = auto()
    PAUSED = auto()
    OVER = auto()


class HealthCard(Card):
    """A light, a few words, the reasons, and what it proposes."""

    finish_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str = "health") -> None:
        super().__init__(parent=parent, name=name)
        self._health: Health | None = None
        self._when = When.RUNNING
        self._light = _Light()
        self._title = PlainLabel("", TextRole.TITLE, name=f"{name}_state")
        self._sentence = PlainLabel("", TextRole.BODY, name=f"{name}_sentence")
        self._reasons = PlainLabel("", TextRole.CAPTION, name=f"{name}_reasons", selectable=True)
        self.finish_button = Button(
            _FINISH,
            ButtonKind.PRIMARY,
            "check",
            name=f"{name}_finish",
            tip="Ends after this step and keeps the version that did best on jokes it had never "
            "seen.",
        )
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._sentence)
        texts.addSpacing(Space.XS)
        texts.addWidget(self._reasons)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(self._light, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self.finish_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
        self.finish_button.clicked.connect(self.finish_requested)
        self.finish_button.hide()

    @property
    def health(self) -> Health | None:
        """What is shown."""
        return self._health

    def show_health(self, health: Health, when: When = When.RUNNING) -> None:
        """Show how a run is doing, or how one did that has ended."""
        if (health, when) == (self._health, self._when):
            return
        is_news = self._health is not None and health.state is not self._health.state
        self._health, self._when = health, when
        self._light.show_state(health.state)
        title, sentence = health.title, health.sentence
        if when is When.OVER:
            title, sentence = f"In the end: {title[:1].lower()}{title[1:]}", health.verdict
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._reasons.setText("\n".join(health.reasons))
        self._reasons.setVisible(bool(health.reasons))
        self.setAccessibleName(f"How it is doing: {title}. {sentence}")
        self.finish_button.setVisible(health.state.is_done and when is When.RUNNING)
        if is_news and when is When.RUNNING:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def set_can_finish(self, can_finish: bool, words: str = _FINISH) -> None:
        """Whether the run can be finished now; `words` say why not, such as “Finishing…”."""
        self.finish_button.setEnabled(can_finish)
        self.finish_button.set_text(words)


class _Light(QWidget):
    """A round light with a sign in it."""

    def __init__(self) -> None:
        super().__init__()
        self._state = HealthState.JUST_BEGUN
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, state: HealthState) -> None:
        self._state = state
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(44), scaled(44))

    def paintEvent(self, _event: QPaintEvent) -> None:
        role, ground, sign = _LIGHTS[self._state]
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        frame = QRectF(self.rect())
        painter.setBrush(QColor(getattr(look, ground)))
        painter.drawEllipse(frame)
        inset = frame.width() * 0.14
        painter.setBrush(QColor(getattr(look, role)))
        inner = frame.adjusted(inset, inset, -inset, -inset)
        painter.drawEllipse(inner)
        side = inner.width() * 0.62
        place = QRectF(0, 0, side, side)
        place.moveCenter(inner.center())
        icon(sign, "raised").paint(painter, place.toRect())
        painter.end()
