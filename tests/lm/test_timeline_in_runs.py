"""The timeline in whole runs: jokes at every check, copies found, and training none the wiser."""

from __future__ import annotations

from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.data.copies import CopyFinder
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.events import Event, Metric, Sample
from jokegen.jobs.requests import Method, TrainRequest
from jokegen.lm import schedule, timeline
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.run_points import read_metrics, read_samples
from jokegen.lm.training import fine_tune
from tests.lm.resuming_bench import digest
from tests.lm.tiny_models import SENTENCES, tiny_llama

STEPS = 80
HELD_OUT = ["Two fish are in a tank. Who drives?", "I am on a seafood diet. I see food."] * 3


class AskingContext(RecordingContext):
    """Wants two jokes after some steps; `is_asking` False: none."""

    def __init__(self, paths: Paths, *, is_asking: bool = True) -> None:
        super().__init__(paths)
        self._is_asking = is_asking

    def emit(self, event: Event) -> None:
        super().emit(event)
        if self._is_asking and isinstance(event, Metric) and event.step == 7:
            self.request_sample("My dog")
            self.request_sample()


def run(context: RecordingContext, base: Path, **changes: object) -> Path:
    """Learns a few jokes until it knows them by heart."""
    settings: dict[str, object] = {
        "dataset": "My jokes", "epochs": 999, "max_steps": STEPS, "learning_rate": 1e-2,
        "device": "cpu", "tokens_per_step": 256, "method": Method.FULL,
    }  # fmt: skip
    request = TrainRequest(**{**settings, **changes})  # type: ignore[arg-type]
    jokes = list(SENTENCES)
    return fine_tune(request, base, jokes, HELD_OUT, context, CopyFinder(jokes)).path


def test_a_model_that_learns_jokes_by_heart_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "STEPS_BETWEEN_CHECKS", 40)
    monkeypatch.setattr(timeline, "LARGEST_SHARE", 1e9)
    context = AskingContext(Paths(tmp_path / "home"))
    folder = run(context, tiny_llama(tmp_path / "base"))

    samples = [event for event in context.events if isinstance(event, Sample)]
    assert read_samples(folder) == samples
    fixed = [sample for sample in samples if not sample.is_asked]
    assert sorted({sample.step for sample in fixed}) == [0, 40, 80]
    for number in range(timeline.MANY):
        ours = [sample for sample in fixed if sample.number == number]
        assert len(ours) == 3
        assert len({sample.prompt for sample in ours}) == 1

    asked = [sample for sample in samples if sample.is_asked]
    assert [(sample.step, sample.prompt) for sample in asked] == [(7, "My dog"), (7, "")]

    checks = [point for point in read_metrics(folder) if point.copied is not None]
    assert [point.step for point in checks] == [0, 40, 80]
    assert checks[0].copied == 0.0
    last = checks[-1]
    assert last.copied is not None
    assert last.copied > 0.3
    assert (last.copied_held_out, last.copied_held_out_among) == (0.0, len(HELD_OUT))
    recited = [sample for sample in fixed if sample.step == STEPS and sample.is_copied]
    assert last.copied_among is not None
    assert len(recited) == round(last.copied * last.copied_among)
    assert {sample.copied_from for sample in recited} <= set(SENTENCES)


@pytest.mark.parametrize("method", [Method.FULL, Method.LORA])
def test_whoever_asks_for_jokes_changes_nothing_of_what_is_learned(
    tmp_path: Path, method: Method
) -> None:
    base = tiny_llama(tmp_path / "base")
    digests = []
    for is_asking in (False, True):
        context = AskingContext(Paths(tmp_path / f"home {is_asking}"), is_asking=is_asking)
        folder = run(context, base, method=method, max_steps=12)
        assert any(isinstance(e, Sample) and e.is_asked for e in context.events) is is_asking
        digests.append(digest(folder))
    assert digests[0] == digests[1]


def test_jokes_that_were_asked_for_stay_where_a_run_goes_on_from_before_them(
    tmp_path: Path,
) -> None:
    samples = [Sample(20, "a"), Sample(33, "b", is_asked=True), Sample(40, "c")]
    folder = RunFolder(1, tmp_path)
    for sample in samples:
        folder.add_sample(sample)
    folder.cut_back(30, 20)
    assert read_samples(tmp_path) == samples[:2]
