"""What is known of how well each method learns: which is best for so much time, and when to stop.

The measurement on this computer says how long a step takes; what the steps are good for is known
from searches on real jokes. Pure numbers: needs no torch.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from jokegen.jobs.requests import Length, Method

SECONDS = {
    Length.TASTE: 3 * 60.0,
    Length.GOOD: 10 * 60.0,
    Length.THOROUGH: 40 * 60.0,
    Length.OVERNIGHT: 8 * 3600.0,
}


@dataclass(frozen=True)
class Course:
    """How one method goes, with the starter model and steps of about 512 tokens.

    `losses`: tokens read in all, and the held-out loss a joke token that they come to, each in a
    run of its own. After `most_epochs` jokes are learned by heart instead. `rates`: up to so many
    epochs this peak learning rate; the last one holds for more.
    """

    losses: Sequence[tuple[int, float]]
    most_epochs: float
    rates: Sequence[tuple[float, float]]


# Of 2,653 one-liners an epoch has 55,000 tokens.
COURSES = {
    Method.LORA: Course(
        ((1_000, 4.25), (27_500, 3.46), (55_000, 3.41), (110_000, 3.39), (165_000, 3.38)),
        most_epochs=3.0,
        rates=((1.25, 2e-3), (2.25, 1.4e-3), (math.inf, 1e-3)),
    ),
    Method.FULL: Course(
        ((1_000, 4.25), (27_500, 3.47), (55_000, 3.41), (82_500, 3.40)),
        most_epochs=1.25,
        rates=((math.inf, 1e-4),),
    ),
    Method.LAST_BLOCKS: Course(
        ((1_000, 4.25), (27_500, 3.55), (55_000, 3.48), (110_000, 3.45)),
        most_epochs=2.0,
        rates=((math.inf, 2e-4),),
    ),
}
# Those that are tried where the person leaves the method open; of two alike the first.
CANDIDATES = (Method.LORA, Method.FULL)
# However few the jokes are: fewer steps change hardly anything.
FEWEST_STEPS = 12


def expected_loss(method: Method, tokens: float) -> float:
    """What reading so many tokens comes to: to compare methods, not to be promised."""
    points = COURSES[method].losses
    for (fewer, before), (more, after) in itertools.pairwise(points):
        if tokens < more:
            share = math.log(max(tokens, 1) / fewer) / math.log(more / fewer)
            return before + share * (after - before)
    # Jokes without end would go on helping, ever more slowly.
    (last, loss) = points[-1]
    return loss - 0.01 * math.log2(max(1.0, tokens / last))


def most_steps(method: Method, steps_per_epoch: int) -> int:
    """Beyond these it would learn the jokes by heart."""
    return max(FEWEST_STEPS, round(COURSES[method].most_epochs * steps_per_epoch))


def learning_rate(method: Method, epochs: float) -> float:
    """The best peak learning rate for a run of so many epochs."""
    return next(rate for upto, rate in COURSES[method].rates if epochs <= upto)
