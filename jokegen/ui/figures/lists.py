"""Cards beside the chart: how the jokes begin, how many repeat others, and a few of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.dataset_requests import ExamineSummary, Finding, FixKind, Opening, Statistics
from jokegen.ui.figures.scale import share
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import ElidedLabel, PlainLabel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_SAMPLE_CHARACTERS = 400
_REPEATS = (FixKind.EXACT_DUPLICATES, FixKind.SAME_WORDS)


class OpeningsCard(Card):
    """The most common beginnings, each with a bar."""

    def __init__(self) -> None:
        super().__init__("How they begin", name="openings_card")
        self._empty = PlainLabel(
            "No two jokes begin with the same three words.", TextRole.MUTED, name="openings_empty"
        )
        self._shown: list[QWidget] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.M)
        self._grid.setVerticalSpacing(Space.XS)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(1, 2)
        self.body.setSpacing(0)
        self.body.addWidget(self._empty)
        self.body.addLayout(self._grid)

    def show_statistics(self, statistics: Statistics) -> None:
        """Show those of other jokes."""
        for widget in self._shown:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._shown = []
        openings = statistics.openings
        self._empty.setVisible(not openings)
        most = max((opening.count for opening in openings), default=1)
        for row, opening in enumerate(openings):
            self._add(row, opening, opening.count / most)

    def _add(self, row: int, opening: Opening, part: float) -> None:
        words = ElidedLabel(f"{opening.text} …", name=f"opening_{row}")
        count = PlainLabel(f"{opening.count:,}", TextRole.MUTED, name=f"opening_count_{row}")
        count.setWordWrap(False)
        count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        count.setAccessibleName(f"{opening.text}: {wording.jokes(opening.count)}")
        for column, widget in enumerate((words, _PartBar(part), count)):
            self._grid.addWidget(widget, row, column)
            self._shown.append(widget)


class _PartBar(QWidget):
    """A bar as long as its part of the longest; decoration, the number stands beside it."""

    def __init__(self, part: float) -> None:
        super().__init__()
        self._part = part
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(scaled(60), scaled(8))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().series_1))
        height = self.height()
        width = max(height, self.width() * self._part)
        painter.drawRoundedRect(QRectF(0, 0, width, height), height / 2, height / 2)
        painter.end()


class RepeatsCard(Card):
    """How many jokes repeat others."""

    def __init__(self) -> None:
        super().__init__("How different they are", name="repeats_card")
        self._repeated = PlainLabel("", name="repeated_share")
        self._near = PlainLabel("", name="near_share")
        self.body.setSpacing(Space.XS)
        self.body.addWidget(self._repeated)
        self.body.addWidget(self._near)

    def show_summary(self, summary: ExamineSummary) -> None:
        """Show those of other jokes."""
        jokes = summary.statistics.jokes
        counted = {finding.kind: finding for finding in summary.findings}
        exact = [counted[kind] for kind in _REPEATS if kind in counted]
        gone = sum(finding.count or 0 for finding in exact if finding.is_fixed)
        # Jokes of the same words are those that are repeated exactly, and others.
        staying = max((each.count or 0 for each in exact if not each.is_fixed), default=0)
        said = []
        if gone:
            said.append(f"{_were(gone, 'repeat was', 'repeats were')} left out.")
        if staying:
            repeat = "joke repeats another" if staying == 1 else "jokes repeat others"
            said.append(f"{staying:,} {repeat} ({share(staying, jokes)}).")
        self._repeated.setText(" ".join(said) or "No joke repeats another.")
        self._near.setText(_near_in_words(counted.get(FixKind.NEAR_DUPLICATES), jokes))


def _were(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _near_in_words(finding: Finding | None, jokes: int) -> str:
    if finding is None or finding.count is None:
        return "Nearly the same: not looked for yet. The joke doctor can look for them."
    if finding.is_fixed and finding.count:
        was = _were(finding.count, "joke that was", "jokes that were")
        return f"{was} nearly the same as others left out."
    if not finding.count:
        return "None is nearly the same as another."
    are = _were(finding.count, "joke is", "jokes are")
    return f"{are} nearly the same as another ({share(finding.count, jokes)})."


class SampleCard(Card):
    """A few jokes, whole."""

    def __init__(self) -> None:
        super().__init__("A few of them, by chance", name="sample_card")
        self._shown: list[PlainLabel] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.M)
        self.body.addLayout(self._list)

    def show_jokes(self, jokes: Sequence[str]) -> None:
        """Show others."""
        for label in self._shown:
            self._list.removeWidget(label)
            label.hide()
            label.deleteLater()
        self._shown = []
        for number, joke in enumerate(jokes):
            cut = joke[:_SAMPLE_CHARACTERS].rstrip()
            text = joke if len(joke) <= _SAMPLE_CHARACTERS else f"{cut}…"
            self._shown.append(PlainLabel(text, name=f"sample_{number}", selectable=True))
            self._list.addWidget(self._shown[-1])
