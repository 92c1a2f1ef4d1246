"""The evaluation job: how well models guess the held-out jokes of a data set, without training."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jokegen import storage
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress
from jokegen.jobs.requests import EvaluateRequest, EvaluateSummary, Evaluation
from jokegen.lm.encoded import EncodedJokes, Jokes, encode_all
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.equipment import Equipment, equip
from jokegen.lm.fetching import ensure_model
from jokegen.lm.loading import load_language_model, window_of
from jokegen.lm.measuring import measure
from jokegen.lm.recipe import LONGEST_EXAMPLE
from jokegen.lm.runs import find_run

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Candidate:
    """One language model on disk; `step` is None for a base model."""

    name: str
    step: int | None
    folder: Path


def evaluate(
    request: EvaluateRequest, train_jokes: Jokes, held_out: Jokes, context: JobContext
) -> EvaluateSummary:
    """Measure on all held-out jokes (a check during a training takes the first ones only).

    Of a run its model, or with `all_checkpoints` that and every checkpoint it kept, by their
    steps. Raises JokegenError for an unknown run, or one that has no model.
    """
    began = time.monotonic()
    candidates = _candidates(request, context)
    jokes = held_out
    if not len(held_out):
        jokes = train_jokes
        context.emit(
            Notice(
                f"No jokes of “{request.dataset}” are held out, so the others have to do: jokes "
                "that a run has learned from are guessed better than new ones.",
                is_warning=True,
            )
        )
    context.emit(Progress(Phase.MEASURING))
    equipment = equip(request.device, request.precision, candidates[0].folder)
    context.check()
    results = tuple(
        _evaluate(candidate, jokes, equipment, context, number, len(candidates))
        for number, candidate in enumerate(candidates)
    )
    return EvaluateSummary(results, time.monotonic() - began)


def _candidates(request: EvaluateRequest, context: JobContext) -> list[_Candidate]:
    if not request.model.isdecimal():
        return [_Candidate(request.model, None, ensure_model(request.model, context))]
    run = find_run(context.paths, int(request.model))
    if run.model_path is None:
        raise JokegenError(
            f"Run {run.number} has no language model to evaluate: it is {run.status.value}.",
            "Choose another run, or train this one again.",
        )
    found = {run.model_path: storage.read_manifest(run.model_path) or {}}
    if request.all_checkpoints:
        found.update(storage.whole_folders(run.path / "checkpoints"))
    return [
        _Candidate(_name(run.number, facts, folder == run.model_path), _step(facts), folder)
        for folder, facts in sorted(found.items(), key=lambda item: _step(item[1]))
    ]


def _step(facts: dict[str, Any]) -> int:
    return int(facts.get("step", 0))


def _name(run: int, facts: dict[str, Any], is_its_model: bool) -> str:
    average = ", the average of the last checks" if facts.get("is_average") else ""
    best = " (the run's model)" if is_its_model else ""
    return f"Run {run}, step {_step(facts)}{average}{best}"


def _evaluate(
    candidate: _Candidate,
    jokes: Jokes,
    equipment: Equipment,
    context: JobContext,
    number: int,
    total: int,
) -> Evaluation:
    context.emit(Progress(Phase.LOADING))
    language_model, tokenizer = load_language_model(candidate.folder, equipment.device)
    longest = min(LONGEST_EXAMPLE, window_of(language_model))

    def on_batch(done: int, batches: int) -> None:
        context.check()
        context.emit(Progress(Phase.CHECKING, number * batches + done, total * batches, "batches"))

    with (
        _encoded(tokenizer, jokes, longest, context) as examples,
        equipment.arithmetic.context(),
    ):
        measured = measure(language_model, examples, tokenizer.separator_id, on_batch)
    log.info("%s: %s", candidate.name, measured)
    return Evaluation(
        name=candidate.name,
        step=candidate.step,
        loss=measured.loss,
        joke_loss=measured.loss if measured.joke_loss is None else measured.joke_loss,
        end_loss=measured.loss if measured.end_loss is None else measured.end_loss,
        accuracy=measured.accuracy,
        tokens=measured.tokens,
        perplexity=math.exp(min(measured.loss, _LARGEST_EXPONENT)),
    )


def _encoded(
    tokenizer: JokeTokenizer, jokes: Jokes, longest: int, context: JobContext
) -> EncodedJokes:
    def on_progress(done: int, total: int) -> None:
        context.check()
        context.emit(Progress(Phase.PREPARING, done, total, "jokes"))

    folder = context.paths.home
    return encode_all(folder, tokenizer, jokes, longest, on_progress)


_LARGEST_EXPONENT = 700.0  # beyond it a float overflows
