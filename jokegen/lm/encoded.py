"""The jokes of a run as tokens, in a file without a name: more jokes need no more memory."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from jokegen.lm.batching import IntArray
from jokegen.lm.encoding import JokeTokenizer

_AT_ONCE = 1_000


class Jokes(Protocol):
    """Jokes that can be gone through again and again: a list, or those of a saved data set."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[str]: ...


class EncodedJokes:
    """Examples `[separator, …joke…, separator]`, read from the file when they are wanted.

    Read, not mapped: a mapped file counts as memory of the process, and kills it where the disk
    fails. The system removes the file when it is closed, however the process ends.
    """

    def __init__(self, folder: Path, vocabulary: int) -> None:
        self._dtype: np.dtype[Any] = np.dtype(np.uint16 if vocabulary <= 2**16 else np.int32)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `__exit__`
        self._starts = array("q", [0])
        self._lengths = array("i")
        self.cut = 0  # how many do not end as the joke does

    def add(self, examples: Iterable[list[int]]) -> None:
        """Write more examples behind those that are there."""
        for example in examples:
            self.cut += example[-1] != example[0]
            self._file.write(np.asarray(example, self._dtype).tobytes())
            self._starts.append(self._starts[-1] + len(example))
            self._lengths.append(len(example) - 1)

    def __len__(self) -> int:
        return len(self._lengths)

    def __getitem__(self, index: int) -> IntArray:
        start, end = self._starts[index], self._starts[index + 1]
        self._file.seek(start * self._dtype.itemsize)
        return np.frombuffer(self._file.read((end - start) * self._dtype.itemsize), self._dtype)

    @property
    def lengths(self) -> IntArray:
        """How many tokens each example predicts: all but its first."""
        return np.frombuffer(self._lengths, np.int32)

    def block(self, indices: Iterable[int]) -> IntArray:
        """Several jokes as one example: the separator behind one is that before the next."""
        parts = [self[index] for index in indices]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])

    def __enter__(self) -> EncodedJokes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()


def encode_all(
    folder: Path,
    tokenizer: JokeTokenizer,
    jokes: Jokes,
    longest: int,
    on_progress: Callable[[int, int], None],
) -> EncodedJokes:
    """All of them, at most `longest` tokens each; `on_progress(done, total)` may raise to stop."""
    encoded = EncodedJokes(folder, tokenizer.size)
    remaining = iter(jokes)
    while some := list(islice(remaining, _AT_ONCE)):
        encoded.add(tokenizer.encode_jokes(some, longest))
        on_progress(len(encoded), len(jokes))
    return encoded


def encode_first(
    tokenizer: JokeTokenizer, jokes: Jokes, longest: int, tokens: int
) -> list[list[int]]:
    """The first jokes, up to so many tokens to predict; at least one."""
    chosen: list[list[int]] = []
    used = 0
    remaining = iter(jokes)
    while some := list(islice(remaining, 100)):
        for example in tokenizer.encode_jokes(some, longest):
            used += len(example) - 1
            if chosen and used > tokens:
                return chosen
            chosen.append(example)
    return chosen
