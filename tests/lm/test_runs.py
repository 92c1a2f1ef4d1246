"""Runs on disk are described honestly, whatever became of their files."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.jobs.events import Metric
from jokegen.jobs.requests import TrainRequest, TrainSummary
from jokegen.lm import runs
from jokegen.lm.run_folder import RunFolder
from jokegen.records import RunStatus

REQUEST = TrainRequest("My jokes", base="gpt2")


def metric(step: int, loss: float | None = None, *, is_best: bool = False) -> Metric:
    return Metric(step, 9, step / 9, 1.0, float(step), validation_loss=loss, is_best=is_best)


def complete_run(paths: Paths) -> RunFolder:
    folder = runs.new_run(paths, REQUEST)
    with storage.new_folder(folder.final) as final:
        (final / "model.safetensors").write_bytes(b"weights")
        storage.write_manifest(final, kind="checkpoint")
    summary = TrainSummary(
        folder.number, "complete", 9, 9, 1.0, 2.0, 3.0, 4.0, 5.0, path=folder.path
    )
    folder.conclude(RunStatus.COMPLETE, summary)
    return folder


def forget_process(folder: RunFolder) -> None:
    """As after the process that trained has gone."""
    asked = storage.read_json(folder.path / "request.json")
    assert asked is not None
    storage.write_json(folder.path / "request.json", {**asked, "process_started": 0.0})


def test_a_run_in_hand_is_running_and_one_without_its_process_is_interrupted(paths: Paths) -> None:
    folder = runs.new_run(paths, REQUEST)
    assert runs.find_run(paths, 1).status is RunStatus.RUNNING
    forget_process(folder)
    assert runs.find_run(paths, 1).status is RunStatus.INTERRUPTED


@pytest.mark.parametrize("has_failed", [True, False])
def test_a_run_that_did_not_end_well_tells_how_far_it_got_and_the_loss_of_what_was_kept(
    paths: Paths, has_failed: bool
) -> None:
    folder = runs.new_run(paths, REQUEST)
    folder.add_metric(metric(0, 6.0))
    for step in range(1, 8):
        folder.add_metric(metric(step))
    folder.add_metric(metric(4, 4.0, is_best=True))
    folder.add_metric(metric(7, 5.0))
    if has_failed:
        folder.conclude(RunStatus.FAILED, None, "It broke.")
    else:
        forget_process(folder)
    run = runs.find_run(paths, 1)
    assert run.status is (RunStatus.FAILED if has_failed else RunStatus.INTERRUPTED)
    assert (run.steps, run.seconds) == (7, 7.0)
    assert (run.validation_loss_before, run.validation_loss) == (6.0, 4.0)


@pytest.mark.parametrize(
    "garbage",
    [b'{"step": 3, "val', b"\xff\xfe\x00", b"[1]", b"7", b'{"step": "many"}', b"", b"[" * 5000],
)
def test_lines_of_the_curves_that_cannot_be_read_are_passed_over(
    paths: Paths, garbage: bytes
) -> None:
    folder = runs.new_run(paths, REQUEST)
    folder.add_metric(metric(2))
    with (folder.path / "metrics.jsonl").open("ab") as file:
        file.write(garbage + b"\n")
    folder.add_metric(metric(3, 2.5, is_best=True))
    run = runs.find_run(paths, 1)
    assert (run.steps, run.validation_loss) == (3, 2.5)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("request.json", None),
        ("request.json", ""),
        ("request.json", "[]"),
        ("request.json", "[" * 100_000),
        ("request.json", '{"version": 1}'),
        ("request.json", '{"version": 99, "request": {}, "started": 1}'),
        ("request.json", '{"version": 1, "request": [], "started": 1}'),
        ("request.json", '{"request": {"dataset": "x", "base": "y"}, "started": "now"}'),
        ("summary.json", '{"version": 1}'),
        ("summary.json", '{"version": 99, "status": "dreaming"}'),
        ("summary.json", '{"status": "complete", "summary": [1]}'),
        ("summary.json", '{"status": "complete", "summary": {"steps": "many"}}'),
    ],
)
def test_a_run_that_cannot_be_understood_hides_itself_and_no_other(
    paths: Paths, file: str, text: str | None
) -> None:
    damaged, whole = complete_run(paths), complete_run(paths)
    if text is None:
        (damaged.path / file).unlink()
    else:
        (damaged.path / file).write_text(text)
    assert [run.number for run in runs.list_runs(paths)] == [whole.number]
    assert runs.new_run(paths, REQUEST).number == 3


@pytest.mark.parametrize("text", ["", "{", "\udcff"])
def test_a_run_whose_summary_cannot_be_read_counts_as_interrupted_and_is_usable(
    paths: Paths, text: str
) -> None:
    folder = complete_run(paths)
    forget_process(folder)
    (folder.path / "summary.json").write_bytes(text.encode(errors="surrogateescape"))
    run = runs.find_run(paths, 1)
    assert (run.status, run.model_path) == (RunStatus.INTERRUPTED, folder.final)


@pytest.mark.parametrize(
    "manifest",
    ['{"version": 1, "fil', '{"files": []}', '{"files": {"a": 1}}', '{"files": {"a": {}}}',
     '{"files": {"a": {"bytes": "3", "sha256": ""}}}'],
)  # fmt: skip
def test_a_run_whose_manifest_is_damaged_is_not_usable(paths: Paths, manifest: str) -> None:
    folder = complete_run(paths)
    (folder.final / storage.MANIFEST).write_text(manifest)
    assert not runs.find_run(paths, 1).is_usable


def stray_file(paths: Paths) -> None:
    (paths.runs / "0001-my-jokes").write_text("")


def stray_folder(paths: Paths) -> None:
    (paths.runs / "0001-my-jokes").mkdir()


def damaged_counter(paths: Paths) -> None:
    (paths.runs / ".last-number").write_text('{"number": "many"}')
    stray_file(paths)


@pytest.mark.parametrize("stray", [stray_file, stray_folder, damaged_counter])
def test_what_does_not_belong_among_the_runs_is_left_alone_and_its_number_is_not_given(
    paths: Paths, stray: Callable[[Paths], None]
) -> None:
    paths.runs.mkdir(parents=True)
    stray(paths)
    assert runs.list_runs(paths) == []
    assert runs.new_run(paths, REQUEST).number == 2
    assert (paths.runs / "0001-my-jokes").exists()


def test_trainings_that_start_at_once_get_numbers_of_their_own(paths: Paths) -> None:
    numbers: list[int] = []
    threads = [
        threading.Thread(target=lambda: numbers.append(runs.new_run(paths, REQUEST).number))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))


@pytest.fixture
def unprivileged_home() -> Iterator[Paths]:
    """A data folder that a user without any rights could use, too."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Paths(Path(folder))


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs POSIX permissions")
@pytest.mark.parametrize("part", ["", "checkpoints"])
def test_a_folder_that_may_not_be_read_is_no_reason_to_hide_the_other_runs(
    unprivileged_home: Paths, part: str
) -> None:
    paths = unprivileged_home
    whole, closed = complete_run(paths), runs.new_run(paths, REQUEST)
    closed.checkpoints.mkdir()
    (closed.path / part).chmod(0)
    user = os.geteuid()
    try:
        if user == 0:  # whom permissions do not stop
            os.seteuid(65534)
        seen = {run.number: run.is_usable for run in runs.list_runs(paths)}
    finally:
        os.seteuid(user)
        (closed.path / part).chmod(0o755)
    assert seen == {whole.number: True, **({closed.number: False} if part else {})}
