"""What the tests of the joke doctor share: applying recipes to lists of jokes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from jokegen.config.paths import Paths
from jokegen.data.doctor.changes import CHANGES
from jokegen.data.doctor.engine import Applied, apply_recipe
from jokegen.data.doctor.findings import find_all
from jokegen.data.doctor.leaving import Tools
from jokegen.data.doctor.meter import Meter
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import Edit, Finding, Fix, FixKind, Recipe

NOWHERE = Paths(Path("unused"))
TEXT_KINDS = tuple(CHANGES)


def mended(kind: FixKind, text: str) -> str:
    """The text after one change."""
    return CHANGES[kind](text)


def applied(
    jokes: Sequence[str],
    *fixes: Fix | FixKind,
    edits: Sequence[Edit] = (),
    tools: Tools | None = None,
) -> Applied:
    """What a recipe of these fixes makes of these rows."""
    recipe = recipe_of(*fixes, edits=edits)
    return apply_recipe([jokes], recipe, tools or Tools(), RecordingContext(NOWHERE))


def recipe_of(*fixes: Fix | FixKind, edits: Sequence[Edit] = ()) -> Recipe:
    return Recipe(
        tuple(Fix(fix) if isinstance(fix, FixKind) else fix for fix in fixes), tuple(edits)
    )


def left_out(jokes: Sequence[str], fix: Fix | FixKind) -> list[str]:
    """The jokes that one fix leaves out."""
    result = applied(jokes, fix)
    return [result.texts[index] for index in result.notes]


def findings(
    jokes: Sequence[str], recipe: Recipe | None = None, tools: Tools | None = None
) -> dict[FixKind, Finding]:
    """What would be told of these rows under a recipe; by kind."""
    recipe, tools = recipe or Recipe(()), tools or Tools()
    meter = Meter(RecordingContext(NOWHERE), len(FixKind))
    result = apply_recipe([jokes], recipe, tools, RecordingContext(NOWHERE))
    return {
        finding.kind: finding for finding in find_all(result, recipe, tools, meter, thorough=True)
    }


def read_jokes(file: Path) -> list[str]:
    """The jokes of a CSV file with a column "Joke"."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [row["Joke"] for row in csv.DictReader(lines)]
