"""When a training goes on by itself after its worker was lost: in less memory, or as it was.

Somebody who lets a run work overnight is not there to press a button. What a run loses then are the
minutes since its last saved state. Needs no torch.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Any

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.again import Attempt
from jokegen.jobs.events import Failed, Notice
from jokegen.jobs.requests import ContinueRequest
from jokegen.lm.runs import find_run
from jokegen.records import RunInfo

MOST_HALVINGS = 4  # by then a micro-batch of the default size holds one or two jokes
MOST_LOSSES = 2  # in a row, without one step more than the time before


@dataclass(frozen=True)
class GoingOn:
    """Continue like this, and say so."""

    request: ContinueRequest
    notice: Notice


class Retrying:
    """Decides for one job, attempt after attempt."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._run: int | None = None
        self._smaller_tries = 0
        self._halvings = 0  # of the micro-batches in the attempt that failed last
        self._losses, self._furthest = 0, 0

    def decide(self, attempt: Attempt) -> GoingOn | Failed:
        """What to try next, or the failure that ends the job."""
        outcome = attempt.outcome
        if isinstance(attempt.request, ContinueRequest):
            self._run = attempt.request.run
        self._run = attempt.run or self._run
        if self._run is None or not outcome.is_worker_lost:
            return outcome  # what the training itself said: there it has tried with less already
        with contextlib.suppress(JokegenError, OSError):
            run = find_run(self._paths, self._run)
            if outcome.is_about_memory:
                return self._in_less_memory(attempt, run)
            return self._as_it_was(attempt, run)
        return outcome

    def _in_less_memory(self, attempt: Attempt, run: RunInfo) -> GoingOn | Failed:
        if attempt.run is None:  # the weights alone were too much
            return attempt.outcome
        if self._smaller_tries >= MOST_HALVINGS:
            return replace(
                attempt.outcome,
                happened=f"{attempt.outcome.happened} It happened {self._smaller_tries + 1} times, "
                f"at last with 1/{2**self._halvings} of the jokes at a time.",
                todo="Close other programs and continue the run, or start one that needs less: "
                "with LoRA, with a smaller base model, or without the longest jokes.",
            )
        self._smaller_tries += 1
        saved = self._halvings_of_state(run)
        self._halvings = max(self._halvings, saved) + 1
        share = f"1/{2**self._halvings} of the jokes at a time"
        return self._going_on(
            attempt,
            run,
            self._halvings - saved,
            f"The memory did not suffice at step {attempt.step + 1}, so the system ended the work. "
            f"It goes on by itself with {share}: it learns the same, a little slower.",
        )

    def _as_it_was(self, attempt: Attempt, run: RunInfo) -> GoingOn | Failed:
        self._losses = 0 if attempt.step > self._furthest else self._losses
        self._furthest = max(self._furthest, attempt.step)
        if self._losses >= MOST_LOSSES or not run.can_continue:
            return attempt.outcome
        self._losses += 1
        smaller = max(0, self._halvings - self._halvings_of_state(run))
        text = f"{attempt.outcome.happened} The run goes on by itself from its last saved state."
        return self._going_on(attempt, run, smaller, text)

    @staticmethod
    def _going_on(attempt: Attempt, run: RunInfo, smaller: int, text: str) -> GoingOn:
        asked: Any = attempt.request
        is_accepted = isinstance(asked, ContinueRequest) and asked.accept_changes
        request = ContinueRequest(run.number, accept_changes=is_accepted, smaller=smaller)
        return GoingOn(request, Notice(text, is_warning=True))

    @staticmethod
    def _halvings_of_state(run: RunInfo) -> int:
        """How often the micro-batches of the newest saved state were halved already."""
        whole = list(storage.whole_folders(run.path / "states"))
        if not whole:
            return 0
        # Of two of one step the later has the longer name.
        newest, _ = max(whole, key=lambda found: (int(found[1].get("step", 0)), found[0].name))
        facts = storage.read_json(newest / "state.json") or {}
        halvings = (facts.get("standing") or {}).get("halvings", 0)
        return halvings if isinstance(halvings, int) else 0
