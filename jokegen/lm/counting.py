"""Counts the tokens of jokes as a base model would see them, without loading the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.lm.catalogue import find_base_model
from jokegen.lm.encoding import JokeTokenizer


def token_counter(paths: Paths, base: str) -> Callable[[Sequence[str]], list[int]] | None:
    """A function that counts the tokens of each joke, or None where `base` is not here to ask.

    The separators that training puts around a joke are not counted. Raises
    JokegenError for a base model that does not exist.
    """
    folder = find_base_model(paths, base).path
    if folder is None:
        return None
    try:
        changed = (folder / "tokenizer.json").stat().st_mtime_ns
    except OSError:
        return None
    tokenizer = _tokenizer(folder, changed)
    return None if tokenizer is None else tokenizer.count


@lru_cache(maxsize=1)
def _tokenizer(folder: Path, _changed: int) -> JokeTokenizer | None:
    """The tokenizer as of that moment; loading takes a tenth of a second, after every click."""
    try:
        return JokeTokenizer.load(folder)
    except JokegenError:
        return None  # fine-tuning will say so; a count can be estimated
