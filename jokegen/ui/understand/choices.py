"""What a person chose about the reading of some files, kept while they are read again and again."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from jokegen.jobs.dataset_requests import PreviewSummary, ReadOptions
from jokegen.ui.understand.joining import Joining


class Choices:
    """`chosen` is what to read by; `joining` what a person made of the columns, None if nothing.

    A preview says only how files were read, not what of it somebody chose. So choices are kept
    here, and brought into line with each preview that arrives: one that was not asked for is of
    files opened anew, for which nothing was chosen; the one that is shown already takes back
    what could not be carried out.
    """

    def __init__(self) -> None:
        self.chosen = ReadOptions()
        self.joining: Joining | None = None
        self.are_columns_confirmed = False
        self._summary: PreviewSummary | None = None
        self._shown = ReadOptions()  # what was chosen when the preview that is shown was made
        self._asked: ReadOptions | None = None  # what another reading was asked for
        self._is_waiting = False  # for that reading

    def take_preview(self, summary: PreviewSummary) -> bool:
        """A preview is shown from now on; returns whether nothing was chosen for its files yet."""
        is_restored = self._summary is not None and summary.table == self._summary.table
        is_reread = (
            self._summary is not None
            and self._asked is not None
            and _sources(summary) == _sources(self._summary)
        )
        if is_restored:
            self.chosen = self._shown if self._asked is not None else self.chosen
        elif is_reread and self._asked is not None:
            self.chosen = _agreeing(self._asked, summary.options)
        else:
            self.chosen, self.joining = ReadOptions(), None
            self.are_columns_confirmed = False
        if self.joining is not None and not set(self.joining.columns) <= set(summary.columns):
            self.joining = None
        self._summary, self._shown = summary, self.chosen
        self._asked, self._is_waiting = None, False
        return not is_restored and not is_reread

    def choose(self, options: ReadOptions) -> bool:
        """Read like this from now on; returns whether that needs another reading."""
        former, self.chosen = self.chosen, options
        if self._summary is None:
            return False
        read = self._summary.options
        needs_reading = self._is_waiting or any(
            getattr(options, name) != getattr(former, name)
            and getattr(options, name) != getattr(read, name)
            for name in (field.name for field in fields(ReadOptions))
        )
        if needs_reading:
            self._asked, self._is_waiting = options, True
        else:
            self._shown = options
        return needs_reading

    def stop_waiting(self) -> None:
        """No reading is under way any more; its preview may be about to come, or never."""
        if self._is_waiting:
            self.chosen, self._is_waiting = self._shown, False


def _sources(summary: PreviewSummary) -> tuple[tuple[Path, ...], tuple[str, ...], str]:
    return summary.sources, summary.datasets, summary.origin


def _agreeing(chosen: ReadOptions, read: ReadOptions) -> ReadOptions:
    """Those choices that a reading went by. Readers may know better: JSON can be JSON Lines."""
    kept = {
        field.name: getattr(chosen, field.name)
        for field in fields(ReadOptions)
        if getattr(chosen, field.name) == getattr(read, field.name)
    }
    return ReadOptions(**kept)
