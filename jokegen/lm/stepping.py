"""One optimizer step: its jokes, its learning rate, its gradient, and what is told of it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from jokegen.errors import is_out_of_memory
from jokegen.jobs.events import Notice
from jokegen.lm import gradients
from jokegen.lm.batching import IntArray
from jokegen.lm.examples import make_batch
from jokegen.lm.run_setup import RunSetup


class Stepper:
    """Takes the steps of one run, in their order."""

    def __init__(self, run: RunSetup) -> None:
        self._run = run
        self._batches = run.epochs.batches_of(run.standing.epoch)

    def take_step(self) -> None:
        """Raises JokegenError where the numbers run away; those of the weights stay numbers."""
        run, standing = self._run, self._run.standing
        began = time.monotonic()
        batches = self._next_batches()
        gradients.set_learning_rate(run.optimizer, run.learning_rate)
        tokens = sum(run.epochs.tokens_of(batch) for batch in batches)
        value, norm = self._gradient(batches, tokens)
        is_good = run.loss_scale.is_step_good(norm)
        # Before the weights are touched: those on disk and in memory stay numbers.
        run.require_number(value + (norm if is_good else 0.0), standing.step + 1)
        if is_good:
            run.optimizer.step()
        # Kept and zeroed, not freed: gradients between what forward passes keep would leave holes.
        run.optimizer.zero_grad(set_to_none=False)
        standing.step += 1
        standing.tokens_seen += tokens
        seconds = time.monotonic() - began
        standing.training_seconds += seconds
        run.reporter.pace.add(seconds)
        recent = standing.recent_loss
        standing.recent_loss = value if recent is None else 0.9 * recent + 0.1 * value
        self._report(value)

    def _next_batches(self) -> list[IntArray]:
        """The micro-batches of the next step; those of one epoch, so the last may have fewer."""
        run, standing = self._run, self._run.standing
        if standing.position >= len(self._batches):
            standing.epoch, standing.position = standing.epoch + 1, 0
            self._batches = run.epochs.batches_of(standing.epoch)
        first = standing.position
        standing.position = min(first + run.request.gradient_accumulation, len(self._batches))
        return [self._batches[index] for index in range(first, standing.position)]

    def _gradient(self, batches: Sequence[IntArray], tokens: int) -> tuple[float, float]:
        """Loss and length of the gradient; in ever smaller micro-batches where memory runs out."""
        run, standing = self._run, self._run.standing
        while True:
            try:
                parts = [part for b in batches for part in gradients.halved(b, standing.halvings)]
                micro_batches = (make_batch(run.epochs.examples(p), run.device) for p in parts)
                value = gradients.add_gradients(
                    run.language_model, micro_batches, tokens, run.arithmetic, run.loss_scale
                )
                run.loss_scale.unscale(run.weights.values())
                return value, gradients.clip(run.weights.values(), run.recipe.gradient_norm)
            except (RuntimeError, MemoryError) as error:
                can_be = gradients.can_be_halved(batches, standing.halvings)
                if not (is_out_of_memory(error) and can_be):
                    raise
            # Not before the error, and the tensors that it holds, are gone.
            self._make_smaller()

    def _make_smaller(self) -> None:
        run, standing = self._run, self._run.standing
        run.optimizer.zero_grad(set_to_none=False)
        gradients.release_memory(run.device)
        standing.halvings += 1
        run.context.emit(
            Notice(
                "The memory did not suffice for this many jokes at once. The run goes on with "
                f"1/{2**standing.halvings} of them at a time: it learns the same, a little slower.",
                is_warning=True,
            )
        )

    def _report(self, loss: float) -> None:
        """A point of the curve every `logging_steps`: the mean of the losses since the last."""
        run, standing = self._run, self._run.standing
        standing.unreported_loss += loss
        standing.unreported_steps += 1
        is_last = standing.step >= run.plan.steps
        if not is_last and standing.step % run.request.logging_steps:
            run.reporter.report_step(run.plan)
            return
        mean = standing.unreported_loss / standing.unreported_steps
        standing.unreported_loss, standing.unreported_steps = 0.0, 0
        run.report(train_loss=mean)
