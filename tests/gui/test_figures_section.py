"""The figures of a pile: verdict, numbers, the chart of lengths, beginnings, repeats, a sample."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import (
    Bar,
    ExamineRequest,
    ExamineSummary,
    Fix,
    FixKind,
    PreviewRequest,
    Recipe,
)
from jokegen.ui.figures.scale import bar_in_words, nice_step, percent, rounded, shown_edges
from jokegen.ui.figures.section import FiguresSection
from jokegen.ui.kit.theme import Scheme, Theme
from jokegen.ui.kit.tokens import DARK, LIGHT
from tests.gui.dataset_bench import click, one, text_of
from tests.gui.support import TRICKY, has_colour

JOKES = (
    *(f"Why did the {who} cross the road? {TRICKY}" for who in ("duck", "nun", "poet", "horse")),
    "Why did the duck cross the road? <b>a<b</b> & <img src=x>",
    "A short one here.",
    "word " * 60,
)


@pytest.fixture
def section(qtbot: QtBot, theme: Theme) -> FiguresSection:
    """As big as the smallest window leaves it, on the screen."""
    made = FiguresSection()
    qtbot.addWidget(made)
    made.resize(960, 430)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    return made


def examine(
    paths: Paths, file: Path, recipe: Recipe | None = None, thorough: bool | None = None
) -> ExamineSummary:
    context = RecordingContext(paths)
    seen = model_service.preview(PreviewRequest((file,)), context)
    return model_service.examine(
        ExamineRequest(
            seen.table, seen.joke_columns, seen.template, recipe or Recipe(), thorough=thorough
        ),
        context,
    )


def pile(paths: Paths, jokes: Sequence[str]) -> Path:
    paths.home.mkdir(parents=True, exist_ok=True)
    file = paths.home / "pile.json"
    file.write_text(json.dumps(list(jokes)), encoding="utf-8")
    return file


@pytest.fixture
def real(paths: Paths, real_jokes: Path) -> ExamineSummary:
    return examine(paths, real_jokes)


def test_real_jokes_get_a_verdict_and_their_figures(
    section: FiguresSection, real: ExamineSummary
) -> None:
    section.show_figures(real)
    assert text_of(section, "verdict_text") == "2,948 jokes, good for a first model."
    assert one(section, QWidget, "verdict").property("level") == "good"
    assert text_of(section, "figures_jokes_value") == "2,948"
    words = real.statistics.words
    assert text_of(section, "figures_words_value") == f"{words:,}"
    assert text_of(section, "figures_tokens_value").startswith("≈ ")
    assert text_of(section, "figures_tokens_caption") == "tokens, estimated"
    assert text_of(section, "opening_0") == f"{real.statistics.openings[0].text} …"
    assert text_of(section, "repeated_share") == "2 repeats were left out. 1 joke repeats " + (
        "another (under 1%)."
    )
    assert "nearly the same" in text_of(section, "near_share")
    assert text_of(section, "sample_0") == real.statistics.sample[0]


def test_counted_tokens_are_not_called_estimated(
    section: FiguresSection, real: ExamineSummary
) -> None:
    counted = replace(real.statistics, is_token_estimate=False, tokens=56_123)
    section.show_figures(replace(real, statistics=counted))
    assert text_of(section, "figures_tokens_value") == "56,123"
    assert text_of(section, "figures_tokens_caption") == "tokens of the base model"
    click_switch(section, "lengths_tokens")
    assert "about" not in text_of(section, "lengths_said")


def click_switch(section: FiguresSection, name: str) -> None:
    button = one(section, QWidget, name)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_chart_switches_between_words_and_tokens(
    qtbot: QtBot, section: FiguresSection, real: ExamineSummary
) -> None:
    section.show_figures(real)
    chart = section.lengths.chart
    assert chart.bars == real.statistics.word_histogram
    assert text_of(section, "lengths_said") == "Half of the jokes have 14 words or fewer."
    qtbot.waitUntil(one(section, QWidget, "lengths_tokens").isVisible)
    click(qtbot, section, "lengths_tokens")
    assert chart.bars == real.statistics.token_histogram
    assert "about 18 tokens" in text_of(section, "lengths_said")
    section.show_figures(real)
    assert section.lengths.unit == "tokens"  # what was chosen stays


def test_pointing_at_a_bar_tells_how_many_jokes_it_stands_for(
    qtbot: QtBot, section: FiguresSection, real: ExamineSummary
) -> None:
    section.show_figures(real)
    chart = section.lengths.chart
    qtbot.waitUntil(lambda: chart.height() > 150)
    number = 4
    bar = real.statistics.word_histogram[number]
    QTest.mouseMove(chart, chart.bar_area(number).center().toPoint())
    qtbot.waitUntil(lambda: chart.pointed == number)
    said = text_of(section, "lengths_said")
    assert said.startswith(f"{bar.count:,} jokes of {bar.low} to {bar.high - 1} words (")
    assert chart.accessibleDescription() == said
    QTest.mouseMove(chart, QPoint(1, 1))
    qtbot.waitUntil(lambda: chart.pointed is None)
    assert text_of(section, "lengths_said").startswith("Half of")


def test_the_arrow_keys_walk_along_the_bars(section: FiguresSection, real: ExamineSummary) -> None:
    section.show_figures(real)
    section.focus_first()
    chart = section.lengths.chart
    assert chart.hasFocus()
    last = len(chart.bars) - 1
    for key, expected in (
        (Qt.Key.Key_Right, 0), (Qt.Key.Key_Right, 1), (Qt.Key.Key_Left, 0), (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_End, last), (Qt.Key.Key_Right, last), (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Escape, None), (Qt.Key.Key_Left, last),
    ):  # fmt: skip
        QTest.keyClick(chart, key)
        assert chart.pointed == expected
    assert text_of(section, "lengths_said").startswith("33 jokes of 34 words or more (1%)")


def test_bars_are_as_high_as_their_counts(
    qtbot: QtBot, section: FiguresSection, real: ExamineSummary
) -> None:
    section.show_figures(real)
    chart = section.lengths.chart
    qtbot.waitUntil(lambda: chart.height() > 150)
    heights = [chart.bar_area(number).height() for number in range(len(chart.bars))]
    counts = [bar.count for bar in chart.bars]
    most = max(counts)
    assert heights == pytest.approx([max(heights) * count / most for count in counts])
    lefts = [chart.bar_area(number).left() for number in range(len(chart.bars))]
    assert lefts == sorted(lefts)
    assert lefts[0] >= 0
    assert chart.bar_area(len(counts) - 1).right() <= chart.width()


def test_the_chart_follows_light_and_dark(
    qtbot: QtBot, theme: Theme, section: FiguresSection, real: ExamineSummary
) -> None:
    section.show_figures(real)
    assert has_colour(section.lengths.chart.grab().toImage(), LIGHT.series_1)
    theme.set_scheme(Scheme.DARK)
    assert has_colour(section.lengths.chart.grab().toImage(), DARK.series_1)


def test_repeats_that_stay_are_told(section: FiguresSection, paths: Paths) -> None:
    file = pile(paths, JOKES)
    section.show_figures(examine(paths, file, Recipe(fixes=())))
    assert text_of(section, "repeated_share") == "1 joke repeats another (14%)."
    section.show_figures(examine(paths, file))
    assert text_of(section, "repeated_share") == "1 repeat was left out."
    section.show_figures(examine(paths, file, thorough=False))
    assert "not looked for yet" in text_of(section, "near_share")
    fixes = (Fix(FixKind.EXACT_DUPLICATES), Fix(FixKind.NEAR_DUPLICATES, limit=0.5))
    section.show_figures(examine(paths, file, Recipe(fixes=fixes)))
    assert "nearly the same as others left out" in text_of(section, "near_share")


def test_too_few_jokes_are_called_so(section: FiguresSection, paths: Paths) -> None:
    section.show_figures(examine(paths, pile(paths, JOKES)))
    assert "more are needed" in text_of(section, "verdict_text")
    assert one(section, QWidget, "verdict").property("level") == "poor"


def test_jokes_that_look_like_pages_are_shown_as_they_are(
    section: FiguresSection, paths: Paths
) -> None:
    section.show_figures(examine(paths, pile(paths, JOKES)))
    shown = [text_of(section, f"sample_{number}") for number in range(5)]
    assert any(TRICKY in text for text in shown)
    label = one(section, QLabel, "sample_0")
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_a_pile_of_nothing_has_a_verdict_and_no_chart(
    section: FiguresSection, real: ExamineSummary
) -> None:
    empty = replace(real, jokes=0, statistics=type(real.statistics)())
    section.show_figures(empty)
    assert one(section, QWidget, "verdict").isVisible()
    assert not section.lengths.isVisible()
    section.show_figures(real)
    assert section.lengths.isVisible()


def test_before_and_after_there_are_no_figures(
    section: FiguresSection, real: ExamineSummary
) -> None:
    empty = one(section, QWidget, "figures_empty")
    assert empty.isVisible()
    section.show_figures(real)
    assert not empty.isVisible()
    section.clear()
    assert empty.isVisible()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_is_cut_off_in_the_smallest_window(
    qapp: QApplication, section: FiguresSection, real: ExamineSummary, scale: float
) -> None:
    font = QFont(qapp.font())
    font.setPointSizeF(font.pointSizeF() * scale)
    qapp.setFont(font)
    section.show_figures(real)
    QApplication.processEvents()
    for name in ("figures_card", "lengths_card", "openings_card", "repeats_card", "sample_card"):
        card = one(section, QWidget, name)
        right = card.mapTo(section, QPoint(card.width(), 0)).x()
        assert right <= section.width()
        assert card.width() >= card.minimumSizeHint().width()
    for stat in ("jokes", "words", "distinct", "tokens", "median"):
        label = one(section, QLabel, f"figures_{stat}_value")
        assert label.width() >= label.sizeHint().width(), stat


# -- Axes ----------------------------------------------------------------------------------------


def test_steps_are_round_numbers() -> None:
    assert [nice_step(least) for least in (0.3, 1, 1.1, 3, 6, 11, 49, 51)] == [
        1, 1, 2, 5, 10, 20, 50, 100,
    ]  # fmt: skip


OPEN = (Bar(0, 5, 10), Bar(5, 10, 20), Bar(10, 15, 5), Bar(15, 90, 1))


def test_an_open_last_bar_says_so() -> None:
    assert list(shown_edges(OPEN, 1)) == [(0, "0"), (1, "5"), (2, "10"), (3, "15+")]
    assert list(shown_edges(OPEN, 2)) == [(0, "0"), (3, "15+")]
    assert list(shown_edges(OPEN[:3], 1)) == [(0, "0"), (1, "5"), (2, "10"), (3, "15")]


def test_bars_are_put_in_words() -> None:
    assert bar_in_words(OPEN, 1, "words") == "20 jokes of 5 to 9 words (56%)"
    assert bar_in_words(OPEN, 3, "words") == "1 joke of 15 words or more (3%)"
    assert bar_in_words((Bar(1, 2, 4), Bar(2, 3, 4)), 0, "words") == "4 jokes of 1 word (50%)"


def test_shares_are_never_rounded_to_nothing_or_everything() -> None:
    assert [percent(value) for value in (0, 0.001, 0.03, 0.999, 1)] == [
        "0%", "under 1%", "3%", "over 99%", "100%",
    ]  # fmt: skip
    assert [rounded(number) for number in (7, 123, 56_796, 1_234_567)] == [
        7, 123, 56_800, 1_230_000,
    ]  # fmt: skip
