"""The curves of a training run: how wrong the guesses are, step by step.

pyqtgraph and numpy take about half a second to import. The opening window does not have it, and a
window that shows a training must not stop for it: `load_ahead` imports them on a thread.
"""

from __future__ import annotations

import importlib
import threading
from typing import Any

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from jokegen.ui.kit import loss_words
from jokegen.ui.kit.icons import IconLabel, colours
from jokegen.ui.kit.labels import ElidedLabel, PlainLabel
from jokegen.ui.kit.loss_bar import ChartBar
from jokegen.ui.kit.loss_data import Axis, LossCurves, Series
from jokegen.ui.kit.loss_legend import Legend
from jokegen.ui.kit.span import Span
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Radius, Space, TextRole

_REDRAW_MS = 100
_STEP_SHARE = 0.02  # of what is in sight: how far an arrow key goes
_MOVE, _PAGE = 0.1, 0.8  # of what is in sight: one notch to the side, one page
_ZOOM = 0.6  # one press or notch shows so much of what was in sight

_PLOT = "jokegen.ui.kit.loss_plot"
_loading = threading.Thread(
    target=importlib.import_module, args=(_PLOT,), name="load-chart", daemon=True
)


def load_ahead() -> None:
    """Import what draws the chart, once, while nobody needs it; returns at once."""
    if _loading.ident is None:
        _loading.start()


