"""Proposes which column of a table holds the jokes; the person confirms or changes it."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jokegen.data.names import joke_rank

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1_000
_FILLED_ENOUGH = 0.2  # of the fullest column: jokes are in nearly every row
_LOOKED_AT = 400  # characters of a text
_NO_LETTERS = re.compile(r"[^\w ]+|[\d_]+")
_NUMBER_OR_DATE = re.compile(r"[-+\d\s.,:/%$€£TZ]+")
_LONGEST_NUMBER = 60  # characters: what is longer is text, whatever it is made of
_ADDRESS = re.compile(r"\w+://|www\.|[\w.+-]+@\S+$", re.IGNORECASE)


def find_joke_column(table: pa.Table | pa.RecordBatch) -> str:
    """The name of the column that most likely holds the jokes, judged by its first 1,000 rows.

    A usual name ("joke", "text", "body" …) decides among columns that hold running text; without
    one, the length of its texts does. Numbers, dates, addresses and IDs come last.
    """
    names: list[str] = table.schema.names
    if len(names) == 1:
        return names[0]
    samples = [_sample(table, i) for i in range(len(names))]
    enough = _FILLED_ENOUGH * max(map(len, samples))
    scores = [
        _score(name, texts, is_filled=len(texts) >= enough)
        for name, texts in zip(names, samples, strict=True)
    ]
    return names[scores.index(max(scores))]


def _sample(table: pa.Table | pa.RecordBatch, number: int) -> list[str]:
    texts = table.column(number).slice(0, _ROWS).to_pylist()
    return [text.strip() for text in texts if text and not text.isspace()]


def _score(name: str, texts: Sequence[str], *, is_filled: bool) -> tuple[bool, bool, float, float]:
    """Compared from left to right: is it text at all, has it a usual name, which, how texty."""
    rank = joke_rank(name)
    return (
        is_filled and _is_running_text(texts),
        rank is not None and bool(texts),
        -rank if rank is not None else 0,
        _textiness(texts),
    )


def _is_running_text(texts: Sequence[str]) -> bool:
    """Whether most values are several words, and not numbers, dates or addresses."""
    if not texts:
        return False
    other = sum(_is_number_or_date(text) or bool(_ADDRESS.match(text)) for text in texts)
    # Languages without spaces between words: a third of a text outside ASCII letters counts too.
    wordy = sum(" " in text or "\n" in text or not text.isascii() for text in texts)
    return other * 2 < len(texts) and wordy * 2 > len(texts)


def is_running_text(table: pa.Table | pa.RecordBatch, column: int) -> bool:
    """Whether a column holds sentences, judged by its first 1,000 rows."""
    return _is_running_text(_sample(table, column))


def _is_number_or_date(text: str) -> bool:
    return (
        len(text) <= _LONGEST_NUMBER
        and _NUMBER_OR_DATE.fullmatch(text) is not None
        and any(character.isdigit() for character in text)
    )


def _textiness(texts: Sequence[str]) -> float:
    """Long, of letters and spaces, and each different: what jokes are and categories are not."""
    if not texts:
        return -1.0
    length = min(statistics.fmean(map(len, texts)), _LOOKED_AT)
    joined = "".join(text[:_LOOKED_AT] for text in texts)
    letters = len(_NO_LETTERS.sub("", joined))
    return length * letters / len(joined) * (len(set(texts)) / len(texts))
