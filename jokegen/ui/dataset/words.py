"""What the Dataset tab says when something went well: a title, and what to know or to do next."""

from __future__ import annotations

from jokegen import wording
from jokegen.jobs.dataset_requests import ExportSummary, ImportSummary
from jokegen.model_service import FEWEST_JOKES
from jokegen.ui.library.detail import left_out, too_few


def saved(summary: ImportSummary, notices: str) -> tuple[str, str]:
    """After a data set was saved; `notices` are what the job noticed on the way."""
    told = " ".join(filter(None, [left_out(summary.dropped), notices]))
    if summary.kept < FEWEST_JOKES:
        then = too_few(summary.kept)
    else:
        then = "Next: fine-tune a language model on them."
    title = f"Saved “{summary.dataset}”: {wording.jokes(summary.kept)}."
    return title, f"{told} {then}".strip()


def exported(summary: ExportSummary) -> tuple[str, str]:
    """After a data set was written into a file for other programs."""
    todo = f"It is in {summary.file.parent}."
    if summary.guarded:
        todo += (
            f" {summary.guarded:,} that a spreadsheet would take for formulas have an apostrophe "
            "in front."
        )
    return f"Wrote {wording.jokes(summary.jokes)} into “{summary.file.name}”.", todo
