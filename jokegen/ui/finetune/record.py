"""What is remembered of a run while one watches it: its health, its first and its best check."""

from __future__ import annotations

from collections.abc import Sequence

from jokegen.jobs.events import Event, Metric
from jokegen.lm.health import Health
from jokegen.model_service import ModelService


class RunRecord:
    """Told everything that a run says."""

    def __init__(self, service: ModelService) -> None:
        self._service = service
        self.clear()

    def clear(self) -> None:
        """Another run begins."""
        self._watch = self._service.watch_health()
        self.before: Metric | None = None  # the check before the first step
        self.best: Metric | None = None

    @property
    def health(self) -> Health:
        """How the run is doing."""
        return self._watch.health

    def add(self, events: Sequence[Event]) -> None:
        """Take in what the run says."""
        metrics = [event for event in events if isinstance(event, Metric)]
        self._watch.add(metrics)
        for metric in metrics:
            if metric.validation_loss is None:
                continue
            if metric.step == 0:
                self.before = metric
            elif metric.is_best:
                self.best = metric
