"""How long a joke is: in words, and in tokens of the base model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

FEWEST_WORDS = 3
# GPT-2's window, the smallest in the catalogue; two tokens part a joke from others.
WINDOW, _SEPARATORS = 1_024, 2
MOST_TOKENS = WINDOW - _SEPARATORS
_BYTES_A_TOKEN = 4.0  # of English text, in the tokenizers of the catalogue's base models
_AT_ONCE = 1_024
_LONG_WORD = 16  # mean length of "words" above which a language has no spaces between them

TokenCounter = Callable[[Sequence[str]], Sequence[int]]


def word_count(joke: str) -> int:
    """Words between blanks; two characters count as one where a language writes without them."""
    words = joke.split()
    if joke.isascii() or sum(map(len, words)) <= _LONG_WORD * len(words):
        return len(words)
    return sum(map(len, words)) // 2


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
    for start in range(0, len(long), _AT_ONCE):
        part = long[start : start + _AT_ONCE]
        texts = [jokes[index] for index in part]
        tokens = count_tokens(texts) if count_tokens else map(estimated_tokens, texts)
        yield from (index for index, count in zip(part, tokens, strict=True) if count > most)


def _bytes(joke: str) -> int:
    return len(joke) if joke.isascii() else len(joke.encode("utf-8", "replace"))
