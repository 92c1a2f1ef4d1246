"""A few real steps of each method, a check and a save: what a training costs on this computer."""

from __future__ import annotations

import contextlib
import gc
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import torch

from jokegen import storage
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress
from jokegen.jobs.requests import Method, TrainRequest
from jokegen.lm.arithmetic import make_ready
from jokegen.lm.batching import IntArray
from jokegen.lm.costs import Costs, MethodCost
from jokegen.lm.epochs import Epochs, prepare_epochs
from jokegen.lm.equipment import Equipment, choose_equipment
from jokegen.lm.examples import make_batch
from jokegen.lm.gradients import add_gradients, clip, make_optimizer, release_memory
from jokegen.lm.loading import load_language_model
from jokegen.lm.measuring import measure
from jokegen.lm.methods import choose_weights, embedding_names
from jokegen.lm.originality import HELD_OUT_JOKES, FindsCopies
from jokegen.lm.peak_memory import watched
from jokegen.lm.planning import rough_memory
from jokegen.lm.recipe import recipe_for
from jokegen.lm.run_bytes import disk_needed
from jokegen.lm.timeline import COST_OF_MORE, FEW, LARGEST_SHARE, Timeline

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel

    from jokegen.lm.encoding import JokeTokenizer

log = logging.getLogger(__name__)

# One step to get warm, then with batches at these places of the rising order of their jokes'
# lengths, as long as they take no longer together: any first few of them stand for all.
_SHARES, _SECONDS = (0.5, 0.2, 0.8, 0.35, 0.65), 3.0
_PIECES = 1 + len(_SHARES) + 3  # of a method, for the progress: steps, check, jokes, save
_CHECKED_TOKENS = 900
_WRITTEN_TOKENS = 9
_WRITTEN_BYTES = 48_000_000
# Where a test write finds no room: what an ordinary disk does.
_BYTES_PER_SECOND = 150e6
# A process that is older than this did other things before: starting one takes less.
_LONGEST_START, _USUAL_START = 30.0, 5.0
_LISTENED_SECONDS = 0.3


@dataclass(frozen=True)
class ProbeJokes:
    """Some of the jokes: `train` stands for `count` jokes, `held_out` are the first of those.

    `find_copies` finds what copies those in `train`; None where nobody can tell.
    """

    train: Sequence[str]
    held_out: Sequence[str]
    count: int
    find_copies: FindsCopies | None = None

    @property
    def times(self) -> float:
        """How many times more jokes there are in all."""
        return self.count / max(1, len(self.train))


def probe(
    request: TrainRequest,
    methods: Sequence[Method],
    base_folder: Path,
    jokes: ProbeJokes,
    context: JobContext,
    memory_free: int,
) -> Costs:
    """Measure each method that fits into `memory_free` bytes. Raises JokegenError as training does.

    Neither the base model nor the weights in memory change: the learning rate is zero.
    """
    start = _seconds_to_start()
    busy = psutil.cpu_percent(_LISTENED_SECONDS) / 100  # nothing of ours computes yet
    began = time.monotonic()
    equipment = choose_equipment(request, base_folder)
    start += time.monotonic() - began
    context.check()
    prober = _Prober(request, base_folder, jokes, context, equipment, len(methods))
    estimates = {m: rough_memory(prober.base_bytes, m) for m in Method}
    measured = []
    for method in methods:
        if estimates[method] <= memory_free:
            measured.append(prober.measure(method))
            estimates[method] = measured[-1].memory
    return Costs(
        device=str(equipment.device),
        device_reason=equipment.reason,
        precision=equipment.arithmetic.name,
        precision_reason=equipment.arithmetic.precision_reason,
        start=start,
        load=prober.load_seconds,
        prepare=prober.prepare_seconds,
        jokes=jokes.count,
        steps_per_epoch=prober.steps_per_epoch,
        tokens_per_epoch=prober.tokens_per_epoch,
        methods=tuple(measured),
        estimates=estimates,
        write_share=LARGEST_SHARE,
        busy=busy,
        measured_at=time.time(),
    )


def _seconds_to_start() -> float:
    """What it takes to start a process and to import the libraries: it just happened."""
    began = time.time() - psutil.Process().create_time()
    return began if began < _LONGEST_START else _USUAL_START


