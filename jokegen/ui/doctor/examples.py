"""A joke that a finding is about, before and after the fix, with the differences marked."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from jokegen.jobs.dataset_requests import Example
from jokegen.ui.doctor.differences import Mark, Piece, differences, excerpt, shortened
from jokegen.ui.doctor.marked_text import MarkedText
from jokegen.ui.kit.buttons import PressCard
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.tokens import Radius, Space, TextRole

_PARTS_SHOWN = 4
_SEARCHED = 40  # characters: enough to find a joke by
_SPOKEN = 600


class ExampleCard(PressCard):
    """Press it to see the joke in the table: `text_wanted` carries words to find it by."""

    text_wanted = Signal(str)

    def __init__(self, example: Example, number: int) -> None:
        super().__init__()
        self._example = example
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        describe(self, f"example_{number}", _spoken(example), "Shows this joke in the table.")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        self._grid.setHorizontalSpacing(Space.S)
        self._grid.setVerticalSpacing(Space.XS)
        self._grid.setColumnStretch(1, 1)
        self._fill()
        self.clicked.connect(self._on_clicked)

    def _fill(self) -> None:
        after = self._example.after
        if after is None:
            self._add("", [Piece(shortened(self._example.before))], name="left_out")
        elif len(after) == 1:
            was, now = differences(self._example.before, after[0])
            self._add("Before", excerpt(was), name="before", is_quiet=True)
            is_empty = not after[0].strip()
            shown = [Piece("(nothing is left of it)")] if is_empty else excerpt(now)
            self._add("After", shown, name="after", is_quiet=is_empty)
        else:
            self._add_parts(after)

    def _add_parts(self, after: tuple[str, ...]) -> None:
        before = shortened(self._example.before, 160)
        self._add("Before", [Piece(before)], name="before", is_quiet=True)
        for number, part in enumerate(after[:_PARTS_SHOWN], 1):
            self._add(f"Joke {number}", [Piece(shortened(part, 120))], name=f"part_{number}")
        if (more := len(after) - _PARTS_SHOWN) > 0:
            self._add("", [Piece(f"and {more:,} more")], name="more", is_quiet=True)

    def _add(self, caption: str, pieces: list[Piece], *, name: str, is_quiet: bool = False) -> None:
        row = self._grid.rowCount()
        text = MarkedText(pieces, name=name, is_quiet=is_quiet)
        if caption:
            label = PlainLabel(caption, TextRole.CAPTION)
            label.setWordWrap(False)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(text, row, 1)
        else:
            self._grid.addWidget(text, row, 0, 1, 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_hot = self.underMouse() or self.isDown()
        edge = look.focus if self.hasFocus() else look.muted if is_hot else look.border
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(look.window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), Radius.M, Radius.M)
        painter.end()

    @Slot()
    def _on_clicked(self) -> None:
        self.text_wanted.emit(words_to_find(self._example))


def words_to_find(example: Example) -> str:
    """The beginning of the joke's first line, as it stands in the table."""
    text = example.before if example.after is None else (example.after[0] or example.before)
    if example.after is not None:
        # The table has the text before or after the fix: what both have finds it either way.
        was, _ = differences(example.before, example.after[0])
        same = [piece.text for piece in was if piece.mark is Mark.SAME]
        lines = [line.strip() for piece in same for line in piece.splitlines()]
        text = max(lines, key=len, default="") or text
    first = next((line for line in text.splitlines() if line.strip()), "").strip()
    if len(first) <= _SEARCHED:
        return first
    return first[:_SEARCHED].rsplit(" ", 1)[0]


def _spoken(example: Example) -> str:
    """What a screen reader says."""
    before = shortened(example.before, _SPOKEN)
    if example.after is None:
        return before
    if len(example.after) == 1:
        return f"Before: {before}. After: {shortened(example.after[0], _SPOKEN)}"
    parts = ". ".join(shortened(part, 200) for part in example.after[:_PARTS_SHOWN])
    return f"Before: {before}. After, {len(example.after)} jokes: {parts}"
