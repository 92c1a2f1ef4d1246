"""The command line as a script sees it: one JSON object, exit codes, sentences."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jokegen.config.paths import Paths
from tests.lm.tiny_models import SENTENCES, tiny_gpt2

ROOT = Path(__file__).parents[1]


def start(paths: Paths, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "jokegen", *arguments],
        cwd=ROOT,
        env={**os.environ, "JOKEGEN_HOME": str(paths.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(paths: Paths, *arguments: str, code: int = 0) -> tuple[str, str]:
    process = start(paths, *arguments)
    out, err = process.communicate(timeout=300)
    assert process.returncode == code, (out, err)
    return out, err


def run_json(paths: Paths, *arguments: str) -> dict[str, Any]:
    out, _ = run(paths, *arguments, "--json")
    value = json.loads(out)
    assert isinstance(value, dict)
    return value


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my jokes.txt"
    lines = [f"{sentence} Number {i}." for i in range(6) for sentence in SENTENCES]
    path.write_text("\n".join([*lines, lines[0], "", "  "]), encoding="utf-8")
    return path


def test_the_whole_way_import_train_generate(paths: Paths, file: Path) -> None:
    tiny_gpt2(paths.models / "gpt2")
    imported = run_json(paths, "import", str(file))
    assert imported["dataset"] == "my jokes"
    assert imported["kept"] == imported["train"] + imported["validation"] == 48
    assert imported["dropped"] == {"empty": 2, "repeated": 1}

    trained = run_json(
        paths, "train", "--data", "my jokes", "--base", "gpt2", "--max-steps", "8",
        "--learning-rate", "0.003", "--device", "cpu", "--seed", "1",
    )  # fmt: skip
    assert (trained["run"], trained["status"], trained["steps"]) == (1, "complete", 8)
    assert trained["validation_loss"] < trained["validation_loss_before"]
    assert trained["tokens_per_second"] > 0
    assert Path(trained["path"], "final", "model.safetensors").is_file()

    arguments = ("generate", "--model", "1", "--count", "2", "--seed", "7", "--length", "12")
    written = run_json(paths, *arguments)
    assert len(written["jokes"]) == 2
    assert set(written["jokes"][0]) == {"text", "tokens", "ended"}
    assert run_json(paths, *arguments)["jokes"] == written["jokes"]

    assert [d["name"] for d in run_json(paths, "datasets")["datasets"]] == ["my jokes"]
    assert [r["number"] for r in run_json(paths, "runs")["runs"]] == [1]
    models = {m["id"]: m["is_here"] for m in run_json(paths, "models")["models"]}
    assert models["gpt2"]
    assert not models["starter"]


@pytest.mark.slow
def test_every_option_of_the_training_scripts_has_its_usual_name(paths: Paths, file: Path) -> None:
    tiny_gpt2(paths.models / "gpt2")
    run(paths, "import", str(file))
    trained = run_json(
        paths, "train", "--data", "my jokes", "--base", "gpt2", "--method", "full", "--fp16",
        "--num-train-epochs", "3", "--max-steps", "6", "--per-device-train-batch-size", "2",
        "--gradient-accumulation-steps", "2", "--learning-rate", "0.003", "--weight-decay", "0",
        "--adam-beta1", "0.8", "--adam-beta2", "0.99", "--adam-epsilon", "1e-7",
        "--max-grad-norm", "0", "--lr-scheduler-type", "constant_with_warmup",
        "--warmup-steps", "0", "--warmup-ratio", "0.5", "--block-size", "64",
        "--logging-steps", "2", "--eval-steps", "2", "--save-steps", "3",
        "--save-total-limit", "3", "--seed", "1", "--device", "cpu", "--precision", "float32",
        "--patience", "9", "--average", "2", "--no-train-embeddings",
    )  # fmt: skip
    asked = json.loads(Path(trained["path"], "request.json").read_text())["request"]
    expected = {
        "method": "full", "epochs": 3.0, "max_steps": 6, "batch_size": 2,
        "gradient_accumulation": 2, "learning_rate": 0.003, "weight_decay": 0.0, "beta1": 0.8,
        "beta2": 0.99, "epsilon": 1e-7, "gradient_norm": 0.0, "schedule": "constant",
        "warm_up_steps": 0, "warm_up": 0.5, "block_size": 64, "logging_steps": 2,
        "evaluation_steps": 2, "saving_steps": 3, "checkpoints_kept": 3, "seed": 1,
        "precision": "float32", "patience": 9, "average": 2, "train_embeddings": False,
    }  # fmt: skip
    assert {name: asked[name] for name in expected} == expected

    found = run_json(paths, "evaluate", "--model", "1", "--data", "my jokes", "--all-checkpoints")
    assert [result["step"] for result in found["results"]] == [2, 4, 6]
    losses = [result["loss"] for result in found["results"]]
    assert min(losses) == pytest.approx(trained["validation_loss"], rel=1e-3)
    (base,) = run_json(paths, "evaluate", "--model", "gpt2", "--data", "my jokes")["results"]
    assert base["loss"] == pytest.approx(trained["validation_loss_before"], rel=1e-3)
    assert base["perplexity"] == pytest.approx(math.exp(base["loss"]))
    assert base["step"] is None
    out, _ = run(paths, "evaluate", "--model", "1", "--data", "my jokes")
    assert "the run's model" in out
    assert "perplexity" in out

    again = run_json(
        paths,
        "train",
        "--data",
        "my jokes",
        "--base",
        "gpt2",
        "--max-steps",
        "1",
        "--overwrite",
        "1",
    )
    assert [r["number"] for r in run_json(paths, "runs")["runs"]] == [again["run"]] == [2]


def test_devices_name_the_cpu_and_one_best(paths: Paths) -> None:
    devices = run_json(paths, "devices")["devices"]
    assert devices[0]["id"] == "cpu"
    assert sum(device["is_best"] for device in devices) == 1


def test_plain_output_is_for_people(paths: Paths, file: Path) -> None:
    out, err = run(paths, "import", str(file), "--name", "<b>bold</b>")
    assert "Saved “<b>bold</b>”: 48 jokes (2 empty, 1 repeated left out)" in out
    assert "Reading the file" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import", "nowhere.csv"), "nowhere.csv"),
        (("train", "--data", "none such"), "none such"),
        (("generate", "--model", "99"), "There is no run 99."),
        (("generate", "--model", "no-such-base"), "no-such-base"),
        (("generate", "--model", "gpt2", "--temperature", "-1"), "temperature must be from 0"),
    ],
)
def test_a_failure_has_exit_code_1_and_a_sentence(
    paths: Paths, arguments: tuple[str, ...], sentence: str
) -> None:
    out, err = run(paths, *arguments, "--json", code=1)
    assert out == ""
    assert sentence in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [("fly",), ("import",), ("train",), ("generate", "--count", "0"), ("generate", "--length", "x"),
     ("train", "--data", "x", "--continue", "1"), ("train", "--data", "x", "--method", "magic"),
     ("train", "--data", "x", "--lora-rank", "0"), ("train", "--data", "x", "--accept-changes"),
     ("train", "--data", "x", "--beta1", "1"), ("train", "--data", "x", "--warm-up", "1.5"),
     ("train", "--data", "x", "--minutes", "3", "--epochs", "2"), ("evaluate", "--data", "x"),
     ("train", "--data", "x", "--average", "-1"), ("train", "--data", "x", "--weight-decay", "-1"),
     ("train", "--data", "x", "--epochs", "0"), ("train", "--data", "x", "--learning-rate", "nan")],
)  # fmt: skip
def test_wrong_usage_has_exit_code_2(paths: Paths, arguments: tuple[str, ...]) -> None:
    _, err = run(paths, *arguments, code=2)
    assert "usage:" in err


def test_three_jokes_are_too_few_to_train_and_it_says_how_many_are_missing(
    paths: Paths, tmp_path: Path
) -> None:
    (tmp_path / "few.txt").write_text("One joke.\nTwo jokes.\nThree jokes.\n")
    run(paths, "import", str(tmp_path / "few.txt"))
    _, err = run(paths, "train", "--data", "few", code=1)
    assert "has only 3 jokes" in err
    assert "Import 17 more" in err


def interrupt_when(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            process.send_signal(signal.SIGINT)
            return
    raise AssertionError(f"{words!r} never appeared")


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_interrupting_a_training_keeps_the_best_and_exits_with_130(
    paths: Paths, file: Path
) -> None:
    tiny_gpt2(paths.models / "gpt2")
    run(paths, "import", str(file))
    process = start(
        paths, "train", "--data", "my jokes", "--base", "gpt2", "--epochs", "300", "--json"
    )
    interrupt_when(process, ", the best so far")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    summary = json.loads(out)
    assert summary["status"] == "stopped"
    assert run_json(paths, "generate", "--model", "1", "--length", "5")["jokes"]


PAUSING = """
import sys
from jokegen import cli
from jokegen.jobs.context import JobContext, Stop
from jokegen.jobs.events import Metric
emit = JobContext.emit
def emit_and_pause(self, event):
    emit(self, event)
    if isinstance(event, Metric) and event.step == 3:
        self.request_stop(Stop.PAUSE)
