"""What a run is made of, as digests, and what of it has changed when it shall go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from jokegen import storage
from jokegen.jobs.requests import TrainRequest
from jokegen.lm.equipment import Equipment
from jokegen.lm.recipe import recipe_of
from jokegen.lm.training_state import Origins


def origins_of(
    request: TrainRequest,
    base_folder: Path,
    train_jokes: Iterable[str],
    validation_jokes: Iterable[str],
    equipment: Equipment,
) -> Origins:
    """The digests of the jokes and the base model, and the recipe."""
    arithmetic = equipment.arithmetic
    return Origins(
        jokes=digest_jokes(train_jokes, validation_jokes),
        base=digest((storage.read_manifest(base_folder) or {}).get("files")),
        recipe=recipe_of(request, str(equipment.device), arithmetic.name.value, arithmetic.threads),
    )


def digest_jokes(*parts: Iterable[str]) -> str:
    """SHA-256 of `digest`'s text of these lists, without ever holding them in memory."""
    sha256 = hashlib.sha256(b"[")
    for number, part in enumerate(parts):
        sha256.update(b", [" if number else b"[")
        for position, joke in enumerate(part):
            sha256.update((", " if position else "").encode() + json.dumps(joke).encode())
        sha256.update(b"]")
    sha256.update(b"]")
    return sha256.hexdigest()


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
