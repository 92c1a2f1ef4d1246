"""What is said about findings: how many jokes, what is done to them, which fixes are safe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from jokegen import wording
from jokegen.data.doctor.leaving import NOTES
from jokegen.jobs.dataset_requests import ExamineSummary, Finding, Fix, FixKind, Recipe

# Repeats first: every pile has them, and they matter most.
ORDER: tuple[FixKind, ...] = (
    FixKind.EXACT_DUPLICATES,
    FixKind.SAME_WORDS,
    FixKind.NEAR_DUPLICATES,
    *(
        kind
        for kind in FixKind
        if kind not in (FixKind.EXACT_DUPLICATES, FixKind.SAME_WORDS, FixKind.NEAR_DUPLICATES)
    ),
)

# Nothing that somebody meant is lost by these, so they can be done all at once.
SAFE: frozenset[FixKind] = frozenset(
    (
        FixKind.EXACT_DUPLICATES,
        FixKind.SAME_WORDS,
        FixKind.HTML,
        FixKind.UNICODE,
        FixKind.CONTROLS,
        FixKind.SPACES,
        FixKind.EDIT_TAILS,
    )
)

_CAUTIONS: dict[FixKind, str] = {
    FixKind.SEVERAL_IN_ROW: "A list can be one joke. Look at the examples first.",
    FixKind.OVER_ROWS: "Two jokes can look like one. Look at the examples first.",
    FixKind.MOJIBAKE: "Rarely, odd letters are meant. Look at the examples first.",
    FixKind.NUMBERING: "A joke can begin with a number. Look at the examples first.",
    FixKind.PERSONAL: "A number in a joke can look like one to call. Look at the examples first.",
    FixKind.OFFENSIVE: "A word alone does not tell how it is meant. Look at the examples first.",
    FixKind.LANGUAGE: "Names and made-up words can mislead. Look at the examples first.",
    FixKind.NEAR_DUPLICATES: "One word can make another joke. Look at the examples first.",
}


class Standing(Enum):
    """Where a finding belongs."""

    OPEN = "open"  # found, not mended
    DONE = "done"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Outcome:
    """A finding beside what is wanted now; a newer recipe may not have been carried out yet."""

    finding: Finding
    fix: Fix | None  # that of the recipe that is wanted
    is_busy: bool = False

    @property
    def is_wanted(self) -> bool:
        return self.fix is not None

    @property
    def is_waiting(self) -> bool:
        """Whether it was examined with another fix than is wanted."""
        if self.finding.is_fixed != self.is_wanted:
            return True
        limit = self.fix.limit if self.fix else None
        return limit is not None and limit != self.finding.limit

    @property
    def standing(self) -> Standing:
        if self.finding.is_fixed:
            return Standing.DONE
        return Standing.NOTHING if self.finding.count == 0 else Standing.OPEN


def caption(outcome: Outcome) -> str:
    """One line under the title of a finding."""
    finding = outcome.finding
    if outcome.is_waiting:
        return "Looking again…" if outcome.is_busy else "Not counted yet"
    if finding.count is None:
        if outcome.is_busy:
            return "Not looked for yet"
        seconds = finding.seconds or 0.0
        return f"Not looked for yet: takes about {wording.duration(max(1.0, seconds))}"
    return _done(finding) if finding.is_fixed else _found(finding)


def _done(finding: Finding) -> str:
    count = finding.count or 0
    if not count:
        return "Nothing to mend so far"
    if finding.kind is FixKind.SEVERAL_IN_ROW:
        return f"{_rows(count)} parted"
    if finding.kind is FixKind.OVER_ROWS:
        return f"{wording.jokes(count)} joined"
    return f"{wording.jokes(count)} {'left out' if finding.kind in NOTES else 'mended'}"


def _found(finding: Finding) -> str:
    count, jokes = finding.count or 0, wording.jokes(finding.count or 0)
    if not count:
        return "None found"
    if finding.kind is FixKind.SEVERAL_IN_ROW:
        return f"{_rows(count)} would be parted"
    if finding.kind is FixKind.OVER_ROWS:
        return f"{jokes} would be joined"
    if finding.kind is FixKind.TOO_SHORT:
        return f"{jokes} of fewer than {finding.limit or 0:,.0f} words"
    if finding.kind is FixKind.TOO_LONG:
        return f"{jokes} of more than {finding.limit or 0:,.0f} tokens"
    return f"{jokes} would {'be left out' if finding.kind in NOTES else 'change'}"


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def caution(kind: FixKind) -> str:
    """What to think of before this fix; "" where nothing can go wrong."""
    return _CAUTIONS.get(kind, "")


def outlook(summary: ExamineSummary, recipe: Recipe) -> str:
    """ "2,948 jokes will be saved · 2 left out · 14 mended"."""
    parts = [f"{wording.jokes(summary.jokes)} will be saved"]
    if left_out := sum(summary.left_out.values()):
        parts.append(f"{left_out:,} left out")
    if changed := sum(summary.changed.values()):
        parts.append(f"{changed:,} mended")
    if edited := sum(edit.text is not None for edit in recipe.edits):
        parts.append(f"{edited:,} changed by you")
    return " · ".join(parts)
