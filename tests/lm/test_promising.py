"""The measurement with tiny models: what it finds, that it is remembered, cancelled, refused."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.data.store import find_dataset, save_dataset
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.events import Event, Phase, Progress
from jokegen.jobs.requests import (
    Length,
    Method,
    Precision,
    PromiseRequest,
    TrainRequest,
)
from jokegen.lm import promising
from jokegen.lm.probing import ProbeJokes
from tests.lm.tiny_models import SENTENCES, tiny_gpt2, tiny_llama

JOKES = [f"{sentence} Number {i}." for i in range(12) for sentence in SENTENCES]
OPEN = TrainRequest(
    "My jokes", "tiny", device="cpu", tokens_per_step=256, is_method_open=True,
    precision=Precision.FLOAT32,
)  # fmt: skip


@pytest.fixture(autouse=True)
def quiet_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else computes; and which format is the fastest is measured elsewhere."""
    monkeypatch.setattr("jokegen.lm.arithmetic._SECONDS", 0.01)
    monkeypatch.setattr("jokegen.lm.probing.psutil.cpu_percent", lambda _seconds: 5.0)


# One method only: half the time where it does not matter which.
ONE = replace(OPEN, is_method_open=False)


def home(tmp_path: Path, *, base: bool = True) -> RecordingContext:
    context = RecordingContext(Paths(tmp_path / "home"))
    save_jokes(context, JOKES)
    if base:
        tiny_gpt2(context.paths.models / "tiny")
    return context


def save_jokes(context: RecordingContext, jokes: list[str], name: str = "My jokes") -> None:
    save_dataset(
        context.paths, name, jokes[8:], jokes[:8], dropped={}, source="x.csv", column="joke"
    )


def measurings(context: RecordingContext) -> list[Progress]:
    return [e for e in context.events if isinstance(e, Progress) and e.phase is Phase.MEASURING]


@pytest.mark.parametrize("kind", [tiny_gpt2, tiny_llama])
def test_every_length_is_measured_and_offered(tmp_path: Path, kind: object) -> None:
    context = home(tmp_path, base=False)
    kind(context.paths.models / "tiny")  # type: ignore[operator]
    before = storage.read_manifest(context.paths.models / "tiny")
    summary = model_service.promise(PromiseRequest(OPEN, minutes=0.5), context)
    assert [offer.length for offer in summary.offers] == list(Length)
    for offer in summary.offers:
        assert 0 < offer.seconds_low < offer.seconds < offer.seconds_high
        assert offer.memory > 50_000_000
        assert offer.disk > 0
        assert offer.problem == ""
    assert summary.device == "cpu"
    assert summary.device_reason
    assert summary.precision is Precision.FLOAT32
    assert summary.tokens_per_second > 0
    done = [event.done for event in measurings(context)]
    assert done == sorted(done)
    assert max(done) <= (measurings(context)[-1].total or 0)
    assert storage.read_manifest(context.paths.models / "tiny") == before
    assert not (context.paths.home / ".measuring").exists()


def test_the_same_question_is_not_measured_twice(tmp_path: Path) -> None:
    context = home(tmp_path)
    first = model_service.promise(PromiseRequest(ONE), context)
    again = RecordingContext(context.paths)
    second = model_service.promise(PromiseRequest(ONE, minutes=3), again)
    assert measurings(again) == []
    assert second.offers[:4] == first.offers[:4]
    assert second.offers[4].length is Length.MINUTES


def test_other_jokes_or_settings_are_measured_again(tmp_path: Path) -> None:
    context = home(tmp_path)
    model_service.promise(PromiseRequest(ONE), context)
    save_jokes(context, JOKES[:40], "Others")
    for other in (
        replace(ONE, dataset="Others"),
        replace(ONE, tokens_per_step=128),
        replace(ONE, method=Method.LAST_BLOCKS, last_blocks=1),
    ):
        again = RecordingContext(context.paths)
        model_service.promise(PromiseRequest(other), again)
        assert measurings(again)
    rates = RecordingContext(context.paths)
    model_service.promise(PromiseRequest(replace(ONE, learning_rate=1e-3, seed=7)), rates)
    assert measurings(rates) == []


def test_a_measurement_of_yesterday_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = home(tmp_path)
    model_service.promise(PromiseRequest(ONE), context)
    now = time.time()
    monkeypatch.setattr("jokegen.lm.costs.time.time", lambda: now + 25 * 3600)
    again = RecordingContext(context.paths)
    model_service.promise(PromiseRequest(ONE), again)
    assert measurings(again)


def test_what_was_measured_on_a_busy_computer_does_not_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = home(tmp_path)
    monkeypatch.setattr("jokegen.lm.probing.psutil.cpu_percent", lambda _seconds: 90.0)
    model_service.promise(PromiseRequest(ONE), context)
    now = time.time()
    for later, is_measured in ((60, False), (20 * 60, True)):
        moment = now + later
        monkeypatch.setattr("jokegen.lm.costs.time.time", lambda moment=moment: moment)
        again = RecordingContext(context.paths)
        model_service.promise(PromiseRequest(ONE), again)
        assert bool(measurings(again)) is is_measured


