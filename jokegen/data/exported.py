"""Takes back what made an exported CSV safe for spreadsheets, when it is imported again.

A spreadsheet takes a text that begins with "=" for a formula (OWASP, "CSV injection"); an export
puts an apostrophe in front of it, which spreadsheets do not show. So that this can be undone
without doubt, texts that begin with apostrophes and then such a character get one more too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jokegen.data.batches import text_batch
from jokegen.data.dataset_files import PARTS
from jokegen.jobs.dataset_requests import Format
from jokegen.jobs.events import Notice

if TYPE_CHECKING:
    import pyarrow as pa

    from jokegen.data.piles import Pile
    from jokegen.jobs.context import JobContext

COLUMNS = ("text", "part")
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def guarded(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The opposite of `guarded`, for every text that it gave."""
    return text[1:] if _GUARDED.match(text) else text


def without_guards(pile: Pile, context: JobContext) -> tuple[Iterator[pa.RecordBatch], str]:
    """The batches of a pile, and how it was understood: a CSV of ours is known by its columns.

    How many apostrophes were taken away is told at the end.
    """
    if pile.columns != COLUMNS or pile.options.format is not Format.CSV:
        return pile.batches, pile.understood
    return _unguarded(pile.batches, context), f"{pile.understood}, as exported by Jokegen"


def _unguarded(batches: Iterator[pa.RecordBatch], context: JobContext) -> Iterator[pa.RecordBatch]:
    count = 0
    for batch in batches:
        texts, parts = (column.to_pylist() for column in batch.columns)
        plain = [
            unguarded(text) if part in PARTS else text
            for text, part in zip(texts, parts, strict=True)
        ]
        changed = sum(map(str.__ne__, plain, texts))
        count += changed
        yield text_batch(COLUMNS, (plain, parts)) if changed else batch
    if count:
        context.emit(
            Notice(
                f"Apostrophes that an export had put before {count:,} "
                f"{'joke' if count == 1 else 'jokes'} for the sake of spreadsheets were taken away."
            )
        )
