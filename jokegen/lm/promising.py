"""The time promise: what each length of a run takes on this computer, measured before the start."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from jokegen import storage, wording
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress
from jokegen.jobs.requests import (
    Offer,
    Precision,
    PromiseRequest,
    PromiseSummary,
    TrainRequest,
)
from jokegen.lm import costs as known
from jokegen.lm.catalogue import list_base_models
from jokegen.lm.costs import Costs
from jokegen.lm.planning import Room, methods_of, offer_for, plan_offers
from jokegen.records import BaseModelInfo

if TYPE_CHECKING:
    from jokegen.lm.probing import ProbeJokes

# Jokes that are encoded to know how long all of them are.
MOST_JOKES = 6_000
# What a measurement does not depend on.
_NOT_MEASURED = {
    "dataset", "base", "epochs", "max_steps", "length", "minutes", "method", "is_method_open",
    "learning_rate", "weight_decay", "beta1", "beta2", "epsilon", "schedule", "warm_up",
    "warm_up_steps", "patience", "evaluation_steps", "logging_steps", "saving_steps", "seed",
    "overwrite",
}  # fmt: skip


def promise(
    request: PromiseRequest,
    base: BaseModelInfo,
    dataset_folder: Path,
    take_jokes: Callable[[], ProbeJokes],
    context: JobContext,
) -> PromiseSummary:
    """Measure, or remember what was measured, and plan every length.

    Without the base model on this computer there are no offers; `precision_reason` says so.
    `take_jokes` is only called where something needs to be measured.
    """
    began = time.monotonic()
    if base.path is None:
        return PromiseSummary(
            offers=(),
            device=request.train.device,
            device_reason="",
            precision=Precision.AUTO,
            precision_reason=f"{base.title} is not on this computer yet: "
            f"{wording.size(base.download_bytes)} to download. Then it can be measured.",
            tokens_per_second=0.0,
            seconds=0.0,
        )
    costs = _costs(
        request.train, base.path, dataset_folder, take_jokes, context, is_fresh=request.is_fresh
    )
    offers = plan_offers(request, costs, _room(costs, request.train.base, context))
    return PromiseSummary(
        offers=offers,
        device=costs.device,
        device_reason=costs.device_reason,
        precision=costs.precision,
        precision_reason=costs.precision_reason,
        tokens_per_second=_tokens_per_second(costs),
        seconds=time.monotonic() - began,
    )


def settle(
    request: TrainRequest,
    base_folder: Path,
    dataset_folder: Path,
    take_jokes: Callable[[], ProbeJokes],
    context: JobContext,
) -> TrainRequest:
    """The run that its `length` buys best. Raises JokegenError where none fits this computer."""
    if request.length is None:
        return request
    costs = _costs(request, base_folder, dataset_folder, take_jokes, context)
    asked = PromiseRequest(request, request.minutes)
    offer: Offer = offer_for(request.length, asked, costs, _room(costs, request.base, context))
    if offer.problem:
        happened, _, todo = offer.problem.partition(" are free. ")
        raise JokegenError(f"{happened} are free.", todo)
    return offer.request


def _costs(
    train: TrainRequest,
    base_folder: Path,
    dataset_folder: Path,
    take_jokes: Callable[[], ProbeJokes],
    context: JobContext,
    *,
    is_fresh: bool = False,
) -> Costs:
    key = _key(train, base_folder, dataset_folder)
    found = None if is_fresh else known.recall(context.paths, key)
    if found is not None:
        return found
    context.emit(Progress(Phase.MEASURING))
    jokes = take_jokes()
    from jokegen.lm.probing import probe

    free = _free_memory(train.device)
    measured = probe(train, methods_of(train), base_folder, jokes, context, free)
    if measured.methods:  # else it is to be tried again as soon as there is room
        known.remember(context.paths, key, measured)
    return measured


def _key(train: TrainRequest, base_folder: Path, dataset_folder: Path) -> str:
    """Changes with everything that a measurement depends on, this computer included."""
    plain = wire.to_plain(train)
    return known.digest(
        [
            {name: value for name, value in plain.items() if name not in _NOT_MEASURED},
            [method.value for method in methods_of(train)],
            [
                (storage.read_manifest(folder) or {}).get("files")
                for folder in (base_folder, dataset_folder)
            ],
            [platform.node(), platform.machine(), os.cpu_count(), version("torch")],
        ]
    )


def _room(costs: Costs, base: str, context: JobContext) -> Room:
    place = context.paths.home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    bases = list_base_models(context.paths)
    most = min((b.parameters for b in bases if b.id == base), default=0)
    return Room(_free_memory(costs.device), free, [b for b in bases if b.parameters < most])


def _free_memory(device: str) -> int:
    """What a training could use, in bytes; a GPU's own memory where that is what counts."""
    if device.startswith("cuda") or (device == "auto" and _has_cuda()):
        from jokegen.lm.devices import list_devices

        for each in list_devices():
            is_meant = each.id == device or (device == "auto" and each.is_best)
            if is_meant and each.memory_free is not None:
                return each.memory_free
    # This process gives back what it holds before a training begins.
    return psutil.virtual_memory().available + psutil.Process().memory_info().rss


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def _tokens_per_second(costs: Costs) -> float:
    tokens = costs.tokens_per_epoch / costs.steps_per_epoch
    return max((tokens / cost.step for cost in costs.methods), default=0.0)
