"""The loss chart holds what it is given, draws it quickly, and can be looked at closely."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from jokegen.ui.kit.labels import ElidedLabel, PlainLabel
from jokegen.ui.kit.loss_chart import LossChart
from jokegen.ui.kit.loss_data import Axis, Curve, LossCurves, Series
from jokegen.ui.kit.span import Span
from jokegen.ui.kit.theme import Scheme, Theme
from jokegen.ui.kit.tokens import (
    DARK,
    LIGHT,
)
from tests.gui.support import Show, has_colour

Filled = Callable[[], LossChart]


@pytest.fixture
def filled(theme: Theme, shown: Show) -> LossChart:
    """A chart of 200 steps of two seconds each, checked every 50, best at 150; on the screen."""
    chart = LossChart(name="loss")
    shown(chart, 900, 480)
    chart.set_length(200)
    chart.add_validation_point(0, 5.0, False, 0.0, words=5.2, endings=3.0)
    for step in range(1, 201):
        chart.add_training_point(step, 5.0 - step / 100, 2.0 * step)
        if step % 50 == 0:
            loss = 4.0 + abs(step - 150) / 100
            is_best = step <= 150
            chart.add_validation_point(step, loss, is_best, 2.0 * step, words=loss, endings=0.5)
    chart.redraw_now()
    QApplication.processEvents()
    return chart


def canvas(chart: LossChart) -> QWidget:
    found: Any = chart._plot.canvas
    assert isinstance(found, QWidget)
    return found


def spot(chart: LossChart, place: float) -> QPoint:
    """Where a place of the bottom axis is on the canvas."""
    box = chart._plot.canvas.getPlotItem().getViewBox()
    middle = box.viewRange()[1][0] + box.viewRange()[1][1]
    scene = box.mapViewToScene(QPointF(place, middle / 2))
    point: QPoint = chart._plot.canvas.mapFromScene(scene)
    return point


def said(chart: LossChart) -> str:
    label = chart.findChild(ElidedLabel, "loss_said")
    assert label is not None
    return label.text()


def width(chart: LossChart) -> float:
    return chart.span.high - chart.span.low


def press(chart: LossChart, name: str) -> None:
    button = chart.findChild(QWidget, name)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


# ---- What it holds -----------------------------------------------------------------------------


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
    assert chart.accessibleDescription() == (
        "Loss curve up to step 10, the lower the better. "
        "On the jokes it learns from (training loss, smoothed): 3.50. "
        "On unseen jokes (validation loss): from 3.25 to 3.75. "
        "Best on unseen jokes: 3.25 at step 10."
    )
    assert has_colour(chart.grab().toImage(), LIGHT.series_2)
    theme.set_scheme(Scheme.DARK)
    assert has_colour(chart.grab().toImage(), DARK.series_2)
    chart.clear()
    assert empty.isVisible()


def test_a_hundred_thousand_points_are_taken_in_and_drawn_quickly(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    chart = LossChart()
    shown(chart)
    chart.set_length(100_000)
    chart.add_training_point(0, 4.0)
    chart.redraw_now()
    for step in range(1, 100_000):
        chart.add_training_point(step, 4 - step / 50_000 + (step % 7) / 10, step / 10)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        chart.redraw_now()
        chart.grab()
        took.append(time.perf_counter() - start)
    assert min(took) < 0.1  # the least: other tests may have the processor
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


def test_the_smooth_line_begins_at_the_first_point_and_goes_on_as_if_never_interrupted() -> None:
    straight, twice = LossCurves(), LossCurves()
    losses = [5.0 - step / 50 + (step % 3) / 4 for step in range(1, 101)]
    for step, loss in enumerate(losses, 1):
        straight.add_training(step, loss, step)
    for step in [*range(1, 81), *range(61, 101)]:
        twice.add_training(step, losses[step - 1], step)
    assert straight[Series.TREND].losses[0] == pytest.approx(losses[0])
    assert list(twice[Series.TREND].losses) == pytest.approx(list(straight[Series.TREND].losses))
    flat = LossCurves()
    for step in range(1, 50):
        flat.add_training(step, 3.0, step)
    assert list(flat[Series.TREND].losses) == pytest.approx([3.0] * 49)


def test_a_longer_run_has_a_smoother_line() -> None:
    short, long = LossCurves(), LossCurves()
    short.set_length(100)
    for step in range(1, 100):
        for curves in (short, long):
            curves.add_training(step, 3.0 + step % 2, step)
    long.set_length(5000)  # said late: what there is is smoothed again

    def roughness(curves: LossCurves) -> float:
        return float(np.abs(np.diff(curves[Series.TREND].losses[50:])).mean())

    assert roughness(long) < roughness(short) / 3


def test_thinning_keeps_the_ends_and_the_extremes() -> None:
    from jokegen.ui.kit.loss_plot import visible

    curve, span = Curve(), Span()
    for step in range(50_000):
        curve.add(step, step, {31_415: 9.0, 27_182: 0.1}.get(step, 1.0))
    span.set_ends(0, 49_999)
    places, losses = visible(curve, Axis.STEPS, span)
    assert len(places) < 4000
    assert (places[0], places[-1]) == (0, 49_999)
    assert (losses.max(), losses.min()) == (9.0, 0.1)
    assert (np.diff(places) > 0).all()
    span.show(31_410, 31_420)
    places, losses = visible(curve, Axis.STEPS, span)
    assert list(places) == list(range(31_409, 31_422)), "what is near is drawn point by point"


# ---- Looking closer ----------------------------------------------------------------------------


def test_a_stretch_is_dragged_with_the_mouse_and_a_double_click_shows_all_again(
    filled: LossChart, qtbot: QtBot
) -> None:
    view = canvas(filled).viewport()  # type: ignore[attr-defined]
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=spot(filled, 50))
    QTest.mouseMove(view, spot(filled, 80))
    QTest.mouseMove(view, spot(filled, 100))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=spot(filled, 100))
    assert filled.span.low == pytest.approx(50, abs=2)
    assert filled.span.high == pytest.approx(100, abs=2)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=spot(filled, 75))
    assert filled.span.is_whole


def test_the_wheel_zooms_with_ctrl_or_after_a_click_and_else_scrolls_the_page(
    filled: LossChart,
) -> None:
    view = canvas(filled).viewport()  # type: ignore[attr-defined]

    def turn(
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, along: int = 0
    ) -> bool:
        event = QWheelEvent(
            QPointF(spot(filled, 100)), QPointF(view.mapToGlobal(spot(filled, 100))), QPoint(),
            QPoint(along, 0 if along else 120), Qt.MouseButton.NoButton, modifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        canvas(filled).wheelEvent(event)
        return event.isAccepted()

    filled.clearFocus()
    assert not turn()
    assert filled.span.is_whole
    assert turn(Qt.KeyboardModifier.ControlModifier)
    assert width(filled) == pytest.approx(120, abs=2)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=spot(filled, 100))
    assert filled.hasFocus()
    assert turn()
    assert width(filled) == pytest.approx(72, abs=2)
    low = filled.span.low
    assert turn(along=-120)
    assert filled.span.low == pytest.approx(low + 7.2, abs=0.5), "a wheel to the side moves along"


def test_the_keyboard_zooms_and_points(filled: LossChart) -> None:
    filled.setFocus()
    QTest.keyClick(filled, Qt.Key.Key_Plus)
    assert width(filled) == pytest.approx(120, abs=2)
    QTest.keyClick(filled, Qt.Key.Key_Minus)
    assert width(filled) == 200
    QTest.keyClick(filled, Qt.Key.Key_End)
    assert said(filled).startswith("Step 200 · after 6 min 40 s · learns from 3.")
    assert "unseen 4.50" in said(filled)
    QTest.keyClick(filled, Qt.Key.Key_Plus)
    QTest.keyClick(filled, Qt.Key.Key_Home)
    assert said(filled).startswith("Step 1 ")
    assert filled.span.low == pytest.approx(0, abs=1), "it follows what is pointed at"
    QTest.keyClick(filled, Qt.Key.Key_Right)
    assert not said(filled).startswith("Step 1 ")
    QTest.keyClick(filled, Qt.Key.Key_PageDown)
    assert filled.span.high == pytest.approx(200, abs=1)
    QTest.keyClick(filled, Qt.Key.Key_PageUp)
    assert filled.span.low == pytest.approx(0, abs=1)
    QTest.keyClick(filled, Qt.Key.Key_0)
    assert width(filled) == 200


def test_the_buttons_zoom_and_switch_to_time(filled: LossChart) -> None:
    press(filled, "loss_zoom_in")
    assert width(filled) == pytest.approx(120, abs=2)
    press(filled, "loss_zoom_out")
    assert filled.span.is_whole
    press(filled, "loss_zoom_in")
    press(filled, "loss_zoom_all")
    assert filled.span.is_whole
    press(filled, "loss_time")
    assert filled.axis is Axis.TIME
    assert filled.span.high == 400.0
    press(filled, "loss_steps")
    assert filled.span.high == 200.0


def test_pointing_tells_the_values_and_leaving_tells_how_to_zoom(filled: LossChart) -> None:
    view = canvas(filled).viewport()  # type: ignore[attr-defined]
    QTest.mouseMove(view, spot(filled, 150))
    assert said(filled).startswith("Step 1")
    assert "unseen 4.00" in said(filled)
    assert "their ends 0.50" in said(filled)
    QApplication.sendEvent(canvas(filled), QEvent(QEvent.Type.Leave))
    assert said(filled).startswith("Drag across a stretch")


def test_lines_are_shown_and_hidden_by_their_names(filled: LossChart) -> None:
    assert filled.legend.shown() == {Series.RAW, Series.TREND, Series.UNSEEN}
    press(filled, "loss_endings")
    press(filled, "loss_trend")
    assert filled.legend.shown() == {Series.UNSEEN, Series.ENDINGS}
    low, high = filled._plot.canvas.getPlotItem().getViewBox().viewRange()[1]
    assert low < 0.5
    assert high < 5.3
    assert filled.legend.keys[Series.ENDINGS].text() == "…where they end 0.50"


def test_what_is_looked_at_stays_while_points_arrive(filled: LossChart) -> None:
    filled.span.show(50, 100)
    filled.add_training_point(201, 3.0, 402.0)
    filled.redraw_now()
    assert (filled.span.low, filled.span.high) == (50, 100)
    filled.span.show(150, 201)
    filled.add_training_point(211, 3.0, 422.0)
    filled.redraw_now()
    assert (filled.span.low, filled.span.high) == (160, 211), "the newest end moves on"


def test_a_span_never_leaves_the_data() -> None:
    span = Span()
    span.set_ends(0, 100)
    span.zoom(0.5, 0)
    assert (span.low, span.high) == (0, 50)
    span.move(-1)
    assert (span.low, span.high) == (0, 50)
    span.move(5)
    assert (span.low, span.high) == (50, 100)
    for _ in range(100):
        span.zoom(0.5)
    assert span.high - span.low == pytest.approx(0.01)
    for _ in range(100):
        span.zoom(2)
    assert span.is_whole
    span.set_ends(3, 3)
    assert span.high > span.low
