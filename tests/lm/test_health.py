"""What is said of a training: right on each kind of curve, rarely wrong, never flickering."""

from __future__ import annotations

import math
import random
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.events import Metric
from jokegen.jobs.requests import TrainRequest
from jokegen.lm.health import Health, HealthState, HealthWatch, judge
from tests.lm import training_curves as curves
from tests.lm.tiny_models import SENTENCES, tiny_gpt2

BAD = {
    HealthState.MEMORISING, HealthState.COPYING, HealthState.TOO_FAST, HealthState.TOO_SLOW,
}  # fmt: skip


def states(metrics: Iterable[Metric]) -> list[HealthState]:
    """What is said on the way, one after another without repeats."""
    watch, said = HealthWatch(), list[HealthState]()
    for metric in metrics:
        watch.add([metric])
        if not said or said[-1] is not watch.health.state:
            said.append(watch.health.state)
    return said


def runs_of(
    kind: Callable[[random.Random], curves.Shape], count: int = 100, steps: int = 240
) -> list[list[HealthState]]:
    return [
        states(curves.run(kind(random.Random(seed)), seed, steps=steps)) for seed in range(count)
    ]


@pytest.mark.parametrize("steps", [60, 240])
def test_good_runs_are_hardly_ever_called_bad_and_nothing_flickers(steps: int) -> None:
    said = runs_of(curves.good, 200, steps)
    alarms = [run for run in said if BAD & set(run)]
    assert len(alarms) <= 2
    assert all(run[0] is HealthState.JUST_BEGUN for run in said)
    assert all(HealthState.LEARNING in run for run in said)
    assert sum(len(run) for run in said) / len(said) < 3.2, "begun, learning, perhaps slowing"
    assert max(len(run) for run in said) <= 6


@pytest.mark.parametrize(
    ("kind", "state", "least"),
    [
        (curves.memorising, HealthState.MEMORISING, 98),
        (curves.copying, HealthState.COPYING, 98),
        (curves.diverging, HealthState.TOO_FAST, 98),
        (curves.worse_than_before, HealthState.TOO_FAST, 98),
        (curves.idle, HealthState.TOO_SLOW, 90),
        (curves.plateau, HealthState.SLOWING, 98),
    ],
)
def test_each_kind_of_run_is_recognised(
    kind: Callable[[random.Random], curves.Shape], state: HealthState, least: int
) -> None:
    said = runs_of(kind)
    assert sum(run[-1] is state for run in said) >= least
    assert max(len(run) for run in said) <= 6


def test_a_rising_held_out_loss_is_seen_two_checks_later_at_most() -> None:
    shape = curves.Shape(
        lambda part: 4.5 - 2 * part, lambda part: 4.6 - min(part, 0.5) + max(0, part - 0.5) * 0.6
    )
    watch = HealthWatch()
    for metric in curves.run(shape, 1, steps=240, checks=12):
        watch.add([metric])
        if watch.health.state is HealthState.MEMORISING:
            break
    assert metric.step <= 120 + 2 * 20
    first, second = watch.health.reasons
    assert first.startswith("On jokes it has never seen it did best at step 120, with a loss of ")
    assert second.startswith("On those it learns from it went from ")
    assert watch.health.state.is_done


def points(losses: Sequence[float], before: float = 4.6) -> list[Metric]:
    """Training points without a check but the one before the first step."""
    metrics = [Metric(0, 200, 0.0, 1.0, 0.0, validation_loss=before)]
    metrics += [
        Metric(step, 200, step / 200, 1.0, step, train_loss=loss, learning_rate=2e-3)
        for step, loss in enumerate(losses, 1)
    ]
    return metrics


def check(step: int, loss: float, copied: float | None = None) -> Metric:
    return Metric(
        step, 200, 0.5, 1.0, step, validation_loss=loss, learning_rate=1e-5, copied=copied,
        copied_held_out=0.0,
    )  # fmt: skip


def test_a_loss_that_is_no_number_is_said_at_once() -> None:
    health = judge(points([4.5, math.nan]))
    assert health.state is HealthState.TOO_FAST
    assert health.reasons == ("Its loss is no number any more.",)


def test_jumps_are_said_and_forgotten_after_a_while() -> None:
    chance = random.Random(1)
    losses = [4.0 + chance.gauss(0, 0.2) for _ in range(60)]
    for at in (30, 38, 46):
        losses[at] = 9.5
    assert (
        "Its loss jumped 3 times within 50 steps, last at step 47." in judge(points(losses)).reasons
    )
    losses += [4.0 + chance.gauss(0, 0.2) for _ in range(80)]
    assert judge(points(losses)).state is not HealthState.TOO_FAST


def test_one_batch_of_very_short_jokes_is_no_alarm() -> None:
    real = [4.37, 4.07, 4.72, 5.8, 4.08, 3.93, 3.52, 3.79, 3.54, 3.29, 3.19, 3.07]
    assert judge(points(real)).state in (HealthState.JUST_BEGUN, HealthState.LEARNING)


