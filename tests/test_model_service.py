"""The shared model service: what it lists, and its jobs where the ground moves under them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.jobs.requests import GenerateRequest, TrainRequest
from jokegen.model_service import ModelService
from jokegen.records import RunStatus
from tests.lm.tiny_models import SENTENCES, tiny_gpt2

ROOT = Path(__file__).parents[1]


def save(paths: Paths, name: str, jokes: list[str]) -> None:
    """Import these jokes as a data set."""
    file = paths.home.parent / "source.jsonl"
    file.write_text("\n".join(json.dumps({"joke": joke}) for joke in jokes))
    model_service.import_jokes(ImportRequest((file,), name=name), RecordingContext(paths))


ODD = {
    "only emoji": ["😀" * (i + 1) for i in range(25)],
    "longer than the window": [("ha ho " * 1300) + str(i) for i in range(21)],
    "the same in different case": [
        "".join(c.upper() if (i >> k) & 1 else c for k, c in enumerate("chicken"))
        for i in range(25)
    ],
    "one word": [f"word{i}" for i in range(25)],
    "special tokens": [f"<|endoftext|> <b>{i}</b> <|im_start|>" for i in range(25)],
    "invisible": ["\u200b" * (i + 1) for i in range(25)],
}


@pytest.mark.parametrize("name", ODD)
def test_odd_jokes_can_be_trained_on(paths: Paths, name: str) -> None:
    tiny_gpt2(paths.models / "gpt2")
    save(paths, name, ODD[name])
    request = TrainRequest(name, base="gpt2", max_steps=2, seed=2**70, device="cpu")
    summary = model_service.train(request, RecordingContext(paths))
    assert summary.steps >= 1
    written = model_service.generate(
        GenerateRequest("1", length=5, device="cpu"), RecordingContext(paths)
    )
    assert len(written.jokes) == 1


def test_texts_that_are_no_jokes_are_left_out_and_counted(paths: Paths) -> None:
    save(paths, "x", ["ha " * 60_000, *(f"{text} {i}" for i in range(3) for text in SENTENCES)])
    (info,) = ModelService(paths).datasets()
    assert (info.jokes, info.dropped) == (24, {"too long": 1})


def test_a_data_set_that_is_deleted_while_a_training_starts_is_missed_by_name(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(paths, "x", [f"{text} {i}" for i in range(3) for text in SENTENCES])
    check_files = storage.check_files

    def delete_and_check(folder: Path, *, digests: bool = False) -> None:
        check_files(folder, digests=digests)
        ModelService(paths).delete_dataset("x")

    monkeypatch.setattr(storage, "check_files", delete_and_check)
    with pytest.raises(JokegenError, match="There is no data set named “x”"):
        model_service.train(TrainRequest("x", base="gpt2"), RecordingContext(paths))
    assert ModelService(paths).runs() == []


def test_a_learning_rate_that_is_far_too_high_is_named_as_the_reason(paths: Paths) -> None:
    tiny_gpt2(paths.models / "gpt2")
    save(paths, "x", [f"{text} {i}" for i in range(3) for text in SENTENCES])
    request = TrainRequest("x", base="gpt2", max_steps=1, learning_rate=1e30, device="cpu")
    with pytest.raises(JokegenError, match="Choose a smaller learning rate") as caught:
        model_service.train(request, RecordingContext(paths))
    assert "was kept" not in caught.value.todo
    (run,) = ModelService(paths).runs()
    assert (run.status, run.is_usable) == (RunStatus.FAILED, False)


@pytest.mark.parametrize(
    "manifest",
    ['{"kind": "base_mo', '{"kind": "base_model", "files": {"a": 1}}',
     '{"kind": "base_model", "files": {"a": {"bytes": "?"}}}', "[" * 100_000],
)  # fmt: skip
def test_a_base_model_with_a_damaged_manifest_is_not_here_and_hides_no_other(
    paths: Paths, manifest: str
) -> None:
    for name in ("gpt2", "distilgpt2", "my own"):
        tiny_gpt2(paths.models / name)
    for name in ("gpt2", "my own"):
        (paths.models / name / storage.MANIFEST).write_text(manifest)
    here = [info.id for info in ModelService(paths).base_models() if info.is_here]
    assert here == ["distilgpt2"]


KILLED = """
import os, signal, sys
from pathlib import Path
from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.requests import TrainRequest
from jokegen.lm import schedule
schedule.STEPS_BETWEEN_CHECKS = 2
write_manifest = storage.write_manifest
def killed(folder, **facts):
    if facts["step"] > 2:
        os.kill(os.getpid(), signal.SIGKILL)
    write_manifest(folder, **facts)
storage.write_manifest = killed
request = TrainRequest("x", base="gpt2", epochs=50, max_steps=8, learning_rate=0.003, device="cpu")
model_service.train(request, RecordingContext(Paths(Path(sys.argv[1]))))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills with SIGKILL")
def test_a_training_killed_while_it_saves_keeps_its_last_whole_checkpoint_and_no_half_one(
    paths: Paths,
) -> None:
    tiny_gpt2(paths.models / "gpt2")
    save(paths, "x", [f"{text} {i}" for i in range(3) for text in SENTENCES])
    command = [sys.executable, "-c", KILLED, str(paths.home)]
    ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    assert ended.returncode == -9, ended.stderr
    service = ModelService(paths)
    (run,) = service.runs()
    assert run.status is RunStatus.INTERRUPTED
    assert run.model_path == run.path / "checkpoints" / "step-000002"
    storage.check_files(run.model_path, digests=True)
    assert len(list(paths.runs.rglob(".tmp-*"))) == 1
    service.sweep()
    assert list(paths.runs.rglob(".tmp-*")) == []
    request = GenerateRequest("1", length=5, device="cpu")
    assert model_service.generate(request, RecordingContext(paths)).jokes


def test_sweeping_removes_what_dead_processes_left_anywhere_and_nothing_else(paths: Paths) -> None:
    folders = [paths.home, paths.runs, paths.runs / "0001-x", paths.runs / "0001-x/checkpoints"]
    folders += [paths.datasets, paths.datasets / "x", paths.models, paths.previews]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".tmp-999999999999-0a").mkdir()
        (folder / ".tmp-999999999999-0b").write_text("half")
        (folder / "mine").write_text("whole")
    ModelService(paths).sweep()
    assert list(paths.home.rglob(".tmp-*")) == []
    assert len(list(paths.home.rglob("mine"))) == len(folders)


def test_a_data_folder_that_is_a_file_holds_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    service = ModelService(Paths(tmp_path / "file"))
    service.sweep()
    assert (service.datasets(), service.runs()) == ([], [])
    assert not any(info.is_here for info in service.base_models())


def test_what_is_recommended_is_told_at_once_and_leaves_what_was_chosen() -> None:
    asked = TrainRequest("x", beta1=0.5, warm_up_steps=7)
    settled = model_service.settle(asked)
    assert (settled.beta1, settled.warm_up_steps, settled.warm_up) == (0.5, 7, None)
    for name in ("learning_rate", "weight_decay", "beta2", "epsilon", "gradient_norm"):
        assert getattr(settled, name) is not None
    assert settled.train_embeddings is not None
    assert model_service.settle(TrainRequest("x")).warm_up is not None
