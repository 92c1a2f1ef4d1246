"""“This is what the language model will read”: the first jokes, put together as one chooses."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from jokegen.ui.kit.feedback import SlimBar
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import PlainLabel, describe, plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

JOKES_SHOWN = 5
_CHARACTERS = 320
_LINES = 6
_TIP_CHARACTERS = 2_000
_TITLE = "This is what the language model will read"


class JokeLine(QWidget):
    """One joke with its number, parted from the one above by a hairline."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__()
        self._is_first = number == 1
        shown = _shortened(text)
        self.label = PlainLabel(shown, TextRole.BODY, name=f"first_joke_{number}", selectable=True)
        # Tab goes past the jokes: the sheet that they are on scrolls by keys.
        self.label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if shown != text:
            self.label.setToolTip(plain_tip(text[:_TIP_CHARACTERS]))
        if _is_right_to_left(text):
            self.label.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        figure = PlainLabel(str(number), TextRole.CAPTION)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        figure.setFixedWidth(scaled(14))
        figure.setContentsMargins(0, scaled(1), 0, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        layout.setSpacing(Space.M)
        layout.addWidget(figure)
        layout.addWidget(self.label, 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._is_first:
            return
        painter = QPainter(self)
        painter.setPen(QColor(colours().border))
        painter.drawLine(Space.M, 0, self.width() - Space.M, 0)
        painter.end()


class FirstJokes(QWidget):
    """Shows a few texts under the heading; `set_busy` says that others are on their way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        describe(self, "first_jokes", _TITLE)
        self._texts: list[str] = []
        self._busy = QWidget()
        self._busy.setObjectName("read_busy")
        self._bar = SlimBar()
        describe(self._bar, "read_busy_bar", "Reading again")
        self._bar.setFixedWidth(scaled(64))
        self._bar.set_fraction(None)
        words = PlainLabel("Reading again…", TextRole.CAPTION, name="read_busy_text")
        words.setWordWrap(False)
        busy_row = QHBoxLayout(self._busy)
        busy_row.setContentsMargins(0, 0, 0, 0)
        busy_row.setSpacing(Space.S)
        busy_row.addWidget(words)
        busy_row.addWidget(self._bar)
        self._content = QWidget()
        self._content.setObjectName("page_content")
        self._lines = QVBoxLayout(self._content)
        self._lines.setContentsMargins(0, Space.XS, 0, Space.XS)
        self._lines.setSpacing(0)
        self._lines.addStretch(1)
        self.sheet = QScrollArea()
        describe(
            self.sheet, "first_jokes_sheet", _TITLE,
            "The first jokes as the language model reads them, with the choices made here.",
        )  # fmt: skip
        self.sheet.setToolTip("")  # the jokes have their own
        self.sheet.setFrameShape(QFrame.Shape.NoFrame)
        self.sheet.setWidgetResizable(True)
        self.sheet.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sheet.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.sheet.setMinimumHeight(scaled(64))
        self.sheet.setWidget(self._content)
        top = self._top = QHBoxLayout()
        top.setSpacing(Space.M)
        top.addWidget(PlainLabel(_TITLE, TextRole.STRONG, name="first_jokes_title"), 1)
        top.addWidget(self._busy, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addLayout(top)
        layout.addWidget(self.sheet, 1)
        self.set_busy(False)

    def show_jokes(self, texts: Sequence[str], note: str) -> None:
        """Show these, each as it is; `note` says something under them."""
        if list(texts) != self._texts or note != self.note():
            self._texts = list(texts)
            self._fill(note)

    def texts(self) -> list[str]:
        """The jokes that are shown, in full length."""
        return list(self._texts)

    def note(self) -> str:
        """What is said under them."""
        label = self.findChild(PlainLabel, "first_jokes_note")
        return label.text() if label is not None else ""

    def set_busy(self, is_busy: bool) -> None:
        """Show that the files are being read again."""
        self._busy.setVisible(is_busy)

    def wanted_height(self, width: int) -> int:
        """How high it would be with all jokes in sight."""
        lines = self._lines.heightForWidth(max(1, width - 2))
        return self._top.sizeHint().height() + Space.S + lines + 4

    def sizeHint(self) -> QSize:
        return QSize(scaled(400), scaled(150))

    def _fill(self, note: str) -> None:
        while self._lines.count() > 1:
            item = self._lines.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        lines: list[QWidget] = [
            JokeLine(number, text) for number, text in enumerate(self._texts, 1)
        ]
        if note:
            label = PlainLabel(note, TextRole.CAPTION, name="first_jokes_note")
            label.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
            lines.append(label)
        for place, line in enumerate(lines):
            self._lines.insertWidget(place, line)
            line.show()  # Qt would do so later, after the height has been asked for
        self.sheet.setAccessibleDescription("\n".join(map(_shortened, self._texts)) or note)


def _is_right_to_left(text: str) -> bool:
    """What the first letter that has a direction says."""
    kinds = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def _shortened(text: str) -> str:
    lines = text.splitlines()
    short = "\n".join(lines[:_LINES])[:_CHARACTERS]
    return short if short == text else f"{short.rstrip()}…" if len(short) < len(text) else text
