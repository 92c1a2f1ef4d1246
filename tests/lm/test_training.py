"""The training job with tiny random models: it learns, keeps its best, stops and cancels."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.events import Event, Metric, Progress, RunStarted, Sample
from jokegen.jobs.requests import Method, Precision, TrainRequest
from jokegen.lm import runs
from jokegen.lm.loading import load_language_model
from jokegen.lm.loss import cross_entropy_sum
from jokegen.lm.training import fine_tune
from jokegen.records import RunStatus
from tests.lm.tiny_models import SENTENCES, tiny_gpt2, tiny_llama

JOKES = [f"{sentence} Number {i}." for i in range(8) for sentence in SENTENCES]


@pytest.fixture(params=["gpt2", "llama"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return {"gpt2": tiny_gpt2, "llama": tiny_llama}[request.param](tmp_path / "base")


@pytest.fixture
def context(tmp_path: Path) -> RecordingContext:
    return RecordingContext(Paths(tmp_path / "home"))


def request(**changes: object) -> TrainRequest:
    settings: dict[str, object] = {
        "dataset": "My jokes", "epochs": 6, "learning_rate": 3e-3, "device": "cpu",
        "tokens_per_step": 256, "method": Method.FULL,
    }  # fmt: skip
    return TrainRequest(**{**settings, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
def test_chunked_loss_and_its_gradients_equal_the_plain_ones(precision: torch.dtype) -> None:
    torch.manual_seed(0)
    hidden = torch.randn(700, 24, dtype=precision, requires_grad=True)
    weight = torch.randn(97, 24, dtype=precision, requires_grad=True)
    targets = torch.randint(0, 97, (700,))
    (cross_entropy_sum(hidden, weight, targets) / 700).backward()  # type: ignore[no-untyped-call]
    ours = (hidden.grad, weight.grad)
    hidden.grad = weight.grad = None
    plain = functional.cross_entropy(hidden @ weight.t(), targets)
    plain.backward()  # type: ignore[no-untyped-call]
    assert cross_entropy_sum(hidden, weight, targets).item() / 700 == pytest.approx(plain.item())
    for mine, theirs in zip(ours, (hidden.grad, weight.grad), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-6)


def test_chunked_loss_works_under_autocast() -> None:
    torch.manual_seed(0)
    hidden = torch.randn(40, 16, requires_grad=True)
    weight = torch.randn(50, 16, requires_grad=True)
    targets = torch.randint(0, 50, (40,))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = cross_entropy_sum(hidden, weight, targets) / 40
    loss.backward()  # type: ignore[no-untyped-call]
    plain = functional.cross_entropy(hidden @ weight.t(), targets)
    assert loss.item() == pytest.approx(plain.item(), rel=0.02)
    assert hidden.grad is not None
    assert hidden.grad.dtype is torch.float32


def test_training_lowers_the_held_out_loss_and_keeps_a_whole_model(
    base: Path, context: RecordingContext
) -> None:
    summary = fine_tune(request(), base, JOKES[6:], JOKES[:6], context)
    assert summary.status == "complete"
    assert summary.validation_loss < 0.7 * summary.validation_loss_before
    assert summary.run == 1
    final = summary.path / "final"
    storage.check_files(final, digests=True)
    _, tokenizer = load_language_model(final, torch.device("cpu"))
    assert tokenizer.separator_id == tokenizer.encode_jokes(["x"], 99)[0][-1]
    assert not (summary.path / "checkpoints").exists()
    (run,) = runs.list_runs(context.paths)
    assert run.status is RunStatus.COMPLETE
    assert run.model_path == final
    assert run.validation_loss == pytest.approx(summary.validation_loss)


def test_training_under_autocast_as_on_a_gpu_learns_too(
    base: Path, context: RecordingContext
) -> None:
    asked = request(precision=Precision.BFLOAT16)
    summary = fine_tune(asked, base, JOKES[6:], JOKES[:6], context)
    assert summary.validation_loss < 0.7 * summary.validation_loss_before
    language_model, _ = load_language_model(summary.path / "final", torch.device("cpu"))
    assert all(weight.dtype is torch.float32 for weight in language_model.parameters())


def test_the_kept_model_has_the_loss_that_was_reported(
    base: Path, context: RecordingContext
) -> None:
    from jokegen.lm.measuring import measure

    summary = fine_tune(request(max_steps=25), base, JOKES[6:], JOKES[:6], context)
    language_model, tokenizer = load_language_model(summary.path / "final", torch.device("cpu"))
    examples = tokenizer.encode_jokes(JOKES[:6], 128)
    end = tokenizer.separator_id
    loss = measure(language_model, examples, end, lambda _done, _total: None).loss
    assert loss == pytest.approx(summary.validation_loss, rel=1e-5)


def test_everything_about_the_run_is_on_disk(
    base: Path, context: RecordingContext, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    summary = fine_tune(request(max_steps=7), base, JOKES[6:], JOKES[:6], context)
    asked = json.loads((summary.path / "request.json").read_text())
    assert asked["request"]["dataset"] == "My jokes"
    lines = [json.loads(x) for x in (summary.path / "metrics.jsonl").read_text().splitlines()]
    assert [p["step"] for p in lines if p["train_loss"] is not None] == list(range(1, 8))
    assert (summary.path / "samples.jsonl").read_text()
    assert "device cpu" in (summary.path / "log.txt").read_text()
    metrics = [event for event in context.events if isinstance(event, Metric)]
    assert len(metrics) == len(lines)
    assert any(isinstance(event, Sample) for event in context.events)
    left = [e.seconds_left for e in context.events if isinstance(e, Progress) and e.unit == "steps"]
    assert left[-1] == 0


def test_the_same_seed_trains_the_same_model(base: Path, tmp_path: Path) -> None:
    digests = []
    for name in ("a", "b"):
        context = RecordingContext(Paths(tmp_path / name))
        summary = fine_tune(request(max_steps=9), base, JOKES[6:], JOKES[:6], context)
        manifest = storage.read_manifest(summary.path / "final")
        assert manifest is not None
        digests.append(manifest["files"]["model.safetensors"]["sha256"])
    assert digests[0] == digests[1]


class StoppingContext(RecordingContext):
    """Asks for a stop when the given step was reported."""

    def __init__(self, paths: Paths, step: int, stop: Stop) -> None:
        super().__init__(paths)
        self._step, self._stop = step, stop

    def emit(self, event: Event) -> None:
        super().emit(event)
        if isinstance(event, Metric) and event.train_loss and event.step == self._step:
            self.request_stop(self._stop)


def test_finishing_early_keeps_the_best_so_far(base: Path, tmp_path: Path) -> None:
    context = StoppingContext(Paths(tmp_path / "home"), 5, Stop.FINISH)
    summary = fine_tune(request(), base, JOKES[6:], JOKES[:6], context)
    assert (summary.status, summary.steps) == ("stopped", 5)
    assert runs.find_run(context.paths, 1).is_usable


def test_cancelling_leaves_nothing_and_numbers_are_not_used_again(
    base: Path, tmp_path: Path
) -> None:
    paths = Paths(tmp_path / "home")
    with pytest.raises(JobCancelled):
        fine_tune(request(), base, JOKES[6:], JOKES[:6], StoppingContext(paths, 3, Stop.CANCEL))
    assert runs.list_runs(paths) == []
    assert [path for path in paths.runs.iterdir() if path.is_dir()] == []
    summary = fine_tune(request(max_steps=1), base, JOKES, [], RecordingContext(paths))
    assert summary.run == 2


def test_an_unstable_training_says_so_and_keeps_the_best(
    base: Path, context: RecordingContext
) -> None:
    with pytest.raises(JokegenError, match="smaller learning rate"):
        fine_tune(request(learning_rate=1e30, epochs=20), base, JOKES[6:], JOKES[:6], context)
    (run,) = runs.list_runs(context.paths)
    assert run.status is RunStatus.FAILED
    assert "not a number" in run.problem


def test_a_full_disk_is_said_before_the_training(
    base: Path, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(JokegenError, match=r"needs .* of disk space"):
        fine_tune(request(), base, JOKES, [], context)
    assert not context.paths.runs.exists()


def test_the_run_number_is_told_before_the_first_step(
    base: Path, context: RecordingContext
) -> None:
    fine_tune(request(max_steps=2), base, JOKES, [], context)
    kinds = [type(event) for event in context.events]
    assert kinds.index(RunStarted) < kinds.index(Metric)
    started = next(event for event in context.events if isinstance(event, RunStarted))
    assert (started.run, started.steps) == (1, 2)
    assert math.isfinite(runs.find_run(context.paths, 1).validation_loss or math.nan)
