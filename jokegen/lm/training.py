"""Fine-tuning from top to bottom: set up, check, fit, check, keep the best.

Full fine-tuning with AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), linear warm-up and
cosine decay, gradient clipping, and a validation loss that decides which checkpoint is kept.
"""

from __future__ import annotations

import logging
import math
import shutil
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from jokegen import storage
from jokegen.config.log import also_logging_to
from jokegen.errors import JobCancelled, JokegenError, explain
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Metric, Notice, Phase, Progress, RunStarted, Sample
from jokegen.jobs.requests import TrainRequest, TrainSummary
from jokegen.lm.batching import make_batches, padding_share
from jokegen.lm.devices import choose_device, choose_precision, use_threads
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.examples import loss_sum, make_batch, mean_loss, validation_examples
from jokegen.lm.loading import load_language_model, window_of
from jokegen.lm.room import require_room
from jokegen.lm.runs import RunFolder, new_run
from jokegen.lm.sampling import Controls, sample_jokes
from jokegen.lm.schedule import Plan
from jokegen.records import RunStatus

if TYPE_CHECKING:
    from transformers import PreTrainedModel

log = logging.getLogger(__name__)

_CHECKPOINTS_AT_ONCE = 2.1  # the best one and its successor, with what stands beside weights

# For steps of about 512 tokens. Held-out loss of the starter model after 60 of them on 2,653
# one-liners: 3.45 with 5e-5, 3.36 with 1e-4, 3.35 with 2e-4; of two alike the gentler one.
LEARNING_RATE = 1e-4
BETAS = (0.9, 0.95)
WEIGHT_DECAY = 0.01
GRADIENT_NORM = 1.0
LONGEST_EXAMPLE = 1_024
SAMPLE_TOKENS = 60


def fine_tune(
    request: TrainRequest,
    base_folder: Path,
    train_jokes: list[str],
    validation_jokes: list[str],
    context: JobContext,
) -> TrainSummary:
    """Train and return what came of it; the run's folder holds everything else.

    Cancelled: the folder is removed. Finished early: the best so far is kept. Failed: the folder
    says why, and the best checkpoint so far stays usable. Raises JokegenError.
    """
    _require_room(context, base_folder)
    folder = new_run(context.paths, request)
    try:
        with also_logging_to(folder.path / "log.txt"):
            run = _Run(request, folder, context)
            summary = run.work(base_folder, train_jokes, validation_jokes)
    except JobCancelled:
        folder.discard()
        raise
    except BaseException as error:
        try:
            folder.conclude(RunStatus.FAILED, None, problem=str(explain(error)))
        except OSError:  # the full disk that was the reason: the run counts as interrupted then
            log.warning("how the run ended could not be written down", exc_info=True)
        raise
    return summary


def _require_room(context: JobContext, base_folder: Path) -> None:
    """The best checkpoint and its successor must fit before a run starts."""
    size = sum(path.stat().st_size for path in base_folder.iterdir() if path.is_file())
    needed = round(_CHECKPOINTS_AT_ONCE * size)
    require_room(context.paths.home, needed, "This run", "choose a smaller base model")


