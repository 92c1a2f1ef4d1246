"""What a person does to the jokes of an examined table: change, remove, restore, undo, redo.

Edits lie over the table: they take effect in it with the next examination, and can be seen at
once. Everything is kept in one number a joke, so that a million are removed in milliseconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jokegen import wording
from jokegen.data.batches import plain
from jokegen.data.edit_marks import (
    MARK_KEPT,
    MARK_REMOVED,
    NO_MARK,
    Change,
    Counts,
    laid_over,
    mask_of,
)
from jokegen.data.row_query import BEFORE, JOKE, NOTE, Labels, Show
from jokegen.jobs.dataset_requests import Edit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jokegen.data.edit_marks import Marks
    from jokegen.data.joke_digest import Digest
    from jokegen.data.row_query import Mask, Rows

    Codes = npt.NDArray[np.int16]

# As the joke doctor notes them, and the longest joke that it keeps.
BY_HAND, EMPTY, TOO_LONG = "removed by hand", "empty", "too long"
MOST_CHARACTERS = 8_000
# What is done to a joke, as one number: see `JokeEdits.codes`. From REMOVED on it is left out.
PLAIN, MENDED, CHANGED, KEPT, REMOVED, FIRST_REASON = range(6)
_TEXTS = ("", "Mended", "Changed by you", "Kept by you", "Removed by you")
_EDITS_A_STEP = 1_000
_MOST_CHANGES = 1_000
_MOST_ROWS_REMEMBERED = 20_000_000

Read = Callable[[int, int], str]  # row and column of the table: the text that is in the file


class JokeEdits:
    """The edits over one table; `edits` may be more than those with which it was examined.

    Rows are those of the table, from 0. `codes` says of each what is done to it, `labels` in
    words. Raises JokegenError where the table cannot be read.
    """

    def __init__(self, digest: Digest, edits: Sequence[Edit], read: Read) -> None:
        import numpy as np

        self._digest = digest
        self._read = read
        reasons = (text[:1].upper() + text[1:] for text in digest.reasons[1:])
        self._label_texts = (*_TEXTS, *reasons)
        self._done: list[Change] = []
        self._undone: list[Change] = []
        self._marks, self._texts, self._elsewhere = laid_over(digest, edits)
        self._list: tuple[Edit, ...] | None = tuple(edits)
        self._steps: Iterator[None] | None = None  # of making the list
        self._is_edited = mask_of(self._texts, len(digest))
        # What has come into the file already.
        self._texts_there = {
            row: text for row, text in self._texts.items() if read(row, JOKE) == text
        }
        self._is_there = mask_of(self._texts_there, len(digest))
        self._could_not_be_kept = self._find_unusable()
        self._is_pending = np.zeros(len(digest), bool)
        self.changed: dict[int, str] = {}  # jokes that are another text than the file says
        self._look_at_texts(self._texts)
        self.codes: Codes = self._code(slice(None))

    def read_with(self, read: Read) -> None:
        """Read the table by other means from now on, as on another thread."""
        self._read = read

    def place(self, row: int) -> tuple[int, int]:
        """What a joke is known by, in whichever table: its raw row, and which of that row."""
        return int(self._digest.raw_rows[row]), int(self._digest.parts[row])

    def find(self, place: tuple[int, int]) -> int:
        """The row of the joke that is known by this, -1 if it is not there."""
        return int(self._digest.find([place[0]], [place[1]])[0])

    def edits(self) -> tuple[Edit, ...]:
        """What has to be done in the order of the table; the same tuple until something changes."""
        self.list_edits()
        assert self._list is not None
        return self._list

    def list_edits(self, seconds: float = float("inf")) -> bool:
        """Make the list of edits ready for about so long; whether it is done."""
        if self._list is None:
            self._steps = self._steps or self._list_in_steps()
            end = time.perf_counter() + seconds
            for _ in self._steps:
                if time.perf_counter() > end:
                    return False
        return True

    @property
    def labels(self) -> Labels:
        """What is done to each joke, in words."""
        return Labels(NOTE, self.codes, self._label_texts)

    def label(self, row: int) -> str:
        """What is done to one joke, in words; "" if nothing."""
        return self._label_texts[int(self.codes[row])]

    @property
    def counts(self) -> Counts:
        import numpy as np

        by_code = np.bincount(self.codes, minlength=FIRST_REASON + len(self._digest.reasons))
        kept = int(by_code[:REMOVED].sum())
        reasons = {BY_HAND: int(by_code[REMOVED])}
        for number, reason in enumerate(self._digest.reasons[1:]):
            if reason != BY_HAND:
                reasons[reason] = int(by_code[FIRST_REASON + number])
        return Counts(
            jokes=len(self.codes),
            kept=kept,
            left_out=len(self.codes) - kept,
            reasons={reason: count for reason, count in reasons.items() if count},
            mended=int((self._digest.is_mended & ~self._is_there).sum()),
            edited=int((self._is_edited | (self._marks != NO_MARK)).sum()),
        )

    def wanted(self, show: Show, note: str = "") -> Mask | None:
        """Which jokes a person wants to see, None: all of them."""
        mask: Mask | None = None
        if show is Show.KEPT:
            mask = self.codes < REMOVED
        elif show is Show.LEFT_OUT:
            mask = self.codes == self._code_of(note) if note else self.codes >= REMOVED
        elif show is Show.CHANGED:
            mask = self._digest.is_mended & ~self._is_there
        elif show is Show.EDITED:
            mask = self._is_edited | (self._marks != NO_MARK)
        return mask

    def text(self, row: int) -> str:
        """The whole joke."""
        text = self.changed.get(row)
        return self._read(row, JOKE) if text is None else text

    def former_text(self, row: int) -> str:
        """What the joke was in the file of jokes, "" if it is still that."""
        before = self._read(row, BEFORE)
        if row in self.changed:
            before = before or self._read(row, JOKE)
        return "" if before == self.text(row) else before

    def can_put_back(self, row: int) -> bool:
        """Whether the former text of a mended joke can take its place without any loss."""
        if not self._digest.is_mended[row] or row in self._texts or row in self._texts_there:
            return False
        joined = "\n" in self._read(row, JOKE) and "\n" not in self._read(row, BEFORE)
        return self._digest.is_whole_row(row) and not joined

    def can_remove(self, rows: Rows) -> bool:
        """Whether any of these jokes is kept."""
        return bool((self.codes[self._slice(rows)] < REMOVED).any())

    def can_restore(self, rows: Rows) -> bool:
        """Whether any of these jokes is left out, or was changed by hand."""
        some = self._slice(rows)
        return bool((self.codes[some] >= CHANGED).any() or self._is_edited[some].any())

    # ---- What a person does: each gives the words for it, "" if there was nothing to do ---------

    def set_text(self, row: int, text: str) -> str:
        """Give a joke another text; the one that the file has takes the edit back."""
        new: str | None = plain(text).strip()
        if not new or new == self.text(row).strip():
            return ""
        if row in self._texts_there:
            base = self._read(row, BEFORE) or self._read(row, JOKE)
        else:
            base = self._read(row, JOKE)
        if new == base:
            new = None
        rows = _rows([row])
        marks = self._marks[rows]
        after = marks.copy()
        after[marks == MARK_REMOVED] = NO_MARK
        before = {row: self._texts.get(row)}
        return self._do(Change("changed 1 joke", rows, marks, after, before, {row: new}))

    def put_back(self, row: int) -> str:
        """Give a mended joke its former text."""
        return self.set_text(row, self._read(row, BEFORE))

    def remove(self, rows: Rows) -> str:
        """Leave these jokes out."""
        rows = rows[self.codes[self._slice(rows)] < REMOVED]
        if not len(rows):
            return ""
        return self._mark(f"removed {wording.jokes(len(rows))}", rows, MARK_REMOVED)

    def restore(self, rows: Rows) -> str:
        """Bring back those that are left out, whyever; else take back what was done by hand.

        Empty ones stay: no recipe keeps them.
        """
        import numpy as np

        codes = self.codes[self._slice(rows)]
        left_out = rows[(codes >= REMOVED) & (codes != self._code_of(EMPTY))]
        if len(left_out):
            was_removed = self.codes[self._slice(left_out)] == REMOVED
            after = np.where(was_removed, np.uint8(NO_MARK), np.uint8(MARK_KEPT))
            return self._mark(f"restored {wording.jokes(len(left_out))}", left_out, after)
        by_hand = rows[self._is_edited[rows] | (self._marks[rows] == MARK_KEPT)]
        if not len(by_hand):
            return ""
        edited = by_hand[self._is_edited[by_hand]].tolist()
        return self._do(
            Change(
                f"took back your changes to {wording.jokes(len(by_hand))}",
                by_hand,
                self._marks[by_hand],
                np.zeros(len(by_hand), np.uint8),
                {row: self._texts.get(row) for row in edited},
                dict.fromkeys(edited),
            )
        )

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def undo(self) -> tuple[str, Rows]:
        """Take the last step back; which one it was, and the rows. IndexError without any."""
        change = self._done.pop()
        self._undone.append(change)
        self._put(change.rows, change.marks_before, change.texts_before)
        return change.what, change.rows

    def redo(self) -> tuple[str, Rows]:
        """Do again what was undone last. IndexError if nothing was."""
        change = self._undone.pop()
        self._done.append(change)
        self._put(change.rows, change.marks_after, change.texts_after)
        return change.what, change.rows

    # ---- How it is done -------------------------------------------------------------------------

    def _mark(self, what: str, rows: Rows, after: int | npt.NDArray[np.integer]) -> str:
        import numpy as np

        marks = np.broadcast_to(np.asarray(after, np.uint8), rows.shape)
        return self._do(Change(what, rows, self._marks[rows], marks))

    def _do(self, change: Change) -> str:
        self._undone.clear()
        self._done.append(change)
        if len(self._done) > _MOST_CHANGES:
            del self._done[0]
        while len(self._done) > 1 and sum(len(c.rows) for c in self._done) > _MOST_ROWS_REMEMBERED:
            del self._done[0]
        self._put(change.rows, change.marks_after, change.texts_after)
        return change.what

    def _put(self, rows: Rows, marks: Marks, texts: dict[int, str | None]) -> None:
        self._marks[rows] = marks
        for row, text in texts.items():
            self._is_edited[row] = text is not None
            if text is None:
                self._texts.pop(row, None)
            else:
                self._texts[row] = text
        self._look_at_texts(texts)
        # A new array: a search under way on its thread goes on with the old one.
        codes = self.codes.copy()
        some = self._slice(rows)
        codes[some] = self._code(some)
        self.codes = codes
        self._list = self._steps = None

    def _slice(self, rows: Rows) -> Rows | slice:
        """All of them at one go where these are nearly all: ten times as quick as one by one."""
        return slice(None) if len(rows) == len(self.codes) else rows

    def _look_at_texts(self, rows: Iterable[int]) -> None:
        """Which of these are shown with another text than the file has."""
        changed = dict(self.changed)
        for row in rows:
            text, there = self._texts.get(row), self._texts_there.get(row)
            self._is_pending[row] = text is not None and text != there
            if text == there:
                changed.pop(row, None)
            elif text is not None:
                changed[row] = text
            else:  # a change that the file has already was taken back
                changed[row] = self._read(row, BEFORE) or self._read(row, JOKE)
        self.changed = changed

    def _code(self, rows: Rows | slice) -> Codes:
        """What is done to these jokes: the last thing said below counts."""
        import numpy as np

        notes, marks = self._digest.notes[rows], self._marks[rows]
        is_noted, is_kept, is_edited = notes > 0, marks == MARK_KEPT, self._is_edited[rows]
        if BY_HAND in self._digest.reasons:  # not by a fix: whether it still is, the marks say
            is_noted &= notes != self._digest.reasons.index(BY_HAND)
        is_kept &= ~self._could_not_be_kept[rows]
        codes = (self._digest.is_mended[rows] & ~self._is_there[rows]).astype(np.int16)  # MENDED
        np.copyto(codes, notes + np.int16(FIRST_REASON - 1), where=is_noted)
        np.copyto(codes, np.int16(KEPT), where=is_kept)
        if is_edited.any():
            is_changed = is_edited & (~is_noted | is_kept | self._is_pending[rows])
            np.copyto(codes, np.int16(CHANGED), where=is_changed)
        np.copyto(codes, np.int16(REMOVED), where=marks == MARK_REMOVED)
        return codes

    def _find_unusable(self) -> Mask:
        """Which of the jokes that were to be kept no recipe keeps: empty ones and giants."""
        import numpy as np

        unusable = np.zeros(len(self._digest), bool)
        for row in np.flatnonzero((self._marks == MARK_KEPT) & (self._digest.notes > 0)).tolist():
            reason = self._digest.reasons[self._digest.notes[row]]
            if reason == TOO_LONG:
                unusable[row] = len(self._read(row, JOKE)) > MOST_CHARACTERS
            else:
                unusable[row] = reason == EMPTY
        return unusable

    def _code_of(self, reason: str) -> int:
        if reason == BY_HAND:
            return REMOVED
        if reason not in self._digest.reasons[1:]:
            return -1
        return FIRST_REASON - 1 + self._digest.reasons.index(reason)

    def _list_in_steps(self) -> Iterator[None]:
        import numpy as np

        rows = np.flatnonzero((self._marks != NO_MARK) | self._is_edited)
        edits: list[Edit] = []
        for first in range(0, len(rows), _EDITS_A_STEP):
            some = rows[first : first + _EDITS_A_STEP]
            numbers = (self._digest.raw_rows, self._digest.parts, self._marks)
            places = zip(some.tolist(), *(each[some].tolist() for each in numbers), strict=True)
            edits += [
                Edit(raw_row, part)
                if mark == MARK_REMOVED
                else Edit(raw_row, part, self._texts.get(row), mark == MARK_KEPT)
                for row, raw_row, part, mark in places
            ]
            yield
        self._list, self._steps = (*edits, *self._elsewhere), None


def _rows(rows: Sequence[int]) -> Rows:
    import numpy as np

    return np.array(rows, np.int64)
