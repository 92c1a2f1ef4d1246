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


class Precision(StrEnum):
    """The number format of a training's multiplications; the weights stay in float32."""

    AUTO = "auto"  # the fastest that is exact enough, by a measurement on the device
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"  # with the loss scaled, since small gradients would vanish


class Schedule(StrEnum):
    """How the learning rate goes on after the warm-up."""

    COSINE = "cosine"
    LINEAR = "linear"
    CONSTANT = "constant"
    INVERSE_SQUARE_ROOT = "inverse-sqrt"


class Length(StrEnum):
    """How much time a person gives to a run."""

    TASTE = "taste"
    GOOD = "good"
    THOROUGH = "thorough"
    OVERNIGHT = "overnight"
    MINUTES = "minutes"  # as many as the person has
    EPOCHS = "epochs"  # no time is given: so many epochs, or steps


@dataclass(frozen=True)
class TrainRequest:
    """Fine-tune a base model on a data set. What is None is chosen by `lm.recipe`.

    How much: `max_steps` (optimizer steps) ends the run earlier than `epochs` would; `patience`
    ends it after so many checks without a better one, None never. One optimizer step reads about
    `tokens_per_step` tokens, or `batch_size` examples (jokes, or blocks) where that is given, times
    `gradient_accumulation`. `block_size` packs whole jokes into blocks of so many tokens; None:
    one joke an example.

    What learns: `lora_rank` and `last_blocks` only count for the method of that name;
    `train_embeddings` whether the token embeddings and the output layer learn as well.

    Learning rate: `learning_rate` None takes the one recommended for the method; `warm_up` is a
    share of the steps, `warm_up_steps` a number of them that wins over it.

    Watching: `logging_steps`, `evaluation_steps` and `saving_steps` are intervals in optimizer
    steps; `checkpoints_kept` how many checkpoints stay beside the best one; `average` how many of
    the last checks' weights are averaged at the end, 0 none. `overwrite` is the number of an
    earlier run whose place this one takes, once it has something to keep.

    With a `length` (`minutes` for that of `Length.MINUTES`) the computer is measured first, and
    what that time buys best takes the place of `epochs`, of `learning_rate` where it is None, and
    of `method` where `is_method_open`.
    """

    dataset: str
    base: str = "starter"
    epochs: float = 1.0
    max_steps: int | None = None
    learning_rate: float | None = None
    device: str = "auto"
    seed: int = 42
    tokens_per_step: int = 512
    method: Method = Method.LORA
    lora_rank: int = 64
    last_blocks: int = 4
    batch_size: int | None = None
    gradient_accumulation: int = 1
    block_size: int | None = None
    train_embeddings: bool | None = None
    weight_decay: float | None = None
    beta1: float | None = None
    beta2: float | None = None
    epsilon: float | None = None
    gradient_norm: float | None = None
    schedule: Schedule = Schedule.COSINE
    warm_up: float | None = None
    warm_up_steps: int | None = None
    patience: int | None = None
    average: int = 0
    logging_steps: int = 1
    evaluation_steps: int | None = None
    saving_steps: int | None = None
    checkpoints_kept: int = 0
    precision: Precision = Precision.AUTO
    overwrite: int | None = None
    length: Length | None = None
    minutes: float | None = None
    is_method_open: bool = False


@dataclass(frozen=True)
class PromiseRequest:
    """Measure on this computer, with these jokes, what each length would take.

    `train` is what the person has chosen so far: its data set, base model, device and all that
    differs from the recommendation count (`is_method_open`: the method is left to the promise); its
    `epochs` are for `Length.EPOCHS` alone. `minutes` is for `Length.MINUTES`. `is_fresh`: what was
    measured before does not count.
    """

    train: TrainRequest
    minutes: float | None = None
    is_fresh: bool = False


@dataclass(frozen=True)
class Offer:
    """One length: what would be asked for, and what it takes.

    Seconds of the whole run (loading and saving included) as a range around `seconds`; `memory`
    and `disk` in bytes. `problem` says, in two sentences, why it does not fit, and what would;
    "" if it does. `reason` says why this recipe is the best that this time can buy.
    """

    length: Length
    request: TrainRequest
    steps: int
    seconds: float
    seconds_low: float
    seconds_high: float
    memory: int
    disk: int
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True)
class PromiseSummary:
    """The offers, and what the measurement found. `*_reason` are sentences for the person."""

    offers: tuple[Offer, ...]
    device: str
    device_reason: str
    precision: Precision
    precision_reason: str
    tokens_per_second: float
    seconds: float


@dataclass(frozen=True)
class EvaluateRequest:
    """Measure a language model on the held-out jokes of a data set, without training.

    `model` is a run's number or a base model; `all_checkpoints` measures every one the run kept.
    """

    model: str
    dataset: str
    all_checkpoints: bool = False
    device: str = "auto"
    precision: Precision = Precision.AUTO


@dataclass(frozen=True)
class Evaluation:
    """How well one model guesses held-out jokes.

    Losses in nats: `loss` a token (joke and end tokens alike), `joke_loss` a joke token,
    `end_loss` an end token ("knows when to stop"). `accuracy` is the share of tokens that it
    thought the likeliest, 0 to 1. `step` is None for a base model.
    """

    name: str
    step: int | None
    loss: float
    joke_loss: float
    end_loss: float
    accuracy: float
    tokens: int
    perplexity: float


@dataclass(frozen=True)
class EvaluateSummary:
    results: tuple[Evaluation, ...]
    seconds: float


@dataclass(frozen=True)
class ContinueRequest:
    """Go on with a run that was paused or interrupted.

    It is refused where the data set, the base model or the recipe is not what it was, unless
    `accept_changes` says to go on with what there is now. `smaller` says how many times more than
    before the micro-batch is halved, with as many more of them a step: the same steps in less
    memory; with it a run that has not saved a state yet begins again.
    """

    run: int
    accept_changes: bool = False
    smaller: int = 0


@dataclass(frozen=True)
class TrainSummary:
    """Losses are in nats a token, over joke and end tokens; `status` is that of the run.

    Of a paused run (fewer `steps` than planned) `best_step` is 0, and `validation_loss` the loss
    before, while nothing better was measured. `joke_loss`, `end_loss` and `accuracy` are those of
    the best checkpoint, as in `Evaluation`.
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
    joke_loss: float | None = None
    end_loss: float | None = None
    accuracy: float | None = None


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
    """`id` is what requests name ("cpu", "cuda:0", "mps"); memory in bytes, None if unknown.

    `is_busy`: other programs use it just now; `note` is a sentence that the person should know.
    """

    id: str
    name: str
    memory_free: int | None = None
    memory_total: int | None = None
    is_best: bool = False
    reason: str = ""
    is_busy: bool = False
    note: str = ""


@dataclass(frozen=True)
class DevicesSummary:
    devices: tuple[Device, ...]
