"""Curves of training runs as they come: noisy, with checks, good ones and bad ones of each kind."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jokegen.jobs.events import Metric


@dataclass(frozen=True)
class Shape:
    """How a run would go without noise: losses by how far it is, 0 to 1 or beyond."""

    train: Callable[[float], float]
    held_out: Callable[[float], float]
    copied: Callable[[float], float] = lambda part: 0.0
    learning_rate: float = 2e-3


def run(
    shape: Shape,
    seed: int,
    *,
    steps: int = 240,
    checks: int = 12,
    noise: float = 0.25,
    check_noise: float = 0.006,
    samples: int = 10,
) -> Iterator[Metric]:
    """What such a run would tell. The noise of a step has a heavy tail towards bad ones: some
    batches are made of very short jokes, as seen on real ones."""
    chance = random.Random(seed)
    every = max(1, steps // checks)
    for step in range(steps + 1):
        part = step / steps
        warm_up = min(1.0, (step + 1) / max(1, steps * 0.1))
        rate = shape.learning_rate * warm_up * 0.5 * (1 + math.cos(math.pi * part))
        if step:
            tail = abs(chance.gauss(0, 4 * noise)) if chance.random() < 0.03 else 0.0
            loss = shape.train(part) + chance.gauss(0, noise) + tail
            yield Metric(step, steps, part, 1.0, 2.0 * step, train_loss=loss, learning_rate=rate)
        if step % every == 0 or step == steps:
            # Most of a check's noise is the run's: the same held-out jokes are asked every time.
            loss = shape.held_out(part) + (chance.gauss(0, check_noise) if step else 0.0)
            share = shape.copied(part)
            wrote = sum(chance.random() < share for _ in range(samples)) / samples
            yield Metric(
                step, steps, part, 1.0, 2.0 * step, validation_loss=loss, learning_rate=rate,
                copied=wrote, copied_held_out=0.02,
            )  # fmt: skip


def falling(start: float, end: float, pace: float) -> Callable[[float], float]:
    return lambda part: end + (start - end) * math.exp(-part * pace)


def good(chance: random.Random) -> Shape:
    """A run as they mostly are: quick at first, then ever slower, held-out like training."""
    start, gain = chance.uniform(3.5, 5.0), chance.uniform(0.3, 1.5)
    pace = chance.uniform(3.0, 15.0)
    gap = chance.uniform(0.0, 0.15)
    return Shape(
        falling(start, start - gain - gap, pace),
        falling(start, start - gain, pace),
        lambda part: 0.03 * part,
    )


def memorising(chance: random.Random) -> Shape:
    """Best somewhere in the first half; then held-out gets worse and training better."""
    turn = chance.uniform(0.2, 0.5)
    rise = chance.uniform(0.15, 1.0)

    def held_out(part: float) -> float:
        fall = falling(4.6, 3.4, 5 / turn)(min(part, turn))
        return fall + max(0.0, part - turn) * rise

    return Shape(lambda part: falling(4.5, 3.3, 8)(part) - 1.5 * part, held_out)


def copying(chance: random.Random) -> Shape:
    shape = good(chance)
    return Shape(shape.train, shape.held_out, lambda part: min(0.8, 1.2 * part))


def diverging(chance: random.Random) -> Shape:
    """Falls at first, then climbs to what a model guesses that knows nothing."""
    turn, top = chance.uniform(0.02, 0.3), chance.uniform(5.5, 9.0)

    def loss(part: float) -> float:
        fall = 4.6 - min(part, turn) / turn * 0.6
        return fall + (top - fall) * (1 - math.exp(-max(0.0, part - turn) * 25))

    return Shape(loss, loss, learning_rate=0.1)


def worse_than_before(chance: random.Random) -> Shape:
    """Harmed by its first steps, then slowly mending: it never gets to where it began."""
    harm = chance.uniform(0.6, 1.5)

    def loss(part: float) -> float:
        return 4.6 if part <= 0 else 4.6 + harm * (1.2 - part)

    return Shape(loss, loss, learning_rate=0.02)


def idle(chance: random.Random) -> Shape:
    """So small a learning rate that nothing happens."""
    start = chance.uniform(3.5, 5.0)
    gain = chance.uniform(0.0, 0.015)
    line = lambda part: start - gain * part  # noqa: E731
    return Shape(line, line, learning_rate=1e-7)


def plateau(chance: random.Random) -> Shape:
    """Learned all it can in the first third."""
    shape = good(chance)
    return Shape(
        lambda part: shape.train(2 * min(1.0, 3 * part)),
        lambda part: shape.held_out(2 * min(1.0, 3 * part)),
    )
