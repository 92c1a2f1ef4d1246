"""What could be mended in jokes, and what a recipe has mended: a finding for every kind of fix.

Each kind is looked for by itself, in the jokes as the recipe has made them so far.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jokegen.data import near_duplicates
from jokegen.data.doctor.changes import CHANGES
from jokegen.data.doctor.cutting import Change
from jokegen.data.doctor.engine import Applied, Found, exempt_among, rows_as_lines
from jokegen.data.doctor.leaving import Pile, Tools, default_limit, find, limit_of
from jokegen.data.doctor.meter import Meter
from jokegen.data.doctor.rows import find_runs, split_row
from jokegen.jobs.dataset_requests import Finding, Fix, FixKind, Recipe

# What takes longer is only looked for when asked: the rest of the page should not wait for it.
SECONDS_UNASKED = 5.0
_AT_ONCE = 4_096


def find_all(
    applied: Applied, recipe: Recipe, tools: Tools, meter: Meter, *, thorough: bool | None
) -> Iterator[Finding]:
    """A finding for every kind, in their order. `thorough`: see `ExamineRequest`."""
    kept = applied.kept
    jokes = applied.jokes
    for kind in FixKind:
        fix = recipe.fix(kind)
        if fix is not None:
            done = applied.found.get(kind, Found())
            yield _finding(kind, done, limit_of(fix), is_fixed=True)
        elif kind in CHANGES:
            would = _would_change(CHANGES[kind], applied, kept, meter)
            yield _finding(kind, would, None, is_fixed=False)
        elif kind is FixKind.SEVERAL_IN_ROW:
            yield _finding(kind, _would_split(applied, kept, meter), None, is_fixed=False)
        elif kind is FixKind.OVER_ROWS:
            yield _finding(kind, _would_join(applied, meter), None, is_fixed=False)
        elif kind is FixKind.NEAR_DUPLICATES and not _is_looked_for(len(jokes), thorough):
            seconds = near_duplicates.seconds_for(len(jokes))
            yield Finding(kind, None, False, limit=default_limit(kind), seconds=seconds)
        else:
            pile = Pile(jokes, exempt_among(applied, kept), tools, meter.step(len(jokes)))
            would = _would_leave(kind, applied, kept, pile)
            yield _finding(kind, would, default_limit(kind), is_fixed=False)


def _finding(kind: FixKind, found: Found, limit: float | None, *, is_fixed: bool) -> Finding:
    examples = tuple(sorted(found.examples, key=lambda example: (example.row, example.part)))
    return Finding(kind, found.count, is_fixed, examples, limit, found.words)


def _is_looked_for(count: int, thorough: bool | None) -> bool:
    if thorough is None:
        return near_duplicates.seconds_for(count) <= SECONDS_UNASKED
    return thorough


def _would_change(change: Change, applied: Applied, kept: Sequence[int], meter: Meter) -> Found:
    found, texts = Found(), applied.texts
    check = meter.step(len(kept))
    for start in range(0, len(kept), _AT_ONCE):
        check(start)
        for index in kept[start : start + _AT_ONCE]:
            text = texts[index]
            new = change(text)
            if new != text:
                found.add(*applied.place(index), text, (new,))
    return found


def _would_split(applied: Applied, kept: Sequence[int], meter: Meter) -> Found:
    found, texts = Found(), applied.texts
    check = meter.step(len(kept))
    for number, index in enumerate(kept):
        if number % _AT_ONCE == 0:
            check(number)
        parts = split_row(texts[index])
        if len(parts) > 1:
            found.add(*applied.place(index), texts[index], tuple(parts))
    return found


def _would_join(applied: Applied, meter: Meter) -> Found:
    found, texts = Found(), applied.texts
    for run in find_runs(rows_as_lines(applied), meter.step(len(texts))):
        if any(index not in applied.notes for index in run):
            whole = "\n".join(texts[index] for index in run)
            found.add(*applied.place(run.start), texts[run.start], (whole,))
    return found


def _would_leave(kind: FixKind, applied: Applied, kept: Sequence[int], pile: Pile) -> Found:
    left = find(Fix(kind), pile)
    found = Found(words=left.words)
    for number in left.indexes:
        found.add(*applied.place(kept[number]), pile.jokes[number], None)
    return found
