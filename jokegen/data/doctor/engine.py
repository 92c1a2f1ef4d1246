"""Makes jokes of raw rows by a recipe: part, join, change, edit, leave out, in this order.

Nothing is altered that the recipe does not say, but for outer white space. What was done to every
joke can be told afterwards; where nothing was done, nothing is held for it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from jokegen.data.batches import plain
from jokegen.data.doctor.changes import CHANGES
from jokegen.data.doctor.cutting import Change
from jokegen.data.doctor.leaving import NOTES, Pile, Tools, find
from jokegen.data.doctor.meter import Meter
from jokegen.data.doctor.rows import find_runs, split_row
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Edit, Example, FixKind, Recipe

# Longer than the window of every base model in the catalogue (1,024 to 2,048 tokens of about
# four characters): such a text could not be learnt whole, and is no joke.
MAX_JOKE_CHARACTERS = 8_000
EMPTY, TOO_LONG, BY_HAND = "empty", "too long", "removed by hand"
EXAMPLES = 5
_AT_ONCE = 4_096

__all__ = ["MAX_JOKE_CHARACTERS", "Applied", "Found", "Tools", "apply_recipe"]


@dataclass
class Found:
    """How many jokes a fix is about, and a few of them, chosen by chance, the same every time."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)
    words: tuple[str, ...] = ()
    _dice: random.Random = field(default_factory=lambda: random.Random(42))

    def add(self, row: int, part: int, before: str, after: tuple[str, ...] | None) -> None:
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(row, part, before, after))
        elif (place := int(self._dice.random() * self.count)) < EXAMPLES:
            self.examples[place] = Example(row, part, before, after)


@dataclass
class Applied:
    """All jokes that a recipe made, kept or not; lists and dictionaries count them from 0.

    `rows_of` and `parts` say where each came from (parts that are 0 are not listed), `before`
    what changed ones were, `notes` why some are left out, `exempt` which ones a person wants kept
    whatever the fixes say, `found` what each fix of the recipe did.
    """

    texts: list[str] = field(default_factory=list)
    rows_of: Sequence[int] = ()
    parts: dict[int, int] = field(default_factory=dict)
    before: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    exempt: set[int] = field(default_factory=set)
    found: dict[FixKind, Found] = field(default_factory=dict)

    @property
    def kept(self) -> Sequence[int]:
        """The indexes of the jokes that are kept."""
        notes = self.notes
        if not notes:
            return range(len(self.texts))
        return [index for index in range(len(self.texts)) if index not in notes]

    @property
    def jokes(self) -> list[str]:
        """The texts of the jokes that are kept."""
        texts = self.texts
        return [texts[index] for index in self.kept]

    @property
    def left_out(self) -> dict[str, int]:
        """How many are left out for which reason."""
        return dict(Counter(self.notes.values()))

    @property
    def changed(self) -> dict[str, int]:
        """How many jokes each fix has changed, parted or joined, by the name of its kind."""
        return {
            kind.value: found.count
            for kind, found in self.found.items()
            if kind not in NOTES and found.count
        }

    def place(self, index: int) -> tuple[int, int]:
        """The raw row of a joke, and which of its row it is."""
        return self.rows_of[index], self.parts.get(index, 0)

    def rows(self) -> Iterator[tuple[int, int, str, str, str]]:
        """Raw row, part, text, note ("" if kept) and former text ("" if unchanged) of each."""
        for index, (row, text) in enumerate(zip(self.rows_of, self.texts, strict=True)):
            note, before = self.notes.get(index, ""), self.before.get(index, "")
            yield row, self.parts.get(index, 0), text, note, before


def apply_recipe(
    texts: Iterable[Sequence[str]],
    recipe: Recipe,
    tools: Tools,
    context: JobContext,
    meter: Meter | None = None,
) -> Applied:
    """Make jokes of `texts`: batches of one text for each raw row. Raises JobCancelled.

    Progress is told as `Phase.CLEANING`, in jokes; `meter` is given where more work follows.
    """
    meter = meter or Meter(context, len(recipe.fixes))
    applied = Applied()
    for batch in texts:
        context.check()
        applied.texts += [text.strip() for text in batch]
    applied.rows_of = range(len(applied.texts))
    if recipe.fix(FixKind.SEVERAL_IN_ROW) is not None:
        _split_rows(applied, meter)
    if recipe.fix(FixKind.OVER_ROWS) is not None:
        _join_rows(applied, meter)
    for kind, change in CHANGES.items():
        if recipe.fix(kind) is not None:
            _change(applied, kind, change, meter)
    _edit(applied, recipe.edits)
    _leave_out_unusable(applied)
    for kind in NOTES:
        _leave_out(applied, kind, recipe, tools, meter)
    return applied


