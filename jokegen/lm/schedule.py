"""How many steps a run has, when it is checked, and its learning rate at each step."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Share of the steps over which the learning rate rises, but so many steps at least, where half of
# the run has them: AdamW's estimates are poor at first, and its first full step does harm.
WARM_UP = 0.1
WARM_UP_STEPS = 6
# A check, with its save and its joke, costs as much as four or five steps of the starter model
# (14 s against 3 s on 2 cores); more of them would eat the run.
STEPS_BETWEEN_CHECKS = 20
MOST_CHECKS = 12


@dataclass(frozen=True)
class Plan:
    """`steps` optimizer steps, of which `steps_per_epoch` see every joke once."""

    steps: int
    steps_per_epoch: int

    @classmethod
    def make(cls, steps_per_epoch: int, epochs: float, max_steps: int | None) -> Plan:
        """At least one step; `max_steps` ends it earlier, never later."""
        steps = max(1, round(steps_per_epoch * epochs))
        return cls(steps if max_steps is None else min(steps, max_steps), steps_per_epoch)

    @property
    def epochs(self) -> float:
        return self.steps / self.steps_per_epoch

    @property
    def check_every(self) -> int:
        """Steps from one validation to the next; the last step is always checked."""
        return max(STEPS_BETWEEN_CHECKS, math.ceil(self.steps / MOST_CHECKS))

    def is_check_due(self, step: int) -> bool:
        """`step` counts finished steps, from 1. No check shortly before the last one."""
        if step >= self.steps:
            return True
        return step % self.check_every == 0 and self.steps - step >= self.check_every // 2

    @property
    def checks(self) -> int:
        return sum(self.is_check_due(step) for step in range(1, self.steps + 1))

    def learning_rate_factor(self, step: int) -> float:
        """Linear warm-up, then a cosine down to zero; `step` counts from 0."""
        warm_up = max(1, round(self.steps * WARM_UP), min(WARM_UP_STEPS, self.steps // 2))
        if step < warm_up:
            return (step + 1) / warm_up
        progress = (step - warm_up) / max(1, self.steps - warm_up)
        return 0.5 * (1 + math.cos(math.pi * progress))