class LossChart(QWidget):
    """Training loss (faint as it is, clear as a moving mean), validation loss with the best point
    marked, and on demand the validation losses of words and endings apart.

    Add points as they come; the chart draws at most ten times a second. Mouse: drag a stretch to
    zoom into it, double-click for all, turn the wheel with Ctrl or after a click. Keys: + - 0 zoom,
    arrows, Home and End point at values, Page Up and Page Down move.
    """

    def __init__(self, parent: QWidget | None = None, *, name: str = "loss_chart") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Loss curve")
        self.setMinimumHeight(scaled(360))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.curves = LossCurves()
        self.span = Span()
        self._place: float | None = None  # what is pointed at
        self._plot: Any = None
        self.legend = Legend(name)
        self.bar = ChartBar(name)
        self._said = ElidedLabel("", TextRole.CAPTION, name=f"{name}_said")
        self._said.setContentsMargins(Space.XS, 0, Space.XS, 0)
        self._build()
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(_REDRAW_MS)
        self._redraw.timeout.connect(self._on_redraw_due)
        self.legend.chosen.connect(self._on_redraw_due)
        self.bar.axis_chosen.connect(self._on_axis_chosen)
        self.bar.zoomed_in.connect(self._on_zoomed_in)
        self.bar.zoomed_out.connect(self._on_zoomed_out)
        self.bar.all_wanted.connect(self._on_all_wanted)
        self._describe()

    def _build(self) -> None:
        self._stack = QStackedLayout(self)
        self._stack.addWidget(_empty_page())
        self._page = QWidget()
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(Space.XS, Space.XS, Space.XS, Space.XS)
        self._column.setSpacing(Space.S)
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        head.addWidget(self.legend, 1)
        head.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(head)
        self._column.addWidget(self._said)
        self._stack.addWidget(self._page)

    @property
    def training_points(self) -> list[tuple[int, float]]:
        """All (step, loss) pairs of the training loss."""
        return self.curves[Series.RAW].points

    @property
    def validation_points(self) -> list[tuple[int, float]]:
        """All (step, loss) pairs of the validation loss."""
        return self.curves[Series.UNSEEN].points

    @property
    def best_point(self) -> tuple[int, float] | None:
        """The (step, loss) pair that is marked as the best."""
        return self.curves.best_point

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return self.curves.is_empty

    @property
    def axis(self) -> Axis:
        """What runs along the bottom."""
        return self.bar.axis

    def set_length(self, steps: int) -> None:
        """How many steps the run is planned to have."""
        self.curves.set_length(steps)

    def add_training_point(self, step: int, loss: float, seconds: float = 0.0) -> None:
        """Add the training loss at an optimizer step, `seconds` after the run began.

        A run that goes on from its last checkpoint takes a few steps once more: what was drawn
        of them before goes away.
        """
        self.curves.add_training(step, loss, seconds)
        self._changed()

    def add_validation_point(
        self,
        step: int,
        loss: float,
        is_best: bool,
        seconds: float = 0.0,
        *,
        words: float | None = None,
        endings: float | None = None,
    ) -> None:
        """Add the validation loss at an optimizer step; `is_best` moves the mark here.

        `words` and `endings` are the losses of joke tokens and of end tokens apart.
        """
        self.curves.add_check(step, loss, seconds, is_best=is_best, words=words, endings=endings)
        self._changed()

    def clear(self) -> None:
        """Forget every point and show the empty text again."""
        self.curves = LossCurves()
        self.span.show_all()
        self._place = None
        self._redraw.stop()
        self._draw()

    def redraw_now(self) -> None:
        """Draw what is waiting to be drawn."""
        self._redraw.stop()
        self._draw()

    # ---- Drawing ---------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._plot is not None:
            self._plot.set_look(colours())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours().focus), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), Radius.M, Radius.M)
        painter.end()

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
            return
        if self._plot is None:
            if _loading.is_alive():
                self._redraw.start()  # look again a little later
                return
            self._make_plot()
        self._stack.setCurrentIndex(1)
        self.span.set_ends(*self.curves.ends(self.axis))
        self._plot.draw(self.curves, self.legend.shown(), self.axis, self.span)
        self._plot.point(self._place)
        self.bar.show_zoom(self.span.is_whole)

    def _make_plot(self) -> None:
        from jokegen.ui.kit.loss_plot import LossPlot

        self._plot = LossPlot(colours())
        canvas = self._plot.canvas
        self._column.insertWidget(1, canvas, 1)
        canvas.pressed.connect(self._on_pressed)
        canvas.pointed.connect(self._on_pointed)
        canvas.wheel_turned.connect(self._on_wheel_turned)
        canvas.wheel_tilted.connect(self._on_wheel_tilted)
        canvas.stretch_chosen.connect(self._on_stretch_chosen)
        canvas.all_wanted.connect(self._on_all_wanted)
        canvas.has_wheel = self.hasFocus()

    def _describe(self) -> None:
        """Put the latest numbers into words, for the legend and for screen readers."""
        for series in loss_words.NAMES:
            self.legend.set_text(series, loss_words.legend(self.curves, series))
        self.setAccessibleDescription(loss_words.summary(self.curves))
        said = ""
        if self._place is not None:
            said = loss_words.pointed(self.curves, self.axis, self._place)
        self._said.setText(said or loss_words.HINT)

    # ---- Looking closer --------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._take_wheel(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._take_wheel(False)
        self._point(None)

    def _take_wheel(self, is_ours: bool) -> None:
        if self._plot is not None:
            self._plot.canvas.has_wheel = is_ours
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        span, share = self.span, _STEP_SHARE * (self.span.high - self.span.low)
        place = span.low if self._place is None else self._place
        if self.is_empty or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(_ZOOM)
        elif key is Qt.Key.Key_Minus:
            self._zoom(1 / _ZOOM)
        elif key is Qt.Key.Key_0:
            self._on_all_wanted()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and not span.is_whole:
            self._move(-_PAGE if key is Qt.Key.Key_PageUp else _PAGE)
        elif key is Qt.Key.Key_Left:
            self._go_to(place - share)
        elif key is Qt.Key.Key_Right:
            self._go_to(place + share)
        elif key is Qt.Key.Key_Home:
            self._go_to(self.curves.ends(self.axis)[0])
        elif key is Qt.Key.Key_End:
            self._go_to(self.curves.ends(self.axis)[1])
        else:
            super().keyPressEvent(event)

    def _go_to(self, place: float) -> None:
        """Point at a place with the keyboard; the chart follows."""
        first, last = self.curves.ends(self.axis)
        self._place = min(max(place, first), last)
        self.span.reach(self._place)
        self.redraw_now()

    def _point(self, place: float | None) -> None:
        self._place = place
        if self._plot is not None:
            self._plot.point(place)
        self._describe()

    def _move(self, share: float) -> None:
        self.span.move(share)
        self.redraw_now()

    def _zoom(self, factor: float, about: float | None = None) -> None:
        self.span.zoom(factor, self._place if about is None else about)
        self.redraw_now()

    @Slot()
    def _on_pressed(self) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    @Slot(object)
    def _on_pointed(self, place: float | None) -> None:
        self._point(place)

    @Slot(float, float)
    def _on_wheel_turned(self, notches: float, about: float) -> None:
        self._zoom(_ZOOM**notches, about)

    @Slot(float)
    def _on_wheel_tilted(self, notches: float) -> None:
        self._move(notches * _MOVE)

    @Slot(float, float)
    def _on_stretch_chosen(self, low: float, high: float) -> None:
        self.span.show(low, high)
        self.redraw_now()

    @Slot()
    def _on_zoomed_in(self) -> None:
        self._zoom(_ZOOM)

    @Slot()
    def _on_zoomed_out(self) -> None:
        self._zoom(1 / _ZOOM)

    @Slot()
    def _on_all_wanted(self) -> None:
        self.span.show_all()
        self.redraw_now()

    @Slot()
    def _on_axis_chosen(self) -> None:
        self.span.show_all()
        self._place = None
        self.redraw_now()


def _empty_page() -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setSpacing(Space.S)
    text = PlainLabel(loss_words.EMPTY, TextRole.MUTED, name="loss_chart_empty")
    text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    layout.addStretch(1)
    layout.addWidget(IconLabel("finetune", "muted", scaled(32)), 0, Qt.AlignmentFlag.AlignHCenter)
    layout.addWidget(text)
    layout.addStretch(1)
    return page
