"""A chart of how long the jokes are: bars with axes, read with the mouse or the arrow keys.

Painted here instead of by a plotting library: some two dozen bars that are given need no import of
half a second, and can be focused, read out and hit exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QFont,
    QFontInfo,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from jokegen.jobs.dataset_requests import Bar
from jokegen.ui.figures.scale import nice_step, shown_edges
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import TEXT_SCALE, Radius, Space, TextRole

_LINES = 4  # of the grid, about
_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Histogram(QWidget):
    """Shows bars of equal width; the last one may hold all that is longer than the others.

    `bar_pointed` carries the number of the bar that is pointed at, None for none.
    """

    bar_pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        describe(self, name, "How long the jokes are")
        self._bars: tuple[Bar, ...] = ()
        self._unit = ""
        self._median = 0.0
        self._pointed: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_bars(self, bars: Sequence[Bar], unit: str, median: float) -> None:
        """Show others; `unit` names what is counted in the plural, such as "words"."""
        self._bars, self._unit, self._median = tuple(bars), unit, median
        self._point(None)
        self.update()

    @property
    def bars(self) -> tuple[Bar, ...]:
        return self._bars

    @property
    def pointed(self) -> int | None:
        """The number of the bar that is pointed at."""
        return self._pointed

    def bar_area(self, number: int) -> QRectF:
        """Where a bar stands, from the axis to its top."""
        plot = self._plot()
        width = plot.width() / max(1, len(self._bars))
        height = plot.height() * self._bars[number].count / self._top()
        gap = min(3.0, width * 0.15)
        return QRectF(
            plot.left() + number * width + gap / 2, plot.bottom() - height, width - gap, height
        )

    def sizeHint(self) -> QSize:
        return QSize(scaled(420), scaled(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(240), scaled(180))

    # -- Pointing ------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._bar_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self._bars) - 1
        if last < 0 or key not in (*_KEYS, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Escape):
            super().keyPressEvent(event)
        elif key is Qt.Key.Key_Escape:
            self._point(None)
        elif key is Qt.Key.Key_Home or (self._pointed is None and key is Qt.Key.Key_Right):
            self._point(0)
        elif key is Qt.Key.Key_End or self._pointed is None:
            self._point(last)
        else:
            self._point(min(last, max(0, self._pointed + _KEYS[key])))

    def _bar_at(self, spot: QPointF) -> int | None:
        plot = self._plot()
        if not self._bars or not plot.adjusted(0, -Space.S, 0, Space.XL).contains(spot):
            return None
        number = int((spot.x() - plot.left()) / (plot.width() / len(self._bars)))
        return min(len(self._bars) - 1, max(0, number))

    def _point(self, number: int | None) -> None:
        if number != self._pointed:
            self._pointed = number
            self.update()
            self.bar_pointed.emit(number)
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)

    # -- Drawing -------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        if self._bars:
            self._paint_grid(painter)
            self._paint_bars(painter)
            self._paint_edges(painter)
            self._paint_median(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours().focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(frame, Radius.M, Radius.M)
        painter.end()

    def _paint_grid(self, painter: QPainter) -> None:
        look, plot, step = colours(), self._plot(), self._step()
        for count in range(0, self._top() + 1, step):
            y = plot.bottom() - plot.height() * count / self._top()
            painter.setPen(QPen(QColor(look.border if count else look.control_border), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(look.muted))
            room = QRectF(Space.XS, y - 20, plot.left() - Space.XS - Space.S, 40)
            edge = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, int(edge.value), f"{count:,}")

    def _paint_bars(self, painter: QPainter) -> None:
        look = colours()
        painter.setPen(Qt.PenStyle.NoPen)
        for number, bar in enumerate(self._bars):
            if not bar.count:
                continue
            area = self.bar_area(number)
            if area.height() < 2:
                area.setTop(area.bottom() - 2)  # a single joke can be seen too
            is_pointed = number == self._pointed
            painter.setBrush(QColor(look.accent_text if is_pointed else look.series_1))
            painter.drawPath(_rounded_on_top(area))

    def _paint_edges(self, painter: QPainter) -> None:
        """The lengths at the edges of bars, as many as there is room for."""
        look, plot, metrics = colours(), self._plot(), QFontMetrics(self._font())
        painter.setPen(QColor(look.muted))
        width = plot.width() / len(self._bars)
        widest = max(metrics.horizontalAdvance(f"{bar.low:,}") for bar in self._bars) + Space.L
        top = plot.bottom() + Space.XS
        middle = int(Qt.AlignmentFlag.AlignHCenter.value)
        for number, text in shown_edges(self._bars, max(1, -int(-widest // width))):
            x = plot.left() + number * width
            painter.drawText(QRectF(x - 60, top, 120, metrics.height()), middle, text)
        title = QRectF(plot.left(), top + metrics.height() + 2, plot.width(), metrics.height())
        painter.drawText(title, middle, f"{self._unit} in a joke")

    def _paint_median(self, painter: QPainter) -> None:
        """A line where half of the jokes are shorter and half longer."""
        x = self._place(self._median)
        if x is None:
            return
        look, plot, metrics = colours(), self._plot(), QFontMetrics(self._font())
        painter.setPen(QPen(QColor(look.series_2), 1.5, Qt.PenStyle.DashLine))
        top = plot.top() - metrics.height() - 2
        painter.drawLine(QPointF(x, top + 2), QPointF(x, plot.bottom()))
        text = f"half are shorter than {self._median:,.0f}"
        if self._median < 2:
            return
        painter.setPen(QColor(look.muted))
        is_left = x + metrics.horizontalAdvance(text) + Space.L > plot.right()
        side = Qt.AlignmentFlag.AlignRight if is_left else Qt.AlignmentFlag.AlignLeft
        room = QRectF(x - 406 if is_left else x + 6, top, 400, metrics.height())
        painter.drawText(room, int(side.value), text)

    def _place(self, value: float) -> float | None:
        """Where a length is on the axis."""
        plot = self._plot()
        width = plot.width() / len(self._bars)
        for number, bar in enumerate(self._bars):
            if bar.low <= value < bar.high:
                part = (value - bar.low) / (bar.high - bar.low)
                return plot.left() + (number + part) * width
        return None

    def _plot(self) -> QRectF:
        """The area of the bars."""
        metrics = QFontMetrics(self._font())
        left = metrics.horizontalAdvance(f"{self._top():,}") + Space.S + Space.S
        top = metrics.height() + Space.S
        below = 2 * metrics.height() + Space.M
        return QRectF(
            left, top, max(1, self.width() - left - Space.M), max(1, self.height() - top - below)
        )

    def _step(self) -> int:
        most = max((bar.count for bar in self._bars), default=1)
        return nice_step(max(1, most) / _LINES)

    def _top(self) -> int:
        """The count at the upper end of the axis: the next line of the grid above all bars."""
        most = max((bar.count for bar in self._bars), default=1)
        return max(1, -(-most // self._step())) * self._step()

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(QFontInfo(font).pointSizeF() * TEXT_SCALE[TextRole.CAPTION])
        return font


def _rounded_on_top(area: QRectF) -> QPainterPath:
    radius = min(3.0, area.width() / 2, area.height())
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addRoundedRect(area, radius, radius)
    path.addRect(area.adjusted(0, radius, 0, 0))
    return path.simplified()
