"""What a run learns: its health, the jokes it writes on the way, and its loss curves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from jokegen.jobs.events import Event, Metric, Sample
from jokegen.ui.finetune.health import HealthCard
from jokegen.ui.finetune.timeline import TimelinePanel
from jokegen.ui.kit.loss_chart import LossChart
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space


class RunCurves(QWidget):
    """Cards below each other, filled from the events of one run."""

    sample_requested = Signal(str)  # what a joke in between shall begin with

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_curves")
        self.health = HealthCard(name="run_health")
        self.timeline = TimelinePanel()
        self.chart = LossChart(name="run_loss")
        curve = Card(
            "How wrong it guesses",
            "The loss, at every step and at every check: the lower, the better.",
            name="run_curve_card",
        )
        curve.body.addWidget(self.chart, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        column.addWidget(self.health)
        column.addWidget(self.timeline)
        column.addWidget(curve)
        self.timeline.sample_requested.connect(self.sample_requested)

    def clear(self) -> None:
        """Forget the run before."""
        self.chart.clear()
        self.timeline.clear()

    def set_running(self, is_running: bool) -> None:
        """Whether more will come."""
        self.timeline.set_running(is_running)

    def show_events(self, events: Sequence[Event]) -> None:
        """Add what the events tell."""
        for event in events:
            if isinstance(event, Metric):
                self._add_point(event)
                self.timeline.show_copying(event)
            elif isinstance(event, Sample):
                self.timeline.show_sample(event)

    def _add_point(self, metric: Metric) -> None:
        self.chart.set_length(metric.steps)
        if metric.train_loss is not None:
            self.chart.add_training_point(metric.step, metric.train_loss, metric.seconds)
        if metric.validation_loss is not None:
            self.chart.add_validation_point(
                metric.step,
                metric.validation_loss,
                metric.is_best,
                metric.seconds,
                words=metric.joke_loss,
                endings=metric.end_loss,
            )
