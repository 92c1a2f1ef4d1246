"""What a run computes with: its device, the format of the numbers and the threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from jokegen import storage
from jokegen.errors import ChangedError, JokegenError
from jokegen.jobs.requests import ContinueRequest, Precision, TrainRequest
from jokegen.lm.arithmetic import Arithmetic, choose_arithmetic
from jokegen.lm.devices import choose_device


@dataclass(frozen=True)
class Equipment:
    """A device and how it computes; `reason` is why it was chosen."""

    device: torch.device
    reason: str
    arithmetic: Arithmetic


def choose_equipment(request: TrainRequest, base_folder: Path) -> Equipment:
    """What the request asks for, and the rest by a measurement of up to a second.

    Raises JokegenError for a device that is not there or cannot compute what is asked for.
    """
    return equip(request.device, request.precision, base_folder)


def equip(
    device_name: str, precision: Precision, folder: Path, threads: int | None = None
) -> Equipment:
    """For the language model in `folder`; with `threads` as well, nothing is measured."""
    device, why = choose_device(device_name)
    width, vocabulary = _shape_of(folder)
    arithmetic = choose_arithmetic(
        device, precision, width=width, vocabulary=vocabulary, threads=threads
    )
    return Equipment(device, why, arithmetic)


def equipment_of_then(
    request: ContinueRequest, asked: TrainRequest, base_folder: Path, recipe: dict[str, Any]
) -> Equipment:
    """The very same as a run had: other formats and threads round in other ways.

    Where its device is gone and changes are accepted, the best one there is.
    """
    try:
        device, _ = choose_device(asked.device)
    except JokegenError as error:
        if not request.accept_changes:
            raise ChangedError(error.happened, error.todo) from error
        return equip("auto", asked.precision, base_folder)
    precision, threads = recipe.get("precision"), recipe.get("threads")
    if str(device) != recipe.get("device") or precision not in list(Precision) or not threads:
        return choose_equipment(asked, base_folder)
    return equip(str(device), Precision(precision), base_folder, threads)


def _shape_of(base_folder: Path) -> tuple[int, int]:
    """Width of the layers and size of the vocabulary, as the configuration tells."""
    facts = storage.read_json(base_folder / "config.json") or {}
    width = facts.get("hidden_size") or facts.get("n_embd") or 768
    return int(width), int(facts.get("vocab_size") or 50_000)
