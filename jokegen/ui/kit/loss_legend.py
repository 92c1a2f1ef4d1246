"""The legend of a loss chart: names and newest values, each a switch for its line."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from jokegen.ui.kit import loss_words
from jokegen.ui.kit.flow import FlowLayout
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import describe
from jokegen.ui.kit.loss_data import Series
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space

_ROLES = {
    Series.TREND: "series_1",
    Series.UNSEEN: "series_2",
    Series.WORDS: "success",
    Series.ENDINGS: "muted",
}
_SHOWN_AT_FIRST = (Series.TREND, Series.UNSEEN)


class Legend(QWidget):
    """One switch a line, in as many rows as the width asks for."""

    chosen = Signal()  # other lines are wanted

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}_legend")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        row = FlowLayout(Space.S)
        self.setLayout(row)
        self.keys: dict[Series, _Key] = {}
        for series in loss_words.NAMES:
            key = _Key(series, f"{name}_{series.value}")
            key.setChecked(series in _SHOWN_AT_FIRST)
            key.toggled.connect(self._on_toggled)
            key.hide()
            self.keys[series] = key
            row.addWidget(key)

    def shown(self) -> set[Series]:
        """The lines that are wanted; the raw one goes with its smooth one."""
        wanted = {series for series, key in self.keys.items() if key.isChecked()}
        return wanted | {Series.RAW} if Series.TREND in wanted else wanted

    def set_text(self, series: Series, text: str) -> None:
        """Name a line with its newest value; "" takes its key away."""
        self.keys[series].set_words(text)

    @Slot()
    def _on_toggled(self) -> None:
        self.chosen.emit()


class _Key(QToolButton):
    """A piece of the line, and its name; pale while the line is hidden."""

    def __init__(self, series: Series, name: str) -> None:
        super().__init__()
        self._series = series
        self.setCheckable(True)
        self.setProperty("kind", "key")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        describe(self, name, loss_words.NAMES[series], loss_words.TIPS[series])

    def set_words(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text or loss_words.NAMES[self._series])
            self.updateGeometry()
        self.setVisible(bool(text))

    @property
    def _swatch(self) -> int:
        return scaled(20)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        height = self.fontMetrics().height() + 2 * Space.XS
        return QSize(self._swatch + words + 4 * Space.S, height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = ""
        option.state &= ~QStyle.StateFlag.State_On
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_on = self.isChecked()
        swatch = QRectF(Space.S, 0, self._swatch, self.height())
        _draw_swatch(painter, swatch, self._series, look.control_border if not is_on else "")
        painter.setPen(QColor(look.text if is_on else look.muted))
        words = self.rect().adjusted(self._swatch + 2 * Space.S, 0, 0, 0)
        painter.drawText(
            words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text()
        )
        painter.end()


def _draw_swatch(painter: QPainter, place: QRectF, series: Series, faded: str) -> None:
    """A short piece of the line with one of its points."""
    colour = QColor(faded or getattr(colours(), _ROLES[series]))
    pen = QPen(colour, 2)
    if series in (Series.WORDS, Series.ENDINGS):
        pen.setStyle(Qt.PenStyle.DashLine if series is Series.WORDS else Qt.PenStyle.DotLine)
    middle, radius = place.center(), 3.5
    painter.setPen(pen)
    painter.drawLine(QPointF(place.left(), middle.y()), QPointF(place.right(), middle.y()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    box = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
    if series is Series.UNSEEN:
        painter.drawEllipse(box)
    elif series is Series.WORDS:
        painter.drawRect(box)
    elif series is Series.ENDINGS:
        painter.drawPolygon(
            QPolygonF([box.topLeft(), box.topRight(), QPointF(middle.x(), box.bottom())])
        )
