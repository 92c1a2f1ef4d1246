"""The curve of a training run: how wrong the guesses are, step by step.

pyqtgraph and numpy take about half a second to import. The opening window does not have it, and a
window that shows a training must not stop for it: `load_ahead` imports them on a thread.
"""

from __future__ import annotations

import importlib
import threading
from typing import Any

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from jokegen.ui.kit.icons import IconLabel, colours
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_REDRAW_MS = 100
_TREND_PACE = 0.1  # how quickly the smooth line follows the jumping one
_BUCKETS = 1500  # lowest and highest of each bucket are drawn; more than a screen has pixels

_PLOT = "jokegen.ui.kit.loss_plot"
_loading = threading.Thread(
    target=importlib.import_module, args=(_PLOT,), name="load-chart", daemon=True
)


def load_ahead() -> None:
    """Import what draws the chart, once, while nobody needs it; returns at once."""
    if _loading.ident is None:
        _loading.start()


class LossChart(QWidget):
    """Training loss as a thin line (faint as it is, clear as a moving mean),
    validation loss as a line with points, the best one marked.

    Add points as they come; the chart draws at most ten times a second.
    """

    def __init__(self, parent: QWidget | None = None, *, name: str = "loss_chart") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Loss curve")
        self.setMinimumHeight(scaled(300))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._training: list[tuple[int, float]] = []
        self._trend: list[tuple[int, float]] = []
        self._validation: list[tuple[int, float]] = []
        self._best: tuple[int, float] | None = None
        self._plot: Any = None
        self._training_key = _Key("series_1", is_dotted=False)
        self._validation_key = _Key("series_2", is_dotted=True)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(_empty_page())
        self._page = QWidget()
        self._page_layout = QVBoxLayout(self._page)
        self._page_layout.setContentsMargins(0, 0, 0, 0)
        self._page_layout.setSpacing(Space.S)
        legend = QHBoxLayout()
        legend.setSpacing(Space.XL)
        legend.addWidget(self._training_key)
        legend.addWidget(self._validation_key)
        legend.addStretch(1)
        self._page_layout.addLayout(legend)
        self._stack.addWidget(self._page)
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(_REDRAW_MS)
        self._redraw.timeout.connect(self._on_redraw_due)
        self._describe()

    @property
    def training_points(self) -> list[tuple[int, float]]:
        """All (step, loss) pairs of the training loss."""
        return list(self._training)

    @property
    def validation_points(self) -> list[tuple[int, float]]:
        """All (step, loss) pairs of the validation loss."""
        return list(self._validation)

    @property
    def best_point(self) -> tuple[int, float] | None:
        """The (step, loss) pair that is marked as the best."""
        return self._best

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return not (self._training or self._validation)

    def add_training_point(self, step: int, loss: float) -> None:
        """Add the training loss at an optimizer step.

        A run that goes on from its last checkpoint takes a few steps once more: what was drawn
        of them before goes away.
        """
        if self._training and self._training[-1][0] >= step:
            self._forget_from(step)
        self._training.append((step, loss))
        before = self._trend[-1][1] if self._trend else loss
        # At first the plain mean of what there is, so that the beginning does not lag behind.
        pace = max(_TREND_PACE, 1 / len(self._training))
        self._trend.append((step, before + pace * (loss - before)))
        self._changed()

    def add_validation_point(self, step: int, loss: float, is_best: bool) -> None:
        """Add the validation loss at an optimizer step; `is_best` moves the mark here."""
        self._validation.append((step, loss))
        if is_best:
            self._best = (step, loss)
        self._changed()

    def clear(self) -> None:
        """Forget every point and show the empty text again."""
        self._training.clear()
        self._trend.clear()
        self._validation.clear()
        self._best = None
        self._redraw.stop()
        self._draw()

    def redraw_now(self) -> None:
        """Draw what is waiting to be drawn."""
        self._redraw.stop()
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._plot is not None:
            self._plot.set_look(colours())

    def _forget_from(self, step: int) -> None:
        for points in (self._training, self._trend, self._validation):
            points[:] = [point for point in points if point[0] < step]
        if self._best is not None and self._best[0] >= step:
            self._best = min(self._validation, key=_loss, default=None)

    def _changed(self) -> None:
        if not self._redraw.isActive():
            self._redraw.start()

    @Slot()
    def _on_redraw_due(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self._describe()
        if self.is_empty:
            self._stack.setCurrentIndex(0)
            if self._plot is not None:
                self._plot.draw([], [], [], None)
            return
        if self._plot is None:
            if _loading.is_alive():
                self._redraw.start()  # look again a little later
                return
            from jokegen.ui.kit.loss_plot import LossPlot

            self._plot = LossPlot(colours())
            self._page_layout.addWidget(self._plot.widget, 1)
        self._stack.setCurrentIndex(1)
        self._plot.draw(thinned(self._training), thinned(self._trend), self._validation, self._best)

    def _describe(self) -> None:
        """Put the latest numbers into words, for the legend and for screen readers."""
        training = validation = ""
        if self._training:
            training = f"Training loss {self._training[-1][1]:.2f}"
        if self._validation:
            validation = f"Validation loss {self._validation[-1][1]:.2f}"
            if self._best:
                validation += f" · best {self._best[1]:.2f} at step {self._best[0]:,}"
        self._training_key.set_text(training)
        self._validation_key.set_text(validation)
        said = ". ".join(part for part in (training, validation) if part)
        if self._training:
            said = f"Step {self._training[-1][0]:,}. {said}"
        self.setAccessibleDescription(said or _EMPTY_TEXT)


_EMPTY_TEXT = "The curve appears here when training starts."


def thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """The same curve in few points: the lowest and highest of every stretch, first and last."""
    if len(points) <= 2 * _BUCKETS:
        return points
    size = -(-len(points) // _BUCKETS)
    kept = [points[0]]
    for start in range(0, len(points), size):
        bucket = points[start : start + size]
        low, high = min(bucket, key=_loss), max(bucket, key=_loss)
        kept += [low] if low == high else sorted((low, high))
    kept.append(points[-1])
    return kept


def _loss(point: tuple[int, float]) -> float:
    return point[1]


def _empty_page() -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setSpacing(Space.S)
    text = PlainLabel(_EMPTY_TEXT, TextRole.MUTED, name="loss_chart_empty")
    text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    layout.addStretch(1)
    layout.addWidget(IconLabel("finetune", "muted", scaled(32)), 0, Qt.AlignmentFlag.AlignHCenter)
    layout.addWidget(text)
    layout.addStretch(1)
    return page


class _Key(QWidget):
    """One entry of the legend: a piece of the line and its latest number."""

    def __init__(self, role: str, *, is_dotted: bool) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        self._label = PlainLabel("", TextRole.CAPTION)
        self._label.setWordWrap(False)
        layout.addWidget(_Swatch(role, is_dotted))
        layout.addWidget(self._label)

    def set_text(self, text: str) -> None:
        self._label.setText(text)
        self.setVisible(bool(text))


class _Swatch(QWidget):
    """A short piece of a line."""

    def __init__(self, role: str, is_dotted: bool) -> None:
        super().__init__()
        self._role, self._is_dotted = role, is_dotted
        self.setFixedSize(scaled(20), scaled(10))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(colours(), self._role)))
        middle = self.height() / 2
        painter.drawRoundedRect(QRectF(0, middle - 1, self.width(), 2), 1, 1)
        if self._is_dotted:
            radius = self.height() * 0.36
            painter.drawEllipse(QRectF(self.rect()).center(), radius, radius)
        painter.end()
