"""From what was measured to what is offered: for each length the run that this time buys best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jokegen import wording
from jokegen.jobs.requests import Length, Method, Offer, PromiseRequest, TrainRequest
from jokegen.lm import lengths
from jokegen.lm.costs import Costs, MethodCost
from jokegen.lm.run_time import longest_within, run_seconds
from jokegen.lm.schedule import Plan
from jokegen.records import BaseModelInfo

# How far from its middle the range reaches: what a quiet computer does by itself, and what the
# measured steps differ by besides; never more than a quarter.
_RANGE, _WIDEST_RANGE = 0.15, 0.25
_METHOD_NAMES = {
    Method.FULL: "full fine-tuning",
    Method.LORA: "LoRA",
    Method.LAST_BLOCKS: "the last layers",
}
_BUSY = " Other programs were busy when this was measured: without them it goes faster."
# Memory that any base model needs besides what grows with its weights: the libraries.
_LIBRARIES = 700_000_000


@dataclass(frozen=True)
class Room:
    """What is free, in bytes, and the base models with their sizes, to name one that fits."""

    memory: int
    disk: int
    bases: Sequence[BaseModelInfo] = ()


@dataclass(frozen=True)
class _Way:
    """A method with a number of steps, what that takes and what it comes to."""

    cost: MethodCost
    plan: Plan
    seconds: float
    loss: float
    is_capped: bool


def plan_offers(request: PromiseRequest, costs: Costs, room: Room) -> tuple[Offer, ...]:
    """An offer for each length, in the order of `Length`; that of minutes only where given."""
    asked = [length for length in Length if length is not Length.MINUTES or request.minutes]
    return tuple(offer_for(length, request, costs, room) for length in asked)


def methods_of(train: TrainRequest) -> tuple[Method, ...]:
    """Those among which the promise may choose."""
    return lengths.CANDIDATES if train.is_method_open else (train.method,)


def offer_for(length: Length, request: PromiseRequest, costs: Costs, room: Room) -> Offer:
    """The run that this length buys best."""
    train = request.train
    methods = [cost for method in methods_of(train) if (cost := costs.of(method))]
    if not methods:
        return _hopeless(length, train, costs, room)
    # One that does not fit counts only where none does.
    fitting = [cost for cost in methods if cost.memory <= room.memory] or methods
    seconds = _seconds_of(length, request)
    ways = [_way(cost, seconds, train, costs) for cost in fitting]
    best = min(ways, key=lambda way: (round(way.loss, 3), way.seconds))
    spread = _WIDEST_RANGE if costs.is_busy else min(_WIDEST_RANGE, _RANGE + best.cost.spread)
    return Offer(
        length=length,
        request=_request(train, best, length),
        steps=best.plan.steps,
        seconds=best.seconds,
        seconds_low=best.seconds * (1 - spread),
        seconds_high=best.seconds * (1 + spread),
        memory=best.cost.memory,
        disk=best.cost.disk,
        reason=_reason(best, costs, is_one_of_several=len(ways) > 1, length=length),
        problem=_problem(best.cost.method, best.cost.disk, costs, room),
    )


def _seconds_of(length: Length, request: PromiseRequest) -> float | None:
    if length is Length.MINUTES:
        return 60 * (request.minutes or 0.0)
    return lengths.SECONDS.get(length)


def _way(cost: MethodCost, seconds: float | None, train: TrainRequest, costs: Costs) -> _Way:
    """The run by one method that takes about `seconds`; None: the epochs that are asked for."""
    per_epoch = costs.steps_per_epoch

    def plan_of(epochs: float) -> Plan:
        return Plan.of(replace(train, method=cost.method, epochs=epochs), per_epoch)

    is_capped = False
    if seconds is None:
        plan = plan_of(train.epochs)
    else:
        most = lengths.most_steps(per_epoch)
        limit = most if train.max_steps is None else min(most, train.max_steps)
        plan = longest_within(seconds, limit, lambda steps: plan_of(steps / per_epoch), costs, cost)
        is_capped = plan.steps == most
    tokens = plan.epochs * costs.tokens_per_epoch
    loss = lengths.expected_loss(cost.method, tokens)
    return _Way(cost, plan, run_seconds(costs, cost, plan), loss, is_capped)


def _request(train: TrainRequest, way: _Way, length: Length) -> TrainRequest:
    """The run itself, with all that was chosen for it written out."""
    return replace(
        train,
        epochs=train.epochs if length is Length.EPOCHS else way.plan.epochs,
        method=way.cost.method,
        length=None,
        minutes=None,
        is_method_open=False,
    )


def _reason(way: _Way, costs: Costs, *, is_one_of_several: bool, length: Length) -> str:
    epochs = way.plan.epochs
    if epochs < 0.95:
        text = f"It reads {max(1, round(100 * epochs))}% of your jokes, each once"
    else:
        text = f"It reads every joke {_times(epochs)}"
    if way.is_capped:
        text += ". More time would not help: it would learn the jokes by heart."
    elif is_one_of_several and length is not Length.EPOCHS:
        text += f", with {_METHOD_NAMES[way.cost.method]}: the best that this time buys."
    else:
        text += "."
    return text + (_BUSY if costs.is_busy else "")


def _times(epochs: float) -> str:
    if abs(epochs - round(epochs)) < 0.05:
        whole = round(epochs)
        return {1: "once", 2: "twice"}.get(whole, f"{whole:,} times")
    return f"{epochs:.1f} times"


# ---- What does not fit -------------------------------------------------------------------------


def rough_memory(base_bytes: int, method: Method) -> int:
    """About the most memory that training needs, from the size of the base model's files.

    The starter model (538 MB) takes 3.7 GB with all weights learning and 2.2 GB with LoRA: weights,
    gradients and two moments for all that learn, one batch, and a copy to write jokes with.
    """
    share = {Method.FULL: 5.6, Method.LORA: 2.8, Method.LAST_BLOCKS: 3.8}[method]
    return round(share * base_bytes) + _LIBRARIES


def _hopeless(length: Length, train: TrainRequest, costs: Costs, room: Room) -> Offer:
    """Not measured, since that would not have fitted into memory either: no times."""
    method = min(methods_of(train), key=lambda each: costs.estimates[each])
    request = replace(train, method=method, length=None, minutes=None, is_method_open=False)
    problem = _problem(method, 0, costs, room)
    return Offer(length, request, 0, 0.0, 0.0, 0.0, costs.estimates[method], 0, problem=problem)


def _problem(method: Method, disk: int, costs: Costs, room: Room) -> str:
    needed = costs.estimates[method]
    if needed > room.memory:
        return (
            f"This needs {wording.size(needed)} of memory, and only {wording.size(room.memory)} "
            f"are free. {_what_fits(method, costs, room)}"
        )
    if disk > room.disk:
        return (
            f"This needs {wording.size(disk)} of disk space, and only {wording.size(room.disk)} "
            f"are free. {_what_fits_on_disk(disk, costs, room)}"
        )
    return ""


def _what_fits(method: Method, costs: Costs, room: Room) -> str:
    for other in (Method.LORA, Method.LAST_BLOCKS):
        if other is not method and (needed := costs.estimates[other]) <= room.memory:
            return (
                f"With {_METHOD_NAMES[other]} it needs {wording.size(needed)}: choose that, or "
                "close other programs."
            )
    fitting = [b for b in room.bases if rough_memory(4 * b.parameters, Method.LORA) <= room.memory]
    if fitting:
        largest = max(fitting, key=lambda base: base.parameters)
        return f"Close other programs, or choose a smaller base model: {largest.title} would fit."
    return "Close other programs, then try again."


def _what_fits_on_disk(disk: int, costs: Costs, room: Room) -> str:
    less = [cost for cost in costs.methods if cost.disk <= room.disk]
    if less:
        smallest = min(less, key=lambda cost: cost.disk)
        return (
            f"With {_METHOD_NAMES[smallest.method]} it needs {wording.size(smallest.disk)}: choose "
            "that, or free some space."
        )
    return f"Free {wording.size(disk - room.disk)}, or choose a smaller base model."