class _Prober:
    """One measurement; `measure` for one method after the other."""

    def __init__(
        self,
        request: TrainRequest,
        base_folder: Path,
        jokes: ProbeJokes,
        context: JobContext,
        equipment: Equipment,
        methods: int,
    ) -> None:
        self.request, self.base_folder, self.context = request, base_folder, context
        self.equipment, self.jokes = equipment, jokes
        self.base_bytes = sum(p.stat().st_size for p in base_folder.glob("*.safetensors"))
        self.load_seconds = self.prepare_seconds = 0.0
        self.steps_per_epoch = self.tokens_per_epoch = 1
        self._write: tuple[float, float] | None = None
        self._bytes_per_second = 0.0
        self._done, self._pieces = 0, methods * _PIECES

    def measure(self, method: Method) -> MethodCost:
        """Load the base model, take some steps, check, write; everything is let go of again."""
        request = replace(self.request, method=method)
        quiet = _Quiet(self.context)
        with watched(self.equipment.device) as peak:
            began = time.monotonic()
            language_model, tokenizer = load_language_model(self.base_folder, self.equipment.device)
            self.context.check()
            torch.manual_seed(request.seed % 2**63)
            weights = choose_weights(language_model, request)
            make_ready(language_model, weights, self.equipment.arithmetic)
            # The later ones find the libraries imported already; a training does not.
            self.load_seconds = self.load_seconds or time.monotonic() - began
            began = time.monotonic()
            some = (self.jokes.train, self.jokes.held_out)
            home = self.context.paths.home
            with prepare_epochs(request, language_model, tokenizer, some, home, quiet) as epochs:
                self._count(epochs, time.monotonic() - began)
                step, spread = self._steps(language_model, weights, request, epochs)
                check = self._check(language_model, tokenizer, epochs)
            write, more = self._write_jokes(language_model, tokenizer)
            size = sum(w.numel() * w.element_size() for w in language_model.parameters())
            written = self._writing_speed(language_model)
        state = 3 * sum(w.numel() * w.element_size() for w in weights.values())
        del language_model, weights, epochs
        gc.collect()
        release_memory(self.equipment.device)
        cost = MethodCost(
            method, step, spread, check, write, more, size / written, state / written, peak.bytes,
            disk=disk_needed(self.base_folder, request),
        )  # fmt: skip
        log.info("%s", cost)
        return cost

    def _count(self, epochs: Epochs, seconds: float) -> None:
        """From some of the jokes to all of them."""
        if self.prepare_seconds:
            return  # it is the same for every method
        batches = epochs.batches_of(0)
        self.prepare_seconds = seconds * self.jokes.times
        micro_batches = max(1, round(len(batches) * self.jokes.times))
        self.steps_per_epoch = math.ceil(micro_batches / self.request.gradient_accumulation)
        self.tokens_per_epoch = round(sum(map(epochs.tokens_of, batches)) * self.jokes.times)

    # ---- Steps -----------------------------------------------------------------------------

    def _steps(
        self,
        language_model: PreTrainedModel,
        weights: dict[str, nn.Parameter],
        request: TrainRequest,
        epochs: Epochs,
    ) -> tuple[float, float]:
        """Mean seconds of a step, and how much steps differ as a share of that."""
        recipe, arithmetic = recipe_for(request), self.equipment.arithmetic
        optimizer = make_optimizer(weights, embedding_names(language_model), recipe)
        loss_scale = arithmetic.loss_scale()
        language_model.train()
        # From short jokes to long ones: these take longer, for as many tokens.
        examples = sorted(map(epochs.examples, epochs.batches_of(0)), key=_width)
        padded = [_width(each) * len(each) for each in examples]

        def take(index: int) -> float:
            self._advance()
            began = time.monotonic()
            batch = make_batch(examples[index], self.equipment.device)
            add_gradients(language_model, [batch], batch.tokens, arithmetic, loss_scale)
            clip(weights.values(), recipe.gradient_norm)
            optimizer.step()  # with a learning rate of zero
            optimizer.zero_grad(set_to_none=False)
            _synchronise(self.equipment.device)
            return time.monotonic() - began

        take(max(range(len(padded)), key=padded.__getitem__))  # to get warm, and for the memory
        per_token: list[float] = []
        spent = 0.0
        for number, share in enumerate(_SHARES):
            if number and spent + spent / number > _SECONDS:
                self._done += len(_SHARES) - number
                break
            index = int(share * len(padded))
            seconds = take(index)
            spent += seconds
            per_token.append(seconds / padded[index])
        mean = sum(per_token) / len(per_token)
        spread = (max(per_token) - min(per_token)) / 2 / mean
        return mean * sum(padded) / len(padded) * request.gradient_accumulation, spread

    # ---- Checks and saves ------------------------------------------------------------------

    def _check(
        self, language_model: PreTrainedModel, tokenizer: JokeTokenizer, epochs: Epochs
    ) -> float:
        """Seconds of one, from a part of the held-out jokes."""
        self._advance()
        part: list[list[int]] = []
        for example in epochs.held_out:
            part.append(example)
            if _tokens(part) >= _CHECKED_TOKENS:
                break
        share = _tokens(epochs.held_out) / _tokens(part)
        began = time.monotonic()
        with self.equipment.arithmetic.context():
            measure(
                language_model,
                part,
                tokenizer.separator_id,
                lambda _done, _all: self.context.check(),
            )
        return (time.monotonic() - began) * share

    def _write_jokes(
        self, language_model: PreTrainedModel, tokenizer: JokeTokenizer
    ) -> tuple[float, float]:
        """Seconds for the few jokes of a check, and for the others: from their first tokens.

        Measured once: every method writes with an ordinary language model.
        """
        self._advance()
        if self._write is not None:
            return self._write
        arithmetic = self.equipment.arithmetic
        some, held_out = self.jokes.train, self.jokes.held_out
        timeline = Timeline(
            language_model, tokenizer, self.request.seed, some, held_out, None, arithmetic.precision
        )
        times: list[float] = []

        def listen() -> None:
            self.context.check()
            times.append(time.monotonic())
            if len(times) > _WRITTEN_TOKENS:
                raise _EnoughError

        began = time.monotonic()
        with arithmetic.context(), contextlib.suppress(_EnoughError):
            timeline.write(0, listen, lambda _sample: None)
        # The first two get warm; before them the weights are put into another format.
        warm = min(2, len(times) - 2)
        per_token = (times[-1] - times[warm]) / max(1, len(times) - 1 - warm)
        few = times[0] - began + timeline.longest * per_token
        finding, finding_once = self._find_copies()
        self.prepare_seconds += finding_once
        self._write = few + finding, few * COST_OF_MORE
        return self._write

    def _find_copies(self) -> tuple[float, float]:
        """Seconds to look for copies among a check's jokes, and once among the held-out ones."""
        find = self.jokes.find_copies
        if find is None:
            return 0.0, 0.0
        taken = []
        for count in (FEW, HELD_OUT_JOKES):
            began = time.monotonic()
            find(self.jokes.held_out[:count], self.context.check)
            taken.append((time.monotonic() - began) * self.jokes.times)
        return taken[0], taken[1]

    def _writing_speed(self, language_model: PreTrainedModel) -> float:
        """Bytes a second that are written, made sure of and digested; measured once."""
        self._advance()
        if self._bytes_per_second:
            return self._bytes_per_second
        from safetensors.torch import save_file

        some: dict[str, torch.Tensor] = {}
        size = 0
        for name, weight in language_model.named_parameters():
            if size >= _WRITTEN_BYTES:
                break
            some[name] = weight.detach().reshape(-1)[: _WRITTEN_BYTES // 4].clone()
            size += some[name].numel() * 4
        place = self.context.paths.home / ".measuring"
        began = time.monotonic()
        try:
            with storage.new_folder(place) as folder:
                save_file(some, folder / "weights.safetensors")
                storage.write_manifest(folder, check=self.context.check)
            self._bytes_per_second = size / max(time.monotonic() - began, 1e-6)
        except OSError:
            log.info("no test write", exc_info=True)
            self._bytes_per_second = _BYTES_PER_SECOND
        finally:
            storage.remove_folder(place)
        return self._bytes_per_second

    def _advance(self) -> None:
        self.context.check()
        self.context.emit(Progress(Phase.MEASURING, self._done, self._pieces))
        self._done += 1


class _EnoughError(Exception):
    """Raised where enough tokens were written."""


class _Quiet(JobContext):
    """Tells nobody; cancelled with the one around it."""

    def __init__(self, around: JobContext) -> None:
        super().__init__(around.paths, lambda _event: None)
        self._around = around

    def check(self) -> None:
        self._around.check()


def _width(examples: Sequence[Sequence[int] | IntArray]) -> int:
    """How many tokens the longest predicts."""
    return max(len(example) for example in examples) - 1


def _tokens(examples: Sequence[Sequence[int]]) -> int:
    return sum(len(example) - 1 for example in examples)


def _synchronise(device: torch.device) -> None:
    wait = getattr(getattr(torch, device.type, None), "synchronize", None)
    if wait is not None and device.type != "cpu":
        wait()
