"""A disk that is full or read-only: said in two sentences, and what was whole stays whole.

The disks are real: a small tmpfs where the tests may mount one, otherwise the system's limit on
the size of a file, or folders without write permission.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jokegen import cli, model_service, storage
from jokegen.commands.running import DONE, FAILED
from jokegen.config.paths import Paths
from jokegen.jobs.context import JobContext, RecordingContext
from jokegen.jobs.dataset_requests import (
    ExportFormat,
    ExportRequest,
    ImportRequest,
    PreviewRequest,
)
from jokegen.jobs.events import Done, Event, Failed, Metric, Phase, Progress
from jokegen.jobs.requests import FetchModelRequest, GenerateRequest, TrainRequest
from jokegen.jobs.running import run_job
from jokegen.lm import equipment, runs, schedule
from jokegen.model_service import ModelService
from jokegen.records import RunStatus
from tests.lm.plain_arithmetic import plain_arithmetic, write_little
from tests.lm.tiny_models import SENTENCES, tiny_gpt2
from tests.small_disks import mounts, unmount

FULL = r"no space left on the disk|takes no file as large"
TRAIN = TrainRequest(
    "old",
    base="gpt2",
    epochs=100,
    max_steps=60,
    learning_rate=3e-3,
    tokens_per_step=128,
    lora_rank=16,  # of 64 the matrices would be larger than the tiny model
)


class Disk:
    """A disk of a few megabytes that can be filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        with (self.folder / "ballast").open("ab", buffering=0) as ballast:
            for block in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(bytes(block))
                except OSError:
                    continue

    def free(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)


class LimitedDisk(Disk):
    """Where nothing can be mounted: no file may grow any more once it is filled."""

    def fill(self) -> None:
        self._limit(0)

    def free(self) -> None:
        import resource

        self._limit(resource.getrlimit(resource.RLIMIT_FSIZE)[1])

    def _limit(self, size: int) -> None:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    if mounts(folder, "size=4m"):
        yield Disk(folder)
        unmount(folder)
        return
    signal = pytest.importorskip("signal")
    pytest.importorskip("resource", reason="neither mounts nor limits here")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limited = LimitedDisk(folder)
    yield limited
    limited.free()
    signal.signal(signal.SIGXFSZ, before)


