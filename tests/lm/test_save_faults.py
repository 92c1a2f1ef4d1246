"""Whatever strikes at whichever moment of a save: a state at most one interval old always loads.

The process is killed, or the disk (a real, small one) is full, before, in and after every write.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.jobs.requests import ContinueRequest
from jokegen.lm import intervals, runs, schedule
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.run_points import read_metrics
from jokegen.lm.training_state import read_state, state_folders
from jokegen.model_service import ModelService
from jokegen.records import RunStatus
from tests.lm.faulty_child import FIRST, REQUEST, STEPS, STRIDES
from tests.lm.plain_arithmetic import write_little
from tests.lm.tiny_models import SENTENCES, tiny_gpt2
from tests.small_disks import mounts, unmount

ROOT = Path(__file__).parents[2]
INTERVAL = 2

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each child is a ready process")


@pytest.fixture(autouse=True)
def check_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the children do."""
    monkeypatch.setattr(schedule, "STEPS_BETWEEN_CHECKS", INTERVAL)
    monkeypatch.setattr(schedule, "MOST_CHECKS", 99)
    write_little(monkeypatch)
    monkeypatch.setattr(intervals, "LARGEST_SHARE", 1e9)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A data folder in which nothing was trained yet."""
    paths = Paths(tmp_path / "template")
    tiny_gpt2(paths.models / "gpt2")
    file = tmp_path / "jokes.txt"
    file.write_text("\n".join(f"{text} Number {i}." for i in range(8) for text in SENTENCES))
    model_service.import_jokes(ImportRequest((file,), "My jokes"), RecordingContext(paths))
    return paths.home


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    if not mounts(folder, "size=6m"):
        pytest.skip("nothing can be mounted here")
    yield folder
    unmount(folder)


def moments(fault: str, window: str, template: Path, home: Path, results: Path) -> int:
    """Let the children train; returns how many moments there were."""
    shutil.copytree(template, home)
    results.mkdir()
    command = [sys.executable, "-m", "tests.lm.faulty_child", fault, window, str(home)]
    result = subprocess.run(
        [*command, str(results)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    assert result.returncode == 0, result.stderr
    return int(result.stdout)


def digest_of_final(run: Path) -> str:
    manifest = storage.read_manifest(run / "final")
    assert manifest is not None
    return str(manifest["files"]["model.safetensors"]["sha256"])


def assert_nothing_is_lost(home: Path, status: RunStatus | None) -> int:
    """The newest whole state is at most one interval old; returns its step."""
    paths = Paths(home)
    ModelService(paths).sweep()
    assert list(paths.runs.rglob(".tmp-*")) == []
    run = runs.find_run(paths, 1)
    assert status is None or run.status is status
    assert run.can_continue
    assert run.model_path is not None
    storage.check_files(run.model_path, digests=True)
    folders = state_folders(RunFolder(1, run.path).states)
    steps = [read_state(folder).standing.step for folder in folders]  # every one of them is whole
    assert max(steps) >= FIRST - INTERVAL
    return max(steps)


def assert_goes_on(home: Path, expected: str) -> None:
    summary = model_service.continue_training(ContinueRequest(1), RecordingContext(Paths(home)))
    assert (summary.status, summary.steps) == ("complete", STEPS)
    assert digest_of_final(summary.path) == expected


@pytest.fixture
def expected(template: Path, tmp_path: Path) -> str:
    """The weights of a training that nothing befell."""
    home = shutil.copytree(template, tmp_path / "undisturbed")
    return digest_of_final(model_service.train(REQUEST, RecordingContext(Paths(home))).path)


def test_killed_at_any_moment_of_a_save_a_run_goes_on_to_the_same_weights(
    template: Path, tmp_path: Path, expected: str
) -> None:
    results = tmp_path / "results"
    count = moments("kill", "save", template, tmp_path / "home", results)
    assert count > 60
    steps = set()
    for moment in range(1, count + 1):
        steps.add(assert_nothing_is_lost(results / str(moment), RunStatus.INTERRUPTED))
        if moment % 24 == 0 or moment == count:
            assert_goes_on(results / str(moment), expected)
    assert steps == {FIRST - INTERVAL, FIRST}


@pytest.mark.parametrize("fault", ["full", "full once"])
def test_a_disk_that_is_full_at_any_moment_of_a_save_costs_no_older_state(
    template: Path, disk: Path, tmp_path: Path, expected: str, fault: str
) -> None:
    results = tmp_path / "results"
    count = moments(fault, "save", template, disk / "home", results)
    assert count > 30
    stride = STRIDES.get(fault, 1)
    for moment in range(stride, count + 1, stride):
        assert_nothing_is_lost(results / str(moment), None)
        if moment % 24 == 0:
            assert_goes_on(results / str(moment), expected)


def assert_ended_well_or_goes_on(home: Path, expected: str, *, is_tried: bool) -> RunStatus:
    """From the last step on: complete with its model, or all is there to become so."""
    paths = Paths(home)
    ModelService(paths).sweep()
    assert list(paths.runs.rglob(".tmp-*")) == []
    run = runs.find_run(paths, 1)
    assert run.model_path is not None
    storage.check_files(run.model_path, digests=True)
    assert read_metrics(run.path)[-1].step >= STEPS - 1
    if run.status is RunStatus.COMPLETE:
        assert digest_of_final(run.path) == expected
        assert run.steps == STEPS
        return run.status
    assert run.can_continue
    if is_tried:
        assert_goes_on(home, expected)
    return run.status


@pytest.mark.parametrize(
    "fault", ["kill", "full", pytest.param("full once", marks=pytest.mark.slow)]
)
def test_at_any_moment_of_the_end_a_run_is_complete_or_goes_on_to_be(
    template: Path, tmp_path: Path, disk: Path, expected: str, fault: str
) -> None:
    results = tmp_path / "results"
    count = moments(fault, "end", template, disk / "home", results)
    stride = STRIDES.get(fault, 1)
    statuses = {
        assert_ended_well_or_goes_on(
            results / str(moment), expected, is_tried=moment % 24 == 0 or moment == count
        )
        for moment in range(stride, count + 1, stride)
    }
    if fault == "kill":
        assert statuses == {RunStatus.INTERRUPTED, RunStatus.COMPLETE}
