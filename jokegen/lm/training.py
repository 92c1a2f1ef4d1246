"""Fine-tuning from top to bottom: set up, check, fit, check, keep the best; or pause.

A loss on held-out jokes decides which checkpoint is kept (`checks`). Beside the best, the whole
state of the training is kept now and then (`training_state`), so that nothing that happens to the
computer costs more than a few minutes. How a step is taken stands in `stepping`.
"""

from __future__ import annotations

import logging
import math
from pathlib import Path

from jokegen.errors import JobCancelled
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress, RunStarted
from jokegen.jobs.requests import TrainRequest, TrainSummary
from jokegen.lm.best import rotate
from jokegen.lm.checks import Checks
from jokegen.lm.devices import watched
from jokegen.lm.encoded import Jokes
from jokegen.lm.equipment import choose_equipment
from jokegen.lm.originality import FindsCopies
from jokegen.lm.origins import origins_of
from jokegen.lm.reporting import tokens_per_second
from jokegen.lm.run_place import require_place
from jokegen.lm.run_setup import PauseAsked, RunJokes, RunSetup, RunStart, set_up
from jokegen.lm.runs import new_run
from jokegen.lm.stepping import Stepper
from jokegen.lm.supervising import supervised
from jokegen.lm.training_state import save_state
from jokegen.records import RunStatus

log = logging.getLogger(__name__)


def fine_tune(
    request: TrainRequest,
    base_folder: Path,
    train_jokes: Jokes,
    validation_jokes: Jokes,
    context: JobContext,
    find_copies: FindsCopies | None = None,
) -> TrainSummary:
    """Train and return what came of it; the run's folder holds everything else.

    `find_copies` finds the training jokes that others copy. Cancelled: the folder is removed.
    Finished early: the best so far is kept. Paused: so is all that is needed to go on. Failed: the
    folder says why, and the best checkpoint so far stays usable. Raises JokegenError.
    """
    require_place(context.paths, base_folder, request)
    context.emit(Progress(Phase.MEASURING))
    equipment = choose_equipment(request, base_folder)
    context.check()
    origins = origins_of(request, base_folder, train_jokes, validation_jokes, equipment)
    folder = new_run(context.paths, request)
    start = RunStart(request, folder, context, equipment, origins)
    jokes = RunJokes(train_jokes, validation_jokes, find_copies)
    with folder.locked() as lock:
        return supervised(folder, lock, lambda: train(start, base_folder, jokes))


def train(start: RunStart, base_folder: Path, jokes: RunJokes) -> TrainSummary:
    """The work itself, from the start or from a saved state, in a folder that is ours."""
    with watched(start.equipment.device), set_up(start, base_folder, jokes) as run:
        start.context.emit(RunStarted(start.folder.number, run.plan.steps))
        return Training(run).work()


class Training:
    """One run under way; its methods are the steps of `work`, in order."""

    def __init__(self, run: RunSetup) -> None:
        self._run = run
        self._checks = Checks(run)
        self._stepper = Stepper(run)
        self._saved_step = run.standing.step if run.start.saved is not None else 0

    def work(self) -> TrainSummary:
        try:
            self._fit()
            if self._run.standing.step == 0:
                raise JobCancelled  # stopped before the first step: there is nothing to keep
            return self._conclude()
        except PauseAsked:
            return self._pause()

    def _fit(self) -> None:
        """Step after step, until the plan is done or somebody asks to finish or to pause."""
        run, standing = self._run, self._run.standing
        if standing.checked_step < 0:
            self._checks.check_before()
        run.language_model.train()
        run.interval.begin()
        while True:
            if standing.checked_step < standing.step and run.plan.is_check_due(standing.step):
                self._checks.check()
            if self._is_over():
                break
            run.listen()
            self._checks.write_what_is_asked()
            self._save_state_if_due()
            self._stepper.take_step()
        if standing.checked_step < standing.step:
            self._checks.check()

    def _is_over(self) -> bool:
        return self._is_done() or self._run.context.is_finish_requested

    def _is_done(self) -> bool:
        """By itself: all steps are taken, or it has become no better for long enough."""
        return self._run.standing.step >= self._run.plan.steps or self._checks.is_enough

    def _save_state_if_due(self) -> None:
        run, step = self._run, self._run.standing.step
        if step == self._saved_step:
            return
        every, is_checked = run.request.saving_steps, run.standing.checked_step == step
        is_due = step % every == 0 if every else run.interval.is_due(is_after_check=is_checked)
        if is_due:
            self._save_state()

    def _save_state(self) -> None:
        """All that is needed to go on."""
        run, standing = self._run, self._run.standing
        run.report_phase(Phase.SAVING)
        run.reporter.stop_the_clock()
        standing.loss_scale = run.loss_scale.scale
        standing.good_steps = run.loss_scale.good_steps
        with run.interval.saving():
            path = save_state(
                run.folder.states,
                standing,
                run.start.origins,
                run.weights,
                run.optimizer,
                run.context.check,
            )
        self._saved_step = standing.step
        size = sum(file.stat().st_size for file in path.iterdir())
        log.info("state of step %d: %d bytes, %.2f s", standing.step, size, run.interval.cost)

    def _pause(self) -> TrainSummary:
        """Save all that is needed to go on, and say so."""
        self._save_state()
        summary = self._summary(RunStatus.PAUSED)
        self._run.folder.conclude(RunStatus.PAUSED, summary, total_steps=self._run.plan.steps)
        return summary

    def _conclude(self) -> TrainSummary:
        """Turn the best checkpoint into the run's model and write the summary last."""
        run, standing, is_done = self._run, self._run.standing, self._is_done()
        if is_done and run.request.average:
            self._checks.try_average()
        if is_done and standing.step < run.plan.steps:
            run.context.emit(
                Notice(
                    f"The training ended at step {standing.step}: {standing.stale_checks} checks "
                    "came to nothing better."
                )
            )
        rotate(run.folder, run.request.checkpoints_kept)
        run.folder.keep_best()
        status = RunStatus.COMPLETE if is_done else RunStatus.STOPPED
        summary = self._summary(status)
        total = standing.step if is_done else run.plan.steps
        run.folder.conclude(status, summary, total_steps=total)
        run.folder.forget_training()
        return summary

    def _summary(self, status: RunStatus) -> TrainSummary:
        """Before the first step and the first check the loss is what it was before."""
        run, standing = self._run, self._run.standing
        before = standing.loss_before if standing.loss_before is not None else math.nan
        return TrainSummary(
            run=run.folder.number,
            status=status.value,
            steps=standing.step,
            best_step=standing.best_step,
            train_loss=before if standing.recent_loss is None else standing.recent_loss,
            validation_loss=before if standing.best_loss is None else standing.best_loss,
            validation_loss_before=before,
            seconds=run.reporter.stop_the_clock(),
            tokens_per_second=tokens_per_second(standing) or 0.0,
            path=run.folder.path,
            joke_loss=standing.best_joke_loss,
            end_loss=standing.best_end_loss,
            accuracy=standing.best_accuracy,
        )
