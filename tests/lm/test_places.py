"""Folders that are read-only or gone are found, by name, before a training begins."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.events import Failed, Metric, Phase, Progress
from jokegen.jobs.requests import ContinueRequest
from jokegen.jobs.running import run_job
from jokegen.lm import runs
from jokegen.records import RunStatus
from tests.lm.resuming_bench import REQUEST, make_home, pause, save_often, step
from tests.small_disks import mounts, unmount


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    if not mounts(folder, "size=6m"):
        pytest.skip("only root on Linux can mount a small disk")
    yield folder
    unmount(folder)


def refused(
    job: Callable[..., object], request: object, home: Paths
) -> tuple[Failed, RecordingContext]:
    """The failure; nothing was trained, nor even loaded."""
    context = RecordingContext(home)
    outcome = run_job(job, request, context)
    assert isinstance(outcome, Failed), outcome
    assert len(outcome.todo) > 20
    assert not any(isinstance(event, Metric) for event in context.events)
    phases = {event.phase for event in context.events if isinstance(event, Progress)}
    assert Phase.TRAINING not in phases
    return outcome, context


def test_a_read_only_disk_is_found_before_the_training(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_often(monkeypatch)
    home = make_home(disk / "home")
    pause(home, REQUEST, step(7))
    before = runs.find_run(home, 1)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for job, request in (
        (model_service.train, REQUEST),
        (model_service.continue_training, ContinueRequest(1)),
    ):
        failed, context = refused(job, request, home)
        assert str(home.runs) in failed.happened
        assert "JOKEGEN_HOME" in failed.todo or "another folder" in failed.todo
        assert not any(
            isinstance(event, Progress) and event.phase is Phase.LOADING for event in context.events
        )
    assert runs.find_run(home, 1) == before
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    summary = model_service.continue_training(ContinueRequest(1), RecordingContext(home))
    assert summary.status == "complete"


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("permissions do not stop root")
    home = make_home(tmp_path)
    home.runs.mkdir()
    home.runs.chmod(0o555)
    failed, _ = refused(model_service.train, REQUEST, home)
    home.runs.chmod(0o755)
    assert str(home.runs) in failed.happened


def test_a_file_where_the_runs_should_be_is_named(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    home.runs.write_text("not a folder")
    failed, _ = refused(model_service.train, REQUEST, home)
    assert str(home.runs) in failed.happened


def test_a_data_set_or_a_run_that_is_gone_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_often(monkeypatch)
    home = make_home(tmp_path)
    pause(home, REQUEST, step(7))
    aside = tmp_path / "aside"
    (dataset,) = (path for path in home.datasets.iterdir() if path.is_dir())
    shutil.move(dataset, aside)
    for job, request in (
        (model_service.train, REQUEST),
        (model_service.continue_training, ContinueRequest(1)),
    ):
        failed, _ = refused(job, request, home)
        assert "My jokes" in failed.happened
    assert runs.find_run(home, 1).status is RunStatus.PAUSED
    shutil.move(aside, dataset)
    shutil.rmtree(runs.find_run(home, 1).path)
    failed, _ = refused(model_service.continue_training, ContinueRequest(1), home)
    assert "no run 1" in failed.happened


def test_a_run_whose_folder_vanishes_on_its_way_ends_with_an_honest_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody pulls out the disk: the rest of the data stays as it is."""
    save_often(monkeypatch)
    home = make_home(tmp_path)

    class Vanishing(RecordingContext):
        def emit(self, event: object) -> None:
            super().emit(event)  # type: ignore[arg-type]
            if isinstance(event, Metric) and event.step == 7:
                shutil.rmtree(home.runs, ignore_errors=True)

    outcome = run_job(model_service.train, REQUEST, Vanishing(home))
    assert isinstance(outcome, Failed)
    assert "runs" in outcome.happened
    assert runs.list_runs(home) == []
