"""The fixed prompts of a run: some empty, some the usual beginnings of its own kind of jokes.

The rule: a beginning is the first two words of a held-out joke that has at least six (the first
three letters where a language writes without blanks). The commonest beginnings are taken, those
that came first where several are as common. So they suit whatever the jokes are about and whatever
language they are in, and are the same for the same data set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import cycle, islice

_JOKES_LOOKED_AT = 2_000
_WORDS, _FEWEST_WORDS = 2, 6
_LETTERS, _FEWEST_LETTERS = 3, 9
_LONGEST = 40  # letters; a web address is no beginning


def fixed_prompts(jokes: Iterable[str], count: int) -> list[str]:
    """`count` prompts, in turns "" and a beginning, with different beginnings while there are."""
    found: Counter[str] = Counter()
    for joke in islice(jokes, _JOKES_LOOKED_AT):
        if beginning := _beginning(joke):
            found[beginning] += 1
    beginnings = [beginning for beginning, _ in found.most_common((count + 1) // 2)]
    source = cycle(beginnings or [""])
    return [next(source) if number % 2 else "" for number in range(count)]


def _beginning(joke: str) -> str:
    """ "" where the joke is too short to take anything of it."""
    words = joke.split(maxsplit=_FEWEST_WORDS - 1)
    if len(words) == _FEWEST_WORDS:
        beginning = " ".join(words[:_WORDS])
    elif words and len(words[0]) >= _FEWEST_LETTERS and not words[0].isascii():
        beginning = words[0][:_LETTERS]
    else:
        return ""
    return beginning if len(beginning) <= _LONGEST else ""