def _split_rows(applied: Applied, meter: Meter) -> None:
    texts: list[str] = []
    rows: list[int] = []
    found = Found()
    check = meter.step(len(applied.texts))
    for row, text in enumerate(applied.texts):
        if row % _AT_ONCE == 0:
            check(row)
        parts = split_row(text)
        if len(parts) > 1:
            for number in range(len(parts)):
                applied.before[len(texts) + number] = text
                if number:
                    applied.parts[len(texts) + number] = number
            found.add(row, 0, text, tuple(parts))
        texts += parts
        rows += [row] * len(parts)
    if found.count:
        applied.texts, applied.rows_of = texts, rows
    applied.found[FixKind.SEVERAL_IN_ROW] = found


def rows_as_lines(applied: Applied) -> list[str]:
    """The texts, with those that were parts of a row as empty ones: nothing is joined to them."""
    if not applied.parts:
        return applied.texts
    parts = applied.parts
    return [
        "" if index in parts or index + 1 in parts else text
        for index, text in enumerate(applied.texts)
    ]


def _join_rows(applied: Applied, meter: Meter) -> None:
    old, rows, found = applied.texts, applied.rows_of, Found()
    check = meter.step(len(old))
    runs = list(find_runs(rows_as_lines(applied), check))
    applied.found[FixKind.OVER_ROWS] = found
    if not runs:
        return
    starts = {run.start: run for run in runs}
    gone = {index for run in runs for index in run[1:]}
    joined = Applied()
    kept_rows: list[int] = []
    for index, text in enumerate(old):
        if index in gone:
            continue
        new = len(joined.texts)
        if index in applied.parts:
            joined.parts[new] = applied.parts[index]
        if index in applied.before:
            joined.before[new] = applied.before[index]
        if index in starts:
            whole = "\n".join(old[number] for number in starts[index])
            joined.before[new] = text
            found.add(rows[index], 0, text, (whole,))
            joined.texts.append(whole)
        else:
            joined.texts.append(text)
        kept_rows.append(rows[index])
    applied.texts, applied.rows_of = joined.texts, kept_rows
    applied.parts, applied.before = joined.parts, joined.before


def _change(applied: Applied, kind: FixKind, change: Change, meter: Meter) -> None:
    texts, found = applied.texts, Found()
    check = meter.step(len(texts))
    for start in range(0, len(texts), _AT_ONCE):
        check(start)
        for index, text in enumerate(texts[start : start + _AT_ONCE], start):
            new = change(text)
            if new != text:
                found.add(*applied.place(index), text, (new,))
                applied.before.setdefault(index, text)
                texts[index] = new
    applied.found[kind] = found


def _edit(applied: Applied, edits: Sequence[Edit]) -> None:
    """Do what a person did; what was edited more than once is as the last edit says."""
    if not edits:
        return
    wanted = {(edit.row, edit.part): edit for edit in edits}
    for index, row in enumerate(applied.rows_of):
        edit = wanted.get((row, applied.parts.get(index, 0)))
        if edit is None:
            continue
        if edit.text is not None:
            new = plain(edit.text).strip()
            if new != applied.texts[index]:
                applied.before.setdefault(index, applied.texts[index])
                applied.texts[index] = new
        elif not edit.is_kept:
            applied.notes[index] = BY_HAND
        if edit.is_kept:
            applied.exempt.add(index)


def _leave_out_unusable(applied: Applied) -> None:
    """Empty jokes and those that no base model could learn whole: no recipe keeps them."""
    most = MAX_JOKE_CHARACTERS
    unusable = [index for index, text in enumerate(applied.texts) if not text or len(text) > most]
    for index in unusable:
        applied.notes.setdefault(index, TOO_LONG if applied.texts[index] else EMPTY)
    applied.exempt.difference_update(applied.notes)


def _leave_out(applied: Applied, kind: FixKind, recipe: Recipe, tools: Tools, meter: Meter) -> None:
    fix = recipe.fix(kind)
    if fix is None:
        return
    indexes, jokes = applied.kept, applied.jokes
    left = find(fix, Pile(jokes, exempt_among(applied, indexes), tools, meter.step(len(jokes))))
    found = Found(words=left.words)
    note = NOTES[kind]
    for number in left.indexes:
        index = indexes[number]
        found.add(*applied.place(index), jokes[number], None)
        applied.notes[index] = note
    applied.found[kind] = found


def exempt_among(applied: Applied, indexes: Sequence[int]) -> set[int]:
    """Which of these indexes (their own places in the list) a person wants kept."""
    if not applied.exempt:
        return set()
    return {number for number, index in enumerate(indexes) if index in applied.exempt}
