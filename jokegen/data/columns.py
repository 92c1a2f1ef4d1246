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
_NUMBER_OR_DATE = re.compile(r"[-+]?[\d\s.,:/%$€£TZ-]*\d[\d\s.,:/%$€£TZ+-]*")
_ADDRESS = re.compile(r"\w+://|www\.|[\w.+-]+@\S+$", re.IGNORECASE)


def find_joke_column(table: pa.Table | pa.RecordBatch) -> str:
    """The name of the column that most likely holds the jokes, judged by its first 1,000 rows.

    A usual name ("joke", "text", "body" …) decides among columns that hold running text; without
    one, the length of its texts does. Numbers, dates, addresses and IDs come last.
    """
    names: list[str] = table.schema.names
    if len(names) == 1:
        return names[0]
    scores = [_score(name, _sample(table, i)) for i, name in enumerate(names)]
    return names[scores.index(max(scores))]


def _sample(table: pa.Table | pa.RecordBatch, number: int) -> list[str]:
    texts = table.column(number).slice(0, _ROWS).to_pylist()
    return [text.strip() for text in texts if text and not text.isspace()]


def _score(name: str, texts: Sequence[str]) -> tuple[bool, bool, float, float]:
    """Compared from left to right: is it text at all, has it a usual name, which, how texty."""
    rank = joke_rank(name)
    return (
        _is_running_text(texts),
        rank is not None and bool(texts),
        -rank if rank is not None else 0,
        _textiness(texts),
    )


def _is_running_text(texts: Sequence[str]) -> bool:
    """Whether most values are several words, and not numbers, dates or addresses."""
    if not texts:
        return False
    other = sum(bool(_NUMBER_OR_DATE.fullmatch(text) or _ADDRESS.match(text)) for text in texts)
    # Languages without spaces between words: a third of a text outside ASCII letters counts too.
    wordy = sum(" " in text or "\n" in text or not text.isascii() for text in texts)
    return other * 2 < len(texts) and wordy * 2 > len(texts)


def _textiness(texts: Sequence[str]) -> float:
    """Long, of letters and spaces, and each different: what jokes are and categories are not."""
    if not texts:
        return -1.0
    length = min(statistics.mean(map(len, texts)), 400)
    characters = sum(map(len, texts))
    letters = sum(sum(c.isalpha() or c == " " for c in text[:400]) for text in texts)
    return length * min(letters / characters, 1.0) * (len(set(texts)) / len(texts))
