"""Edits of jokes as one mark a joke, and steps from one state of these marks to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jokegen.data.batches import plain
from jokegen.jobs.dataset_requests import Edit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jokegen.data.joke_digest import Digest
    from jokegen.data.row_query import Mask, Rows

    Marks = npt.NDArray[np.uint8]

NO_MARK, MARK_REMOVED, MARK_KEPT = range(3)


@dataclass(frozen=True, eq=False)
class Change:
    """One step that can be undone; `what` says it in words, without a full stop."""

    what: str
    rows: Rows
    marks_before: Marks
    marks_after: Marks
    texts_before: dict[int, str | None] = field(default_factory=dict)
    texts_after: dict[int, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """How many jokes there are of each kind; `reasons` by why they are left out."""

    jokes: int
    kept: int
    left_out: int
    reasons: dict[str, int]
    mended: int
    edited: int


def laid_over(
    digest: Digest, edits: Sequence[Edit]
) -> tuple[Marks, dict[int, str], tuple[Edit, ...]]:
    """The marks of all jokes, the texts of some, and the edits of jokes that are not there."""
    import numpy as np

    marks = np.zeros(len(digest), np.uint8)
    texts: dict[int, str] = {}
    elsewhere: list[Edit] = []
    rows = digest.find([edit.row for edit in edits], [edit.part for edit in edits]).tolist()
    for row, edit in zip(rows, edits, strict=True):
        if row < 0:
            elsewhere.append(edit)
            continue
        if edit.text is not None:
            texts[row] = plain(edit.text).strip()
        if edit.is_kept:
            marks[row] = MARK_KEPT
        elif edit.text is None:
            marks[row] = MARK_REMOVED
    return marks, texts, tuple(elsewhere)


def mask_of(rows: Iterable[int], count: int) -> Mask:
    import numpy as np

    mask = np.zeros(count, bool)
    mask[list(rows)] = True
    return mask
