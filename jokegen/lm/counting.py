"""Counts the tokens of jokes as a base model would see them, without loading the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    if folder is None or not (folder / "tokenizer.json").is_file():
        return None
    try:
        tokenizer = JokeTokenizer.load(folder)
    except JokegenError:
        return None  # fine-tuning will say so; a count can be estimated
    return tokenizer.count
