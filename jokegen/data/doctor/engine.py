"""Makes jokes of raw rows by a recipe: part, join, change, edit, leave out, in this order.

Nothing is altered that the recipe does not say, but for outer white space. What was done to every
joke can be told afterwards; where nothing was done, nothing is held for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from jokegen.data.doctor.leaving import NOTES, Tools, find
from jokegen.data.doctor.rows import belong_together, split_row
from jokegen.data.doctor.changes import CHANGES
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Edit, FixKind, Recipe
from jokegen.jobs.events import Phase, Progress

# Longer than the window of every base model in the catalogue (1,024 to 2,048 tokens of about
# four characters): such a text could not be learnt whole, and is no joke.
MAX_JOKE_CHARACTERS = 8_000
EMPTY, TOO_LONG, BY_HAND = "empty", "too long", "removed by hand"
_AT_ONCE = 4_096

__all__ = ["MAX_JOKE_CHARACTERS", "Applied", "Tools", "apply_recipe"]


@dataclass
class Applied:
    """All jokes that a recipe made, kept or not. The lists and keys count jokes in their order.

    `rows` and `parts` say where each came from (parts that are 0 are not listed), `before` what
    changed ones were, `notes` why some are left out.
    """

    texts: list[str] = field(default_factory=list)
    rows_of: Sequence[int] = ()
    parts: dict[int, int] = field(default_factory=dict)
    before: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    changed: Counter[str] = field(default_factory=Counter)
    changed_by: dict[FixKind, list[int]] = field(default_factory=dict)
    left_by: dict[FixKind, list[int]] = field(default_factory=dict)
    words_by: dict[FixKind, tuple[str, ...]] = field(default_factory=dict)
    _kept: list[int] | None = None

    @property
    def kept(self) -> list[int]:
        """The indexes of the jokes that are kept."""
        if self._kept is None:
            notes = self.notes
            self._kept = [index for index in range(len(self.texts)) if index not in notes]
        return self._kept

    @property
    def jokes(self) -> list[str]:
        """The texts of the jokes that are kept."""
        texts = self.texts
        return [texts[index] for index in self.kept]

    @property
    def left_out(self) -> dict[str, int]:
        """How many are left out for which reason, in the order of the reasons' first joke."""
        return dict(Counter(self.notes.values()))

    def rows(self) -> Iterator[tuple[int, int, str, str, str]]:
        """Raw row, part, text, note ("" if kept) and former text ("" if unchanged) of each."""
        for index, (row, text) in enumerate(zip(self.rows_of, self.texts, strict=True)):
            note, before = self.notes.get(index, ""), self.before.get(index, "")
            yield row, self.parts.get(index, 0), text, note, before


def apply_recipe(
    texts: Iterable[Sequence[str]], recipe: Recipe, tools: Tools, context: JobContext
) -> Applied:
    """Make jokes of `texts`: batches of one text for each raw row. Raises JobCancelled.

    Progress is told as `Phase.CLEANING`, in jokes.
    """
    applied = Applied()
    for batch in texts:
        context.check()
        applied.texts += [text.strip() for text in batch]
    applied.rows_of = range(len(applied.texts))
    _join_rows(applied, recipe, context)
    _split_rows(applied, recipe, context)
    for kind, change in CHANGES.items():
        if recipe.fix(kind) is not None:
            _change(applied, kind, change, context)
    kept_anyway = _edit(applied, recipe.edits)
    _leave_out_unusable(applied, kept_anyway, context)
    for kind in NOTES:
        fix = recipe.fix(kind)
        if fix is not None:
            indexes = [index for index in applied.kept if index not in kept_anyway]
            jokes = applied.jokes if not kept_anyway else [applied.texts[i] for i in indexes]
            left = find(fix, jokes, tools, _progress(context, len(jokes)))
            _leave(applied, kind, [indexes[number] for number in left.indexes])
            applied.words_by[kind] = left.words
    return applied


