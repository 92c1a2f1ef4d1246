"""What a run learns: its loss curve, and the jokes it writes on the way."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.jobs.events import Event, Metric, Sample
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.loss_chart import LossChart
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole

_SAMPLES_SHOWN = 4


class RunCurves(QWidget):
    """Two cards side by side, filled from the events of one run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_curves")
        self.chart = LossChart(name="run_loss")
        self._samples: list[_SampleView] = []
        self._nothing = PlainLabel(
            "From time to time it stops to write a joke. The latest ones appear here.",
            TextRole.MUTED,
            name="no_samples",
        )
        curve = Card(
            "How wrong it guesses",
            "The lower, the better. Validation means: on jokes it has never seen.",
            name="run_curve_card",
        )
        curve.body.addWidget(self.chart, 1)
        writing = Card("What it writes", name="run_samples_card")
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.M)
        writing.body.addWidget(self._nothing)
        writing.body.addLayout(self._list)
        writing.body.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.L)
        row.addWidget(curve, 3)
        row.addWidget(writing, 2)

    def samples(self) -> list[str]:
        """The jokes that are shown, the latest first."""
        return [view.joke for view in self._samples]

    def clear(self) -> None:
        """Forget the run before."""
        self.chart.clear()
        for view in self._samples:
            view.hide()
            view.deleteLater()
        self._samples.clear()
        self._nothing.show()

    def show_events(self, events: Sequence[Event]) -> None:
        """Add what the events tell."""
        for event in events:
            if isinstance(event, Metric):
                if event.train_loss is not None:
                    self.chart.add_training_point(event.step, event.train_loss)
                if event.validation_loss is not None:
                    self.chart.add_validation_point(
                        event.step, event.validation_loss, event.is_best
                    )
            elif isinstance(event, Sample):
                self._add_sample(event)

    def _add_sample(self, sample: Sample) -> None:
        # A run that goes on from its last checkpoint writes the latest ones once more.
        for old in [view for view in self._samples if view.is_repeated_by(sample)]:
            self._samples.remove(old)
            old.hide()
            old.deleteLater()
        view = _SampleView(sample)
        self._samples.insert(0, view)
        self._list.insertWidget(0, view)
        self._nothing.hide()
        for old in self._samples[_SAMPLES_SHOWN:]:
            old.hide()
            old.deleteLater()
        del self._samples[_SAMPLES_SHOWN:]


class _SampleView(QWidget):
    """A joke and when it was written."""

    def __init__(self, sample: Sample) -> None:
        super().__init__()
        self.joke = sample.text
        self._step = sample.step
        steps = "1 step" if sample.step == 1 else f"{sample.step:,} steps"
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(PlainLabel(f"After {steps} it writes:", TextRole.CAPTION))
        layout.addWidget(
            PlainLabel(sample.text or "(nothing yet)", name="sample_joke", selectable=True)
        )

    def is_repeated_by(self, sample: Sample) -> bool:
        """Whether `sample` tells of a time before this one, or is this very one."""
        is_same = self._step == sample.step and self.joke == sample.text
        return is_same or self._step > sample.step
