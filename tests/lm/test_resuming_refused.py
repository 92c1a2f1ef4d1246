"""What keeps a run from going on, or makes it go on from further back, is said by name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.errors import ChangedError, JobCancelled, JokegenError
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.events import Event, Notice
from jokegen.jobs.requests import ContinueRequest
from jokegen.lm import runs
from jokegen.lm.run_points import read_metrics
from jokegen.lm.training_state import state_folders
from jokegen.model_service import ModelService
from jokegen.records import RunStatus
from tests.lm.resuming_bench import (
    REQUEST,
    STEPS,
    StoppingContext,
    add_jokes,
    digest,
    go_on,
    make_home,
    pause,
    save_often,
    step,
    uninterrupted,
)
from tests.lm.tiny_models import tiny_gpt2

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    save_often(monkeypatch)


@pytest.fixture
def home(tmp_path: Path) -> Paths:
    return make_home(tmp_path / "home")


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [truncate, alter, Path.unlink])
@pytest.mark.parametrize(
    "file",
    ["weights.safetensors", "optimizer.safetensors", "random.safetensors", "state.json"],
)
def test_a_damaged_state_is_named_and_the_older_one_serves(
    home: Paths, damage: Callable[[Path], None], file: str
) -> None:
    pause(home, REQUEST, step(12))
    damage(runs.find_run(home, 1).path / "states" / "step-000012" / file)
    context = StoppingContext(home, step(11), Stop.FINISH)
    summary = model_service.continue_training(ContinueRequest(1), context)
    (notice,) = [event for event in context.events if isinstance(event, Notice)]
    assert file in notice.text
    assert "from step 10" in notice.text
    assert (summary.status, summary.steps) == ("stopped", 11)


def test_after_damage_the_weights_are_still_the_same(tmp_path: Path, home: Paths) -> None:
    whole = uninterrupted(tmp_path / "other", REQUEST)
    pause(home, REQUEST, step(12))
    (runs.find_run(home, 1).path / "states" / "step-000012" / storage.MANIFEST).unlink()
    assert digest(go_on(home).path) == digest(whole.path)


def test_without_a_whole_state_a_run_cannot_go_on_but_its_best_can_be_kept(home: Paths) -> None:
    pause(home, REQUEST, step(12))
    run = runs.find_run(home, 1)
    for weights in run.path.glob("states/*/weights.safetensors"):
        truncate(weights)
    with pytest.raises(JokegenError, match=r"no saved state is whole.*weights\.safetensors"):
        go_on(home)
    assert runs.find_run(home, 1).status is RunStatus.PAUSED  # nothing was touched
    finished = runs.finish_run(home, 1)
    assert (finished.status, finished.steps) == (RunStatus.STOPPED, 12)
    assert finished.model_path == finished.path / "final"
    assert not finished.can_continue
    storage.check_files(finished.path / "final", digests=True)


def test_a_damaged_best_is_said_and_a_new_one_made(home: Paths) -> None:
    pause(home, REQUEST, step(12))
    run = runs.find_run(home, 1)
    assert run.model_path is not None
    alter(run.model_path / "model.safetensors")
    context = RecordingContext(home)
    summary = model_service.continue_training(ContinueRequest(1), context)
    assert any(isinstance(e, Notice) and "model.safetensors" in e.text for e in context.events)
    digest(summary.path)


def other_jokes(paths: Paths) -> None:
    paths_of = ModelService(paths)
    paths_of.delete_dataset("My jokes")
    add_jokes(paths, paths.home, 7)


def other_base(paths: Paths) -> None:
    shutil.rmtree(paths.models / "gpt2")
    tiny_gpt2(paths.models / "gpt2", seed=1)


def other_settings(paths: Paths) -> None:
    (file,) = paths.runs.glob("0001-*/request.json")
    asked = storage.read_json(file)
    assert asked is not None
    asked["request"]["learning_rate"] = 0.001
    storage.write_json(file, asked)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_jokes, "the jokes of “My jokes”"),
        (other_base, "the base model “gpt2”"),
        (other_settings, "learning rate was 0.003 and is 0.001"),
    ],
)
def test_changes_are_named_and_only_accepted_on_demand(
    home: Paths, change: Callable[[Paths], None], words: str
) -> None:
    pause(home, REQUEST, step(12))
    change(home)
    with pytest.raises(ChangedError) as refusal:
        go_on(home)
    assert words in refusal.value.happened
    assert refusal.value.happened.count(";") == 0  # nothing else
    assert runs.find_run(home, 1).status is RunStatus.PAUSED
    summary = go_on(home, accept_changes=True)
    assert (summary.status, summary.run) == ("complete", 1)
    digest(summary.path)


def test_a_base_model_that_was_altered_is_refused_with_the_files_name(home: Paths) -> None:
    pause(home, REQUEST, step(12))
    alter(home.models / "gpt2" / "model.safetensors")
    with pytest.raises(JokegenError, match=r"model\.safetensors.*altered"):
        go_on(home)
    assert runs.find_run(home, 1).status is RunStatus.PAUSED


HOLDER = """
import sys
from pathlib import Path
from jokegen.lm.run_folder import RunFolder
with RunFolder(1, Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_run_that_another_process_holds_is_refused_and_the_process_named(home: Paths) -> None:
    pause(home, REQUEST, step(12))
    path = runs.find_run(home, 1).path
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(JokegenError, match=rf"process {holder.pid}"):
            go_on(home)
        with pytest.raises(JokegenError, match=rf"process {holder.pid}"):
            runs.finish_run(home, 1)
        holder.kill()
    assert go_on(home).status == "complete"


def test_a_run_under_way_is_refused_and_named(home: Paths) -> None:
    refusals: list[JokegenError] = []

    def try_too(event: Event) -> bool:
        if step(3)(event):
            with pytest.raises(JokegenError) as refusal:
                go_on(home)
            refusals.append(refusal.value)
        return False

    assert model_service.train(REQUEST, StoppingContext(home, try_too)).status == "complete"
    assert "being trained just now" in refusals[0].happened


@pytest.mark.parametrize("stop", [Stop.FINISH, Stop.CANCEL])
def test_a_continued_run_can_be_finished_or_discarded_as_any_other(home: Paths, stop: Stop) -> None:
    pause(home, REQUEST, step(7))
    context = StoppingContext(home, step(9), stop)
    if stop is Stop.CANCEL:
        with pytest.raises(JobCancelled):
            model_service.continue_training(ContinueRequest(1), context)
        assert runs.list_runs(home) == []
        return
    summary = model_service.continue_training(ContinueRequest(1), context)
    assert (summary.status, summary.steps) == ("stopped", 9)
    assert not runs.find_run(home, 1).can_continue


def test_finishing_a_paused_run_keeps_its_best(home: Paths) -> None:
    pause(home, REQUEST, step(12))
    before = runs.find_run(home, 1)
    finished = ModelService(home).finish_run(1)
    assert (finished.status, finished.steps, finished.total_steps) == (RunStatus.STOPPED, 12, STEPS)
    assert finished.validation_loss == before.validation_loss
    assert not (finished.path / "states").exists()
    digest(finished.path)


def test_a_failed_run_goes_on_from_its_last_state(
    tmp_path: Path, home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = uninterrupted(tmp_path / "other", REQUEST)

    def fail(event: Event) -> bool:
        if step(12)(event):
            raise MemoryError
        return False

    with pytest.raises(MemoryError):
        model_service.train(REQUEST, StoppingContext(home, fail))
    run = runs.find_run(home, 1)
    assert (run.status, run.can_continue) == (RunStatus.FAILED, True)
    assert digest(go_on(home).path) == digest(whole.path)


def test_what_is_complete_cannot_go_on(home: Paths) -> None:
    model_service.train(replace(REQUEST, max_steps=2), RecordingContext(home))
    with pytest.raises(JokegenError, match="complete"):
        go_on(home)
    with pytest.raises(JokegenError, match="no run 9"):
        model_service.continue_training(ContinueRequest(9), RecordingContext(home))


def test_only_the_newest_two_states_are_kept_whatever_the_clock_says(
    home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_back(event: Event) -> bool:
        for folder in home.runs.glob("0001-*/states/step-*"):
            number = int(folder.name[5:])
            os.utime(folder, (1e9 - number, 1e9 - number))  # the newer, the older
        return step(22)(event)

    pause(home, REQUEST, set_back)
    names = sorted(path.name for path in home.runs.glob("0001-*/states/*"))
    assert names == ["step-000020", "step-000022"]


def test_weights_that_are_no_numbers_are_never_saved_as_a_state(tmp_path: Path) -> None:
    """The step at which they ran away is told, and the state from before stays."""
    from torch import nn, tensor
    from torch.optim import AdamW

    from jokegen.lm.training_state import Origins, Standing, save_state

    weights = {"good": nn.Parameter(tensor([1.0])), "bad": nn.Parameter(tensor([1.0]))}
    optimizer = AdamW(weights.values())
    for number, value in ((4, 1.0), (6, float("nan")), (8, float("inf"))):
        weights["bad"].data[0] = value
        arguments = (tmp_path, Standing(number), Origins("", ""), weights, optimizer, lambda: None)
        if value == 1.0:
            save_state(*arguments)
            continue
        with pytest.raises(JokegenError, match=f"unstable at step {number}"):
            save_state(*arguments)
    assert [path.name for path in state_folders(tmp_path)] == ["step-000004"]


def test_an_unstable_run_keeps_its_last_good_state_and_shows_no_false_loss(home: Paths) -> None:
    pause(home, REQUEST, step(6))
    (file,) = home.runs.glob("0001-*/request.json")
    asked = storage.read_json(file)
    assert asked is not None
    asked["request"]["learning_rate"] = 1e30
    storage.write_json(file, asked)
    with pytest.raises(JokegenError, match="smaller learning rate"):
        go_on(home, accept_changes=True)
    run = runs.find_run(home, 1)
    assert run.status is RunStatus.FAILED
    assert run.can_continue
    assert run.is_usable
    losses = [p.train_loss for p in read_metrics(run.path) if p.train_loss is not None]
    assert all(loss > 0 for loss in losses)
    asked["request"]["learning_rate"] = 3e-3
    storage.write_json(file, {**asked, "process_started": 0.0})
    assert go_on(home).status == "complete"
