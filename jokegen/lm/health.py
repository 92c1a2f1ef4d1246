"""How a training is doing, judged from its own figures, in plain words. Needs no torch.

A `HealthWatch` is given one point after another and costs about a microsecond each; `judge` looks
at a whole run at once and says the same. What is looked for, and the limits, is in `health_signs`.
A state is entered at one limit and left at another, so that noise does not make it flicker.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from jokegen.jobs.events import Metric
from jokegen.lm.health_curves import Curves
from jokegen.lm.health_signs import (
    CopiesJokes,
    Memorises,
    Sign,
    SlowsDown,
    TooFast,
    TooSlow,
    learning_reasons,
)


class HealthState(StrEnum):
    """What a training is doing; the window shows each with a sign of its own."""

    JUST_BEGUN = "just-begun"
    LEARNING = "learning"
    SLOWING = "slowing"
    MEMORISING = "memorising"
    COPYING = "copying"
    TOO_FAST = "too-fast"  # the learning rate is too high
    TOO_SLOW = "too-slow"  # it is too low

    @property
    def is_done(self) -> bool:
        """Whether going on does harm and the best so far should be kept."""
        return self in (HealthState.MEMORISING, HealthState.COPYING)


_TITLES = {
    HealthState.JUST_BEGUN: "Just begun",
    HealthState.LEARNING: "Still learning",
    HealthState.SLOWING: "Slowing down",
    HealthState.MEMORISING: "Enough: it begins to memorise",
    HealthState.COPYING: "Enough: it copies your jokes",
    HealthState.TOO_FAST: "Learning rate too high",
    HealthState.TOO_SLOW: "Hardly learning: learning rate too low",
}
_SENTENCES = {
    HealthState.JUST_BEGUN: "There is nothing to say yet; the first check comes soon.",
    HealthState.LEARNING: "It gets better at jokes. Let it go on.",
    HealthState.SLOWING: "It gets better only a little now; what is left of the run may still "
    "polish it.",
    HealthState.MEMORISING: "From here on it learns your jokes by heart instead of learning to "
    "joke. Finish now: the version that did best is kept.",
    HealthState.COPYING: "What it writes are more and more your own jokes. Finish now, and train "
    "for less time or on more jokes next time.",
    HealthState.TOO_FAST: "It forgets more than it learns. Stop it, and start again with about a "
    "third of this learning rate.",
    HealthState.TOO_SLOW: "It is almost what it was before. Stop it, and start again with about "
    "three times this learning rate.",
}
_VERDICTS = {
    HealthState.JUST_BEGUN: "The run was too short to say how it went.",
    HealthState.LEARNING: "It was still learning when it ended: a longer run may make it better.",
    HealthState.SLOWING: "It had learned nearly all that it can learn from these jokes this way.",
    HealthState.MEMORISING: "It had begun to learn your jokes by heart. The version from before "
    "that was kept.",
    HealthState.COPYING: "It had begun to copy your jokes. Train for less time or on more jokes "
    "next time.",
    HealthState.TOO_FAST: "It forgot more than it learned. Start again with about a third of this "
    "learning rate.",
    HealthState.TOO_SLOW: "It is almost what it was before. Start again with about three times "
    "this learning rate.",
}


@dataclass(frozen=True)
class Health:
    """A state, what it means for the person, and the figures that speak for it."""

    state: HealthState
    sentence: str
    reasons: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """What it means once the run is over."""
        return _VERDICTS[self.state]

    @property
    def title(self) -> str:
        """The state in a few words."""
        return _TITLES[self.state]


class HealthWatch:
    """Follows one run; a run that goes on from a checkpoint may tell of a few steps twice."""

    def __init__(self) -> None:
        self._curves = Curves()
        # The first that holds is what is said.
        self._signs: tuple[tuple[HealthState, Sign], ...] = (
            (HealthState.TOO_FAST, TooFast()),
            (HealthState.COPYING, CopiesJokes()),
            (HealthState.MEMORISING, Memorises()),
            (HealthState.TOO_SLOW, TooSlow()),
            (HealthState.SLOWING, SlowsDown()),
        )

    def add(self, metrics: Iterable[Metric]) -> None:
        """Take in the next points, in the order in which they were measured."""
        for metric in metrics:
            self._curves.add(metric)
            for _, sign in self._signs:
                sign.look(self._curves, metric)

    @property
    def health(self) -> Health:
        """How it stands now."""
        for state, sign in self._signs:
            if sign.is_on:
                return Health(state, _SENTENCES[state], sign.reasons(self._curves))
        state = HealthState.LEARNING if self._curves.has_learned else HealthState.JUST_BEGUN
        reasons = learning_reasons(self._curves) if state is HealthState.LEARNING else ()
        return Health(state, _SENTENCES[state], reasons)


def judge(metrics: Sequence[Metric]) -> Health:
    """How a run stands after these points, oldest first."""
    watch = HealthWatch()
    watch.add(metrics)
    return watch.health
