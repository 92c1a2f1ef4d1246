"""The card with the chart of lengths, in words or in tokens."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from jokegen.jobs.dataset_requests import Bar, Statistics
from jokegen.ui.figures.histogram import Histogram
from jokegen.ui.figures.scale import bar_in_words
from jokegen.ui.kit.buttons import Button
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole


class LengthsCard(Card):
    """Switches between words and tokens; says in words what is pointed at."""

    def __init__(self) -> None:
        super().__init__("How long they are", name="lengths_card")
        self._statistics = Statistics()
        self.words_button = _switch("Words", "Counts the words of each joke.", "lengths_words")
        self.tokens_button = _switch(
            "Tokens",
            "Counts the pieces of words that the base model reads.",
            "lengths_tokens",
        )
        self.words_button.setChecked(True)
        self._group = QButtonGroup(self)
        switch = QWidget()
        row = QHBoxLayout(switch)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        for button in (self.words_button, self.tokens_button):
            self._group.addButton(button)
            row.addWidget(button)
        self.add_to_header(switch)
        self._said = PlainLabel("", TextRole.MUTED, name="lengths_said")
        self.chart = Histogram(name="lengths_chart")
        self.chart.setMinimumHeight(scaled(230))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.body.setSpacing(Space.S)
        self.body.addWidget(self._said)
        self.body.addWidget(self.chart, 1)
        self._group.buttonToggled.connect(self._on_switched)
        self.chart.bar_pointed.connect(self._on_bar_pointed)

    @property
    def unit(self) -> str:
        """What is counted: words or tokens."""
        return "words" if self.words_button.isChecked() else "tokens"

    def show_statistics(self, statistics: Statistics) -> None:
        """Show the lengths of other jokes, in what was chosen before."""
        self._statistics = statistics
        self._show()

    def _show(self) -> None:
        self.chart.show_bars(self._bars(), self.unit, self._median())
        self._say(None)

    def _bars(self) -> tuple[Bar, ...]:
        is_words = self.unit == "words"
        return self._statistics.word_histogram if is_words else self._statistics.token_histogram

    def _median(self) -> float:
        is_words = self.unit == "words"
        return self._statistics.median_words if is_words else self._statistics.median_tokens

    def _say(self, number: int | None) -> None:
        """What the bar that is pointed at means, else what all of them mean."""
        if number is not None:
            said = bar_in_words(self._bars(), number, self.unit)
        else:
            is_estimate = self.unit == "tokens" and self._statistics.is_token_estimate
            about = "about " if is_estimate else ""
            said = f"Half of the jokes have {about}{self._median():,.0f} {self.unit} or fewer."
        self._said.setText(said)
        self.chart.setAccessibleDescription(said)

    @Slot()
    def _on_switched(self) -> None:
        self._show()

    @Slot(object)
    def _on_bar_pointed(self, number: int | None) -> None:
        self._say(number)


def _switch(text: str, tip: str, name: str) -> Button:
    button = Button(text, name=name, tip=tip)
    button.setCheckable(True)
    return button
