"""Which jokes of an examined table one can choose to see, each choice with its count."""

from __future__ import annotations

from dataclasses import dataclass

from jokegen import wording
from jokegen.data.edit_marks import Counts
from jokegen.data.joke_edits import BY_HAND
from jokegen.data.row_query import Show


@dataclass(frozen=True)
class View:
    """One choice; `note` is why they are left out."""

    show: Show = Show.ALL
    note: str = ""


def offered_views(counts: Counts, chosen: View) -> list[tuple[View, str]]:
    """The choices with their titles; `chosen` is among them even if there is nothing of it."""
    kinds = {
        View(): ("All jokes", counts.jokes),
        View(Show.KEPT): ("Kept", counts.kept),
        View(Show.LEFT_OUT): ("Left out", counts.left_out),
    }
    reasons = dict(counts.reasons)
    if chosen.note:
        reasons.setdefault(chosen.note, 0)
    for reason, count in reasons.items():
        words = "removed by you" if reason == BY_HAND else reason
        kinds[View(Show.LEFT_OUT, reason)] = (f"Left out: {words}", count)
    kinds[View(Show.CHANGED)] = ("Mended", counts.mended)
    kinds[View(Show.EDITED)] = ("Changed by you", counts.edited)
    return [(view, f"{title} ({wording.number(count)})") for view, (title, count) in kinds.items()]
