"""Measuring a run or a base model on held-out jokes, without training."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.data.store import load_jokes
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.events import Notice, Phase, Progress
from jokegen.jobs.requests import EvaluateRequest, Evaluation
from jokegen.lm.evaluating import evaluate
from jokegen.lm.loading import load_language_model
from tests.lm.resuming_bench import REQUEST, make_home, save_often

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    save_often(monkeypatch)


@pytest.fixture
def home(tmp_path: Path) -> Paths:
    return make_home(tmp_path / "home")


def results(paths: Paths, model: str, **more: object) -> tuple[Evaluation, ...]:
    request = EvaluateRequest(model, "My jokes", **more)  # type: ignore[arg-type]
    return model_service.evaluate(request, RecordingContext(paths)).results


def test_losses_and_guesses_are_those_of_the_plain_way(home: Paths) -> None:
    (found,) = results(home, "gpt2")
    _, held_out = load_jokes(home, "My jokes")
    language_model, tokenizer = load_language_model(home.models / "gpt2", CPU)
    joke, end, right = [], [], 0
    for example in tokenizer.encode_jokes(held_out, 128):
        ids = torch.tensor(example)
        with torch.no_grad():
            logits = language_model(input_ids=ids[None]).logits[0, :-1]
        losses = functional.cross_entropy(logits, ids[1:], reduction="none").tolist()
        joke += losses[:-1]
        end.append(losses[-1])
        right += int((logits.argmax(dim=-1) == ids[1:]).sum())
    everything = joke + end
    assert (found.name, found.step, found.tokens) == ("gpt2", None, len(everything))
    assert found.loss == pytest.approx(sum(everything) / len(everything), rel=1e-5)
    assert found.joke_loss == pytest.approx(sum(joke) / len(joke), rel=1e-5)
    assert found.end_loss == pytest.approx(sum(end) / len(end), rel=1e-5)
    assert found.accuracy == pytest.approx(right / len(everything))
    assert found.perplexity == pytest.approx(math.exp(found.loss))


def test_a_runs_model_has_the_loss_of_its_best_check(home: Paths) -> None:
    request = replace(REQUEST, checkpoints_kept=2, evaluation_steps=4, max_steps=12)
    trained = model_service.train(request, RecordingContext(home))
    (found,) = results(home, "1")
    assert found.step == trained.best_step
    assert found.loss == pytest.approx(trained.validation_loss, rel=1e-5)
    assert found.joke_loss == pytest.approx(trained.joke_loss, rel=1e-5)
    assert found.end_loss == pytest.approx(trained.end_loss, rel=1e-5)
    assert found.accuracy == pytest.approx(trained.accuracy)
    every = results(home, "1", all_checkpoints=True)
    assert [result.step for result in every] == [4, 8, 12]
    assert min(every, key=lambda result: result.loss).step == trained.best_step
    assert sum("the run's model" in result.name for result in every) == 1


def test_it_says_how_far_it_is_and_leaves_nothing_behind(home: Paths) -> None:
    before = {path for path in home.home.rglob("[!.]*") if "log" not in path.name}
    context = RecordingContext(home)
    model_service.evaluate(EvaluateRequest("gpt2", "My jokes"), context)
    phases = [event.phase for event in context.events if isinstance(event, Progress)]
    assert list(dict.fromkeys(phases)) == [
        Phase.MEASURING, Phase.LOADING, Phase.PREPARING, Phase.CHECKING,
    ]  # fmt: skip
    assert {path for path in home.home.rglob("[!.]*") if "log" not in path.name} == before


def test_without_held_out_jokes_it_says_so(home: Paths) -> None:
    context = RecordingContext(home)
    request = EvaluateRequest("gpt2", "My jokes")
    assert evaluate(request, ["A joke.", "Another one."], [], context).results[0].tokens > 4
    assert any(isinstance(e, Notice) and "held out" in e.text for e in context.events)


def test_what_cannot_be_evaluated_is_said(home: Paths) -> None:
    with pytest.raises(JokegenError, match="no run 7"):
        results(home, "7")
    with pytest.raises(JokegenError, match="no data set"):
        model_service.evaluate(EvaluateRequest("gpt2", "nothing"), RecordingContext(home))
