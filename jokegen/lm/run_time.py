"""How long a run takes: a rehearsal by the training's own rules, without the work."""

from __future__ import annotations

import math
from collections.abc import Callable

from jokegen.lm import intervals
from jokegen.lm.costs import Costs, MethodCost
from jokegen.lm.schedule import Plan


class _Rehearsal:
    """A run's clock, and what it spends on writing jokes."""

    def __init__(self, costs: Costs, cost: MethodCost) -> None:
        self.now = costs.start + costs.load + costs.prepare
        self._cost, self._share = cost, costs.write_share
        self._began, self._written = self.now, 0.0

    def clock(self) -> float:
        return self.now

    def check(self, *, is_first: bool, is_last: bool) -> None:
        """One check, with a new best checkpoint but for the first, and jokes."""
        cost = self._cost
        self.now += cost.check + (0.0 if is_first else cost.keep) + cost.write
        self._written += cost.write
        most = self._share * (self.now - self._began)
        if is_last or self._written + cost.write_more <= most:
            self.now += cost.write_more
            self._written += cost.write_more


def run_seconds(costs: Costs, cost: MethodCost, plan: Plan) -> float:
    """From the start to the end, loading, checks and saves included; every check may be the best.

    It goes by the same rules as the training: `Plan` says which steps are checked, `SaveInterval`
    when the state is saved.
    """
    run = _Rehearsal(costs, cost)
    interval = intervals.SaveInterval(run.clock)
    run.check(is_first=True, is_last=False)
    interval.begin()
    step, checked = 0, 0
    while True:
        if checked < step and plan.is_check_due(step):
            run.check(is_first=False, is_last=step >= plan.steps)
            checked = step
        if step >= plan.steps:
            return run.now
        if step > 0 and interval.is_due(is_after_check=checked == step):
            with interval.saving():
                run.now += cost.save
        # As many steps at once as nothing else happens between.
        until_check = plan.check_every - step % plan.check_every
        until_save = math.ceil(intervals.SECONDS_BETWEEN_SAVES / max(cost.step, 1e-6))
        steps = max(1, min(until_check, until_save, plan.steps - step))
        run.now += steps * cost.step
        step += steps


def longest_within(
    seconds: float, most: int, plan_of: Callable[[int], Plan], costs: Costs, cost: MethodCost
) -> Plan:
    """The longest plan of at most `most` steps whose run takes no longer; one step at least."""
    low, high = 1, max(1, min(most, int(seconds / max(cost.step, 1e-6))))
    while low < high:
        middle = (low + high + 1) // 2
        if run_seconds(costs, cost, plan_of(middle)) <= seconds:
            low = middle
        else:
            high = middle - 1
    return plan_of(low)
