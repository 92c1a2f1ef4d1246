"""Batches of jokes of similar length, by token budget, in a reproducible random order.

Jokes are short and of very different lengths: padding them to the longest of a random batch
wastes a third of the arithmetic. Here the jokes are shuffled, sorted by length (ties stay
shuffled), cut into batches of at most `budget` tokens, and the batches are shuffled.
"""

from __future__ import annotations

import random
from collections.abc import Sequence


def make_batches(lengths: Sequence[int], budget: int, seed: int) -> list[list[int]]:
    """Indices of the examples, grouped so that padded size (rows x longest) stays within `budget`.

    `lengths` in tokens. An example longer than the budget gets a batch of its own. Every index
    appears exactly once; the same seed gives the same batches.
    """
    chance = random.Random(seed)
    order = list(range(len(lengths)))
    chance.shuffle(order)
    order.sort(key=lambda index: lengths[index])
    batches: list[list[int]] = []
    batch: list[int] = []
    for index in order:
        # In rising order the newest example is the longest: it sets the padded width.
        if batch and lengths[index] * (len(batch) + 1) > budget:
            batches.append(batch)
            batch = []
        batch.append(index)
    if batch:
        batches.append(batch)
    chance.shuffle(batches)
    return batches


def padding_share(lengths: Sequence[int], batches: Sequence[Sequence[int]]) -> float:
    """How much of the padded batches is padding, from 0 to 1."""
    padded = sum(max(lengths[i] for i in batch) * len(batch) for batch in batches)
    return 1.0 - sum(lengths) / padded if padded else 0.0
