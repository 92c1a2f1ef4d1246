"""How many steps a run has, when it is checked, and its learning rate at each step."""

from __future__ import annotations

import math
from dataclasses import dataclass

from jokegen.jobs.requests import Schedule, TrainRequest
from jokegen.lm.recipe import RECIPES, recipe_for

# Share of the steps over which the learning rate rises, but so many steps at least, where half of
# the run has them: AdamW's estimates are poor at first, and its first full step does harm.
WARM_UP = 0.1
WARM_UP_STEPS = 6
# A check, with its save and its joke, costs as much as four or five steps of the starter model
# (14 s against 3 s on 2 cores); more of them would eat the run.
STEPS_BETWEEN_CHECKS = 20
MOST_CHECKS = 12
# Where the inverse square root begins to fall if nothing was warmed up, as transformers has it.
_SLOW_FALL = 10_000


@dataclass(frozen=True)
class Plan:
    """`steps` optimizer steps, of which `steps_per_epoch` see every joke once.

    `warm_up` is the number of steps over which the learning rate rises, None the recommended one;
    `evaluation_steps` the steps from one check to the next, None as many as cost little.
    """

    steps: int
    steps_per_epoch: int
    schedule: Schedule = Schedule.COSINE
    warm_up: int | None = None
    evaluation_steps: int | None = None

    @classmethod
    def make(cls, steps_per_epoch: int, epochs: float, max_steps: int | None) -> Plan:
        """At least one step; `max_steps` ends it earlier, never later."""
        steps = max(1, round(steps_per_epoch * epochs))
        return cls(steps if max_steps is None else min(steps, max_steps), steps_per_epoch)

    @classmethod
    def of(cls, request: TrainRequest, steps_per_epoch: int) -> Plan:
        """The plan of a run: a chosen number of warm-up steps wins over a chosen share."""
        steps = cls.make(steps_per_epoch, request.epochs, request.max_steps).steps
        warm_up = request.warm_up_steps
        if warm_up is None:
            share = recipe_for(request).warm_up
            warm_up = round(steps * share)
            if share == RECIPES[request.method].warm_up:
                warm_up = max(warm_up, _fewest(steps))
        return cls(steps, steps_per_epoch, request.schedule, warm_up, request.evaluation_steps)

    @property
    def epochs(self) -> float:
        return self.steps / self.steps_per_epoch

    @property
    def check_every(self) -> int:
        """Steps from one validation to the next; the last step is always checked."""
        if self.evaluation_steps is not None:
            return self.evaluation_steps
        return max(STEPS_BETWEEN_CHECKS, math.ceil(self.steps / MOST_CHECKS))

    def is_check_due(self, step: int) -> bool:
        """`step` counts finished steps, from 1. Left to itself: none shortly before the last."""
        if step >= self.steps:
            return True
        is_worth_it = (
            self.evaluation_steps is not None or self.steps - step >= self.check_every // 2
        )
        return step % self.check_every == 0 and is_worth_it

    @property
    def checks(self) -> int:
        return self.checks_after(0)

    def checks_after(self, step: int) -> int:
        """How many checks are still to come once `step` steps are done."""
        if step >= self.steps:
            return 0
        first = (step // self.check_every + 1) * self.check_every
        return sum(map(self.is_check_due, range(first, self.steps, self.check_every))) + 1

    def learning_rate_factor(self, step: int) -> float:
        """Linear warm-up, then the schedule's way down; `step` counts from 0."""
        warm_up = self.warm_up
        if warm_up is None:
            warm_up = max(round(self.steps * WARM_UP), _fewest(self.steps))
        if step < warm_up:
            return (step + 1) / warm_up
        done = (step - warm_up) / max(1, self.steps - warm_up)
        if self.schedule is Schedule.CONSTANT:
            return 1.0
        if self.schedule is Schedule.LINEAR:
            return max(0.0, 1.0 - done)
        if self.schedule is Schedule.INVERSE_SQUARE_ROOT:
            scale = warm_up or _SLOW_FALL
            return math.sqrt(scale / (scale + step - warm_up))
        return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _fewest(steps: int) -> int:
    """Warm-up steps that a run needs at least, whatever the share."""
    return max(1, min(WARM_UP_STEPS, steps // 2))
