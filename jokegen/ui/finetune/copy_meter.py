"""The memorisation meter: how many of the jokes it writes are copies, against real new jokes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from jokegen.jobs.events import Metric
from jokegen.ui.finetune import timeline_words as words
from jokegen.ui.finetune.timeline_words import Copies
from jokegen.ui.kit.icons import IconLabel, colours
from jokegen.ui.kit.labels import PlainLabel, plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_TIP = (
    "A copy is a joke with nearly the same words as one of yours, or with eight words in a row "
    "and half of its length from one. Real jokes resemble each other too: what it has never seen "
    "shows how often."
)


class CopyMeter(QWidget):
    """Two bars with their numbers, and what they mean. Hidden until there is something to show."""

    def __init__(self, parent: QWidget | None = None, *, name: str = "copy_meter") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setToolTip(plain_tip(_TIP))
        self._good = IconLabel("check", "success", scaled(18))
        self._bad = IconLabel("warning", "warning", scaled(18))
        self._verdict = PlainLabel("", TextRole.BODY, name=f"{name}_verdict")
        self._mine = _Bar("of the jokes it wrote are yours, or nearly", name=f"{name}_written")
        self._real = _Bar("of real jokes that it has never seen are", name=f"{name}_held_out")
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.XS)
        grid.setColumnStretch(2, 1)
        for row, bar in enumerate((self._mine, self._real)):
            grid.addWidget(bar, row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(bar.number, row, 1)
            grid.addWidget(bar.caption, row, 2)
        meaning = QHBoxLayout()
        meaning.setSpacing(Space.S)
        meaning.addWidget(self._good, 0, Qt.AlignmentFlag.AlignTop)
        meaning.addWidget(self._bad, 0, Qt.AlignmentFlag.AlignTop)
        meaning.addWidget(self._verdict, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(PlainLabel("Learned by heart?", TextRole.STRONG, name=f"{name}_title"))
        layout.addLayout(grid)
        layout.addLayout(meaning)
        self.hide()

    def tone(self) -> Tone:
        """What the numbers mean: good, or a warning."""
        return Tone.WARNING if not self._bad.isHidden() else Tone.SUCCESS

    def sentence(self) -> str:
        """All that it says, for those who hear it."""
        return self.accessibleDescription()

    def show_copying(self, metric: Metric | None) -> None:
        """Show what was measured at a check; None, or nothing measured: nothing."""
        mine = words.written(metric) if metric is not None else None
        if metric is None or mine is None:
            self.hide()
            return
        real = words.held_out(metric)
        tone = words.tone(mine, real)
        self._mine.show_share(mine, tone)
        self._real.show_share(real, Tone.INFO)
        self._good.setVisible(tone is Tone.SUCCESS)
        self._bad.setVisible(tone is Tone.WARNING)
        self._verdict.setText(words.verdict(mine, real))
        said = f"{mine.words} {self._mine.caption.text()}. "
        if real is not None:
            said += f"{real.words} {self._real.caption.text()}. "
        self.setAccessibleName("Copies")
        self.setAccessibleDescription(said + self._verdict.text())
        self.show()


class _Bar(QWidget):
    """A share from 0 to 1, with its number and what it counts beside it."""

    def __init__(self, caption: str, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._share = 0.0
        self._tone = Tone.INFO
        self.number = PlainLabel("", TextRole.STRONG, name=f"{name}_number")
        self.number.setWordWrap(False)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.caption = PlainLabel(caption, TextRole.MUTED, name=f"{name}_caption")

    def show_share(self, counted: Copies | None, tone: Tone) -> None:
        """Show other numbers; None shows none."""
        for part in (self, self.number, self.caption):
            part.setVisible(counted is not None)
        if counted is not None:
            self._share, self._tone = counted.share, tone
            self.number.setText(counted.words)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(120), scaled(8))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        fill = {Tone.WARNING: look.warning, Tone.SUCCESS: look.success}.get(self._tone, look.muted)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(self.rect())
        round_by = bar.height() / 2
        painter.setBrush(QColor(look.sunken))
        painter.drawRoundedRect(bar, round_by, round_by)
        if self._share > 0:
            bar.setWidth(max(bar.height(), bar.width() * self._share))
            painter.setBrush(QColor(fill))
            painter.drawRoundedRect(bar, round_by, round_by)
        painter.end()
