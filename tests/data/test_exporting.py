"""Files for other programs: all jokes, safe in spreadsheets, and back again unaltered."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jokegen.config.paths import Paths
from jokegen.data.exported import guarded, unguarded
from jokegen.data.exporting import export_dataset
from jokegen.data.importing import import_jokes, preview
from jokegen.data.store import load_jokes, save_dataset
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import JobContext, RecordingContext, Stop
from jokegen.jobs.dataset_requests import (
    ExportFormat,
    ExportRequest,
    ImportRequest,
    PreviewRequest,
)
from jokegen.jobs.events import Event, Notice, Phase, Progress
from tests.small_disks import small_disk

ODD = [
    "=1+1", "+41 is a number", "-5 degrees: cool", "@home nobody laughs", "'=quoted", "''=twice",
    "'twas the night", 'He said "no", twice; and\nleft.', "a\r\nb", "NA", "null", "0012", "😂",
    "=cmd|' /C calc'!A0", "＝full width", "text", "- Why?\n- Because.", "a\u2028b",
]  # fmt: skip
TRAIN, VALIDATION = ODD[:12], ODD[12:]


@pytest.fixture
def saved(context: RecordingContext) -> RecordingContext:
    save_dataset(context.paths, "Odd", TRAIN, VALIDATION, dropped={}, source="", column="")
    return context


def export(context: JobContext, file: Path, kind: ExportFormat) -> int:
    summary = export_dataset(ExportRequest("odd", file, kind), context)
    assert (summary.file, summary.jokes) == (file, len(ODD))
    assert summary.bytes == file.stat().st_size
    return summary.guarded


def test_csv_is_safe_for_spreadsheets(saved: RecordingContext, tmp_path: Path) -> None:
    file = tmp_path / "jokes.csv"
    assert export(saved, file, ExportFormat.CSV) == 9
    assert file.read_bytes().startswith(b"\xef\xbb\xbftext,part\r\n")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for text, _ in rows)
    assert [part for _, part in rows] == ["train"] * 12 + ["validation"] * 6
    assert [unguarded(text) for text, _ in rows] == ODD


def test_json_lines_and_parquet_hold_the_texts_as_they_are(
    saved: RecordingContext, tmp_path: Path
) -> None:
    parts = ["train"] * 12 + ["validation"] * 6
    assert export(saved, tmp_path / "a.jsonl", ExportFormat.JSON_LINES) == 0
    lines = (tmp_path / "a.jsonl").read_bytes().decode().removesuffix("\n").split("\n")
    rows = [json.loads(line) for line in lines]
    assert [(row["text"], row["part"]) for row in rows] == list(zip(ODD, parts, strict=True))
    assert export(saved, tmp_path / "a.parquet", ExportFormat.PARQUET) == 0
    table = pq.read_table(tmp_path / "a.parquet").to_pydict()
    assert table == {"text": ODD, "part": parts}


@pytest.mark.parametrize("kind", ExportFormat)
def test_an_export_that_is_imported_gives_the_same_jokes(
    saved: RecordingContext, tmp_path: Path, kind: ExportFormat
) -> None:
    file = tmp_path / f"back.{kind.value}"
    export(saved, file, kind)
    saved.events.clear()
    summary = import_jokes(ImportRequest((file,)), saved)
    assert summary.columns == ("text",)
    train, validation = load_jokes(saved.paths, "back")
    assert sorted(train + validation) == sorted(ODD)
    notices = [event.text for event in saved.events if isinstance(event, Notice)]
    if kind is ExportFormat.CSV:
        assert summary.understood.endswith(", as exported by Jokegen")
        assert "9 jokes" in notices[0]
    else:
        assert notices == []


@given(st.text())
def test_guarding_can_be_undone_for_every_text(text: str) -> None:
    for before in (text, f"={text}", f"'{text}", f"'={text}", f"''-{text}"):
        assert unguarded(guarded(before)) == before
        assert not guarded(before).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_apostrophes_of_other_files_stay(tmp_path: Path, context: RecordingContext) -> None:
    path = tmp_path / "a.csv"
    rows = ['"\'=1 is a joke here",other', '"\'=2 is a joke too",train']
    for header in ("text,part", "joke,part"):
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        summary = preview(PreviewRequest((path,)), context)
        first = "".join(context.events[-1].text if isinstance(context.events[-1], Notice) else "")
        assert ("1 joke " in first) == (header == "text,part"), summary.understood


def test_a_name_without_an_ending_gets_one(saved: RecordingContext, tmp_path: Path) -> None:
    request = ExportRequest("Odd", tmp_path / "jokes", ExportFormat.PARQUET)
    assert export_dataset(request, saved).file == tmp_path / "jokes.parquet"
    with pytest.raises(JokegenError, match=r"named “jokes.parquet” already"):
        export_dataset(request, saved)


def test_a_place_that_cannot_be_gets_a_sentence(saved: RecordingContext, tmp_path: Path) -> None:
    with pytest.raises(JokegenError, match="is not there"):
        export_dataset(ExportRequest("Odd", tmp_path / "no" / "a.csv", ExportFormat.CSV), saved)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(JokegenError, match="is a folder"):
        export_dataset(ExportRequest("Odd", tmp_path / "folder.csv", ExportFormat.CSV), saved)
    with pytest.raises(JokegenError, match="no data set named “Even”"):
        export_dataset(ExportRequest("Even", tmp_path / "a.csv", ExportFormat.CSV), saved)
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == ["folder.csv"]


class Stopping(JobContext):
    """Asks for a stop at the first progress that has got so far."""

    def __init__(self, paths: Paths, done: int) -> None:
        def stop(event: Event) -> None:
            if isinstance(event, Progress) and event.done >= done:
                self.request_stop(Stop.CANCEL)

        super().__init__(paths, stop)


@pytest.mark.parametrize("kind", ExportFormat)
@pytest.mark.parametrize("done", [0, 8_000])
def test_a_cancelled_export_leaves_what_was_there(
    context: RecordingContext, tmp_path: Path, kind: ExportFormat, done: int
) -> None:
    jokes = [f"joke number {i}" for i in range(20_000)]
    save_dataset(context.paths, "Many", jokes, [], dropped={}, source="", column="")
    place = tmp_path / "place"
    place.mkdir()
    file = place / "a.out"
    file.write_text("old")
    with pytest.raises(JobCancelled):
        export_dataset(ExportRequest("Many", file, kind), Stopping(context.paths, done))
    assert [path.name for path in place.iterdir()] == ["a.out"]
    assert file.read_text() == "old"
    export_dataset(ExportRequest("Many", file, kind), context)
    assert file.read_bytes() != b"old"
    last = context.events[-1]
    assert last == Progress(Phase.SAVING, 20_000, 20_000, "jokes")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "256k") as disk:
        yield disk


@pytest.mark.parametrize("kind", ExportFormat)
def test_an_export_on_a_full_disk_leaves_what_was_there(
    context: RecordingContext, tiny_disk: Path, kind: ExportFormat
) -> None:
    jokes = [f"joke number {i}: {os.urandom(30).hex()}" for i in range(20_000)]
    save_dataset(context.paths, "Many", jokes, [], dropped={}, source="", column="")
    file = tiny_disk / "a.out"
    file.write_text("old")
    with pytest.raises(OSError, match="No space left"):
        export_dataset(ExportRequest("Many", file, kind), context)
    assert [path.name for path in tiny_disk.iterdir()] == ["a.out"]
    assert file.read_text() == "old"
