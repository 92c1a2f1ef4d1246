"""Fine-tuning from top to bottom: set up, check, fit, check, keep the best; or pause.

AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), linear warm-up and cosine decay, gradient
clipping, and a validation loss that decides which checkpoint is kept. Beside the best, the whole
state of the training is kept now and then (`training_state`), so that nothing that happens to the
computer costs more than a few minutes.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import torch

from jokegen.errors import JobCancelled
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress, RunStarted
from jokegen.jobs.requests import TrainRequest, TrainSummary
from jokegen.lm import intervals, recipe
from jokegen.lm.batching import make_batches, padding_share
from jokegen.lm.best import save_best
from jokegen.lm.devices import choose_device, choose_precision, use_threads
from jokegen.lm.examples import loss_sum, make_batch, mean_loss, validation_examples
from jokegen.lm.loading import load_language_model, window_of
from jokegen.lm.methods import as_ordinary, choose_weights, learning_share
from jokegen.lm.origins import origins_of
from jokegen.lm.reporting import Reporter, tokens_per_second
from jokegen.lm.room import require_room
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.runs import new_run
from jokegen.lm.sampling import Controls, sample_jokes
from jokegen.lm.schedule import Plan
from jokegen.lm.supervising import supervised
from jokegen.lm.training_state import (
    KEPT,
    Origins,
    SavedState,
    Standing,
    load_state,
    save_state,
    unstable,
)
from jokegen.records import RunStatus

log = logging.getLogger(__name__)

SAMPLE_TOKENS = 60


class _PauseAsked(Exception):  # noqa: N818 - not an error: somebody asked for it
    """Raised where the person asked to pause."""


def fine_tune(
    request: TrainRequest,
    base_folder: Path,
    train_jokes: list[str],
    validation_jokes: list[str],
    context: JobContext,
) -> TrainSummary:
    """Train and return what came of it; the run's folder holds everything else.

    Cancelled: the folder is removed. Finished early: the best so far is kept. Paused: so is all
    that is needed to go on. Failed: the folder says why, and the best checkpoint so far stays
    usable. Raises JokegenError.
    """
    _require_room(context, base_folder, request)
    device, why = choose_device(request.device)
    precision, why_precision = choose_precision(device)
    origins = origins_of(request, base_folder, train_jokes, validation_jokes, device, precision)
    folder = new_run(context.paths, request)

    def work() -> TrainSummary:
        log.info("device %s (%s), %s", device, why, why_precision)
        training = Training(request, folder, context, device, precision, origins)
        return training.work(base_folder, train_jokes, validation_jokes)

    with folder.locked() as lock:
        return supervised(folder, lock, work)


def _require_room(context: JobContext, base_folder: Path, request: TrainRequest) -> None:
    """The best checkpoint and its successor must fit before a run starts, and so must the states.

    A state holds three numbers for each weight that learns: itself and AdamW's two moments.
    """
    size = sum(path.stat().st_size for path in base_folder.iterdir() if path.is_file())
    needed = round((2.1 + 3 * KEPT * learning_share(request.method)) * size)
    require_room(context.paths.home, needed, "This run", "choose a smaller base model")


class Training:
    """One run under way; its methods are the steps of `work`, in order."""

    def __init__(
        self,
        request: TrainRequest,
        folder: RunFolder,
        context: JobContext,
        device: torch.device,
        precision: torch.dtype,
        origins: Origins,
        saved: SavedState | None = None,
    ) -> None:
        self.request, self.folder, self.context = request, folder, context
        self.device, self.precision, self.origins = device, precision, origins
        self.saved = saved
        self.standing = saved.standing if saved is not None else Standing()
        self.reporter = Reporter(folder, context, self.standing)
        self.interval = intervals.SaveInterval()

    def work(
        self, base_folder: Path, train_jokes: list[str], validation_jokes: list[str]
    ) -> TrainSummary:
        self.context.emit(Progress(Phase.LOADING))
        torch.manual_seed(self.request.seed % 2**63)  # torch takes no larger ones
        use_threads(self.device, for_training=True)
        self.language_model, self.tokenizer = load_language_model(base_folder, self.device)
        self.weights = choose_weights(self.language_model, self.request)
        self.optimizer = torch.optim.AdamW(
            self.weights.values(),
            lr=0.0,
            betas=recipe.BETAS,
            weight_decay=recipe.WEIGHT_DECAY,
            fused=True,
        )
        self.context.check()

        self.context.emit(Progress(Phase.PREPARING))
        self._prepare(train_jokes, validation_jokes)
        self.context.emit(RunStarted(self.folder.number, self.plan.steps))
        if self.saved is not None:
            load_state(self.saved, self.weights, self.optimizer)
        try:
            self._fit()
        except _PauseAsked:
            return self._pause()
        if self.standing.step == 0:
            raise JobCancelled  # stopped before the first step: there is nothing to keep
        return self._conclude()

    def _prepare(self, train_jokes: list[str], validation_jokes: list[str]) -> None:
        """Encode the jokes, and plan the steps."""
        longest = min(recipe.LONGEST_EXAMPLE, window_of(self.language_model))
        self.examples = self.tokenizer.encode_jokes(train_jokes, longest)
        # Without a held-out part (tiny data sets) the training jokes have to do.
        held_out = validation_jokes or train_jokes
        self.validation = validation_examples(self.tokenizer.encode_jokes(held_out, longest))
        cut = sum(example[-1] != self.tokenizer.separator_id for example in self.examples)
        if cut:
            self.context.emit(
                Notice(f"{cut} jokes are longer than {longest} tokens: their end is left out.")
            )
        self.lengths = [len(example) - 1 for example in self.examples]
        self.batches = self._batches_of(self.standing.epoch)
        padding = padding_share(self.lengths, self.batches)
        log.info("%d batches, %.1f%% padding", len(self.batches), 100 * padding)
        self.plan = Plan.make(len(self.batches), self.request.epochs, self.request.max_steps)

    def _batches_of(self, epoch: int) -> list[list[int]]:
        return make_batches(self.lengths, self.request.tokens_per_step, self.request.seed + epoch)

    def _fit(self) -> None:
        """Step after step, until the plan is done or somebody asks to finish or to pause."""
        standing = self.standing
        if standing.checked_step < 0:
            standing.loss_before = self._validate(lambda: None)
            standing.checked_step = 0
            self._report(validation_loss=standing.loss_before)
        self.language_model.train()
        self.interval.begin()
        while True:
            if standing.checked_step < standing.step and self.plan.is_check_due(standing.step):
                self._check_and_keep()
            if standing.step >= self.plan.steps or self.context.is_finish_requested:
                break
            self._listen()
            self._save_state_if_due()
            self._take_step(self._next_batch())
        if standing.checked_step < standing.step:
            self._check_and_keep()

    def _listen(self) -> None:
        """Raises where the person wants the work to end now."""
        self.context.check()
        if self.context.is_pause_requested and not self.context.is_finish_requested:
            raise _PauseAsked

    def _next_batch(self) -> list[int]:
        standing = self.standing
        if standing.position >= len(self.batches):
            standing.epoch, standing.position = standing.epoch + 1, 0
            self.batches = self._batches_of(standing.epoch)
        indices = self.batches[standing.position]
        standing.position += 1
        return indices

    def _take_step(self, indices: list[int]) -> None:
        standing = self.standing
        began = time.monotonic()
        learning_rate = self._learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        batch = make_batch([self.examples[i] for i in indices], self.device)
        with self._arithmetic():
            loss = loss_sum(self.language_model, batch) / batch.tokens
        loss.backward()  # type: ignore[no-untyped-call]
        value = loss.item()
        norm = torch.nn.utils.clip_grad_norm_(self.weights.values(), recipe.GRADIENT_NORM)
        # Before the weights are touched: those on disk and in memory stay numbers.
        self._require_number(value + norm.item(), standing.step + 1)
        self.optimizer.step()
        # Kept and zeroed, not freed: fresh memory pages cost more than the arithmetic saved.
        self.optimizer.zero_grad(set_to_none=False)
        standing.step += 1
        standing.tokens_seen += batch.tokens
        standing.training_seconds += time.monotonic() - began
        recent = standing.recent_loss
        standing.recent_loss = value if recent is None else 0.9 * recent + 0.1 * value
        self._report(train_loss=value)

    def _require_number(self, value: float, step: int) -> None:
        if not math.isfinite(value):
            kept = "; the best checkpoint so far was kept" if self.standing.best_step else ""
            raise unstable(step, f"Choose a smaller learning rate and start again{kept}.")

    def _learning_rate(self) -> float:
        factor = self.plan.learning_rate_factor(self.standing.step)
        return recipe.peak_learning_rate(self.request) * factor

    def _arithmetic(self) -> torch.autocast | nullcontext[None]:
        if self.precision is torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self.precision)

    def _report(
        self,
        train_loss: float | None = None,
        validation_loss: float | None = None,
        is_best: bool = False,
    ) -> None:
        self.reporter.report_point(
            self.plan,
            self._learning_rate(),
            train_loss=train_loss,
            validation_loss=validation_loss,
            is_best=is_best,
        )

    def _validate(self, listen: Callable[[], None]) -> float:
        """The loss on held-out jokes; `listen` is called after every batch and may raise."""
        began = time.monotonic()

        def on_batch(done: int, total: int) -> None:
            self.context.check()
            listen()
            self.reporter.report_phase(Phase.CHECKING, self.plan, done, total, "batches")

        with self._arithmetic():
            loss = mean_loss(self.language_model, self.validation, on_batch)
        self.standing.check_seconds = time.monotonic() - began
        return loss

    def _check_and_keep(self) -> None:
        """Measure on held-out jokes; save where it is the best so far; write one joke.

        A pause that is asked for meanwhile leaves it undone: it comes first when the run goes on.
        """
        standing = self.standing
        began = time.monotonic()
        loss = self._validate(self._listen)
        self._require_number(loss, standing.step)
        # Then it was saved before the run went on from here.
        is_kept = (standing.best_step, standing.best_loss) == (standing.step, loss)
        is_best = is_kept or standing.best_loss is None or loss < standing.best_loss
        if is_best and not is_kept:
            self._save_best(loss)
        self._report(validation_loss=loss, is_best=is_best)
        self._write_sample()
        standing.checked_step = standing.step
        standing.check_seconds = time.monotonic() - began

    def _save_best(self, loss: float) -> None:
        self.context.check()
        self.reporter.report_phase(Phase.SAVING, self.plan)
        self.standing.best_loss, self.standing.best_step = loss, self.standing.step
        save_best(
            self.folder, self.standing, self.language_model, self.tokenizer, self.context.check
        )

    def _write_sample(self) -> None:
        """The same seed at every check, so that one can watch the model learn."""
        controls = Controls(length=SAMPLE_TOKENS, top_p=0.9, seed=self.request.seed)
        self.language_model.eval()
        with self._arithmetic(), as_ordinary(self.language_model):
            jokes = sample_jokes(
                self.language_model, self.tokenizer, "", controls, check=self._listen
            )
        self.language_model.train()
        for joke in jokes:
            self.reporter.report_sample(joke.text)

    def _save_state_if_due(self) -> None:
        standing = self.standing
        if standing.step > 0 and self.interval.is_due(
            is_after_check=standing.checked_step == standing.step
        ):
            self._save_state()

    def _save_state(self) -> None:
        self.reporter.report_phase(Phase.SAVING, self.plan)
        self.reporter.stop_the_clock()
        with self.interval.saving():
            path = save_state(
                self.folder.states,
                self.standing,
                self.origins,
                self.weights,
                self.optimizer,
                self.context.check,
            )
        size = sum(file.stat().st_size for file in path.iterdir())
        log.info("state of step %d: %d bytes, %.2f s", self.standing.step, size, self.interval.cost)

    def _pause(self) -> TrainSummary:
        """Save all that is needed to go on, and say so."""
        self._save_state()
        summary = self._summary(RunStatus.PAUSED)
        self.folder.conclude(RunStatus.PAUSED, summary, total_steps=self.plan.steps)
        return summary

    def _conclude(self) -> TrainSummary:
        """Turn the best checkpoint into the run's model and write the summary last."""
        is_complete = self.standing.step >= self.plan.steps
        status = RunStatus.COMPLETE if is_complete else RunStatus.STOPPED
        self.folder.keep_best()
        summary = self._summary(status)
        self.folder.conclude(status, summary, total_steps=self.plan.steps)
        self.folder.forget_training()
        return summary

    def _summary(self, status: RunStatus) -> TrainSummary:
        """Before the first step and the first check the loss is what it was before."""
        standing = self.standing
        before = standing.loss_before if standing.loss_before is not None else math.nan
        return TrainSummary(
            run=self.folder.number,
            status=status.value,
            steps=standing.step,
            best_step=standing.best_step,
            train_loss=before if standing.recent_loss is None else standing.recent_loss,
            validation_loss=before if standing.best_loss is None else standing.best_loss,
            validation_loss_before=before,
            seconds=self.reporter.stop_the_clock(),
            tokens_per_second=tokens_per_second(standing) or 0.0,
            path=self.folder.path,
        )
