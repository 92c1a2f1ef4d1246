"""Makes jokes of raw rows by a recipe: part, join, edit, change, leave out, in this order.

Nothing is altered that the recipe does not say, but for outer white space. What was done to every
joke can be told afterwards; where nothing was done, nothing is held for it.

What a person did to a joke stands: fixes neither part nor join a row that was edited as a whole,
nor change a text that was written by hand.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from jokegen.data.batches import plain
from jokegen.data.doctor.changes import CHANGES
from jokegen.data.doctor.cutting import Change
from jokegen.data.doctor.leaving import NOTES, Pile, Tools, find
from jokegen.data.doctor.meter import Check, Meter
from jokegen.data.doctor.rows import can_be_split, find_runs, split_row
from jokegen.data.pacing import stretches
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Edit, Example, FixKind, Recipe

# Longer than the window of every base model in the catalogue (1,024 to 2,048 tokens of about
# four characters): such a text could not be learnt whole, and is no joke.
MAX_JOKE_CHARACTERS = 8_000
EMPTY, TOO_LONG, BY_HAND = "empty", "too long", "removed by hand"
EXAMPLES = 5
_KINDS = list(NOTES)
_LATER_NOTES = {
    kind: {NOTES[later] for later in _KINDS[number:]} for number, kind in enumerate(_KINDS)
}

__all__ = ["MAX_JOKE_CHARACTERS", "Applied", "Found", "Tools", "apply_recipe"]


@dataclass
class Found:
    """How many jokes a fix is about, and a few of them, chosen by chance, the same every time."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)
    words: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    _dice: random.Random = field(
        default_factory=lambda: random.Random(42), compare=False, repr=False
    )

    def add(self, row: int, part: int, before: str, after: tuple[str, ...] | None) -> None:
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(row, part, before, after))
        elif (place := int(self._dice.random() * self.count)) < EXAMPLES:
            self.examples[place] = Example(row, part, before, after)


@dataclass
class Applied:
    """All jokes that a recipe made, kept or not; lists and dictionaries count them from 0.

    `raw` are the rows they were made of. `rows_of` and `parts` say where each came from (parts
    that are 0 are not listed), `before` what changed ones were, `notes` why some are left out,
    `exempt` which ones a person wants kept whatever the fixes say, `by_hand` which ones have a
    person's text or were removed by one, `found` what each fix of the recipe did.
    """

    raw: Sequence[str] = ()
    texts: list[str] = field(default_factory=list)
    rows_of: Sequence[int] = ()
    parts: dict[int, int] = field(default_factory=dict)
    before: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    exempt: set[int] = field(default_factory=set)
    by_hand: set[int] = field(default_factory=set)
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
        """The raw row of a joke, and its part, as `Edit` counts them."""
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
    raw: list[str] = []
    for batch in texts:
        context.check()
        raw += [text.strip() for text in batch]
    applied = Applied(raw, list(raw), range(len(raw)))
    whole = edited_rows(recipe)
    if recipe.fix(FixKind.SEVERAL_IN_ROW) is not None:
        _split_rows(applied, whole, meter)
    if recipe.fix(FixKind.OVER_ROWS) is not None:
        _join_rows(applied, whole, meter)
    _edit(applied, recipe.edits)
    for kind, change in CHANGES.items():
        if recipe.fix(kind) is not None:
            _change(applied, kind, change, meter)
    _leave_out_unusable(applied)
    for kind in NOTES:
        _leave_out(applied, kind, recipe, tools, meter)
    return applied


def edited_rows(recipe: Recipe) -> set[int]:
    """The raw rows that a person dealt with as a whole: these are neither parted nor joined."""
    return {edit.row for edit in recipe.edits if edit.part == 0}