@pytest.fixture
def home(disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A data folder on that disk, with the base model gpt2 and the data set “old”."""
    monkeypatch.setattr(schedule, "STEPS_BETWEEN_CHECKS", 10)
    monkeypatch.setattr(equipment, "choose_arithmetic", plain_arithmetic)
    write_little(monkeypatch)
    paths = Paths(disk.folder / "home")
    monkeypatch.setenv("JOKEGEN_HOME", str(paths.home))
    tiny_gpt2(paths.models / "gpt2")
    outcome = run_job(
        model_service.import_jokes,
        ImportRequest((jokes(tmp_path),), "old"),
        RecordingContext(paths),
    )
    assert isinstance(outcome, Done)
    return paths


def jokes(folder: Path, times: int = 6) -> Path:
    path = folder / f"jokes {times}.txt"
    path.write_text("\n".join(f"{text} Number {i}." for i in range(times) for text in SENTENCES))
    return path


class FillingContext(RecordingContext):
    """Fills the disk as soon as a job reports what `is_it` waits for."""

    def __init__(self, paths: Paths, disk: Disk, is_it: Callable[[Event], bool]) -> None:
        super().__init__(paths)
        self._disk, self._is_it = disk, is_it

    def emit(self, event: Event) -> None:
        super().emit(event)
        if self._is_it(event):
            self._disk.fill()


def leftovers(paths: Paths) -> list[Path]:
    return sorted(paths.home.rglob(".tmp-*"))


def fails_for_want_of_space(
    job: Callable[[Any, JobContext], Any], request: object, context: JobContext
) -> None:
    outcome = run_job(job, request, context)
    assert isinstance(outcome, Failed), outcome
    assert re.search(FULL, outcome.happened), outcome
    assert len(outcome.todo) > 20


def as_after_a_new_start(paths: Paths) -> None:
    """The process that trained is gone."""
    for file in paths.runs.glob("*/request.json"):
        storage.write_json(file, {**(storage.read_json(file) or {}), "process_started": 0.0})
    ModelService(paths).sweep()


def can_write(paths: Paths, run: int) -> None:
    request = GenerateRequest(str(run), length=5, device="cpu")
    assert isinstance(run_job(model_service.generate, request, RecordingContext(paths)), Done)


def test_an_import_on_a_full_disk_fails_and_the_old_data_set_stays(
    disk: Disk, home: Paths, tmp_path: Path
) -> None:
    source = jokes(tmp_path, 700)
    for job, request in (
        (model_service.preview, PreviewRequest((source,))),
        (model_service.import_jokes, ImportRequest((source,))),
    ):
        context = FillingContext(home, disk, lambda event: isinstance(event, Progress))
        fails_for_want_of_space(job, request, context)
        assert leftovers(home) == []
        assert [info.name for info in ModelService(home).datasets()] == ["old"]
        disk.free()
    assert isinstance(
        run_job(model_service.import_jokes, ImportRequest((source,)), RecordingContext(home)), Done
    )


def test_an_export_and_a_copy_on_a_full_disk_leave_what_was_there(
    disk: Disk, home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("this file system cannot link")

    service = ModelService(home)
    file = disk.folder / "old.csv"
    request = ExportRequest("old", file, ExportFormat.CSV)
    assert isinstance(run_job(model_service.export_dataset, request, RecordingContext(home)), Done)
    before = file.read_bytes()
    disk.fill()
    fails_for_want_of_space(model_service.export_dataset, request, RecordingContext(home))
    assert file.read_bytes() == before
    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match=r"."):
        service.duplicate_dataset("old", "copy")
    with pytest.raises(OSError, match=r"."):
        service.rename_dataset("old", "new")
    # What takes no room can still be done.
    handle = service.delete_dataset("old")
    service.restore_dataset(handle)
    disk.free()
    assert leftovers(home) == []
    assert [info.name for info in service.datasets()] == ["old"]
    storage.check_files(service.dataset("old").path, digests=True)


def is_second_best(event: Event, seen: list[Event]) -> bool:
    """Its checkpoint is being saved, beside the first, after which a state was saved."""
    if isinstance(event, Progress) and event.phase is Phase.SAVING:
        seen.append(event)
    return len(seen) == 3


def test_a_checkpoint_that_finds_no_room_fails_the_run_and_the_one_before_writes_jokes(
    disk: Disk, home: Paths
) -> None:
    seen: list[Event] = []
    context = FillingContext(home, disk, lambda event: is_second_best(event, seen))
    fails_for_want_of_space(model_service.train, TRAIN, context)
    disk.free()
    as_after_a_new_start(home)
    run = runs.find_run(home, 1)
    assert run.status in (RunStatus.FAILED, RunStatus.INTERRUPTED)
    assert run.model_path == run.path / "checkpoints" / "step-000010"
    storage.check_files(run.model_path, digests=True)
    assert run.steps == 20
    assert run.validation_loss is not None
    assert leftovers(home) == []
    can_write(home, 1)


def is_last_check(point: Metric) -> bool:
    return point.step == TRAIN.max_steps and point.validation_loss is not None


@pytest.mark.parametrize(
    ("moment", "model"),
    [
        # Then metrics.jsonl cannot grow any more.
        (lambda event: isinstance(event, Metric) and event.is_best, "checkpoints/step-000010"),
        # The last one: only summary.json is missing.
        (lambda event: isinstance(event, Metric) and is_last_check(event), "final"),
    ],
)
def test_a_run_whose_notes_find_no_room_fails_and_its_best_is_kept(
    disk: Disk, home: Paths, moment: Callable[[Event], bool], model: str
) -> None:
    fails_for_want_of_space(model_service.train, TRAIN, FillingContext(home, disk, moment))
    disk.free()
    as_after_a_new_start(home)
    run = runs.find_run(home, 1)
    assert run.status in (RunStatus.FAILED, RunStatus.INTERRUPTED)
    assert run.model_path == run.path / model
    assert leftovers(home) == []
    can_write(home, 1)
    summary = run_job(model_service.train, TRAIN, RecordingContext(home))
    assert isinstance(summary, Done)
    assert summary.summary.run == 2


def test_a_run_that_finds_no_room_for_its_request_does_not_exist(disk: Disk, home: Paths) -> None:
    disk.fill()
    with pytest.raises(OSError, match=r"."):
        runs.new_run(home, TRAIN)
    disk.free()
    assert runs.list_runs(home) == []
    assert [path for path in home.runs.iterdir() if path.is_dir()] == []


def test_a_fetch_on_a_full_disk_fails_and_the_model_that_is_here_stays(
    disk: Disk, home: Paths, tmp_path: Path
) -> None:
    source = tiny_gpt2(tmp_path / "source", seed=1)
    here = (home.models / "gpt2" / "model.safetensors").read_bytes()
    for base in ("gpt2", "distilgpt2"):
        context = FillingContext(home, disk, lambda event: isinstance(event, Progress))
        fails_for_want_of_space(model_service.fetch_model, FetchModelRequest(base, source), context)
        disk.free()
    assert leftovers(home) == []
    assert (home.models / "gpt2" / "model.safetensors").read_bytes() == here
    assert [info.id for info in ModelService(home).base_models() if info.is_here] == ["gpt2"]


def test_the_command_line_on_a_full_disk_says_so_in_one_line(
    disk: Disk, home: Paths, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if isinstance(disk, LimitedDisk):
        pytest.skip("the limit would hold for what stands in for the terminal as well")
    disk.fill()
    assert cli.main(["import", str(jokes(tmp_path, 7))]) == FAILED
    error = capfd.readouterr().err
    assert re.search(FULL, error.splitlines()[-1])
    assert "Traceback" not in error
    assert cli.main(["datasets"]) == DONE
    out, error = capfd.readouterr()
    assert (out, error) == ("old  48 jokes\n", "")


def test_a_disk_without_room_for_another_file_does_not_keep_jokegen_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "disk"
    # The root, two folders and the log: the file for crashes is one too many.
    if not mounts(folder, "size=1m,nr_inodes=4"):
        pytest.skip("nothing can be mounted here")
    monkeypatch.setenv("JOKEGEN_HOME", str(folder / "home"))
    try:
        assert cli.main(["datasets"]) == DONE
    finally:
        unmount(folder)
    assert capfd.readouterr() == ("No data sets yet.\n", "")


@pytest.fixture
def read_only(disk: Disk, home: Paths) -> Iterator[Paths]:
    """The data folder, with one run in it, where nothing can be written any more."""
    assert isinstance(run_job(model_service.train, TRAIN, RecordingContext(home)), Done)
    if type(disk) is Disk:
        remount = ["mount", "-o", "remount,ro", str(disk.folder)]
        subprocess.run(remount, check=True)
        yield home
        return
    if os.geteuid() == 0:
        pytest.skip("permissions do not stop root")
    folders = [Path(folder) for folder, _, _ in os.walk(home.home)]
    for folder in folders:
        folder.chmod(0o555)
    yield home
    for folder in folders:
        folder.chmod(0o755)


def test_a_read_only_data_folder_still_lists_and_writes_jokes(
    read_only: Paths, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for command in ("datasets", "runs", "models"):
        assert cli.main([command]) == DONE
    assert cli.main(["generate", "--length", "5", "--device", "cpu"]) == DONE
    capfd.readouterr()
    source = tiny_gpt2(tmp_path / "source")
    for arguments in (
        ["import", str(jokes(tmp_path, 7))],
        ["train", "--data", "old", "--base", "gpt2"],
        ["fetch", "gpt2", "--from", str(source)],
    ):
        assert cli.main(arguments) == FAILED
        error = capfd.readouterr().err
        assert re.search(
            "does not allow Jokegen to use|Nothing can be written into", error.splitlines()[-1]
        )
        assert "Traceback" not in error
