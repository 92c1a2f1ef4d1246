"""The loss chart holds what it is given and draws it quickly."""

from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.loss_chart import LossChart, thinned
from jokegen.ui.kit.theme import Scheme, Theme
from jokegen.ui.kit.tokens import (
    DARK,
    LIGHT,
)
from tests.gui.support import Show, has_colour


def test_the_chart_holds_points_and_marks_the_best(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    chart = LossChart()
    window = shown(chart)
    assert chart.is_empty
    empty = window.findChild(PlainLabel, "loss_chart_empty")
    assert empty is not None
    assert empty.isVisible()
    chart.add_training_point(10, 3.5)
    chart.add_validation_point(10, 3.25, True)
    chart.add_validation_point(20, 3.75, False)
    qtbot.waitUntil(lambda: not empty.isVisible())
    assert chart.training_points == [(10, 3.5)]
    assert chart.best_point == (10, 3.25)
    said = chart.accessibleDescription()
    assert said == ("Step 10. Training loss 3.50. Validation loss 3.75 · best 3.25 at step 10")
    assert has_colour(chart.grab().toImage(), LIGHT.series_2)
    theme.set_scheme(Scheme.DARK)
    assert has_colour(chart.grab().toImage(), DARK.series_2)
    chart.clear()
    assert empty.isVisible()


def test_a_hundred_thousand_points_are_drawn_quickly(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    chart = LossChart()
    shown(chart)
    chart.add_training_point(0, 4.0)
    chart.redraw_now()
    for step in range(1, 100_000):
        chart.add_training_point(step, 4 - step / 50_000 + (step % 7) / 10)
    start = time.perf_counter()
    chart.redraw_now()
    chart.grab()
    assert time.perf_counter() - start < 1.5
    assert len(chart.training_points) == 100_000


def test_steps_that_are_taken_again_replace_the_former_ones(qtbot: QtBot, theme: Theme) -> None:
    chart = LossChart()
    qtbot.addWidget(chart)
    for step in range(1, 10):
        chart.add_training_point(step, 5.0 - step / 10)
        if step % 3 == 0:
            chart.add_validation_point(step, 5.0 - step / 10, is_best=True)
    chart.add_training_point(5, 1.0)
    assert [step for step, _ in chart.training_points] == [1, 2, 3, 4, 5]
    assert chart.training_points[-1] == (5, 1.0)
    assert [step for step, _ in chart.validation_points] == [3]
    assert chart.best_point == (3, 4.7)
    chart.add_training_point(1, 4.0)
    assert chart.training_points == [(1, 4.0)]
    assert chart.best_point is None


def test_thinning_keeps_the_ends_and_the_extremes() -> None:
    points = [(step, 1.0) for step in range(50_000)]
    points[31_415] = (31_415, 9.0)
    points[27_182] = (27_182, 0.1)
    few = thinned(points)
    assert len(few) < 4000
    assert (few[0], few[-1]) == (points[0], points[-1])
    assert points[31_415] in few
    assert points[27_182] in few
    assert few == sorted(few)
