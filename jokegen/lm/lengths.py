"""What is known of how well each method learns: which is best for so much time, and when to stop.

The measurement on this computer says how long a step takes; what the steps are good for is known
from searches on real jokes. Pure numbers: needs no torch.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from jokegen.jobs.requests import Length, Method

SECONDS = {
    Length.TASTE: 3 * 60.0,
    Length.GOOD: 10 * 60.0,
    Length.THOROUGH: 40 * 60.0,
    Length.OVERNIGHT: 8 * 3600.0,
}


# How each method goes with the starter model, in steps of about 500 tokens: tokens read in all, and
# the held-out loss a joke token that they come to, each in a run of its own. Of 2,653 one-liners an
# epoch has 52,000 tokens. Whole epochs with LoRA and all weights are measured (see `python -m
# tests.benchmarks.recipes`); half an epoch and the last blocks are estimates.
COURSES: dict[Method, Sequence[tuple[int, float]]] = {
    Method.LORA: ((1_000, 4.25), (26_000, 3.47), (52_000, 3.443)),
    Method.FULL: ((1_000, 4.25), (26_000, 3.50), (52_000, 3.479)),
    Method.LAST_BLOCKS: ((1_000, 4.25), (26_000, 3.56), (52_000, 3.52)),
}
# Jokes that are read again are soon known by heart: of 2,653 one-liners a second epoch came to
# nothing better (3.472 after 3.461, LoRA of rank 16); of 630 jokes it did (3.695 after 3.735), and
# a third came to 4.05. So an epoch is enough, and few jokes may be read twice.
STEPS_ENOUGH = 60
MOST_EPOCHS_OF_FEW = 2.0
# Those that are tried where the person leaves the method open; of two alike the first.
CANDIDATES = (Method.LORA, Method.FULL)
# However few the jokes are: fewer steps change hardly anything.
FEWEST_STEPS = 12


def expected_loss(method: Method, tokens: float) -> float:
    """What reading so many tokens comes to: to compare methods, not to be promised."""
    points = COURSES[method]
    for (fewer, before), (more, after) in itertools.pairwise(points):
        if tokens < more:
            share = math.log(max(tokens, 1) / fewer) / math.log(more / fewer)
            return before + share * (after - before)
    # Jokes without end would go on helping, ever more slowly.
    (last, loss) = points[-1]
    return loss - 0.01 * math.log2(max(1.0, tokens / last))


def most_steps(steps_per_epoch: int) -> int:
    """Beyond these it would learn the jokes by heart."""
    epochs = min(MOST_EPOCHS_OF_FEW, max(1.0, STEPS_ENOUGH / steps_per_epoch))
    return max(FEWEST_STEPS, round(epochs * steps_per_epoch))
