"""All that one run works with: model, jokes, optimizer, plan, how far it is, who listens."""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress
from jokegen.jobs.requests import TrainRequest
from jokegen.lm.arithmetic import Arithmetic, LossScale, make_ready
from jokegen.lm.averaging import Snapshots
from jokegen.lm.encoded import Jokes
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.epochs import Epochs, prepare_epochs
from jokegen.lm.equipment import Equipment
from jokegen.lm.gradients import make_optimizer
from jokegen.lm.intervals import SaveInterval
from jokegen.lm.loading import load_language_model
from jokegen.lm.measuring import Measured
from jokegen.lm.methods import choose_weights, embedding_names
from jokegen.lm.originality import Copying, FindsCopies
from jokegen.lm.recipe import Recipe, recipe_for
from jokegen.lm.reporting import Reporter
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.schedule import Plan
from jokegen.lm.timeline import Timeline
from jokegen.lm.training_state import Origins, SavedState, Standing, load_state, unstable

if TYPE_CHECKING:
    from transformers import PreTrainedModel

log = logging.getLogger(__name__)


class PauseAsked(Exception):  # noqa: N818 - not an error: somebody asked for it
    """Raised where the person asked to pause."""


@dataclass(frozen=True)
class RunJokes:
    """What a run learns from and is checked on; `find_copies` finds what others copy of it."""

    train: Jokes
    held_out: Jokes
    find_copies: FindsCopies | None = None


@dataclass(frozen=True)
class RunStart:
    """What is settled before a run begins, or goes on: from `saved`, where there is a state."""

    request: TrainRequest
    folder: RunFolder
    context: JobContext
    equipment: Equipment
    origins: Origins
    standing: Standing = field(default_factory=Standing)
    saved: SavedState | None = None


@dataclass(frozen=True)
class RunSetup:
    """One run, ready to take its next step."""

    start: RunStart
    recipe: Recipe
    language_model: PreTrainedModel
    tokenizer: JokeTokenizer
    weights: Mapping[str, nn.Parameter]
    optimizer: torch.optim.Optimizer
    loss_scale: LossScale
    epochs: Epochs
    plan: Plan
    timeline: Timeline
    snapshots: Snapshots
    interval: SaveInterval
    reporter: Reporter

    @property
    def request(self) -> TrainRequest:
        return self.start.request

    @property
    def folder(self) -> RunFolder:
        return self.start.folder

    @property
    def context(self) -> JobContext:
        return self.start.context

    @property
    def standing(self) -> Standing:
        return self.start.standing

    @property
    def device(self) -> torch.device:
        return self.start.equipment.device

    @property
    def arithmetic(self) -> Arithmetic:
        return self.start.equipment.arithmetic

    @property
    def learning_rate(self) -> float:
        """That of the next step."""
        return self.recipe.learning_rate * self.plan.learning_rate_factor(self.standing.step)

    def listen(self) -> None:
        """Raises where the person wants the work to end now."""
        self.context.check()
        if self.context.is_pause_requested and not self.context.is_finish_requested:
            raise PauseAsked

    def require_number(self, value: float, step: int) -> None:
        """Raises JokegenError where a training's numbers ran away."""
        if not math.isfinite(value):
            kept = "; the best checkpoint so far was kept" if self.standing.best_step else ""
            raise unstable(step, f"Choose a smaller learning rate and start again{kept}.")

    def report(
        self,
        *,
        train_loss: float | None = None,
        measured: Measured | None = None,
        is_best: bool = False,
        copying: Copying | None = None,
    ) -> None:
        """A point of the curves."""
        self.reporter.report_point(
            self.plan,
            self.learning_rate,
            train_loss=train_loss,
            measured=measured,
            is_best=is_best,
            copying=copying,
        )

    def report_phase(self, phase: Phase, done: int = 0, total: int | None = None) -> None:
        """What it does just now beside its steps; `done` of `total` batches."""
        self.reporter.report_phase(phase, self.plan, done, total, "batches" if total else "")


@contextlib.contextmanager
def set_up(start: RunStart, base_folder: Path, jokes: RunJokes) -> Iterator[RunSetup]:
    """Load the model, encode the jokes, plan the steps, and put back what was saved."""
    request, context, equipment = start.request, start.context, start.equipment
    interval = SaveInterval()
    reporter = Reporter(start.folder, context, start.standing, interval, equipment.device)
    log.info("device %s (%s)", equipment.device, equipment.reason)
    context.emit(Progress(Phase.LOADING))
    torch.manual_seed(request.seed % 2**63)  # torch takes no larger ones
    language_model, tokenizer = load_language_model(base_folder, equipment.device)
    weights = choose_weights(language_model, request)
    make_ready(language_model, weights, equipment.arithmetic)
    recipe = recipe_for(request)
    optimizer = make_optimizer(weights, embedding_names(language_model), recipe)
    loss_scale = equipment.arithmetic.loss_scale()
    snapshots = Snapshots(start.folder.snapshots, request.average)
    context.check()
    timeline = Timeline(
        language_model,
        tokenizer,
        request.seed,
        jokes.train,
        jokes.held_out,
        jokes.find_copies,
        equipment.arithmetic.precision,
    )
    with _prepared(start, language_model, tokenizer, jokes) as epochs:
        batches = len(epochs.batches_of(0))  # those of other epochs may be a few more or fewer
        plan = Plan.of(request, math.ceil(batches / request.gradient_accumulation))
        _put_back(start, weights, optimizer, loss_scale, snapshots)
        yield RunSetup(
            start, recipe, language_model, tokenizer, weights, optimizer, loss_scale, epochs, plan,
            timeline, snapshots, interval, reporter,
        )  # fmt: skip


def _prepared(
    start: RunStart, language_model: PreTrainedModel, tokenizer: JokeTokenizer, jokes: RunJokes
) -> contextlib.AbstractContextManager[Epochs]:
    both = (jokes.train, jokes.held_out)
    folder = start.folder.path
    return prepare_epochs(start.request, language_model, tokenizer, both, folder, start.context)


def _put_back(
    start: RunStart,
    weights: Mapping[str, nn.Parameter],
    optimizer: torch.optim.Optimizer,
    loss_scale: LossScale,
    snapshots: Snapshots,
) -> None:
    """What a saved state holds, the random generators last: nothing may draw after them."""
    standing = start.standing
    snapshots.forget_after(standing.checked_step)
    if start.saved is None:
        return
    loss_scale.scale = standing.loss_scale or loss_scale.scale
    loss_scale.good_steps = standing.good_steps
    load_state(start.saved, weights, optimizer)
