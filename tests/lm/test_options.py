"""Every option of a training does what its name says, and a paused run goes on exactly with it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.events import Event, Metric, Notice, Sample
from jokegen.jobs.requests import Method, Precision, Schedule, TrainRequest
from jokegen.lm import gradients, runs
from jokegen.lm.arithmetic import LossScale
from jokegen.lm.batching import lengths_of, make_batches, pack_jokes
from jokegen.lm.examples import make_batch
from jokegen.lm.loading import load_language_model
from jokegen.lm.methods import choose_weights, embedding_names
from jokegen.lm.recipe import RECIPES, Recipe, recipe_for
from jokegen.lm.run_points import read_metrics
from jokegen.lm.schedule import Plan
from jokegen.records import RunStatus
from tests.lm.plain_arithmetic import plain_arithmetic
from tests.lm.resuming_bench import (
    REQUEST,
    StoppingContext,
    digest,
    go_on,
    make_home,
    pause,
    save_often,
    step,
    uninterrupted,
)
from tests.lm.tiny_models import SENTENCES, tiny_gpt2, tiny_llama

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    save_often(monkeypatch)


@pytest.fixture
def home(tmp_path: Path) -> Paths:
    return make_home(tmp_path / "home")


def train(paths: Paths, **options: object) -> RecordingContext:
    context = RecordingContext(paths)
    model_service.train(replace(REQUEST, **options), context)  # type: ignore[arg-type]
    return context


def points(context: RecordingContext) -> list[Metric]:
    return [event for event in context.events if isinstance(event, Metric)]


# ---- Exact, with everything --------------------------------------------------------------------

LORA = replace(REQUEST, method=Method.LORA, max_steps=12)
EVERYTHING = {
    "accumulation": {"gradient_accumulation": 3},
    "blocks": {"block_size": 48, "batch_size": 2, "gradient_accumulation": 2},
    "embeddings": {"train_embeddings": True, "weight_decay": 0.3},
    "watching": {"logging_steps": 4, "evaluation_steps": 3, "saving_steps": 2, "average": 3},
    "kept": {"checkpoints_kept": 2, "patience": 3, "evaluation_steps": 2},
    "numbers": {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-6, "gradient_norm": 0.1},
    "schedule": {"schedule": Schedule.INVERSE_SQUARE_ROOT, "warm_up_steps": 3},
    "bfloat16": {"precision": Precision.BFLOAT16},
    "float16": {"precision": Precision.FLOAT16},
}


@pytest.mark.parametrize("options", EVERYTHING.values(), ids=EVERYTHING.keys())
def test_with_every_option_a_paused_run_ends_with_the_same_weights(
    tmp_path: Path, home: Paths, options: dict[str, object]
) -> None:
    request = replace(LORA, **options)  # type: ignore[arg-type]
    whole = uninterrupted(tmp_path / "other", request)
    pause(home, request, step(4))
    ended = go_on(home)
    assert digest(ended.path) == digest(whole.path)
    taken = [
        [(point.step, point.train_loss, point.validation_loss) for point in read_metrics(run)]
        for run in (ended.path, whole.path)
    ]
    assert taken[0] == taken[1]
    assert (ended.joke_loss, ended.end_loss, ended.accuracy) == (
        whole.joke_loss, whole.end_loss, whole.accuracy,
    )  # fmt: skip


# ---- Batches -----------------------------------------------------------------------------------


def test_so_many_jokes_a_batch_whatever_their_length(home: Paths) -> None:
    batches = make_batches([3, 90, 4, 5, 80, 6, 7], 10, 0, most=3)
    assert sorted(len(batch) for batch in batches) == [1, 3, 3]
    context = train(home, batch_size=8, max_steps=None, epochs=1)
    assert points(context)[-1].steps == math.ceil(58 / 8)


def test_accumulating_takes_as_many_batches_a_step(home: Paths) -> None:
    one = points(train(home, max_steps=None, epochs=1))[-1].steps
    four = points(train(home, max_steps=None, epochs=1, gradient_accumulation=4))[-1].steps
    assert four == math.ceil(one / 4)


@pytest.mark.parametrize("make", [tiny_gpt2, tiny_llama])
def test_the_gradient_is_the_same_however_the_batch_is_divided(
    tmp_path: Path, make: object
) -> None:
    """Jokes of very different lengths: a mean of means would be another one."""
    folder = make(tmp_path / "base")  # type: ignore[operator]
    language_model, tokenizer = load_language_model(folder, CPU)
    examples = tokenizer.encode_jokes([*SENTENCES, "Ha."], 99)
    weights = choose_weights(language_model, REQUEST)
    arithmetic = plain_arithmetic(CPU, width=32, vocabulary=400)
    tokens = sum(len(example) - 1 for example in examples)
    found = []
    for times in (0, 1, 2, 9):
        parts = gradients.halved(np.arange(len(examples)), times)
        assert [i for part in parts for i in part] == list(range(len(examples)))
        language_model.zero_grad()
        loss = gradients.add_gradients(
            language_model,
            (make_batch([examples[i] for i in part], CPU) for part in parts),
            tokens,
            arithmetic,
            LossScale(1.0),
        )
        found.append((loss, [weight.grad.clone() for weight in weights.values()]))  # type: ignore[union-attr]
    for loss, slopes in found[1:]:
        assert loss == pytest.approx(found[0][0], rel=1e-6)
        for mine, other in zip(slopes, found[0][1], strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-6)


def test_blocks_hold_whole_jokes_with_one_separator_between(home: Paths) -> None:
    lengths = [10, 20, 30, 5, 5, 100, 7, 2, 40]
    blocks = pack_jokes(lengths, 50, 3)
    assert sorted(i for block in blocks for i in block) == list(range(len(lengths)))
    assert all(len(b) == 1 or sum(lengths[i] for i in b) <= 50 for b in blocks)
    assert len(blocks) < len(lengths)
    assert list(lengths_of(blocks, np.array(lengths))) == [
        sum(lengths[i] for i in block) for block in blocks
    ]
    one, packed = points(train(home)), points(train(home, block_size=100))
    assert packed[0].validation_loss == one[0].validation_loss  # checked joke by joke all the same
    assert packed[-1].validation_loss != one[-1].validation_loss


def test_a_block_that_no_model_can_see_is_refused(home: Paths) -> None:
    with pytest.raises(JokegenError, match="sees 128 tokens at once"):
        train(home, block_size=129)
    assert runs.list_runs(home) == []


def test_all_that_makes_no_sense_is_said_at_once(home: Paths) -> None:
    with pytest.raises(JokegenError) as refusal:
        train(home, logging_steps=0, beta1=1.0, learning_rate=-1.0, weight_decay=-0.1, warm_up=2.0)
    for words in ("logging steps", "beta 1", "learning rate", "weight decay", "warm-up"):
        assert words in refusal.value.happened
    assert runs.list_runs(home) == []


# ---- Weights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("make", [tiny_gpt2, tiny_llama])
def test_embeddings_learn_only_where_they_shall(
    tmp_path: Path, make: object, method: Method
) -> None:
    folder = make(tmp_path / "base")  # type: ignore[operator]
    for learn in (True, False, None):
        language_model, _ = load_language_model(folder, CPU)
        asked = replace(REQUEST, method=method, train_embeddings=learn)
        names = set(choose_weights(language_model, asked))
        expected = recipe_for(asked).train_embeddings
        assert bool(names & embedding_names(language_model)) is expected
        assert len(names) > 2


def test_norms_and_biases_do_not_decay_and_embeddings_have_their_own_rate(tmp_path: Path) -> None:
    language_model, _ = load_language_model(tiny_gpt2(tmp_path / "base"), CPU)
    weights = choose_weights(language_model, REQUEST)
    recipe = Recipe(learning_rate=0.1, weight_decay=0.5, embedding_rate=0.25)
    embeddings = embedding_names(language_model)
    optimizer = gradients.make_optimizer(weights, embeddings, recipe)
    gradients.set_learning_rate(optimizer, 0.1)
    name_of = {id(weight): name for name, weight in weights.items()}
    seen = set()
    for group in optimizer.param_groups:
        for weight in group["params"]:
            name = name_of[id(weight)]
            seen.add(name)
            assert group["weight_decay"] == (0.5 if weight.ndim == 2 else 0.0), name
            assert group["lr"] == (0.025 if name in embeddings else 0.1), name
    assert seen == set(weights)


def test_what_is_left_open_is_recommended_for_the_method() -> None:
    for method, recommended in RECIPES.items():
        request = TrainRequest("x", method=method)
        assert recipe_for(request) == recommended
        chosen = replace(request, beta2=0.5, gradient_norm=0.0, train_embeddings=False)
        assert recipe_for(chosen) == replace(
            recommended, beta2=0.5, gradient_norm=0.0, train_embeddings=False
        )


# ---- Steps -------------------------------------------------------------------------------------


def test_schedules_rise_and_fall_as_they_are_named() -> None:
    def factors(schedule: Schedule, **more: object) -> list[float]:
        plan = Plan.of(TrainRequest("x", schedule=schedule, epochs=1, **more), 100)  # type: ignore[arg-type]
        return [plan.learning_rate_factor(number) for number in range(100)]

    linear = factors(Schedule.LINEAR, warm_up=0.2)
    assert linear[:3] == [0.05, 0.1, pytest.approx(0.15)]
    assert [linear[20], linear[60]] == pytest.approx([1.0, 0.5])
    constant = factors(Schedule.CONSTANT, warm_up=0.5, warm_up_steps=0)
    assert set(constant) == {1.0}
    root = factors(Schedule.INVERSE_SQUARE_ROOT, warm_up_steps=9)
    assert [root[8], root[36]] == pytest.approx([1.0, 0.5])
    cosine = factors(Schedule.COSINE, warm_up_steps=10)
    assert [cosine[9], cosine[55]] == pytest.approx([1.0, 0.5])


def test_points_and_checks_come_as_often_as_asked(home: Paths) -> None:
    every_step = points(train(home, max_steps=11, evaluation_steps=4))
    context = train(home, logging_steps=3, evaluation_steps=4, max_steps=11)
    logged = [p for p in points(context) if p.train_loss is not None]
    assert [p.step for p in logged] == [3, 6, 9, 11]
    losses = [p.train_loss for p in every_step if p.train_loss is not None]
    assert logged[0].train_loss == pytest.approx(sum(losses[:3]) / 3)
    assert logged[-1].train_loss == pytest.approx(sum(losses[9:]) / 2)
    assert [p.step for p in points(context) if p.validation_loss] == [0, 4, 8, 11]


def test_states_are_saved_every_so_many_steps(home: Paths) -> None:
    pause(home, replace(REQUEST, saving_steps=3), step(8))
    assert {path.name for path in home.runs.glob("0001-*/states/*")} == {
        "step-000006", "step-000008",
    }  # fmt: skip


# ---- Checks ------------------------------------------------------------------------------------


def test_a_check_tells_joke_and_end_tokens_and_right_guesses_apart(home: Paths) -> None:
    context = train(home)
    for point in points(context):
        if point.validation_loss is None:
            continue
        assert point.joke_loss is not None
        assert point.end_loss is not None
        assert point.accuracy is not None
        assert min(point.joke_loss, point.end_loss) < point.validation_loss
        assert point.validation_loss < max(point.joke_loss, point.end_loss)
        assert 0 <= point.accuracy <= 1
    summary = json.loads(next(home.runs.glob("0001-*/summary.json")).read_text())["summary"]
    best = next(p for p in points(context) if p.validation_loss == summary["validation_loss"])
    assert (summary["joke_loss"], summary["end_loss"], summary["accuracy"]) == (
        best.joke_loss, best.end_loss, best.accuracy,
    )  # fmt: skip


def test_patience_ends_a_run_that_comes_to_nothing_better(home: Paths) -> None:
    options = {"learning_rate": 0.5, "evaluation_steps": 2, "patience": 3, "max_steps": 60}
    context = train(home, **options)
    checks = [p for p in points(context) if p.validation_loss is not None and p.step]
    run = runs.find_run(home, 1)
    assert run.status is RunStatus.COMPLETE
    assert (run.steps, run.total_steps) == (checks[-1].step, checks[-1].step)
    assert run.steps < 60
    assert [p.is_best for p in checks[-4:]] == [True, False, False, False]
    assert any(isinstance(e, Notice) and "nothing better" in e.text for e in context.events)


def test_the_newest_checkpoints_stay_beside_the_best(home: Paths) -> None:
    train(home, learning_rate=0.1, evaluation_steps=2, checkpoints_kept=2, max_steps=12)
    run = runs.find_run(home, 1)
    names = sorted(path.name for path in (run.path / "checkpoints").iterdir())
    best = storage.read_manifest(run.path / "final")
    assert best is not None
    assert best["is_best"]
    others = [
        n for n in ("step-000012", "step-000010", "step-000008") if int(n[5:]) != best["step"]
    ]
    assert names == sorted(others[:2])
    for name in names:
        storage.check_files(run.path / "checkpoints" / name, digests=True)


@pytest.mark.parametrize("method", [Method.FULL, Method.LORA])
def test_an_average_is_kept_only_where_it_is_better(
    tmp_path: Path, home: Paths, method: Method
) -> None:
    """A rate that jumps about its goal: the middle is nearer than any point."""
    options = {
        "method": method, "schedule": Schedule.CONSTANT, "evaluation_steps": 1, "warm_up": 0.0,
        "learning_rate": 0.03 if method is Method.FULL else 0.3, "max_steps": 16,
    }  # fmt: skip
    alone = points(train(home, **options))
    averaged = points(train(home, **options, average=6))
    best = min(p.validation_loss for p in alone if p.validation_loss is not None)
    run = runs.find_run(home, 2)
    manifest = storage.read_manifest(run.path / "final")
    assert manifest is not None
    assert not (run.path / "snapshots").exists()
    if manifest["is_average"]:
        assert averaged[-1].is_best
        assert run.validation_loss == manifest["validation_loss"] < best
    else:
        assert run.validation_loss == best


def test_a_joke_that_is_asked_for_in_between_changes_nothing(tmp_path: Path, home: Paths) -> None:
    whole = uninterrupted(tmp_path / "other", LORA)
    prompts = ["Why did", ""]

    def ask(event: Event) -> bool:
        if isinstance(event, Metric) and event.step in (2, 7) and prompts:
            context.request_sample(prompts.pop(0))
        return False

    context = StoppingContext(home, ask)
    ended = model_service.train(LORA, context)
    assert digest(ended.path) == digest(whole.path)
    asked = [e for e in context.events if isinstance(e, Sample) and e.is_asked]
    assert [(e.step, e.prompt) for e in asked] == [(2, "Why did"), (7, "")]
    assert asked[0].text.startswith("Why did")
    fixed = [e for e in context.events if isinstance(e, Sample) and not e.is_asked]
    assert {e.step for e in fixed} == {0, 5, 10, 12}
    checks = [p for p in points(context) if p.validation_loss is not None]
    assert all(p.copied_among for p in checks)
    assert all(p.copied is not None and p.copied_held_out is not None for p in checks)


# ---- An earlier run's place --------------------------------------------------------------------


def test_the_run_that_is_replaced_goes_once_there_is_something_to_keep(home: Paths) -> None:
    train(home, max_steps=1)
    with pytest.raises(JokegenError, match="unstable"):
        train(home, learning_rate=1e30, overwrite=1)
    assert runs.find_run(home, 1).is_usable
    train(home, max_steps=2, overwrite=1)
    assert [run.number for run in runs.list_runs(home)] == [3, 2]
    with pytest.raises(JokegenError, match="no run 1"):
        train(home, overwrite=1)
