"""One finding: what it is, how many jokes, one button that mends them, and what opens below."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from jokegen.data.doctor.words import words_for
from jokegen.jobs.dataset_requests import Fix, FixKind
from jokegen.ui.doctor.details import Details
from jokegen.ui.doctor.phrases import Outcome, Standing, caption
from jokegen.ui.doctor.settings import KINDS_WITH_SETTING
from jokegen.ui.kit.buttons import Button, PressCard
from jokegen.ui.kit.icons import IconLabel, colours
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Radius, Space, TextRole, Tone


class FindingRow(QWidget):
    """Lives as long as the section, so that focus and what is open stay when figures change."""

    fix_wanted = Signal(object)  # FixKind
    undo_wanted = Signal(object)  # FixKind
    look_wanted = Signal()
    toggled = Signal(object, bool)  # FixKind, is open
    fix_changed = Signal(object)  # Fix
    text_wanted = Signal(str)
    view_wanted = Signal(object, str)

    def __init__(self, kind: FixKind) -> None:
        super().__init__()
        self.kind = kind
        self.setObjectName(f"finding_{kind.value}")
        self._outcome: Outcome | None = None
        self._fix = Fix(kind)
        self._details: Details | None = None
        self.head = _Head(words_for(kind).title, kind)
        self.button = FixButton("", name=f"fix_{kind.value}")
        self.head.toggled.connect(self._on_toggled)
        self.button.clicked.connect(self._on_clicked)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setContentsMargins(0, 0, Space.S, 0)
        self._top.setSpacing(Space.S)
        self._top.addWidget(self.head, 1)
        self._top.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        self._column.setSpacing(0)
        self._column.addLayout(self._top)

    @property
    def standing(self) -> Standing:
        """Where this row belongs."""
        return Standing.NOTHING if self._outcome is None else self._outcome.standing

    @property
    def is_open(self) -> bool:
        return self.head.isChecked()

    @property
    def details(self) -> Details | None:
        """What is below, once it has been opened."""
        return self._details

    def set_open(self, is_open: bool) -> None:
        """Show what is below, or fold it away."""
        self.head.setChecked(is_open)

    def show_outcome(self, outcome: Outcome, fix: Fix) -> None:
        """Show a finding; `fix` is the one that is applied, or would be."""
        self._outcome, self._fix = outcome, fix
        self.head.show_caption(caption(outcome), outcome.standing)
        self._show_button(outcome)
        if self._details is not None and self.is_open:
            self._details.show_outcome(outcome, fix)

    def focusable(self) -> list[QWidget]:
        """The controls of this row in their order."""
        inside = self._details.focusable() if self._details is not None else []
        return [self.head, self.button, *inside]

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(look.border), 1))
        painter.setBrush(QColor(look.raised))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, Radius.M, Radius.M)
        painter.end()

    def _show_button(self, outcome: Outcome) -> None:
        words, finding = words_for(self.kind), outcome.finding
        is_unknown = finding.count is None and not outcome.is_wanted
        if outcome.is_wanted:
            self.button.show_action("Undo", f"Takes this back: {words.title}.", "undo")
        elif is_unknown:
            self.button.show_action("Look for them", "Looks through all jokes. This takes a while.")
        else:
            self.button.show_action(words.action, f"{words.title}: {_lower(words.action)}.")
        can_set = self.kind in KINDS_WITH_SETTING and self.is_open
        is_nothing = outcome.standing is Standing.NOTHING and not outcome.is_wanted
        self.button.setVisible(not is_nothing or can_set)
        self._place_button()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()

    def _place_button(self) -> None:
        """Beside the words, or below them where that would break their lines."""
        wanted = self.head.width_on_one_line() + self.button.sizeHint().width() + 2 * Space.S
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        direction = below if wanted > self.width() else beside
        if direction is self._top.direction():
            return
        is_below = direction is below
        self._top.setDirection(direction)
        self._top.setSpacing(0 if is_below else Space.S)
        self._top.setContentsMargins(0, 0, Space.S, Space.S if is_below else 0)
        side = Qt.AlignmentFlag.AlignRight if is_below else Qt.AlignmentFlag(0)
        self._top.setAlignment(self.button, side | Qt.AlignmentFlag.AlignVCenter)

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        if is_open and self._details is None:
            self._details = Details(self.kind)
            self._details.fix_changed.connect(self.fix_changed)
            self._details.text_wanted.connect(self.text_wanted)
            self._details.view_wanted.connect(self.view_wanted)
            self._column.addWidget(self._details)
        if self._details is not None:
            self._details.setVisible(is_open)
        if self._outcome is not None:
            self.show_outcome(self._outcome, self._fix)
        self.toggled.emit(self.kind, is_open)

    @Slot()
    def _on_clicked(self) -> None:
        if self._outcome is None:
            return
        if self._outcome.is_wanted:
            self.undo_wanted.emit(self.kind)
        elif self._outcome.finding.count is None:
            self.look_wanted.emit()
        else:
            self.fix_wanted.emit(self.kind)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


class FixButton(Button):
    """A button of which the second click of a double click does nothing.

    After the first one it says “Undo”, or another row has come to its place.
    """

    def show_action(self, text: str, tip: str, icon_name: str = "") -> None:
        self.set_text(text)
        self.set_icon(icon_name)
        describe(self, self.objectName(), text, tip)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()


class _Head(PressCard):
    """Title and number of a finding; press it to see more."""

    def __init__(self, title: str, kind: FixKind) -> None:
        super().__init__()
        self.setCheckable(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        describe(self, f"open_{kind.value}", title, "Shows why it matters, and examples.")
        self._title_text = title
        self._chevron = IconLabel("chevron-right", "muted", scaled(16))
        self._title = PlainLabel(title, TextRole.STRONG, name=f"title_{kind.value}")
        self._caption = PlainLabel("", TextRole.CAPTION, name=f"caption_{kind.value}")
        words = QVBoxLayout()
        words.setSpacing(0)
        for label in (self._title, self._caption):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(label)
        layout = self._line = QHBoxLayout(self)
        layout.setContentsMargins(Space.S, Space.S - 2, Space.XS, Space.S - 2)
        layout.setSpacing(Space.S)
        layout.addWidget(self._chevron)
        layout.addLayout(words, 1)
        self.toggled.connect(self._on_toggled)

    def width_on_one_line(self) -> int:
        """How wide it is with no line broken."""
        words = max(
            label.fontMetrics().horizontalAdvance(label.text())
            for label in (self._title, self._caption)
        )
        margins = self._line.contentsMargins()
        around = margins.left() + margins.right() + self._line.spacing()
        return words + around + self._chevron.sizeHint().width()

    def show_caption(self, text: str, standing: Standing) -> None:
        self._caption.setText(text)
        self._caption.set_tone(Tone.SUCCESS if standing is Standing.DONE else None)
        self._caption.setVisible(standing is not Standing.NOTHING or self.isChecked())
        self._title.set_role(TextRole.BODY if standing is Standing.NOTHING else TextRole.STRONG)
        self.setAccessibleName(f"{self._title_text}: {text}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        is_hot = self.underMouse() or self.isDown()
        if not (is_hot or self.hasFocus()):
            return
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QColor(look.focus) if self.hasFocus() else QColor(0, 0, 0, 0)
        painter.setPen(QPen(edge, 2))
        painter.setBrush(QColor(look.control) if is_hot else QColor(0, 0, 0, 0))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), Radius.M, Radius.M)
        painter.end()

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        self._chevron.set_icon("chevron-down" if is_open else "chevron-right")
