"""What a run is made of, as digests, and what of it has changed when it shall go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import torch

from jokegen import storage
from jokegen.jobs.requests import TrainRequest
from jokegen.lm.recipe import recipe_of
from jokegen.lm.training_state import Origins


def origins_of(
    request: TrainRequest,
    base_folder: Path,
    train_jokes: Iterable[str],
    validation_jokes: Iterable[str],
    device: torch.device,
    precision: torch.dtype,
) -> Origins:
    """The digests of the jokes and the base model, and the recipe."""
    return Origins(
        jokes=digest([list(train_jokes), list(validation_jokes)]),
        base=digest((storage.read_manifest(base_folder) or {}).get("files")),
        recipe=recipe_of(request, device, precision),
    )


def digest(value: object) -> str:
    """SHA-256 of plain values. Of a base model those of its files' digests, with their names."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def differences(then: Origins, now: Origins, request: TrainRequest) -> list[str]:
    """What has changed, in words; empty where nothing has."""
    found = []
    if then.jokes != now.jokes:
        found.append(f"the jokes of “{request.dataset}” are others")
    if then.base != now.base:
        found.append(f"the base model “{request.base}” is another one")
    for name in sorted(then.recipe.keys() | now.recipe.keys()):
        old, new = then.recipe.get(name), now.recipe.get(name)
        if old != new:
            found.append(f"{name.replace('_', ' ')} was {_word(old)} and is {_word(new)}")
    return found


def _word(value: object) -> str:
    return "not set" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
