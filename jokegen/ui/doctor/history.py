"""Every recipe that a person has tried, so that each step can be undone and done again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jokegen import wording
from jokegen.jobs.dataset_requests import Edit, Fix, FixKind, Recipe


@dataclass(frozen=True)
class _Step:
    """A recipe, and what was done to the one before to get it: "Links: take the links out"."""

    recipe: Recipe
    what: str


class RecipeHistory:
    """A line of recipes with a place on it; a new step forgets those that were undone."""

    def __init__(self, recipe: Recipe) -> None:
        self._steps = [_Step(recipe, "")]
        self._place = 0

    @property
    def recipe(self) -> Recipe:
        """The one that is wanted now."""
        return self._steps[self._place].recipe

    @property
    def can_undo(self) -> bool:
        return self._place > 0

    @property
    def can_redo(self) -> bool:
        return self._place < len(self._steps) - 1

    @property
    def undo_what(self) -> str:
        """What undoing would take back; "" if there is nothing."""
        return self._steps[self._place].what if self.can_undo else ""

    @property
    def redo_what(self) -> str:
        """What would be done again; "" if there is nothing."""
        return self._steps[self._place + 1].what if self.can_redo else ""

    def add(self, recipe: Recipe, what: str) -> bool:
        """Go on to another recipe; False if it is the one that is wanted already.

        A step back by other means (the table's own) is one back on the line too.
        """
        if recipe == self.recipe:
            return False
        if self.can_undo and recipe == self._steps[self._place - 1].recipe:
            self._place -= 1
            return True
        self._steps[self._place + 1 :] = [_Step(recipe, what)]
        self._place += 1
        return True

    def undo(self) -> Recipe:
        """Go one back, if there is one."""
        self._place = max(0, self._place - 1)
        return self.recipe

    def redo(self) -> Recipe:
        """Go one on, if there is one."""
        self._place = min(len(self._steps) - 1, self._place + 1)
        return self.recipe


def with_fix(recipe: Recipe, fix: Fix) -> Recipe:
    """The recipe with this fix, in the place of one of its kind."""
    others = [each for each in recipe.fixes if each.kind is not fix.kind]
    order = list(FixKind)
    fixes = sorted([*others, fix], key=lambda each: order.index(each.kind))
    return replace(recipe, fixes=tuple(fixes))


def without_fix(recipe: Recipe, kind: FixKind) -> Recipe:
    """The recipe without the fix of this kind."""
    return replace(recipe, fixes=tuple(fix for fix in recipe.fixes if fix.kind is not kind))


def edits_changed(old: tuple[Edit, ...], new: tuple[Edit, ...]) -> str:
    """What a person did in the table between these: "your changes to 2 jokes"."""
    places = {(edit.row, edit.part) for edit in set(old) ^ set(new)}
    changes = "change" if len(places) == 1 else "changes"
    return f"your {changes} to {wording.jokes(len(places))} in the table"
