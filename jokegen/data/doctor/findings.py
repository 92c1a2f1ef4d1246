"""What could be mended in jokes, and what a recipe has mended: a finding for every kind of fix.

Each kind is looked for by itself, in what it would be given if it were added to the recipe, so
that it then does what was announced.
"""

from __future__ import annotations

from collections.abc import Iterator

from jokegen.data import near_duplicates
from jokegen.data.doctor.changes import CHANGES
from jokegen.data.doctor.engine import (
    Applied,
    Found,
    changes,
    edited_rows,
    joined,
    lines_to_join,
    pile_for,
    splits,
)
from jokegen.data.doctor.leaving import Tools, default_limit, find, limit_of
from jokegen.data.doctor.meter import Check, Meter
from jokegen.data.doctor.rows import find_runs
from jokegen.jobs.dataset_requests import Finding, Fix, FixKind, Recipe

# What takes longer is only looked for when asked: the rest of the page should not wait for it.
SECONDS_UNASKED = 5.0


def find_all(
    applied: Applied, recipe: Recipe, tools: Tools, meter: Meter, *, thorough: bool | None
) -> Iterator[Finding]:
    """A finding for every kind, in their order. `thorough`: see `ExamineRequest`."""
    whole = edited_rows(recipe)
    for kind in FixKind:
        fix = recipe.fix(kind)
        if fix is not None:
            done = applied.found.get(kind, Found())
            yield _finding(kind, done, limit_of(fix), is_fixed=True)
        elif kind is FixKind.SEVERAL_IN_ROW:
            would = _would_split(applied, whole, meter.step(len(applied.raw)))
            yield _finding(kind, would, None, is_fixed=False)
        elif kind is FixKind.OVER_ROWS:
            would = _would_join(applied, whole, meter.step(len(applied.raw)))
            yield _finding(kind, would, None, is_fixed=False)
        elif kind in CHANGES:
            would = _would_change(kind, applied, meter.step(len(applied.texts)))
            yield _finding(kind, would, None, is_fixed=False)
        else:
            yield _would_leave(kind, applied, tools, meter, thorough)


def _finding(kind: FixKind, found: Found, limit: float | None, *, is_fixed: bool) -> Finding:
    examples = tuple(sorted(found.examples, key=lambda example: (example.row, example.part)))
    return Finding(kind, found.count, is_fixed, examples, limit, found.words, listed=found.listed)


def _is_looked_for(count: int, thorough: bool | None) -> bool:
    if thorough is None:
        return near_duplicates.seconds_for(count) <= SECONDS_UNASKED
    return thorough


def _would_split(applied: Applied, whole: set[int], check: Check) -> Found:
    found = Found()
    for row, parts in splits(applied.raw, whole, check):
        found.add(row, 0, applied.raw[row], tuple(parts))
    return found


def _would_join(applied: Applied, whole: set[int], check: Check) -> Found:
    found = Found()
    for run in find_runs(lines_to_join(applied, whole), check):
        found.add(run.start, 0, applied.raw[run.start], (joined(applied.raw, run),))
    return found


def _would_change(kind: FixKind, applied: Applied, check: Check) -> Found:
    found = Found()
    for index, text, new in changes(applied, CHANGES[kind], check):
        found.add(*applied.place(index), text, (new,))
    return found


def _would_leave(
    kind: FixKind, applied: Applied, tools: Tools, meter: Meter, thorough: bool | None
) -> Finding:
    indexes, pile = pile_for(kind, applied, tools, meter)
    if kind is FixKind.NEAR_DUPLICATES and not _is_looked_for(len(indexes), thorough):
        seconds = near_duplicates.seconds_for(len(indexes))
        return Finding(kind, None, False, limit=default_limit(kind), seconds=seconds)
    left = find(Fix(kind), pile)
    found = Found(words=left.words, listed=left.listed)
    for number in left.indexes:
        found.add(*applied.place(indexes[number]), pile.jokes[number], None)
    return _finding(kind, found, default_limit(kind), is_fixed=False)
