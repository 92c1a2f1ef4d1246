"""What a job says while it works, and how it ends.

All are frozen dataclasses of built-in types: they cross a process border as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

SummaryT_co = TypeVar("SummaryT_co", covariant=True)


class Phase(StrEnum):
    """What a job is doing just now; the window and the command line put it into words."""

    BRINGING = "bringing"  # jokes from elsewhere to this computer
    READING = "reading"
    CLEANING = "cleaning"
    DOWNLOADING = "downloading"
    CONVERTING = "converting"
    LOADING = "loading"
    PREPARING = "preparing"
    MEASURING = "measuring"  # how fast this computer is
    VERIFYING = "verifying"  # that files are whole and what they should be
    CHECKING = "checking"  # a language model, on held-out jokes
    TRAINING = "training"
    SAVING = "saving"
    WRITING = "writing"


@dataclass(frozen=True)
class Progress:
    """How far a phase is: `done` of `total` (None where nobody can know) in `unit`."""

    phase: Phase
    done: int = 0
    total: int | None = None
    unit: str = ""
    seconds_left: float | None = None


@dataclass(frozen=True)
class RunStarted:
    """A training run has its number; its folder exists from now on."""

    run: int
    steps: int


@dataclass(frozen=True)
class Metric:
    """One measured point of a training run. Losses are in nats a token.

    With a check on held-out jokes come `validation_loss` (joke and end tokens alike), and apart
    `joke_loss` a joke token and `end_loss` an end token; `accuracy` is the share of tokens that it
    thought the likeliest, 0 to 1; `copied` the share of the jokes it writes that copy a training
    joke or nearly, and `copied_held_out` that share among the real held-out jokes, by the same
    measure; `copied_among` and `copied_held_out_among` are how many jokes those are.
    `gpu_memory` in bytes, in use on the training's GPU.
    """

    step: int
    steps: int
    epoch: float
    epochs: float
    seconds: float
    train_loss: float | None = None
    validation_loss: float | None = None
    is_best: bool = False
    learning_rate: float | None = None
    tokens_per_second: float | None = None
    joke_loss: float | None = None
    end_loss: float | None = None
    accuracy: float | None = None
    copied: float | None = None
    copied_held_out: float | None = None
    copied_among: int | None = None
    copied_held_out_among: int | None = None
    seconds_left_low: float | None = None
    seconds_left_high: float | None = None
    gpu_memory: int | None = None


@dataclass(frozen=True)
class Sample:
    """A joke that the model in training wrote at `step` (0: before the first one).

    `number` counts the fixed prompts from 0; the same number has the same `prompt` and seed at
    every step. `is_asked`: the person wanted one in between. `is_copied`: it copies a training
    joke or nearly, namely `copied_from`; None where nobody looked.
    """

    step: int
    text: str
    prompt: str = ""
    number: int = 0
    is_asked: bool = False
    is_copied: bool | None = None
    copied_from: str = ""


@dataclass(frozen=True)
class TextChunk:
    """More text of joke number `joke` (from 0); chunks of one joke are simply joined."""

    joke: int
    text: str


@dataclass(frozen=True)
class JokeWritten:
    """Joke number `joke` is finished: its whole text, which replaces what was streamed."""

    joke: int
    text: str
    tokens: int
    ended: bool


@dataclass(frozen=True)
class Notice:
    """A plain sentence that the person should see."""

    text: str
    is_warning: bool = False


Event = Progress | RunStarted | Metric | Sample | TextChunk | JokeWritten | Notice


@dataclass(frozen=True)
class Done(Generic[SummaryT_co]):
    """The job did all of its work."""

    summary: SummaryT_co


@dataclass(frozen=True)
class Failed:
    """The job could not do its work. `details` is for the log: a traceback, last log lines.

    `is_about_changes`: it only refused because something is not what it was (`ChangedError`).
    `is_forced`: the person had it ended at once; what was saved last is there to go on from.
    `is_about_memory`: the memory ran out, of the computer or of a GPU; less at a time may fit.
    `is_worker_lost`: the process that did the work died or hung; the work itself said nothing.
    """

    happened: str
    todo: str
    details: str = ""
    is_about_changes: bool = False
    is_forced: bool = False
    is_about_memory: bool = False
    is_worker_lost: bool = False


@dataclass(frozen=True)
class Cancelled:
    """The job was asked to stop and to leave nothing behind."""


EVENT_TYPES: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (Progress, RunStarted, Metric, Sample, TextChunk, JokeWritten, Notice)
}
