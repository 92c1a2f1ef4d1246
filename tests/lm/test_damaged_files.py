"""Altered, truncated or missing weights, tokenizer, settings: refused by name, never used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext, RecordingContext
from jokegen.jobs.events import Done, Failed, Notice
from jokegen.jobs.requests import (
    ContinueRequest,
    FetchModelRequest,
    FetchModelSummary,
    GenerateRequest,
    TrainSummary,
)
from jokegen.jobs.running import run_job
from jokegen.lm import fetching, runs
from jokegen.records import RunStatus
from tests.lm.resuming_bench import REQUEST, make_home, pause, save_often, step
from tests.lm.tiny_models import tiny_gpt2


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = [truncate, alter, Path.unlink]
FILES = ["model.safetensors", "tokenizer.json", "config.json"]
damaged = pytest.mark.parametrize("damage", DAMAGES)
files = pytest.mark.parametrize("file", FILES)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A data folder with a run that was paused."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        save_often(monkeypatch)
        home = make_home(tmp_path_factory.mktemp("trained"))
        assert isinstance(pause(home, REQUEST, step(12)), TrainSummary)
    return home


@pytest.fixture
def home(trained: Paths, tmp_path: Path) -> Paths:
    return Paths(shutil.copytree(trained.home, tmp_path / "home"))


def refusal(job: Callable[..., object], request: object, home: Paths) -> Failed:
    outcome = run_job(job, request, RecordingContext(home))
    assert isinstance(outcome, Failed), outcome
    return outcome


@pytest.fixture
def without_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub cannot be reached: nothing is mended behind our back."""

    def fail(*_: object, **__: object) -> None:
        raise JokegenError("The hub could not be reached.", "Check the connection.")

    monkeypatch.setattr(fetching, "fetch_files", fail)


@pytest.mark.usefixtures("without_hub")
@damaged
@files
def test_a_damaged_base_model_is_refused_by_its_files_name(
    home: Paths, damage: Callable[[Path], None], file: str
) -> None:
    damage(home.models / "gpt2" / file)
    for job, request in (
        (model_service.train, REQUEST),
        (model_service.continue_training, ContinueRequest(1)),
        (model_service.generate, GenerateRequest("gpt2", length=3, device="cpu")),
    ):
        failed = refusal(job, request, home)
        assert f"“{file}” in “gpt2”" in failed.happened
        assert len(failed.todo) > 20
    run = runs.find_run(home, 1)
    assert run.status is RunStatus.PAUSED, "what was refused was not touched"
    assert run.can_continue


@damaged
@files
def test_a_damaged_best_model_of_a_run_is_refused_by_its_files_name(
    home: Paths, damage: Callable[[Path], None], file: str
) -> None:
    run = runs.find_run(home, 1)
    assert run.model_path is not None
    request = GenerateRequest("1", length=3, device="cpu")
    assert isinstance(run_job(model_service.generate, request, RecordingContext(home)), Done)
    damage(run.model_path / file)  # after it was found whole
    failed = refusal(model_service.generate, request, home)
    assert f"“{file}” in “step-000010”" in failed.happened
    # The training itself has all it needs: it goes on, and makes a new best.
    context = RecordingContext(home)
    summary = model_service.continue_training(ContinueRequest(1), context)
    assert summary.status == "complete"
    assert any(isinstance(event, Notice) and file in event.text for event in context.events)
    assert isinstance(run_job(model_service.generate, request, RecordingContext(home)), Done)


def test_a_base_model_that_is_not_whole_is_fetched_anew_and_it_is_said(
    home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    truncate(home.models / "gpt2" / "tokenizer.json")

    def fetch(_request: FetchModelRequest, context: JobContext) -> FetchModelSummary:
        shutil.rmtree(home.models / "gpt2")
        return FetchModelSummary("gpt2", tiny_gpt2(home.models / "gpt2"), 0, 0.0)

    monkeypatch.setattr(fetching, "fetch_model", fetch)
    context = RecordingContext(home)
    model_service.generate(GenerateRequest("gpt2", length=3, device="cpu"), context)
    notice = next(event for event in context.events if isinstance(event, Notice))
    assert "“tokenizer.json” in “gpt2”" in notice.text


def test_what_was_found_whole_is_not_read_again_until_it_is_touched(
    home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home.models / "gpt2"
    storage.check_unaltered(folder)
    with monkeypatch.context() as without:
        without.delattr(storage, "check_files")
        storage.check_unaltered(folder)
    times = (folder / "config.json").stat()
    alter(folder / "config.json")
    os.utime(folder / "config.json", ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(JokegenError, match=r"config\.json.*altered"):
        storage.check_unaltered(folder)
    storage.write_manifest(folder, kind="base_model")
    assert ".verified.json" not in (storage.read_manifest(folder) or {})["files"]