def test_damaged_notes_are_measured_again(tmp_path: Path) -> None:
    context = home(tmp_path)
    model_service.promise(PromiseRequest(ONE), context)
    (context.paths.home / "measurements.json").write_text('{"version": 1, "measurements": {')
    again = RecordingContext(context.paths)
    assert model_service.promise(PromiseRequest(ONE), again).offers
    assert measurings(again)


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 4},
        {"block_size": 64},
        {"block_size": 64, "batch_size": 2, "gradient_accumulation": 3},
        {"method": Method.LORA, "lora_rank": 2, "is_method_open": False},
    ],
)
def test_what_is_asked_for_is_what_is_measured(tmp_path: Path, changes: dict[str, object]) -> None:
    context = home(tmp_path)
    request = replace(OPEN, **changes)  # type: ignore[arg-type]
    offers = model_service.promise(PromiseRequest(request), context).offers
    summary = model_service.train(replace(offers[-1].request, max_steps=3), context)
    assert summary.steps == min(3, offers[-1].steps)
    for name, value in changes.items():
        if name != "is_method_open":
            assert getattr(offers[0].request, name) == value


def test_the_steps_that_are_promised_are_those_of_the_run(tmp_path: Path) -> None:
    context = home(tmp_path)
    offer = model_service.promise(PromiseRequest(ONE), context).offers[0]
    summary = model_service.train(offer.request, context)
    assert summary.steps == offer.steps


def test_a_million_jokes_are_measured_by_a_few(tmp_path: Path) -> None:
    context = home(tmp_path)
    asked: list[int] = []
    info = find_dataset(context.paths, "My jokes")

    def take() -> ProbeJokes:
        asked.append(1)
        return ProbeJokes(JOKES, JOKES[:4], 1_000_000)

    base = next(b for b in model_service.ModelService(context.paths).base_models() if b.is_here)
    summary = promising.promise(
        PromiseRequest(ONE, minutes=1),
        base,
        info.path,
        take,
        context,
    )
    assert asked == [1]
    assert summary.offers[-1].length is Length.EPOCHS
    assert summary.offers[-1].steps > 50_000  # a whole epoch of a million jokes
    assert summary.offers[0].request.epochs < 1


def test_a_base_model_that_is_not_here_says_what_has_to_be_brought(tmp_path: Path) -> None:
    context = home(tmp_path, base=False)
    summary = model_service.promise(PromiseRequest(replace(OPEN, base="starter")), context)
    assert summary.offers == ()
    assert "93 MB to download" in summary.precision_reason


class CancellingContext(RecordingContext):
    """Asks to stop as soon as something was measured."""

    def emit(self, event: Event) -> None:
        super().emit(event)
        if isinstance(event, Progress) and event.done == 2:
            self.request_stop(Stop.CANCEL)


def test_a_measurement_can_be_cancelled(tmp_path: Path) -> None:
    context = CancellingContext(home(tmp_path).paths)
    with pytest.raises(JobCancelled):
        model_service.promise(PromiseRequest(ONE), context)
    assert max(event.done for event in measurings(context)) == 2
    assert not (context.paths.home / "measurements.json").exists()


def test_too_little_memory_is_said_without_measuring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = home(tmp_path)
    monkeypatch.setattr(promising, "_free_memory", lambda _device: 40_000_000)
    summary = model_service.promise(PromiseRequest(ONE), context)
    for offer in summary.offers:
        assert "of memory, and only 40 MB are free" in offer.problem
        assert offer.seconds == 0
    assert not (context.paths.home / "measurements.json").exists()
    with pytest.raises(JokegenError, match="only 40 MB are free"):
        model_service.train(replace(ONE, length=Length.TASTE), context)
    monkeypatch.undo()
    assert model_service.promise(PromiseRequest(ONE), context).offers[0].problem == ""


def test_a_run_with_a_length_is_measured_first_and_then_takes_what_was_promised(
    tmp_path: Path,
) -> None:
    context = home(tmp_path)
    asked = replace(OPEN, length=Length.MINUTES, minutes=0.2)
    summary = model_service.train(asked, context)
    assert measurings(context)
    (promised,) = (
        offer
        for offer in model_service.promise(PromiseRequest(OPEN, minutes=0.2), context).offers
        if offer.length is Length.MINUTES
    )
    assert summary.steps == promised.steps
    saved = storage.read_json(summary.path / "request.json")
    assert saved is not None
    assert saved["request"]["length"] is None
    assert saved["request"]["epochs"] == promised.request.epochs


def test_jokes_that_are_too_few_are_refused(tmp_path: Path) -> None:
    context = home(tmp_path)
    save_jokes(context, JOKES[:12], "Few")
    with pytest.raises(JokegenError, match="only 12 jokes"):
        model_service.promise(PromiseRequest(replace(ONE, dataset="Few")), context)
