"""A run's checks: measure on held-out jokes, keep what is best, write jokes, try an average."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable

from jokegen.jobs.events import Phase
from jokegen.lm.best import rotate, save_checkpoint
from jokegen.lm.measuring import Measured, measure
from jokegen.lm.originality import Copying
from jokegen.lm.run_place import make_room_of
from jokegen.lm.run_setup import RunSetup

log = logging.getLogger(__name__)


class Checks:
    """Makes the checks of one run."""

    def __init__(self, run: RunSetup) -> None:
        self._run = run

    def check_before(self) -> None:
        """How well it guesses, and what it writes, before the first step."""
        standing = self._run.standing
        measured = self._measure(lambda: None)
        copying = self._write_jokes(self._run.context.check)
        standing.loss_before, standing.checked_step = measured.loss, 0
        self._run.report(measured=measured, copying=copying)

    def check(self) -> None:
        """Measure on held-out jokes; save where it is the best so far; write some jokes.

        A pause that is asked for meanwhile leaves it undone: it comes first when the run goes on.
        """
        run, standing = self._run, self._run.standing
        began = time.monotonic()
        measured = self._measure(run.listen)
        loss = measured.loss
        run.require_number(loss, standing.step)
        # Then it was saved before the run went on from here.
        is_kept = (standing.best_step, standing.best_loss) == (standing.step, loss)
        is_best = is_kept or standing.best_loss is None or loss < standing.best_loss
        if (is_best or run.request.checkpoints_kept) and not is_kept:
            self._save(measured, is_best=is_best)
        run.snapshots.keep(standing.step, run.weights, run.context.check)
        copying = self._write_jokes(run.listen)
        run.report(measured=measured, is_best=is_best, copying=copying)
        standing.stale_checks = 0 if is_best else standing.stale_checks + 1
        standing.checked_step = standing.step
        standing.check_seconds = time.monotonic() - began

    @property
    def is_enough(self) -> bool:
        """Whether so many checks as the person allows went by without a better one."""
        patience = self._run.request.patience
        return patience is not None and self._run.standing.stale_checks >= patience

    def write_what_is_asked(self) -> None:
        """The jokes that the person wants to see just now."""
        run = self._run
        while (prompt := run.context.take_asked_sample()) is not None:
            run.report_phase(Phase.WRITING)
            with run.arithmetic.context():
                sample = run.timeline.write_one(run.standing.step, prompt, run.listen)
            run.reporter.report_sample(sample)

    def try_average(self) -> None:
        """Keep the average of the last checks' weights where it is better than the best."""
        run, standing = self._run, self._run.standing
        with run.snapshots.averaged(run.weights) as count:
            if count < 2:
                return
            measured = self._measure(run.listen)
            best = standing.best_loss
            log.info("average of %d checks: %.4f, best: %s", count, measured.loss, best)
            if math.isfinite(measured.loss) and (best is None or measured.loss < best):
                self._save(measured, is_best=True, is_average=True)
                run.report(measured=measured, is_best=True)

    def _measure(self, listen: Callable[[], None]) -> Measured:
        """How well it guesses held-out jokes; `listen` is called after every batch, may raise."""
        run = self._run

        def on_batch(done: int, total: int) -> None:
            run.context.check()
            listen()
            run.report_phase(Phase.CHECKING, done, total)

        with run.arithmetic.context():
            end_id = run.tokenizer.separator_id
            return measure(run.language_model, run.epochs.held_out, end_id, on_batch)

    def _save(self, measured: Measured, *, is_best: bool, is_average: bool = False) -> None:
        run = self._run
        run.context.check()
        run.report_phase(Phase.SAVING)
        save_checkpoint(
            run.folder,
            run.standing,
            measured,
            run.language_model,
            run.tokenizer,
            run.context.check,
            is_best=is_best,
            is_average=is_average,
        )
        rotate(run.folder, run.request.checkpoints_kept)
        if is_best:
            make_room_of(run.request, run.context)

    def _write_jokes(self, listen: Callable[[], None]) -> Copying:
        """To the same prompts with the same seeds each time: one can watch the model learn."""
        run = self._run
        run.report_phase(Phase.WRITING)
        is_last = run.standing.step >= run.plan.steps
        with run.arithmetic.context():
            return run.timeline.write(
                run.standing.step, listen, run.reporter.report_sample, is_last=is_last
            )
