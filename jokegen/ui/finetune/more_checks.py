"""What settings say together: combinations that make no sense, and what a step amounts to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from jokegen import wording
from jokegen.jobs.requests import Precision, Schedule, TrainRequest
from jokegen.ui.finetune.more_numbers import shown

# A one-liner with its end tokens, as measured on 2,950 of them with the starter's tokenizer.
_TOKENS_PER_JOKE = 20


@dataclass(frozen=True)
class Remark:
    """What is to be said beside a setting; `is_problem`: nothing can be started with it."""

    field: str
    text: str
    is_problem: bool = False


def remarks(request: TrainRequest, chosen: Collection[str], jokes: int | None) -> list[Remark]:
    """What is odd about `request`, of which the person has `chosen` these fields.

    `jokes` is how many it would learn from, None if nobody knows yet.
    """
    found = [*_at_a_time(request, chosen, jokes), *_steps(request), *_learning(request)]
    return [remark for remark in found if remark.text]


def _at_a_time(request: TrainRequest, chosen: Collection[str], jokes: int | None) -> list[Remark]:
    found = []
    batch, block = request.batch_size, request.block_size
    if batch is not None and "tokens_per_step" in chosen and "batch_size" in chosen:
        found.append(
            Remark(
                "tokens_per_step",
                "The batch size decides that already. Leave one of the two empty.",
                is_problem=True,
            )
        )
    if block is not None and batch is None and block > request.tokens_per_step:
        found.append(
            Remark(
                "block_size",
                f"A block of {shown(block)} tokens does not fit into a step of "
                f"{shown(request.tokens_per_step)}. Make the blocks shorter or the step larger.",
                is_problem=True,
            )
        )
    if batch is not None and jokes is not None and block is None:
        step = batch * request.gradient_accumulation
        if step > jokes:
            found.append(
                Remark(
                    "batch_size",
                    f"A step of {wording.jokes(step)}, but there are only "
                    f"{shown(jokes)} to learn from: every step would read all of them.",
                )
            )
    return found


def _steps(request: TrainRequest) -> list[Remark]:
    found = []
    most, check = request.max_steps, request.evaluation_steps
    if most is not None and (request.warm_up_steps or 0) >= most:
        found.append(
            Remark(
                "warm_up",
                f"The run ends after {_steps_of(most)}, before the warm-up does.",
                is_problem=True,
            )
        )
    checks = None
    if most is not None and check is not None:
        checks = max(1, most // check)
    for field, needed, words in (
        ("patience", (request.patience or 0) + 1, "cannot stop early"),
        ("average", request.average, "has fewer to average"),
    ):
        if getattr(request, field) and checks is not None and checks < needed:
            times = {1: "once", 2: "twice"}.get(checks, f"{checks} times")
            found.append(Remark(field, f"It is checked {times} in this run, so it {words}."))
    if request.saving_steps is not None and most is not None and request.saving_steps > most:
        found.append(
            Remark("saving_steps", f"The run ends after {_steps_of(most)}, without a save before.")
        )
    return found


def _learning(request: TrainRequest) -> list[Remark]:
    found = []
    if request.beta1 is not None and request.beta2 is not None and request.beta1 > request.beta2:
        found.append(
            Remark(
                "beta1",
                "Beta 1 is larger than beta 2: corrections carry on in directions that it has "
                "lost the measure of, and the jokes may turn into gibberish.",
            )
        )
    if request.precision is Precision.FLOAT16 and request.device == "cpu":
        found.append(Remark("precision", "On a CPU this is mostly far slower than the others."))
    if request.schedule is Schedule.CONSTANT and not request.average:
        found.append(
            Remark(
                "schedule",
                "It never becomes gentler; an average of the last checks makes up for that.",
            )
        )
    if request.overwrite is not None:
        found.append(Remark("overwrite", f"Run {request.overwrite} cannot be brought back then."))
    return found


def step_words(request: TrainRequest) -> str:
    """What one step reads, in a sentence."""
    times = request.gradient_accumulation
    if request.batch_size is None:
        tokens = request.tokens_per_step * times
        about = max(1, tokens // _TOKENS_PER_JOKE)
        if about >= 20:
            about = 5 * round(about / 5) if about < 100 else round(about, 1 - len(str(about)))
        return (
            f"One step reads about {shown(tokens)} tokens: some {wording.jokes(about)} "
            "of one line each."
        )
    examples = request.batch_size * times
    if request.block_size is not None:
        kind = "block" if examples == 1 else "blocks"
        return f"One step reads {shown(examples)} {kind} of {shown(request.block_size)} tokens."
    return f"One step reads {wording.jokes(examples)}."


def _steps_of(count: int) -> str:
    return f"{shown(count)} {'step' if count == 1 else 'steps'}"
