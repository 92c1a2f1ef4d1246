"""How long a joke is: in words, and in tokens of the base model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from jokegen.data.near_duplicates import UNSPACED, UNSPACED_LETTERS

FEWEST_WORDS = 3
# GPT-2's window, the smallest in the catalogue; two tokens part a joke from others.
WINDOW, _SEPARATORS = 1_024, 2
MOST_TOKENS = WINDOW - _SEPARATORS
_BYTES_A_TOKEN = 4.0  # of English text, in the tokenizers of the catalogue's base models
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PIECE = re.compile(rf"[{UNSPACED_LETTERS}]{{1,2}}|(?:(?![{UNSPACED_LETTERS}])[^\W_])+")

TokenCounter = Callable[[Sequence[str]], Sequence[int]]


def word_count(joke: str) -> int:
    """Words between blanks; two characters count as one where a language writes without them."""
    if joke.isascii() or not UNSPACED.search(joke):
        return len(joke.split())
    return len(_PIECE.findall(joke))


def words_of(text: str) -> list[str]:
    """The words of a text without punctuation; pairs of characters, as for `word_count`."""
    if text.isascii() or not UNSPACED.search(text):
        return _WORD.findall(text)
    return _PIECE.findall(text)


def estimated_tokens(joke: str) -> int:
    """About how many tokens a joke has: four bytes each."""
    return max(1, round(_bytes(joke) / _BYTES_A_TOKEN))


def longer_than(
    jokes: Sequence[str], most: float, count_tokens: TokenCounter | None
) -> Iterator[int]:
    """The indexes of jokes with more tokens; estimated where nobody counts them.

    No token is shorter than a byte, so that only long jokes have to be counted.
    """
    long = [
        index
        for index, joke in enumerate(jokes)
        if 4 * len(joke) > most and _bytes(joke) + _SEPARATORS > most
    ]
    if long:
        texts = [jokes[index] for index in long]
        tokens = count_tokens(texts) if count_tokens else map(estimated_tokens, texts)
        yield from (index for index, count in zip(long, tokens, strict=True) if count > most)


def _bytes(joke: str) -> int:
    return len(joke) if joke.isascii() else len(joke.encode("utf-8", "replace"))
