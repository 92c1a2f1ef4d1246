"""The whole state of a training on disk, so that it can go on another day as if nothing had been.

runs/0003-my-jokes/states/step-000060/
    weights.safetensors    what learns: all weights, or only the small matrices, or the last blocks
    optimizer.safetensors  AdamW's moments       random.safetensors  the random generators
    state.json             how far it is, and what it is made of
    manifest.json          sizes and SHA-256 of these; written last

Never anything that could run as a program when it is read (no pickle). The newest two are kept,
by their step: clocks may go back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import Tensor

from jokegen import storage
from jokegen.errors import JokegenError
from jokegen.jobs import wire

KEPT = 2
_FOLDER = re.compile(r"^step-(\d+)(?:-(\d+))?$")
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


@dataclass
class Standing:
    """How far a run is. Losses in nats a token, None where nothing was measured yet.

    `position` counts the batches of `epoch` (from 0) that were seen; `checked_step` is the newest
    step with a check on held-out jokes behind it, 0 that before the first step, -1 none.
    `seconds` is all the time that the run took, `training_seconds` that of its steps.
    `stale_checks` counts those since the best one. `unreported_*` is what was learned since the
    last point of the curve. Micro-batches were halved `halvings` times for want of memory.
    """

    step: int = 0
    epoch: int = 0
    position: int = 0
    checked_step: int = -1
    tokens_seen: int = 0
    seconds: float = 0.0
    training_seconds: float = 0.0
    check_seconds: float = 0.0
    loss_before: float | None = None
    best_loss: float | None = None
    best_step: int = 0
    recent_loss: float | None = None
    best_joke_loss: float | None = None
    best_end_loss: float | None = None
    best_accuracy: float | None = None
    stale_checks: int = 0
    unreported_loss: float = 0.0
    unreported_steps: int = 0
    halvings: int = 0
    loss_scale: float | None = None
    good_steps: int = 0


@dataclass(frozen=True)
class Origins:
    """What a run is made of: SHA-256 of the jokes and of the base model, and the recipe."""

    jokes: str
    base: str
    recipe: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SavedState:
    """A state that was found whole; the tensors are still on disk."""

    folder: Path
    standing: Standing
    origins: Origins


def save_state(
    states: Path,
    standing: Standing,
    origins: Origins,
    weights: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
    check: Callable[[], None],
) -> Path:
    """Save beside the older states, of which only the newest stays; returns the new folder.

    Raises OSError where it finds no room, and JokegenError where a weight is not a number: such a
    state would be of no use. What was saved before stays whole then.
    """
    from safetensors.torch import save_file

    _require_finite(weights, standing.step)
    for older in state_folders(states)[KEPT - 1 :]:
        storage.remove_folder(older)
    with storage.new_folder(_free_name(states, standing.step)) as folder:
        save_file({name: w.detach() for name, w in weights.items()}, folder / "weights.safetensors")
        save_file(_moments(weights, optimizer), folder / "optimizer.safetensors")
        save_file(_random_states(), folder / "random.safetensors")
        facts = {
            "version": 1,
            "standing": wire.to_plain(standing),
            "origins": wire.to_plain(origins),
            "torch": str(torch.__version__),
            "threads": torch.get_num_threads(),
        }
        storage.write_json(folder / "state.json", facts)
        storage.write_manifest(folder, check=check, kind="training_state", step=standing.step)
    return _newest(states)


def load_state(
    state: SavedState, weights: Mapping[str, torch.nn.Parameter], optimizer: torch.optim.Optimizer
) -> None:
    """Put weights, moments and random generators back; the last so that nothing draws after it.

    Raises JokegenError where the state does not fit these weights.
    """
    from safetensors.torch import load_file

    saved = load_file(state.folder / "weights.safetensors")
    moments = load_file(state.folder / "optimizer.safetensors")
    shapes = {name: tuple(weight.shape) for name, weight in weights.items()}
    if {name: tuple(tensor.shape) for name, tensor in saved.items()} != shapes:
        raise JokegenError(
            "The saved state of this run does not fit the base model and the method any more.",
            "Put the base model back as it was, or start a new run.",
        )
    with torch.no_grad():
        for name, weight in weights.items():
            # Copied into memory of our own: see `methods.choose_weights`.
            weight.copy_(saved[name])
            kept = {m: moments[f"{name}.{m}"] for m in _MOMENTS if f"{name}.{m}" in moments}
            if kept:
                optimizer.state[weight] = {m: t.to(weight.device).clone() for m, t in kept.items()}
    _restore_random_states(load_file(state.folder / "random.safetensors"))


def read_state(folder: Path) -> SavedState:
    """Raises JokegenError, naming the file, where one is missing, truncated or altered."""
    storage.check_files(folder, digests=True)
    facts = storage.read_json(folder / "state.json") or {}
    try:
        return SavedState(
            folder,
            wire.from_plain(facts.get("standing"), Standing),
            wire.from_plain(facts.get("origins"), Origins),
        )
    except msgspec.ValidationError as error:
        raise JokegenError(
            f"The file “state.json” in “{folder.name}” cannot be understood ({error}).",
            "It may be of another version of Jokegen; an older state may do.",
        ) from error


def state_folders(states: Path) -> list[Path]:
    """The folders of states, whole or not, the newest step first."""
    try:
        found = [(m, path) for path in states.iterdir() if (m := _FOLDER.match(path.name))]
    except OSError:
        return []
    found.sort(key=lambda item: (int(item[0][1]), int(item[0][2] or 0)), reverse=True)
    return [path for _, path in found]


def _newest(states: Path) -> Path:
    return state_folders(states)[0]


def _free_name(states: Path, step: int) -> Path:
    """A name that no folder has: what is whole is never replaced, only followed."""
    name, again = states / f"step-{step:06d}", 1
    while name.exists():
        again += 1
        name = states / f"step-{step:06d}-{again}"
    return name


def _require_finite(weights: Mapping[str, torch.nn.Parameter], step: int) -> None:
    with torch.no_grad():
        # A sum is a number only if all its parts are; it needs no memory.
        if all(torch.isfinite(weight.sum()) for weight in weights.values()):
            return
    raise unstable(step)


def unstable(
    step: int, todo: str = "Choose a smaller learning rate and start again."
) -> JokegenError:
    """The error of a training whose numbers ran away."""
    return JokegenError(
        f"The training became unstable at step {step}: the loss is not a number any more.", todo
    )


def _moments(
    weights: Mapping[str, torch.nn.Parameter], optimizer: torch.optim.Optimizer
) -> dict[str, Tensor]:
    """Empty before the first step."""
    return {
        f"{name}.{moment}": optimizer.state[weight][moment]
        for name, weight in weights.items()
        if weight in optimizer.state
        for moment in _MOMENTS
    }


def _random_states() -> dict[str, Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        for index, state in enumerate(torch.cuda.get_rng_state_all()):
            states[f"cuda:{index}"] = state
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def _restore_random_states(states: Mapping[str, Tensor]) -> None:
    """A generator whose device is gone has nothing to continue."""
    torch.set_rng_state(states["cpu"].clone())
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            if f"cuda:{index}" in states:
                torch.cuda.set_rng_state(states[f"cuda:{index}"].clone(), index)
    if torch.backends.mps.is_available() and "mps" in states:
        torch.mps.set_rng_state(states["mps"].clone())
