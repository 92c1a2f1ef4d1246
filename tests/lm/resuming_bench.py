"""What the tests of runs that go on have in common: a data folder, pauses, digests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.jobs.events import Event, Metric
from jokegen.jobs.requests import (
    ContinueRequest,
    Method,
    TrainRequest,
    TrainSummary,
)
from jokegen.lm import intervals, schedule
from jokegen.lm.training_state import read_state, state_folders
from tests.lm.plain_arithmetic import write_little
from tests.lm.tiny_models import SENTENCES, tiny_gpt2, tiny_llama

STEPS = 24
REQUEST = TrainRequest(
    "My jokes", base="gpt2", epochs=9, max_steps=STEPS, learning_rate=3e-3, device="cpu",
    tokens_per_step=256, method=Method.FULL, lora_rank=4, last_blocks=1,
)  # fmt: skip


def save_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check every five steps, and a state as often as that."""
    monkeypatch.setattr(schedule, "STEPS_BETWEEN_CHECKS", 5)
    write_little(monkeypatch)
    monkeypatch.setattr(intervals, "LARGEST_SHARE", 1e9)


def make_home(folder: Path) -> Paths:
    """A data folder with two base models and a data set of nine steps an epoch."""
    paths = Paths(folder)
    tiny_gpt2(paths.models / "gpt2")
    tiny_llama(paths.models / "distilgpt2")
    add_jokes(paths, folder, 8)
    return paths


def add_jokes(paths: Paths, folder: Path, times: int) -> None:
    file = folder / f"jokes {times}.txt"
    file.write_text("\n".join(f"{text} Number {i}." for i in range(times) for text in SENTENCES))
    model_service.import_jokes(ImportRequest((file,), "My jokes"), RecordingContext(paths))


class StoppingContext(RecordingContext):
    """Asks for a stop as soon as the job reports what `is_it` waits for."""

    def __init__(
        self, paths: Paths, is_it: Callable[[Event], bool], stop: Stop = Stop.PAUSE
    ) -> None:
        super().__init__(paths)
        self._is_it, self._stop = is_it, stop

    def emit(self, event: Event) -> None:
        super().emit(event)
        if self._is_it(event):
            self.request_stop(self._stop)


def step(number: int) -> Callable[[Event], bool]:
    """When this step was taken."""
    return lambda event: (
        isinstance(event, Metric) and event.train_loss is not None and event.step == number
    )


def pause(paths: Paths, request: TrainRequest, is_it: Callable[[Event], bool]) -> TrainSummary:
    summary = model_service.train(request, StoppingContext(paths, is_it))
    assert summary.status == "paused"
    return summary


def go_on(paths: Paths, **changes: bool) -> TrainSummary:
    request = ContinueRequest(1, **changes)
    return model_service.continue_training(request, RecordingContext(paths))


def digest(run: Path) -> str:
    storage.check_files(run / "final", digests=True)
    manifest = storage.read_manifest(run / "final")
    assert manifest is not None
    return str(manifest["files"]["model.safetensors"]["sha256"])


def step_of_latest_state(run: Path) -> int:
    return read_state(state_folders(run / "states")[0]).standing.step


def uninterrupted(folder: Path, request: TrainRequest) -> TrainSummary:
    return model_service.train(request, RecordingContext(make_home(folder)))