def _join_rows(applied: Applied, recipe: Recipe, context: JobContext) -> None:
    if recipe.fix(FixKind.OVER_ROWS) is None:
        return
    texts: list[str] = []
    rows: list[int] = []
    joined: list[int] = []
    check = _progress(context, len(applied.texts))
    previous = ""  # the raw row before, which decides whether this one goes on
    for row, text in enumerate(applied.texts):
        if row % _AT_ONCE == 0:
            check(row)
        if previous and text and belong_together(previous, text):
            if not joined or joined[-1] != len(texts) - 1:
                joined.append(len(texts) - 1)
            texts[-1] = f"{texts[-1]}\n{text}"
        else:
            texts.append(text)
            rows.append(row)
        previous = text
    for index in joined:
        applied.before[index] = texts[index].partition("\n")[0]
    applied.texts, applied.rows_of = texts, rows
    _count(applied, FixKind.OVER_ROWS, joined)


def _split_rows(applied: Applied, recipe: Recipe, context: JobContext) -> None:
    if recipe.fix(FixKind.SEVERAL_IN_ROW) is None:
        return
    texts: list[str] = []
    rows: list[int] = []
    before: dict[int, str] = {}
    split: list[int] = []
    check = _progress(context, len(applied.texts))
    for index, text in enumerate(applied.texts):
        if index % _AT_ONCE == 0:
            check(index)
        parts = split_row(text)
        if index in applied.before:
            before[len(texts)] = applied.before[index]
        if len(parts) > 1:
            split.append(len(texts))
        for number, part in enumerate(parts):
            if number:
                applied.parts[len(texts)] = number
            if len(parts) > 1:
                before[len(texts)] = text
            texts.append(part)
            rows.append(applied.rows_of[index])
    applied.texts, applied.rows_of, applied.before = texts, rows, before
    _count(applied, FixKind.SEVERAL_IN_ROW, split)


def _change(
    applied: Applied, kind: FixKind, change: Callable[[str], str], context: JobContext
) -> None:
    changed: list[int] = []
    texts, check = applied.texts, _progress(context, len(applied.texts))
    for start in range(0, len(texts), _AT_ONCE):
        check(start)
        for index in range(start, min(start + _AT_ONCE, len(texts))):
            text = texts[index]
            new = change(text)
            if new != text:
                applied.before.setdefault(index, text)
                texts[index] = new
                changed.append(index)
    _count(applied, kind, changed)


def _edit(applied: Applied, edits: Sequence[Edit]) -> set[int]:
    """Do what a person did; returns the indexes of the jokes to be kept whatever the fixes say."""
    if not edits:
        return set()
    wanted = {(edit.row, edit.part): edit for edit in edits}
    kept_anyway: set[int] = set()
    for index, row in enumerate(applied.rows_of):
        edit = wanted.get((row, applied.parts.get(index, 0)))
        if edit is None:
            continue
        if edit.text is not None:
            if edit.text.strip() != applied.texts[index]:
                applied.before.setdefault(index, applied.texts[index])
                applied.texts[index] = edit.text.strip()
        elif not edit.is_kept:
            applied.notes[index] = BY_HAND
        if edit.is_kept:
            kept_anyway.add(index)
    return kept_anyway


def _leave_out_unusable(applied: Applied, kept_anyway: set[int], context: JobContext) -> None:
    """Empty jokes and those that no base model could learn whole: no recipe keeps them."""
    context.check()
    for index, text in enumerate(applied.texts):
        if not text:
            applied.notes.setdefault(index, EMPTY)
        elif len(text) > MAX_JOKE_CHARACTERS:
            applied.notes.setdefault(index, TOO_LONG)
    kept_anyway.difference_update(applied.notes)


def _leave(applied: Applied, kind: FixKind, indexes: list[int]) -> None:
    if indexes:
        applied.notes.update(dict.fromkeys(indexes, NOTES[kind]))
        applied._kept = None
    applied.left_by[kind] = indexes


def _count(applied: Applied, kind: FixKind, indexes: list[int]) -> None:
    applied.changed_by[kind] = indexes
    if indexes:
        applied.changed[kind.value] += len(indexes)


def _progress(context: JobContext, total: int) -> Callable[[int], None]:
    def check(done: int) -> None:
        context.check()
        context.emit(Progress(Phase.CLEANING, done, total, "jokes"))

    return check
