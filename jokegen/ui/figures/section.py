"""What the jokes are like as a whole: the verdict, figures, their lengths, how they begin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from jokegen.jobs.dataset_requests import ExamineSummary, Level, Statistics, Verdict
from jokegen.ui.figures.lengths import LengthsCard
from jokegen.ui.figures.lists import OpeningsCard, RepeatsCard, SampleCard
from jokegen.ui.figures.scale import rounded
from jokegen.ui.kit.feedback import EmptyState
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import PlainLabel, Stat
from jokegen.ui.kit.pages import ScrollPage
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_LEVELS = {
    Level.GOOD: ("check", "success"),
    Level.FAIR: ("info", "accent_text"),
    Level.POOR: ("warning", "warning"),
}


class FiguresSection(QWidget):
    """Figures of the jokes that would be saved now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("figures_section")
        self._verdict = _VerdictLine()
        self._stats = _Stats()
        self.lengths = LengthsCard()
        self._openings = OpeningsCard()
        self._repeats = RepeatsCard()
        self._sample = SampleCard()
        self._page = ScrollPage(max_width=1180, name="figures_page")
        self._page.setAccessibleName("Figures")
        content = self._page.widget()
        layout = content.layout() if content is not None else None
        if layout is not None:
            layout.setContentsMargins(0, 0, Space.S, Space.L)  # the page around has its own
        self._empty = EmptyState(
            "dataset",
            "No figures yet",
            "They appear here when the doctor has looked at the jokes.",
            name="figures_empty",
        )
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._page)
        self._arrange()

    def show_figures(self, summary: ExamineSummary) -> None:
        """Show the figures of an examination."""
        statistics = summary.statistics
        self._verdict.show_verdict(summary.verdict)
        self._stats.show_statistics(statistics)
        self.lengths.show_statistics(statistics)
        self._openings.show_statistics(statistics)
        self._repeats.show_summary(summary)
        self._sample.show_jokes(statistics.sample)
        for part in (self._stats, self.lengths, self._openings, self._repeats, self._sample):
            part.setVisible(statistics.jokes > 0)
        self._stack.setCurrentWidget(self._page)

    def clear(self) -> None:
        """Show nothing."""
        self._stack.setCurrentWidget(self._empty)
        self._page.verticalScrollBar().setValue(0)

    def focus_first(self) -> None:
        """Put the focus where it is useful first: on the chart."""
        self.lengths.chart.setFocus()

    def _arrange(self) -> None:
        top = Card(name="figures_card")
        top.body.addWidget(self._verdict)
        top.body.addWidget(self._stats)
        self._page.add(top)
        side = QVBoxLayout()
        side.setSpacing(Space.L)
        side.addWidget(self._openings)
        side.addWidget(self._repeats)
        side.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(self.lengths, 3)
        row.addLayout(side, 2)
        self._page.body.addLayout(row)
        self._page.add(self._sample)


class _VerdictLine(QWidget):
    """What the figures mean, in one sentence with a sign."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("verdict")
        self._icon = IconLabel("info", "accent_text", scaled(24))
        self._text = PlainLabel("", TextRole.TITLE, name="verdict_text")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)

    def show_verdict(self, verdict: Verdict) -> None:
        self._icon.set_icon(*_LEVELS[verdict.level])
        self._text.setText(verdict.text)
        self.setProperty("level", verdict.level.value)


class _Stats(QWidget):
    """The most important numbers, big."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("figures_stats")
        self._stats = {
            name: Stat(caption=caption, name=f"figures_{name}")
            for name, caption in (
                ("jokes", "jokes"),
                ("words", "words"),
                ("distinct", "different words"),
                ("tokens", "tokens"),
                ("median", "words in a usual joke"),
            )
        }
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(Space.L)
        for column, stat in enumerate(self._stats.values()):
            grid.addWidget(stat, 0, column, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(column, 1)

    def show_statistics(self, statistics: Statistics) -> None:
        tokens = f"{statistics.tokens:,}"
        if statistics.is_token_estimate:
            tokens = f"≈ {rounded(statistics.tokens):,}"
        for name, value in (
            ("jokes", f"{statistics.jokes:,}"),
            ("words", f"{statistics.words:,}"),
            ("distinct", f"{statistics.distinct_words:,}"),
            ("tokens", tokens),
            ("median", f"{statistics.median_words:,.0f}"),
        ):
            self._stats[name].set_value(value)
        self._stats["tokens"].set_caption(
            "tokens, estimated" if statistics.is_token_estimate else "tokens of the base model"
        )
        self._stats["jokes"].set_caption("joke" if statistics.jokes == 1 else "jokes")