JobContext.emit = emit_and_pause
sys.exit(cli.main(sys.argv[1:]))
"""


def test_a_paused_run_is_listed_as_such_and_continued_by_its_number(
    paths: Paths, file: Path
) -> None:
    tiny_gpt2(paths.models / "gpt2")
    run(paths, "import", str(file))
    settings = ("--method", "lora", "--lora-rank", "2", "--base", "gpt2", "--max-steps", "7")
    out = subprocess.run(
        [sys.executable, "-c", PAUSING, "train", "--data", "my jokes", *settings],
        cwd=ROOT,
        env={**os.environ, "JOKEGEN_HOME": str(paths.home)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Run 1 paused: 3 steps" in out
    out, _ = run(paths, "runs")
    assert "paused, 3 of 7 steps" in out
    assert "can be continued: jokegen train --continue 1" in out
    ended = run_json(paths, "train", "--continue", "1")
    assert (ended["run"], ended["status"], ended["steps"]) == (1, "complete", 7)
    out, _ = run(paths, "runs")
    assert "complete, 7 steps" in out
    assert "continued" not in out
    _, err = run(paths, "train", "--continue", "1", code=1)
    assert "Run 1 cannot go on" in err
    _, err = run(paths, "train", "--continue", "1", "--epochs", "3", code=2)
    assert "its own settings" in err


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_interrupting_generation_exits_with_130(paths: Paths) -> None:
    tiny_gpt2(paths.models / "gpt2")
    process = start(paths, "generate", "--model", "gpt2", "--count", "100", "--length", "120")
    interrupt_when(process, "Writing · 0 of")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert out == ""


@pytest.mark.skipif(os.name != "posix", reason="closes descriptors by number")
def test_output_that_is_closed_or_knows_few_letters_is_no_reason_to_fail(
    paths: Paths, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    out, _ = run(paths, "import", str(file), "--name", "né 😀")
    assert "n\\xe9" in out
    assert [d["name"] for d in run_json(paths, "datasets")["datasets"]] == ["né 😀"]
    command = [sys.executable, "-m", "jokegen", "train", "--data", "none such"]
    for closed in (1, 2):
        ended = subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *command],
            cwd=ROOT,
            env={**os.environ, "JOKEGEN_HOME": str(paths.home)},
            check=False,
            capture_output=True,
            timeout=300,
        )
        assert ended.returncode == 1
        assert b"Traceback" not in ended.stderr


def test_a_data_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path, file: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    _, err = run(Paths(blocked), "import", str(file), code=1)
    assert "Traceback" not in err
    assert len(err.strip().splitlines()[-1]) > 20


@pytest.mark.real
@pytest.mark.slow
def test_real_jokes_teach_the_real_starter_model_something(
    real_starter: Paths, real_jokes: Path
) -> None:
    imported = run_json(real_starter, "import", str(real_jokes))
    assert (imported["kept"], imported["dropped"]) == (2948, {"repeated": 2})
    trained = run_json(real_starter, "train", "--data", "onelinefun", "--max-steps", "8")
    assert 4.2 < trained["validation_loss_before"] < 5.0
    assert trained["validation_loss"] < trained["validation_loss_before"] - 0.3
