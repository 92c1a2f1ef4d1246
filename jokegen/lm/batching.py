"""Batches of jokes of similar length, in a reproducible random order, with little memory for each.

Jokes are short and of very different lengths: padding them to the longest of a random batch
wastes a third of the arithmetic. Here the jokes are shuffled, sorted by length (ties stay
shuffled), cut into batches of at most `budget` tokens, and the batches are shuffled.
Where whole blocks are wanted, jokes are packed into them first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Groups(Sequence[IntArray]):
    """Numbers in groups: group i is `numbers[starts[i] : starts[i + 1]]`, shown in `order`."""

    numbers: IntArray
    starts: IntArray
    order: IntArray

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: Any) -> Any:
        number = self.order[index]
        return self.numbers[self.starts[number] : self.starts[number + 1]]

    def __iter__(self) -> Iterator[IntArray]:
        return (self[index] for index in range(len(self)))


def make_batches(
    lengths: Sequence[int] | IntArray, budget: int, seed: int, most: int | None = None
) -> Groups:
    """Indices of the examples, grouped so that padded size (rows x longest) stays within `budget`.

    `lengths` in tokens. An example longer than the budget gets a batch of its own. With `most`
    the budget does not count: so many examples a batch. Every index appears exactly once; the
    same seed gives the same batches.
    """
    lengths = np.asarray(lengths, dtype=np.int32)
    chance = _chance(seed)
    order = _shuffled(len(lengths), chance)
    order = order[np.argsort(lengths[order], kind="stable")]
    rising = lengths[order]
    starts = [0]
    while starts[-1] < len(rising):
        first = starts[-1]
        # In rising order the newest example is the longest: it sets the padded width.
        rows = most or max(1, budget // max(1, int(rising[first])))
        widths = rising[first : first + rows]
        fit = len(widths) if most else int(np.count_nonzero(_sizes(widths) <= budget))
        starts.append(first + max(1, fit))
    batches = chance.permutation(len(starts) - 1)
    return Groups(order, np.array(starts), batches)


def pack_jokes(lengths: Sequence[int] | IntArray, block_size: int, seed: int) -> Groups:
    """Indices of whole jokes, in random order, of which each group fills a block of tokens.

    `lengths` counts the tokens that a joke predicts: its own and the separator behind it; the
    separator before the first one of a block comes on top. Every index appears exactly once; a
    joke that is longer than a block has one to itself.
    """
    lengths = np.asarray(lengths, dtype=np.int32)
    order = _shuffled(len(lengths), _chance(seed))
    ends = np.cumsum(lengths[order], dtype=np.int64)
    starts = [0]
    while starts[-1] < len(order):
        first = starts[-1]
        used = int(ends[first - 1]) if first else 0
        after = int(np.searchsorted(ends, used + block_size, side="right"))
        starts.append(max(first + 1, after))
    return Groups(order, np.array(starts), np.arange(len(starts) - 1))


def one_each(count: int) -> Groups:
    """Every joke by itself."""
    each = np.arange(count + 1, dtype=np.int32)
    return Groups(each[:-1], each, each[:-1])


def lengths_of(groups: Groups, lengths: IntArray) -> IntArray:
    """How many tokens each group has."""
    if not len(groups):
        return np.zeros(0, dtype=np.int32)
    sums: IntArray = np.add.reduceat(lengths[groups.numbers], groups.starts[:-1])
    return sums[groups.order]


def padding_share(lengths: Sequence[int] | IntArray, batches: Sequence[Any]) -> float:
    """How much of the padded batches is padding, from 0 to 1."""
    lengths = np.asarray(lengths)
    padded = sum(int(lengths[batch].max()) * len(batch) for batch in batches)
    return 1.0 - int(lengths.sum()) / padded if padded else 0.0


def _sizes(widths: IntArray) -> IntArray:
    return widths * np.arange(1, len(widths) + 1)


def _shuffled(count: int, chance: np.random.RandomState) -> IntArray:
    order = np.arange(count, dtype=np.int32)
    chance.shuffle(order)  # in place: of a million jokes every copy is millions of bytes
    return order


def _chance(seed: int) -> np.random.RandomState:
    """NumPy's generator whose numbers never change from one version to the next."""
    return np.random.RandomState(seed % 2**32)
