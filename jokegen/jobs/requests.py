"""What one can ask for, and what one gets: a request and a summary for each kind of job.

Frozen snapshots of built-in types and `Path`: changing a form later cannot change a job that is
under way, and every one can be written to disk as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True)
class FetchModelRequest:
    """Bring a base model of the catalogue to this computer.

    `source` points at a file or folder that is already here (the starter's package or GGUF file,
    or a folder of safetensors), None fetches it from where the catalogue says.
    """

    base: str
    source: Path | None = None


@dataclass(frozen=True)
class FetchModelSummary:
    base: str
    path: Path
    bytes: int
    seconds: float


class Method(StrEnum):
    """Which weights of the base model learn."""

    FULL = "full"  # all of them
    LORA = "lora"  # small matrices added to every layer, merged into it at the end
    LAST_BLOCKS = "last-blocks"  # those of the last few layers


@dataclass(frozen=True)
class TrainRequest:
    """Fine-tune a base model on a data set.

    `max_steps` (optimizer steps) ends the run earlier than `epochs` would. `tokens_per_step` is
    the size of one optimizer step. `learning_rate` None takes the one recommended for the method.
    `lora_rank` and `last_blocks` only count for the method of that name.
    """

    dataset: str
    base: str = "starter"
    epochs: float = 1.0
    max_steps: int | None = None
    learning_rate: float | None = None
    device: str = "auto"
    seed: int = 42
    tokens_per_step: int = 512
    method: Method = Method.FULL
    lora_rank: int = 16
    last_blocks: int = 4


@dataclass(frozen=True)
class ContinueRequest:
    """Go on with a run that was paused or interrupted.

    It is refused where the data set, the base model or the recipe is not what it was, unless
    `accept_changes` says to go on with what there is now.
    """

    run: int
    accept_changes: bool = False


@dataclass(frozen=True)
class TrainSummary:
    """Losses are in nats a token, over joke and end tokens; `status` is that of the run.

    Of a paused run (fewer `steps` than planned) `best_step` is 0, and `validation_loss` the loss
    before, while nothing better was measured.
    """

    run: int
    status: str
    steps: int
    best_step: int
    train_loss: float
    validation_loss: float
    validation_loss_before: float
    seconds: float
    tokens_per_second: float
    path: Path


@dataclass(frozen=True)
class GenerateRequest:
    """Write jokes. `model` is a run number ("3"), a base model's id, or None for the newest run.

    `length` is the most new tokens a joke may have; `top_k` 0 and `top_p` 1 are off.
    """

    model: str | None = None
    prompt: str = ""
    length: int = 70
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 0.9
    repetition_penalty: float = 1.0
    count: int = 1
    seed: int = 42
    device: str = "auto"


@dataclass(frozen=True)
class Joke:
    """`tokens` counts the new ones, the end token left out; `ended`: the model ended it itself."""

    text: str
    tokens: int
    ended: bool


@dataclass(frozen=True)
class GenerateSummary:
    jokes: tuple[Joke, ...]
    seconds: float


@dataclass(frozen=True)
class DevicesRequest:
    """Ask which devices this computer can train on."""


@dataclass(frozen=True)
class Device:
    """`id` is what requests name ("cpu", "cuda:0", "mps"); memory in bytes, None if unknown."""

    id: str
    name: str
    memory_free: int | None = None
    memory_total: int | None = None
    is_best: bool = False
    reason: str = ""


@dataclass(frozen=True)
class DevicesSummary:
    devices: tuple[Device, ...]
