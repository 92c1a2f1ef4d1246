"""Trims jokes and leaves out those that cannot teach anything, counting each reason."""

from __future__ import annotations

from collections.abc import Iterable

# Longer than the window of every base model in the catalogue (1,024 to 2,048 tokens of about
# four characters): such a text could not be learnt whole, and is no joke.
MAX_JOKE_CHARACTERS = 8_000


class Cleaner:
    """Collects jokes in their order, each once.

    Only outer white space is taken away; line breaks and everything else inside a joke stay.
    `jokes` are the kept ones; `dropped` counts the rest by reason: "empty", "repeated" (the same
    characters after trimming), "too long" (over 8,000 characters). Only reasons that occurred
    are listed.
    """

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}
        self.dropped: dict[str, int] = {}

    def add(self, texts: Iterable[str]) -> None:
        seen = self._seen
        for text in texts:
            joke = text.strip()
            if not joke:
                self._drop("empty")
            elif len(joke) > MAX_JOKE_CHARACTERS:
                self._drop("too long")
            elif joke in seen:
                self._drop("repeated")
            else:
                seen[joke] = None

    @property
    def jokes(self) -> list[str]:
        return list(self._seen)

    def _drop(self, reason: str) -> None:
        self.dropped[reason] = self.dropped.get(reason, 0) + 1
