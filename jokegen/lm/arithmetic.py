"""How a device computes a training: number format and threads, by a measurement, with reasons.

Weights are always kept in float32. Where the format of the arithmetic is another one, forward
passes and losses run under autocast; float16 also needs the loss scaled, since small gradients
would vanish in it (Micikevicius et al. 2018, arXiv:1710.03740).
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import math
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from jokegen.errors import JokegenError
from jokegen.jobs.requests import Precision
from jokegen.lm.cores import OthersWatch, count_cores
from jokegen.lm.fast_layers import make_fast
from jokegen.lm.fused import Gelu, Linear, Nothing, linear_layers
from jokegen.lm.loss import cross_entropy_sum
from jokegen.lm.memory import keep_memory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PreTrainedModel

log = logging.getLogger(__name__)

# A coarser format must be clearly faster to be worth it.
_WORTH_IT = 1.3
# So must fewer threads than one a core be: with them the layers are smaller than they should be.
_CLEARLY_LESS = 0.9
# A computer on which others take more than this share of a core is too busy to compare threads.
_BUSY = 0.3
# Layers narrower than this gain nothing from a coarser format, and are trained in no time.
_TINY = 256
_SECONDS = 0.3  # of each of the two measurements, beside getting warm
# What is measured: a batch of jokes, and layers no wider than what is computed in a moment.
_TOKENS, _WIDEST, _LONGEST_VOCABULARY = 384, 768, 1_024
_FORMATS = {
    Precision.FLOAT32: torch.float32,
    Precision.BFLOAT16: torch.bfloat16,
    Precision.FLOAT16: torch.float16,
}


@dataclass(frozen=True)
class Arithmetic:
    """The chosen format of multiplications and number of CPU threads, each with its reason.

    `device` is the device's type ("cpu", "cuda", ...).
    """

    precision: torch.dtype
    precision_reason: str
    threads: int
    threads_reason: str = ""
    device: str = "cpu"

    @property
    def name(self) -> Precision:
        """The precision as requests and saved states name it."""
        return next(name for name, dtype in _FORMATS.items() if dtype is self.precision)

    def context(self) -> AbstractContextManager[object]:
        """What a forward pass and its loss run in: autocast, or nothing in float32."""
        if self.precision is torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(self.device, dtype=self.precision)

    def loss_scale(self) -> LossScale:
        """A new one for a run; it does nothing but for float16."""
        return LossScale(2.0**16 if self.precision is torch.float16 else 1.0)


@dataclass
class LossScale:
    """By what a loss is multiplied so that its gradients do not vanish in float16.

    An overflow halves it (that step is left out); after `patience` good steps it is doubled. Where
    it begins at 1 it stays there. `scale` and `good_steps` belong to a saved state.
    """

    scale: float
    good_steps: int = 0
    patience: int = 200

    @property
    def is_needed(self) -> bool:
        return self.scale != 1.0 or self.good_steps > 0

    def backward(self, loss: Tensor) -> None:
        """Gradients of the loss times the scale."""
        (loss * self.scale if self.is_needed else loss).backward()  # type: ignore[no-untyped-call]

    def unscale(self, weights: Iterable[nn.Parameter]) -> None:
        """Divide the gradients by the scale again, in place."""
        gradients = [w.grad for w in weights if w.grad is not None]
        if self.is_needed and gradients:
            torch._foreach_mul_(gradients, 1.0 / self.scale)

    def is_step_good(self, norm: float) -> bool:
        """Whether the step may be taken, by its gradients' `norm`; adjusts the scale.

        False only for an overflow that a smaller scale mends. Without scaling it is always True:
        what is not a number then is for the caller to judge.
        """
        if not self.is_needed:
            return True
        if not math.isfinite(norm):
            if self.scale <= 2.0:
                return True
            self.scale, self.good_steps = self.scale / 2.0, 0
            return False
        self.good_steps += 1
        if self.good_steps >= self.patience:
            self.scale, self.good_steps = min(self.scale * 2.0, 2.0**24), 0
        return True


def choose_arithmetic(
    device: torch.device,
    asked: Precision = Precision.AUTO,
    *,
    width: int,
    vocabulary: int,
    threads: int | None = None,
) -> Arithmetic:
    """Measure for up to a second how `device` computes layers of `width` and a `vocabulary`.

    What is `asked`, and a given number of `threads`, are taken as they are; both: nothing is
    measured. Sets torch's number of threads to the chosen one. Raises JokegenError for a format
    that the device cannot compute.
    """
    watch = OthersWatch()
    if asked is Precision.AUTO:
        precision, why = _choose_precision(device, width, vocabulary)
    else:
        precision, why = _FORMATS[asked], f"{asked}: as you chose"
        _require_able(device, precision, asked)
    if threads is None:
        threads, why_threads = _choose_threads(device, width, vocabulary, watch)
    else:
        why_threads = f"{_in_words(threads)}: as before"
    if device.type == "cpu":
        torch.set_num_threads(threads)
    log.info("%s; %s", why, why_threads)
    return Arithmetic(precision, why, threads, why_threads, device=device.type)


def make_ready(
    language_model: PreTrainedModel, weights: Mapping[str, nn.Parameter], arithmetic: Arithmetic
) -> None:
    """Prepare a loaded language model, of which `weights` learn, to be trained by `arithmetic`.

    Its blocks compute faster from now on, and on a CPU the process keeps the memory that it frees.
    """
    if arithmetic.device == "cpu":
        torch.set_num_threads(arithmetic.threads)
        keep_memory()
    make_fast(language_model)
    learning = sum(weight.numel() for weight in weights.values())
    log.info("%d of %d weights learn", learning, language_model.num_parameters())


def _choose_threads(
    device: torch.device, width: int, vocabulary: int, watch: OthersWatch
) -> tuple[int, str]:
    """A thread a physical core, or one fewer where that is faster: where layers are small."""
    most = count_cores()
    every = f"{_in_words(most)}: one for each core of this computer"
    if device.type != "cpu" or most == 1 or width < _TINY or watch.share() > _BUSY:
        return most, every
    best = {most: math.inf, most - 1: math.inf}
    before = torch.get_num_threads()
    block = _block(device, torch.float32, width, vocabulary)
    try:
        for number in 2 * tuple(best):
            torch.set_num_threads(number)
            best[number] = min(best[number], _shortest(block, time.perf_counter, _SECONDS / 4))
    finally:
        torch.set_num_threads(before)
    gain = best[most - 1] / best[most]
    if watch.share() > _BUSY:
        return most, every
    if gain < _CLEARLY_LESS:
        return most - 1, (
            f"{_in_words(most - 1)}: {1 / gain:.1f} times as fast as {most} with layers so small"
        )
    return most, f"{_in_words(most)}: one for each core, {gain:.1f} times as fast as {most - 1}"


def _in_words(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"


def _choose_precision(device: torch.device, width: int, vocabulary: int) -> tuple[torch.dtype, str]:
    if width < _TINY:
        return torch.float32, "float32: the exact format; the layers are too small for another"
    where = "processor" if device.type == "cpu" else "GPU"
    candidates = _candidates(device)
    exact, *others = _race(
        device, [torch.float32, *(_FORMATS[name] for name in candidates)], width, vocabulary
    )
    said = []
    for name, seconds in zip(candidates, others, strict=True):
        gain = exact / seconds
        if gain >= _WORTH_IT:
            return _FORMATS[name], (
                f"{name}: multiplies {gain:.1f} times as fast as float32 on this {where}"
            )
        said.append(
            f"{name} is only {gain:.1f} times as fast on this {where}"
            if gain > 0
            else f"this {where} cannot compute in {name}"
        )
    return torch.float32, f"float32: the exact format; {' and '.join(said)}"


def _candidates(device: torch.device) -> list[Precision]:
    """Coarser formats that are worth a measurement: bfloat16 where it is native, as it cannot
    overflow.
    """
    if device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return [Precision.FLOAT16]
    return [Precision.FLOAT16 if device.type == "mps" else Precision.BFLOAT16]


def _require_able(device: torch.device, precision: torch.dtype, asked: Precision) -> None:
    if precision is torch.float32:
        return
    try:
        _block(device, precision, 16, 16)()
    except RuntimeError as error:
        raise JokegenError(
            f"This device ({device}) cannot compute in {asked} ({error}).",
            "Choose “auto” or “float32” as the precision.",
        ) from error


def _race(
    device: torch.device, formats: list[torch.dtype], width: int, vocabulary: int
) -> list[float]:
    """The shortest time of each format in seconds, in turns; infinity where it cannot be computed.

    On a CPU it is the time of one processor: what other processes take meanwhile does not count.
    """
    clock = time.thread_time if device.type == "cpu" else time.perf_counter
    best = [math.inf] * len(formats)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        blocks = [_block(device, precision, width, vocabulary) for precision in formats]
        for _turn in range(2):
            for number, block in enumerate(blocks):
                try:
                    seconds = _shortest(block, clock, _SECONDS / 2 / len(blocks))
                except RuntimeError:
                    log.info("%s cannot do %s", device, formats[number], exc_info=True)
                else:
                    best[number] = min(best[number], seconds)
    finally:
        torch.set_num_threads(before)
    return best


def _shortest(block: Callable[[], None], clock: Callable[[], float], seconds: float) -> float:
    """The shortest of the times of as many runs of `block` as `seconds` allow, at least two."""
    block()  # the first time it also chooses kernels and wakes threads
    best = math.inf
    end = time.perf_counter() + seconds
    for turn in itertools.count():
        if turn > 1 and time.perf_counter() > end:
            break
        began = clock()
        block()
        best = min(best, clock() - began)
    return best


def _block(
    device: torch.device, precision: torch.dtype, width: int, vocabulary: int
) -> Callable[[], None]:
    """A feed-forward block and a piece of the output layer, forward and backward."""
    width, vocabulary = min(width, _WIDEST), min(vocabulary, _LONGEST_VOCABULARY)

    def matrix(rows: int, columns: int) -> Tensor:
        return torch.full((rows, columns), 1.0 / columns, device=device, requires_grad=True)

    up, down, head = matrix(3 * width, width), matrix(width, 3 * width), matrix(vocabulary, width)
    states = matrix(_TOKENS, width)
    targets = torch.zeros(_TOKENS, dtype=torch.long, device=device)
    arithmetic = Arithmetic(precision, "", 1, device=device.type)
    synchronise = getattr(getattr(torch, device.type, None), "synchronize", None)

    def run() -> None:
        with arithmetic.context():
            (inner,) = linear_layers(Nothing(), (states,), [Linear(up)])
            (out,) = linear_layers(Gelu(), (inner,), [Linear(down)])
            loss = cross_entropy_sum(states + out, head, targets)
        loss.backward()  # type: ignore[no-untyped-call]
        if synchronise is not None:
            synchronise()

    return run
