"""What did not fit is listed in a report that one can save, with all of it and nothing else."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.data.importing import preview
from jokegen.data.misfits import KEPT_AT_MOST, MisfitLog
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import Misfits, PreviewRequest


def test_all_misfits_are_in_the_report_and_the_first_thousand_at_hand(tmp_path: Path) -> None:
    lines = [json.dumps({"joke": f"number {i}"}) for i in range(2_500)]
    lines[100:2_100] = ["{broken"] * 2_000
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    summary = preview(PreviewRequest((path,)), RecordingContext(Paths(tmp_path / "home")))
    assert summary.rows == 500
    assert summary.misfit_count == 2_000
    assert len(summary.misfits) == KEPT_AT_MOST
    assert summary.misfit_report is not None
    with summary.misfit_report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["File", "Line", "Problem", "What was done"]
    assert [int(row[1]) for row in rows[1:]] == list(range(101, 2_101))
    assert {row[3] for row in rows[1:]} == {"left out"}


def test_where_all_is_well_there_is_no_report(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one joke\nanother\n", encoding="utf-8")
    summary = preview(PreviewRequest((path,)), RecordingContext(Paths(tmp_path / "home")))
    assert (summary.misfit_report, summary.misfit_count, summary.misfits) == (None, 0, ())
    assert list((tmp_path / "home" / "previews").glob("*.csv")) == []


def test_names_that_a_spreadsheet_would_calculate_are_made_safe(tmp_path: Path) -> None:
    log = MisfitLog(Misfits.REPAIR, tmp_path / "report.csv")
    log.add("=1+1.csv", 3, "is odd", can_repair=True, todo="Mend it.")
    log.add("caf\udce9.csv", 4, "is odd", can_repair=False, todo="Mend it.")
    log.add_file("x.csv", JokegenError("It is gone.", "Fetch it."))
    log.close()
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert rows == [
        ["'=1+1.csv", "3", "is odd", "repaired"],
        ["caf?.csv", "4", "is odd", "left out"],
        ["x.csv", "", "could not be read: It is gone. Fetch it", "left out"],
    ]
    assert log.count == 3


@pytest.mark.parametrize(
    ("policy", "can_repair", "done"),
    [
        (Misfits.REPAIR, True, "repaired"),
        (Misfits.REPAIR, False, "left out"),
        (Misfits.SKIP, True, "left out"),
        (Misfits.SKIP, False, "left out"),
    ],
)
def test_the_policy_decides(policy: Misfits, can_repair: bool, done: str) -> None:
    log = MisfitLog(policy)
    is_repaired = log.add("a.csv", 3, "is odd", can_repair=can_repair, todo="Mend it.")
    assert is_repaired == (done == "repaired")
    assert [misfit.done for misfit in log.first] == [done]


def test_stopping_names_file_line_and_remedy() -> None:
    with pytest.raises(JokegenError, match=r"Row 3 of “a\.csv” is odd\. Mend it\."):
        MisfitLog(Misfits.STOP).add(
            "a.csv", 3, "is odd", can_repair=True, todo="Mend it.", place="Row"
        )
