"""How much of what a model writes it copies from its training jokes, against real new jokes.

The share alone says little: people, too, write jokes that are nearly old ones. So the same measure
is taken of held-out jokes, which nobody can have learned by heart, and the two are compared. What
counts as a copy is for the finder to say that is handed in (`data.copies`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from jokegen.lm.encoded import Jokes

log = logging.getLogger(__name__)

# Enough to tell "now and then" from "never": one of them is half a percent.
HELD_OUT_JOKES = 200


class FindsCopies(Protocol):
    """For each text the training joke that it copies, exactly or nearly; None: it is new.

    `check` is called often, and may raise to stop.
    """

    def __call__(
        self, texts: Sequence[str], check: Callable[[], None] = ...
    ) -> list[str | None]: ...


@dataclass(frozen=True)
class Copying:
    """Shares from 0 to 1, and among how many jokes; None where there was nothing to compare."""

    copied: float | None = None
    copied_among: int | None = None
    copied_held_out: float | None = None
    copied_held_out_among: int | None = None


class Originality:
    """Compares what is written with the training jokes, and held-out jokes once, likewise."""

    def __init__(self, find_copies: FindsCopies, held_out_jokes: Jokes) -> None:
        self._find = find_copies
        self._held_out = held_out_jokes
        self._of_held_out: tuple[float | None, int] | None = None

    def copies_of(self, texts: Sequence[str], check: Callable[[], None]) -> list[str | None] | None:
        """The training joke that each text copies, None for a new one.

        None for all where the training jokes cannot be read any more: the data set was deleted
        meanwhile, or its disk is gone. A training does not end for that.
        """
        try:
            return self._find(texts, check)
        except (OSError, ValueError):  # ValueError: a file that was cut off
            log.warning("the training jokes cannot be read to look for copies", exc_info=True)
            return None

    def judge(
        self, texts: Sequence[str], check: Callable[[], None]
    ) -> tuple[list[str | None] | None, Copying]:
        """What each text copies, as above, and the shares; texts without a word do not count."""
        copied = self.copies_of(texts, check)
        if copied is None:
            return None, Copying()
        share, among = _share(texts, copied)
        held_out_share, held_out_among = self._held_out_share(check)
        return copied, Copying(share, among, held_out_share, held_out_among)

    def _held_out_share(self, check: Callable[[], None]) -> tuple[float | None, int]:
        """Measured once: neither those jokes nor the training jokes change."""
        if self._of_held_out is None:
            try:
                held_out = list(islice(self._held_out, HELD_OUT_JOKES))
                self._of_held_out = _share(held_out, self._find(held_out, check))
            except (OSError, ValueError):
                log.warning("the held-out jokes cannot be read", exc_info=True)
                return None, 0
        return self._of_held_out


def _share(texts: Sequence[str], copied: Sequence[str | None]) -> tuple[float | None, int]:
    among = sum(1 for text in texts if text.strip())
    copies = sum(1 for joke in copied if joke is not None)
    return (copies / among if among else None), among
