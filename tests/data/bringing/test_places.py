"""Brought files are forgotten after some days, but not while a preview shows them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.data.bringing.bringing import bring, bring_link
from jokegen.data.bringing.places import (
    Part,
    claim_part,
    forget,
    forget_old,
    leave_part,
    temporary_file,
)
from jokegen.data.importing import import_jokes, preview
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import BringRequest, ImportRequest, PreviewRequest
from jokegen.model_service import ModelService
from tests.data.bringing.conftest import leftovers
from tests.data.bringing.standin_web import Page, StandInWeb
from tests.small_disks import small_disk

JOKES = "".join(f"Joke number {i} is a good one.\n" for i in range(30))
DAY = 24 * 3600


def age(path: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def test_brought_files_are_forgotten_after_days_and_by_sweeps(paths: Paths) -> None:
    file = bring(BringRequest(text=JOKES), RecordingContext(paths)).file
    new = bring(BringRequest(text=JOKES), RecordingContext(paths)).file
    ModelService(paths).sweep()
    assert file.exists()
    age(file.parent, 4)
    ModelService(paths).sweep()
    assert not file.parent.exists()
    assert new.exists()
    forget(new)
    assert leftovers(paths) == []
    outside = paths.home / "mine.txt"
    outside.write_text("mine")
    forget(outside)
    assert outside.exists()


def test_a_file_that_a_preview_shows_stays_and_an_import_keeps_a_copy(paths: Paths) -> None:
    context = RecordingContext(paths)
    brought = bring(BringRequest(text=JOKES), context)
    shown = preview(PreviewRequest((brought.file,), origin=brought.origin), context)
    age(brought.file.parent, 4)
    forget_old(paths)
    assert brought.file.exists()
    info = import_jokes(
        ImportRequest((brought.file,), brought.name, table=shown.table, origin=brought.origin),
        context,
    )
    saved = ModelService(paths).dataset(info.dataset)
    copies = [path for path in saved.path.rglob("*.txt") if path.read_text() == JOKES]
    assert len(copies) == 1
    shown.table.unlink()
    shown.table.with_suffix(".json").unlink()
    forget_old(paths)
    assert not brought.file.exists()
    assert copies[0].exists()


def test_parts_go_to_one_who_claims_them_and_are_forgotten_after_a_day(paths: Paths) -> None:
    link = "https://example.org/a.csv"
    made = temporary_file(paths)
    made.write_bytes(b"half")
    leave_part(paths, link, made, Part(4, '"one"', 8))
    assert claim_part(paths, "https://example.org/b.csv", temporary_file(paths)) is None
    first, second = temporary_file(paths), temporary_file(paths)
    assert claim_part(paths, link, first) == Part(4, '"one"', 8)
    assert claim_part(paths, link, second) is None
    leave_part(paths, link, first, Part(4, '"one"', 8))
    for path in paths.previews.iterdir():
        age(path, 2)
    forget_old(paths)
    assert leftovers(paths) == []


def test_a_disk_that_fills_up_during_a_download_is_told_and_freed(
    site: StandInWeb, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        paths = Paths(disk / "home")
        site.pages["/jokes.txt"] = Page(JOKES.encode() * 5000, is_chunked=True)  # 4 MB, size untold
        with pytest.raises(OSError, match="No space left"):
            bring_link(
                BringRequest(link=f"{site.url}/jokes.txt"), site.web(), RecordingContext(paths)
            )
        assert leftovers(paths) == []
        site.pages["/told.txt"] = Page(JOKES.encode() * 5000)
        with pytest.raises(JokegenError, match="disk space"):
            bring_link(
                BringRequest(link=f"{site.url}/told.txt"), site.web(), RecordingContext(paths)
            )
        assert leftovers(paths) == []