def splits(
    raw: Sequence[str], whole: Collection[int], check: Check
) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold several jokes, and these."""
    for stretch in stretches(raw):
        check(stretch.start)
        for row in stretch:
            text = raw[row]
            if can_be_split(text) and row not in whole and len(parts := split_row(text)) > 1:
                yield row, parts


def _split_rows(applied: Applied, whole: Collection[int], meter: Meter) -> None:
    raw, found = applied.raw, Found()
    applied.found[FixKind.SEVERAL_IN_ROW] = found
    texts: list[str] = []
    rows: list[int] = []
    done = 0
    for row, parts in splits(raw, whole, meter.step(len(raw))):
        texts += raw[done:row]
        rows += range(done, row)
        done = row + 1
        found.add(row, 1, raw[row], tuple(parts))
        for number, part in enumerate(parts, 1):
            applied.parts[len(texts)] = number
            applied.before[len(texts)] = raw[row]
            texts.append(part)
            rows.append(row)
    if found.count:
        applied.texts, applied.rows_of = texts + list(raw[done:]), [*rows, *range(done, len(raw))]


def lines_to_join(applied: Applied, whole: Collection[int]) -> Sequence[str]:
    """The raw rows; those that were parted or edited are empty: nothing is joined to them."""
    parted = {applied.rows_of[index] for index, part in applied.parts.items() if part > 0}
    if not parted and not whole:
        return applied.raw
    lines = list(applied.raw)
    for row in parted.union(whole):
        if row < len(lines):
            lines[row] = ""
    return lines


def _join_rows(applied: Applied, whole: Collection[int], meter: Meter) -> None:
    old, found, raw = applied, Found(), applied.raw
    runs = list(find_runs(lines_to_join(old, whole), meter.step(len(raw))))
    old.found[FixKind.OVER_ROWS] = found
    if not runs:
        return
    starts = {run.start: run for run in runs}
    gone = {row for run in runs for row in run[1:]}
    texts: list[str] = []
    rows: list[int] = []
    parts: dict[int, int] = {}
    before: dict[int, str] = {}
    for index, (row, text) in enumerate(zip(old.rows_of, old.texts, strict=True)):
        if row in gone:
            continue
        new = len(texts)
        if (run := starts.get(row)) is not None:
            parts[new], before[new] = -len(run), text
            text = joined(raw, run)
            found.add(row, -len(run), before[new], (text,))
        elif index in old.parts:
            parts[new], before[new] = old.parts[index], old.before[index]
        texts.append(text)
        rows.append(row)
    old.texts, old.rows_of, old.parts, old.before = texts, rows, parts, before


def joined(raw: Sequence[str], run: range) -> str:
    """The joke that stands over these rows."""
    return "\n".join(raw[row] for row in run)


def changes(applied: Applied, change: Change, check: Check) -> Iterator[tuple[int, str, str]]:
    """Index, text and new text of the jokes that a change would alter; not those done by hand."""
    texts, by_hand = applied.texts, applied.by_hand
    for stretch in stretches(texts):
        check(stretch.start)
        for index in stretch:
            text = texts[index]
            new = change(text)
            if new != text and index not in by_hand:
                yield index, text, new


def _change(applied: Applied, kind: FixKind, change: Change, meter: Meter) -> None:
    found = Found()
    for index, text, new in changes(applied, change, meter.step(len(applied.texts))):
        found.add(*applied.place(index), text, (new,))
        applied.before.setdefault(index, text)
        applied.texts[index] = new
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
        if edit.is_kept:
            applied.exempt.add(index)
        if edit.text is not None:
            new = plain(edit.text).strip()
            if new != applied.texts[index]:
                applied.before.setdefault(index, applied.texts[index])
                applied.texts[index] = new
            applied.by_hand.add(index)
        elif not edit.is_kept:
            applied.notes[index] = BY_HAND
            applied.by_hand.add(index)


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
    indexes, pile = pile_for(kind, applied, tools, meter)
    left = find(fix, pile)
    found = Found(words=left.words, listed=left.listed)
    note = NOTES[kind]
    for number in left.indexes:
        index = indexes[number]
        found.add(*applied.place(index), pile.jokes[number], None)
        applied.notes[index] = note
    applied.found[kind] = found


def pile_for(
    kind: FixKind, applied: Applied, tools: Tools, meter: Meter
) -> tuple[Sequence[int], Pile]:
    """The jokes that a fix of this kind looks through, with their indexes.

    Those that are left out by fixes which come later are among them.
    """
    later = _LATER_NOTES[kind]
    notes, texts = applied.notes, applied.texts
    indexes: Sequence[int] = range(len(texts))
    if notes:
        indexes = [index for index in indexes if index not in notes or notes[index] in later]
        texts = [texts[index] for index in indexes]
    exempt = applied.exempt
    kept = {number for number, index in enumerate(indexes) if index in exempt} if exempt else set()
    return indexes, Pile(texts, kept, tools, meter.step(len(texts)))
