"""The drawing part of the loss chart: the one place that knows pyqtgraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy

from jokegen.ui.kit.tokens import TEXT_SCALE, Colours, TextRole

Point = tuple[float, float]  # step, loss


class LossPlot:
    """Axes and curves; `widget` is what is put into the page."""

    def __init__(self, look: Colours) -> None:
        self.widget: Any = _StillPlot()
        self.widget.setObjectName("loss_plot")
        self.widget.setFrameShape(QFrame.Shape.NoFrame)
        self.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # As high as the chart around it, not the 480 pixels it would like.
        self.widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.widget.setAntialiasing(True)
        self.widget.setBackground(None)
        self.widget.setStyleSheet("background: transparent")
        self.widget.viewport().setAutoFillBackground(False)
        item = self.widget.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.setContentsMargins(0, 4, 8, 0)
        self._item = item
        self._training = item.plot([], [], antialias=True)
        self._trend = item.plot([], [], antialias=True)
        self._validation = item.plot([], [], antialias=True)
        self._best = pg.ScatterPlotItem()
        item.addItem(self._best)
        self.set_look(look)

    def set_look(self, look: Colours) -> None:
        """Take the colours of another scheme."""
        for side, words in (("bottom", "Step"), ("left", "How wrong the guesses are (loss)")):
            axis = self._item.getAxis(side)
            axis.setLabel(words, color=look.muted)
            axis.setPen(pg.mkPen(look.border))
            axis.setTextPen(pg.mkPen(look.muted))
            axis.setTickPen(pg.mkPen(look.border))
            axis.enableAutoSIPrefix(False)
            axis.setZValue(-1)  # the grid belongs behind the curves
            axis.setStyle(tickFont=self._small_font(), tickLength=0, tickTextOffset=8)
            axis.label.setFont(self._small_font())
        self._item.showGrid(x=False, y=True, alpha=0.5)
        faint = QColor(look.series_1)
        faint.setAlphaF(0.35)
        self._training.setPen(pg.mkPen(faint, width=1))
        self._trend.setPen(pg.mkPen(look.series_1, width=1.75))
        self._validation.setPen(pg.mkPen(look.series_2, width=2.25))
        self._validation.setSymbol("o")
        self._validation.setSymbolSize(7)
        self._validation.setSymbolBrush(QColor(look.series_2))
        self._validation.setSymbolPen(None)
        self._best.setSize(15)
        self._best.setBrush(QColor(look.raised))
        self._best.setPen(pg.mkPen(look.series_2, width=3))

    def draw(
        self,
        training: Sequence[Point],
        trend: Sequence[Point],
        validation: Sequence[Point],
        best: Point | None,
    ) -> None:
        """Show these curves in the place of the former ones."""
        self._training.setData(*_axes(training))
        self._trend.setData(*_axes(trend))
        self._validation.setData(*_axes(validation))
        self._best.setData(*_axes([best] if best else []))

    def _small_font(self) -> QFont:
        font = QFont(QApplication.font())
        font.setPointSizeF(QFontInfo(font).pointSizeF() * TEXT_SCALE[TextRole.CAPTION])
        return font


class _StillPlot(pg.PlotWidget):  # type: ignore[misc]
    """A plot that lets the wheel scroll the page."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _axes(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [step for step, _ in points], [loss for _, loss in points]