@dataclass
class _Run:
    """The state of one run; its methods are the steps of `work`, in order."""

    request: TrainRequest
    folder: RunFolder
    context: JobContext
    started: float = field(default_factory=time.monotonic)
    step: int = 0
    tokens_seen: int = 0
    training_seconds: float = 0.0
    check_seconds: float = 0.0
    best_loss: float = math.inf
    best_step: int = 0
    recent_loss: float = math.nan

    def work(
        self, base_folder: Path, train_jokes: list[str], validation_jokes: list[str]
    ) -> TrainSummary:
        request, context = self.request, self.context
        torch.manual_seed(request.seed % 2**63)  # torch takes no larger ones
        context.emit(Progress(Phase.LOADING))
        self.device, why = choose_device(request.device)
        use_threads(self.device, for_training=True)
        self.precision, why_precision = choose_precision(self.device)
        log.info("device %s (%s), %s", self.device, why, why_precision)
        self.language_model, self.tokenizer = load_language_model(base_folder, self.device)
        context.check()

        context.emit(Progress(Phase.PREPARING))
        longest = min(LONGEST_EXAMPLE, window_of(self.language_model))
        self.examples = self.tokenizer.encode_jokes(train_jokes, longest)
        # Without a held-out part (tiny data sets) the training jokes have to do.
        held_out = validation_jokes or train_jokes
        self.validation = validation_examples(self.tokenizer.encode_jokes(held_out, longest))
        self._say_what_was_cut(longest)
        self.lengths = [len(example) - 1 for example in self.examples]
        batches = make_batches(self.lengths, request.tokens_per_step, request.seed)
        padding = padding_share(self.lengths, batches)
        log.info("%d batches, %.1f%% padding", len(batches), 100 * padding)
        self.plan = Plan.make(len(batches), request.epochs, request.max_steps)
        context.emit(RunStarted(self.folder.number, self.plan.steps))

        loss_before = self._validate()
        self._report(validation_loss=loss_before)
        self._fit()
        if self.step == 0:
            raise JobCancelled  # stopped before the first step: there is nothing to keep
        return self._conclude(loss_before)

    def _say_what_was_cut(self, longest: int) -> None:
        cut = sum(example[-1] != self.tokenizer.separator_id for example in self.examples)
        if cut:
            self.context.emit(
                Notice(f"{cut} jokes are longer than {longest} tokens: their end is left out.")
            )

    def _fit(self) -> None:
        """Epoch after epoch, until the plan is done or somebody asks to finish."""
        parameters = [p for p in self.language_model.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(
            parameters, lr=0.0, betas=BETAS, weight_decay=WEIGHT_DECAY, fused=True
        )
        self.language_model.train()
        epoch = 0
        last_check = 0
        while self.step < self.plan.steps and not self.context.is_finish_requested:
            for indices in make_batches(
                self.lengths, self.request.tokens_per_step, self.request.seed + epoch
            ):
                if self.step >= self.plan.steps or self.context.is_finish_requested:
                    break
                self._take_step(optimizer, parameters, indices)
                if self.plan.is_check_due(self.step):
                    self._check_and_keep()
                    last_check = self.step
            epoch += 1
        if last_check < self.step:
            self._check_and_keep()

    def _take_step(
        self,
        optimizer: torch.optim.Optimizer,
        parameters: list[torch.nn.Parameter],
        indices: list[int],
    ) -> None:
        self.context.check()
        began = time.monotonic()
        learning_rate = self._learning_rate()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        batch = make_batch([self.examples[i] for i in indices], self.device)
        with self._arithmetic():
            loss = loss_sum(self.language_model, batch) / batch.tokens
        loss.backward()  # type: ignore[no-untyped-call]
        value = loss.item()
        self._check_is_stable(value, self.step + 1)
        torch.nn.utils.clip_grad_norm_(parameters, GRADIENT_NORM)
        optimizer.step()
        # Kept and zeroed, not freed: fresh memory pages cost more than the arithmetic saved.
        optimizer.zero_grad(set_to_none=False)
        self.step += 1
        self.tokens_seen += batch.tokens
        self.training_seconds += time.monotonic() - began
        is_first = math.isnan(self.recent_loss)
        self.recent_loss = value if is_first else 0.9 * self.recent_loss + 0.1 * value
        self._report(train_loss=value)

    def _check_is_stable(self, loss: float, step: int) -> None:
        if not math.isfinite(loss):
            kept = "; the best checkpoint so far was kept" if self.best_step else ""
            raise JokegenError(
                f"The training became unstable at step {step}: the loss is not a number any more.",
                f"Choose a smaller learning rate and start again{kept}.",
            )

    def _learning_rate(self) -> float:
        chosen = self.request.learning_rate
        peak = LEARNING_RATE if chosen is None else chosen
        return peak * self.plan.learning_rate_factor(self.step)

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
        """Put a point of the curves on disk and tell whoever watches, with the time left."""
        metric = Metric(
            step=self.step,
            steps=self.plan.steps,
            epoch=self.step / self.plan.steps_per_epoch,
            epochs=self.plan.epochs,
            seconds=time.monotonic() - self.started,
            train_loss=train_loss,
            validation_loss=validation_loss,
            is_best=is_best,
            learning_rate=self._learning_rate(),
            tokens_per_second=self.tokens_per_second,
        )
        self.folder.add_metric(metric)
        self.context.emit(metric)
        self.context.emit(
            Progress(Phase.TRAINING, self.step, self.plan.steps, "steps", self._seconds_left())
        )

    @property
    def tokens_per_second(self) -> float | None:
        return self.tokens_seen / self.training_seconds if self.training_seconds else None

    def _seconds_left(self) -> float | None:
        """From the mean cost of a step and of a check so far; None before the first step."""
        if not self.step:
            return None
        steps_left = range(self.step + 1, self.plan.steps + 1)
        checks_left = sum(self.plan.is_check_due(step) for step in steps_left)
        per_step = self.training_seconds / self.step
        return len(steps_left) * per_step + checks_left * self.check_seconds

    def _validate(self) -> float:
        began = time.monotonic()

        def on_batch(done: int, total: int) -> None:
            self.context.check()
            self.context.emit(
                Progress(Phase.CHECKING, done, total, "batches", self._seconds_left())
            )

        with self._arithmetic():
            loss = mean_loss(self.language_model, self.validation, on_batch)
        self.check_seconds = time.monotonic() - began
        return loss

    def _check_and_keep(self) -> None:
        """Measure on held-out jokes; save where it is the best so far; write one joke."""
        began = time.monotonic()
        loss = self._validate()
        self._check_is_stable(loss, self.step)
        is_best = loss < self.best_loss
        if is_best:
            self.best_loss, self.best_step = loss, self.step
            self._save_checkpoint()
        self._report(validation_loss=loss, is_best=is_best)
        self._write_sample()
        self.check_seconds = time.monotonic() - began

    def _save_checkpoint(self) -> None:
        """Save the weights beside the older checkpoint, which goes only when the new is whole."""
        self.context.check()
        self.context.emit(Progress(Phase.SAVING, seconds_left=self._seconds_left()))
        final = self.folder.checkpoints / f"step-{self.step:06d}"
        with storage.new_folder(final) as temporary:
            save_language_model(self.language_model, self.tokenizer, temporary)
            storage.write_manifest(
                temporary,
                check=self.context.check,
                kind="checkpoint",
                step=self.step,
                validation_loss=self.best_loss,
            )
        for older, _ in list(storage.whole_folders(self.folder.checkpoints)):
            if older != final:
                storage.remove_folder(older)

    def _write_sample(self) -> None:
        """The same seed at every check, so that one can watch the model learn."""
        controls = Controls(length=SAMPLE_TOKENS, top_p=0.9, seed=self.request.seed)
        self.language_model.eval()
        with self._arithmetic():
            jokes = sample_jokes(
                self.language_model, self.tokenizer, "", controls, check=self.context.check
            )
        self.language_model.train()
        for joke in jokes:
            sample = Sample(self.step, joke.text)
            self.folder.add_sample(sample)
            self.context.emit(sample)

    def _conclude(self, loss_before: float) -> TrainSummary:
        """Turn the best checkpoint into the run's model and write the summary last."""
        is_complete = self.step >= self.plan.steps
        (self.folder.checkpoints / f"step-{self.best_step:06d}").rename(self.folder.final)
        shutil.rmtree(self.folder.checkpoints, ignore_errors=True)
        status = RunStatus.COMPLETE if is_complete else RunStatus.STOPPED
        summary = TrainSummary(
            run=self.folder.number,
            status=status.value,
            steps=self.step,
            best_step=self.best_step,
            train_loss=self.recent_loss,
            validation_loss=self.best_loss,
            validation_loss_before=loss_before,
            seconds=time.monotonic() - self.started,
            tokens_per_second=self.tokens_per_second or 0.0,
            path=self.folder.path,
        )
        self.folder.conclude(status, summary)
        return summary


def save_language_model(
    language_model: PreTrainedModel, tokenizer: JokeTokenizer, folder: Path
) -> None:
    """Weights as safetensors, configuration and tokenizer: a folder that needs nothing else."""
    try:
        language_model.save_pretrained(folder, safe_serialization=True)
    except Exception as error:
        # safetensors reports a full disk as a text only; put it in words here.
        raise explain(error) from error
    tokenizer.save(folder)