def test_one_bad_check_is_forgiven_and_the_limit_to_leave_is_another_one() -> None:
    fall = [4.4 - 0.01 * step for step in range(100)]
    metrics = [*points(fall), check(20, 4.0), check(40, 3.8), check(60, 3.83), check(80, 3.7)]
    assert HealthState.MEMORISING not in states(metrics)
    worse = [*points(fall), check(20, 3.8), check(40, 3.82), check(60, 3.84)]
    assert judge(worse).state is HealthState.MEMORISING
    assert judge([*worse, check(80, 3.815)]).state is HealthState.MEMORISING
    assert judge([*worse, check(80, 3.805)]).state is not HealthState.MEMORISING


def test_copying_is_told_with_its_shares() -> None:
    learned = [*points([4.4] * 10), check(10, 4.0, 0.0)]
    assert judge([*learned, check(20, 3.9, 0.2)]).state is HealthState.LEARNING
    health = judge([*learned, check(20, 3.9, 0.2), check(30, 3.8, 0.25)])
    assert health.state is HealthState.COPYING
    assert health.reasons[0].startswith("25% of the jokes it wrote last are, or nearly are, jokes")
    assert judge([*learned, check(20, 3.9, 0.4)]).state is HealthState.COPYING


def test_steps_that_are_taken_once_more_count_once() -> None:
    fall = [4.4 - 0.01 * step for step in range(100)]
    crashed = [*points(fall), check(100, 3.5), check(120, 3.6), check(140, 3.7)]
    assert judge(crashed).state is HealthState.MEMORISING
    again = Metric(101, 200, 0.5, 1.0, 101.0, train_loss=3.4)
    assert judge([*crashed, again, check(120, 3.45), check(140, 3.4)]).state is HealthState.LEARNING


def test_all_at_once_and_one_by_one_say_the_same() -> None:
    for seed in range(5):
        metrics = list(curves.run(curves.memorising(random.Random(seed)), seed))
        watch = HealthWatch()
        for metric in metrics:
            watch.add([metric])
        assert watch.health == judge(metrics)


def test_every_state_has_its_words_without_jargon() -> None:
    for state in HealthState:
        health = Health(state, "")
        assert health.title
        assert health.verdict.endswith(".")
        assert "validation" not in health.verdict


def test_a_hundred_thousand_points_are_judged_in_about_a_second() -> None:
    metrics = list(curves.run(curves.good(random.Random(1)), 1, steps=100_000))
    began = time.process_time()
    assert judge(metrics).state not in BAD
    assert time.process_time() - began < 3


# ---- Real trainings, of tiny models ------------------------------------------------------------


ODD = [f"Is {i} a {word}?" for i in range(10) for word in ("joke", "number", "bear")]


def train(base: Path, held_out: list[str], **settings: object) -> list[Metric]:
    """The points of a real training, up to where it broke off, if it did."""
    from jokegen.lm.training import fine_tune

    folder = base.parent
    context = RecordingContext(Paths(folder / "home"))
    jokes = [f"{sentence} {i}." for i in range(10) for sentence in SENTENCES]
    # A language model of a few thousand weights learns at other rates than real ones do.
    small = {"tokens_per_step": 256, "lora_rank": 16}
    asked: dict[str, object] = {"dataset": "x", "device": "cpu", **small}
    try:
        request = TrainRequest(**{**asked, **settings})  # type: ignore[arg-type]
        fine_tune(request, base, jokes, held_out, context)
    except JokegenError:
        pass
    return [event for event in context.events if isinstance(event, Metric)]


def test_a_real_training_with_a_huge_learning_rate_is_called_too_fast(tmp_path: Path) -> None:
    alike = [f"{sentence} 11." for sentence in SENTENCES]
    train(tiny_gpt2(tmp_path / "base"), alike, epochs=3, learning_rate=1e-2)
    learned = next((tmp_path / "home" / "runs").glob("*/final"))  # a model that can lose something
    shutil.copytree(learned, tmp_path / "learned")
    metrics = train(tmp_path / "learned", alike, epochs=3, learning_rate=1.0)
    assert judge(metrics).state is HealthState.TOO_FAST


def test_a_real_training_with_a_tiny_learning_rate_is_called_too_slow(tmp_path: Path) -> None:
    metrics = train(tiny_gpt2(tmp_path / "base"), ODD, epochs=5, learning_rate=1e-7)
    assert judge(metrics).state is HealthState.TOO_SLOW


def test_a_real_training_on_few_jokes_for_long_memorises(tmp_path: Path) -> None:
    metrics = train(tiny_gpt2(tmp_path / "base"), ODD, epochs=20, learning_rate=3e-2)
    assert HealthState.MEMORISING in states(metrics)
