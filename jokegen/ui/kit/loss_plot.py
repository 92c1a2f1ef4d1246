"""The drawing part of the loss chart: the one place that knows pyqtgraph."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy

from jokegen.ui.kit.loss_data import Axis, Curve, LossCurves, Series
from jokegen.ui.kit.loss_words import best_label
from jokegen.ui.kit.span import Span
from jokegen.ui.kit.tokens import TEXT_SCALE, Colours, TextRole

_BUCKETS = 600  # lowest and highest of each bucket are drawn: about what a screen can tell apart
_ROOM = 0.06  # of the height, left free above and below
_OUTLIERS = 1.0  # per cent of the raw points at either end that may leave the picture
_DRAGGED = 6  # pixels; less is a click
_NOTCH = 120  # of a wheel
_HOUR = 3600


class LossPlot:
    """Axes and curves; `canvas` is what is put into the page and tells what the mouse does."""

    def __init__(self, look: Colours) -> None:
        self.canvas = Canvas()
        self._item = item = self.canvas.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.disableAutoRange()
        item.setContentsMargins(0, 4, 8, 0)
        self._lines = {series: item.plot([], [], antialias=True) for series in Series}
        self._best = pg.ScatterPlotItem()
        self._best_label = pg.TextItem()
        self._pointer = pg.InfiniteLine(angle=90, movable=False)
        self._stretch = pg.LinearRegionItem(movable=False)
        for part in (self._best, self._best_label, self._pointer, self._stretch):
            item.addItem(part, ignoreBounds=True)
        self._pointer.hide()
        self._stretch.hide()
        self.canvas.stretch_dragged.connect(self._on_stretch_dragged)
        self.set_look(look)

    def set_look(self, look: Colours) -> None:
        """Take the colours of another scheme."""
        for side in ("bottom", "left"):
            axis = self._item.getAxis(side)
            axis.setPen(pg.mkPen(look.border))
            axis.setTextPen(pg.mkPen(look.muted))
            axis.setTickPen(pg.mkPen(look.border))
            axis.enableAutoSIPrefix(False)
            axis.setZValue(-1)  # the grid belongs behind the curves
            axis.setStyle(tickFont=_small_font(), tickLength=0, tickTextOffset=8)
            axis.label.setFont(_small_font())
            axis.setLabel(axis.labelText, color=look.muted)
        self._item.getAxis("left").setLabel("How wrong it guesses (loss)", color=look.muted)
        self._muted = look.muted
        self._item.showGrid(x=False, y=True, alpha=0.5)
        faint = QColor(look.series_1)
        faint.setAlphaF(0.35)
        self._lines[Series.RAW].setPen(pg.mkPen(faint, width=1))
        self._lines[Series.TREND].setPen(pg.mkPen(look.series_1, width=1.75))
        # Told apart by more than their colour: by their points and their dashes.
        for series, colour, symbol, dashes in (
            (Series.UNSEEN, look.series_2, "o", None),
            (Series.WORDS, look.success, "s", [6, 3]),
            (Series.ENDINGS, look.muted, "t", [2, 3]),
        ):
            line = self._lines[series]
            pen = pg.mkPen(colour, width=2.25 if dashes is None else 1.75)
            if dashes:
                pen.setDashPattern(dashes)
            line.setPen(pen)
            line.setSymbol(symbol)
            line.setSymbolSize(7)
            line.setSymbolBrush(QColor(colour))
            line.setSymbolPen(None)
        self._best.setSize(15)
        self._best.setBrush(QColor(look.raised))
        self._best.setPen(pg.mkPen(look.series_2, width=3))
        self._best_label.setColor(look.text)
        self._best_label.setFont(_small_font())
        self._pointer.setPen(pg.mkPen(look.control_border, width=1))
        shade = QColor(look.accent)
        shade.setAlphaF(0.18)
        self._stretch.setBrush(shade)

    def draw(self, curves: LossCurves, shown: Collection[Series], axis: Axis, span: Span) -> None:
        """Show these curves in the place of the former ones."""
        seen: list[Any] = []
        for series, line in self._lines.items():
            if series not in shown:
                line.setData([], [])
                continue
            places, losses = visible(curves[series], axis, span)
            line.setData(places, losses)
            if series is Series.RAW and len(losses) > 20:
                losses = np.percentile(losses, [_OUTLIERS, 100 - _OUTLIERS])
            seen.append(losses)
        self._show_range(span, np.concatenate(seen) if seen else np.empty(0))
        self._draw_best(curves, shown, axis, span)
        self._name_bottom(axis, span)

    def point(self, place: float | None) -> None:
        """Draw a line at a place, or none."""
        self._pointer.setVisible(place is not None)
        if place is not None:
            self._pointer.setValue(place)

    def _show_range(self, span: Span, losses: Any) -> None:
        losses = losses[np.isfinite(losses)]
        low, high = (losses.min(), losses.max()) if losses.size else (0.0, 1.0)
        room = max(high - low, 0.02) * _ROOM
        side = (span.high - span.low) * 0.01
        self._item.setXRange(span.low - side, span.high + side, padding=0)
        self._item.setYRange(low - room, high + room, padding=0)

    def _draw_best(
        self, curves: LossCurves, shown: Collection[Series], axis: Axis, span: Span
    ) -> None:
        unseen = curves[Series.UNSEEN]
        is_shown = curves.best is not None and Series.UNSEEN in shown
        place = unseen.places(axis)[curves.best] if is_shown and curves.best is not None else 0.0
        is_shown = is_shown and span.low <= place <= span.high
        self._best_label.setVisible(is_shown)
        if not is_shown or curves.best is None:
            self._best.setData([], [])
            return
        loss = unseen.losses[curves.best]
        self._best.setData([place], [loss])
        is_right = place > (span.low + span.high) / 2
        # Above the point, towards the middle: there it never leaves the picture.
        self._best_label.setAnchor((1.0 if is_right else 0.0, 1.25))
        self._best_label.setText(best_label(curves))
        self._best_label.setPos(place, loss)

    def _name_bottom(self, axis: Axis, span: Span) -> None:
        bottom = self._item.getAxis("bottom")
        if axis is Axis.STEPS:
            words, scale = "Step", 1.0
        elif span.high > 3 * _HOUR:
            words, scale = "Hours", 1 / _HOUR
        else:
            words, scale = "Minutes", 1 / 60
        if bottom.labelText != words or bottom.scale != scale:
            bottom.setScale(scale)
            bottom.setLabel(words, color=self._muted)

    def _on_stretch_dragged(self, low: float, high: float) -> None:
        self._stretch.setVisible(low != high)
        self._stretch.setRegion((low, high))


class Canvas(pg.PlotWidget):  # type: ignore[misc]
    """The picture itself. It zooms nothing by itself: it tells what was asked for.

    The wheel scrolls the page, unless Ctrl is held or `has_wheel` says that it is ours.
    """

    pressed = Signal()
    pointed = Signal(object)  # place along the bottom axis, None for nowhere
    wheel_turned = Signal(float, float)  # notches upwards; about which place
    wheel_tilted = Signal(float)  # notches to the right
    stretch_dragged = Signal(float, float)  # so far; twice the same place: not any more
    stretch_chosen = Signal(float, float)
    all_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.has_wheel = False
        self._pressed_at: QPointF | None = None
        self.setObjectName("loss_plot")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # As high as the chart around it, not the 480 pixels it would like.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setAntialiasing(True)
        self.setBackground(None)
        self.setStyleSheet("background: transparent")
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        is_held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        along, up = event.angleDelta().x() / _NOTCH, event.angleDelta().y() / _NOTCH
        if not (is_held or self.has_wheel) or not (along or up):
            event.ignore()
            return
        event.accept()
        if abs(along) > abs(up):
            self.wheel_tilted.emit(-along)
        else:
            self.wheel_turned.emit(up, self._place(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.pressed.emit()
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        place = self._place(event.position())
        if self._is_dragged(event.position()):
            self.stretch_dragged.emit(*sorted((self._pressed_place, place)))
        self.pointed.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._is_dragged(event.position()):
            place = self._place(event.position())
            self.stretch_dragged.emit(place, place)
            self.stretch_chosen.emit(*sorted((self._pressed_place, place)))
        self._pressed_at = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self._pressed_at = None
        self.all_wanted.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def _is_dragged(self, position: QPointF) -> bool:
        return self._pressed_at is not None and abs(position.x() - self._pressed_at.x()) > _DRAGGED

    @property
    def _pressed_place(self) -> float:
        return self._place(self._pressed_at or QPointF())

    def _place(self, position: QPointF) -> float:
        box = self.getPlotItem().getViewBox()
        return float(box.mapSceneToView(self.mapToScene(position.toPoint())).x())


def visible(curve: Curve, axis: Axis, span: Span) -> tuple[Any, Any]:
    """What is to be drawn of a curve: in few points, of every stretch the lowest and the highest.

    The first and the last point in sight stay; so do gaps, where a loss is no number.
    """
    first, last = curve.within(axis, span.low, span.high)
    places = np.array(curve.places(axis)[first:last])
    losses = np.array(curve.losses[first:last])
    if len(losses) <= 2 * _BUCKETS:
        return places, losses
    size = -(-len(losses) // _BUCKETS)
    padding = -len(losses) % size
    padded = np.pad(losses, (0, padding), mode="edge").reshape(-1, size)
    starts = np.arange(padded.shape[0]) * size
    clean = np.where(np.isfinite(padded), padded, 0.0)
    chosen = np.concatenate(
        ([0, len(losses) - 1], starts + clean.argmin(axis=1), starts + clean.argmax(axis=1))
    )
    chosen = np.unique(np.minimum(chosen, len(losses) - 1))
    return places[chosen], losses[chosen]


def _small_font() -> QFont:
    font = QFont(QApplication.font())
    font.setPointSizeF(QFontInfo(font).pointSizeF() * TEXT_SCALE[TextRole.CAPTION])
    return font
