"""What piles of jokes are called on the pages: by their files, their folder, or their origin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jokegen.jobs.dataset_requests import PreviewSummary


def title_of(summary: PreviewSummary) -> str:
    """Where the rows of a preview come from, in a few words."""
    if summary.origin:
        is_address = ":" in summary.origin
        return summary.origin if is_address else summary.origin[:1].upper() + summary.origin[1:]
    if summary.datasets:
        return " + ".join(f"“{name}”" for name in summary.datasets)
    return title_of_files(summary.sources)


def title_of_files(paths: Sequence[Path]) -> str:
    """ "jokes.csv", or "jokes.csv and 3 more"."""
    if len(paths) == 1:
        return paths[0].name
    return f"{paths[0].name} and {len(paths) - 1} more"
