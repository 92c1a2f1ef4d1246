"""Rows that do not fit: what was done with each, kept as a report that a person can save."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TextIO

from jokegen.data.batches import plain
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import Misfit, Misfits

KEPT_AT_MOST = 1_000
_FORMULA = ("=", "+", "-", "@", "\t")  # what a spreadsheet would calculate


class MisfitLog:
    """Decides about misfits by the policy, and remembers them.

    The first 1,000 are held in `first`; all of them are written to the CSV file `report`, which
    is only made when there is one. Close it before the report is read.
    """

    def __init__(self, policy: Misfits = Misfits.REPAIR, report: Path | None = None) -> None:
        self.first: list[Misfit] = []
        self.count = 0
        self.policy = policy
        self._report = report
        self._file: TextIO | None = None

    def add(
        self,
        file: str,
        line: int,
        problem: str,
        *,
        can_repair: bool,
        todo: str,
        place: str = "Line",
    ) -> bool:
        """Whether the row is to be repaired; else it is to be left out.

        `problem` goes on after "Line 3 of “x.csv” " and has no full stop; `todo` is a sentence.
        `place` is what is counted: lines of a text, rows of a table. Raises JokegenError with
        both sentences where the policy is to stop.
        """
        if self.policy is Misfits.STOP:
            raise JokegenError(f"{place} {line} of “{plain(file)}” {problem}.", todo)
        is_repaired = can_repair and self.policy is Misfits.REPAIR
        self._note(Misfit(plain(file), line, problem, "repaired" if is_repaired else "left out"))
        return is_repaired

    def add_file(self, file: str, error: JokegenError) -> None:
        """Note that a whole file of a pile, or the rest of it, is left out (as line 0).

        Raises the error where the policy is to stop.
        """
        if self.policy is Misfits.STOP:
            raise error
        problem = f"could not be read: {error.happened} {error.todo}".rstrip(".")
        self._note(Misfit(plain(file), 0, problem, "left out"))

    @property
    def report(self) -> Path | None:
        """The CSV file with all of them, None if there is none."""
        return self._report if self.count else None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _note(self, misfit: Misfit) -> None:
        self.count += 1
        if len(self.first) < KEPT_AT_MOST:
            self.first.append(misfit)
        if self._report is None:
            return
        if self._file is None:
            # With a byte-order mark, so that Excel reads it as UTF-8.
            self._file = self._report.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(("File", "Line", "Problem", "What was done"))
        name = f"'{misfit.file}" if misfit.file.startswith(_FORMULA) else misfit.file
        csv.writer(self._file).writerow((name, misfit.line or "", misfit.problem, misfit.done))
