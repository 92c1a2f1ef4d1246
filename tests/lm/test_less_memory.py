"""Where memory runs out: smaller micro-batches of the same steps; and more jokes need no more."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.events import Metric, Notice, RunStarted
from jokegen.jobs.requests import ContinueRequest, Method
from jokegen.lm import gradients, runs
from jokegen.lm.batching import make_batches
from jokegen.lm.encoded import encode_all
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.examples import Batch
from jokegen.lm.run_points import read_metrics
from jokegen.lm.training_state import read_state, state_folders
from jokegen.records import RunStatus
from tests.lm.resuming_bench import (
    REQUEST,
    StoppingContext,
    digest,
    go_on,
    make_home,
    pause,
    save_often,
    step,
    uninterrupted,
)
from tests.lm.tiny_models import SENTENCES, tiny_gpt2
from tests.small_disks import mounts, unmount

SOME = replace(REQUEST, max_steps=8, batch_size=12, method=Method.LORA)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    save_often(monkeypatch)


@pytest.fixture
def home(tmp_path: Path) -> Paths:
    return make_home(tmp_path / "home")


class SmallMemory:
    """Raises as torch does where more rows than that are to be computed at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rows: int, error: Exception) -> None:
        self.rows, self.error, self.seen = rows, error, list[int]()
        self._add = gradients.add_gradients
        monkeypatch.setattr(gradients, "add_gradients", self.add)

    def add(self, language_model: Any, batches: Iterable[Batch], *others: Any) -> float:
        def watched() -> Iterable[Batch]:
            for batch in batches:
                if len(batch.inputs) > self.rows:
                    raise self.error
                self.seen.append(len(batch.inputs))
                yield batch

        return self._add(language_model, watched(), *others)


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory"),
    MemoryError(),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=["gpu", "cpu", "python"])
def test_the_same_steps_are_taken_in_less_memory_and_it_is_said(
    tmp_path: Path, home: Paths, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    # Without dropout, whose random numbers come in another order then.
    whole = uninterrupted(tmp_path / "other", replace(SOME, base="distilgpt2"))
    memory = SmallMemory(monkeypatch, 3, error)
    context = RecordingContext(home)
    ended = model_service.train(replace(SOME, base="distilgpt2"), context)
    assert ended.status == "complete"
    assert max(memory.seen) == 3
    notices = [event.text for event in context.events if isinstance(event, Notice)]
    assert len(notices) == 2  # half, then a quarter
    assert "1/4 of them at a time" in notices[1]
    losses = [
        [p.train_loss for p in read_metrics(path) if p.train_loss is not None]
        for path in (ended.path, whole.path)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    assert ended.steps == whole.steps == 8


def test_a_paused_run_goes_on_in_as_little_memory_exactly(
    tmp_path: Path, home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    SmallMemory(monkeypatch, 6, MemoryError())
    whole = uninterrupted(tmp_path / "other", SOME)
    pause(home, SOME, step(4))
    (state, *_) = state_folders(runs.find_run(home, 1).path / "states")
    assert read_state(state).standing.halvings == 1
    memory = SmallMemory(monkeypatch, 12, MemoryError())  # it does not try more again
    assert digest(go_on(home).path) == digest(whole.path)
    assert max(memory.seen) == 6


def test_a_joke_that_does_not_fit_alone_fails_with_a_sentence(
    home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    SmallMemory(monkeypatch, 0, OUT_OF_MEMORY[1])
    with pytest.raises(RuntimeError, match="allocate memory"):
        model_service.train(SOME, RecordingContext(home))
    run = runs.find_run(home, 1)
    assert run.status is RunStatus.FAILED
    assert "out of memory" in run.problem


def test_another_error_is_no_reason_to_try_again(
    home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    SmallMemory(monkeypatch, 3, RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    context = RecordingContext(home)
    with pytest.raises(RuntimeError, match="shapes"):
        model_service.train(SOME, context)
    assert not any(isinstance(event, Notice) for event in context.events)


def test_after_a_kill_by_the_system_it_goes_on_in_half_of_the_memory(
    home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(home, SOME, step(4))
    memory = SmallMemory(monkeypatch, 99, MemoryError())
    context = RecordingContext(home)
    summary = model_service.continue_training(ContinueRequest(1, smaller=2), context)
    assert summary.status == "complete"
    assert max(memory.seen) == 3


def test_cut_off_before_any_state_was_saved_it_begins_again_with_less(
    tmp_path: Path, home: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(event: object) -> bool:
        if isinstance(event, RunStarted):
            raise SystemExit(9)
        return False

    with pytest.raises(SystemExit):
        model_service.train(SOME, StoppingContext(home, die))
    with pytest.raises(JokegenError, match="cannot go on"):
        go_on(home)
    memory = SmallMemory(monkeypatch, 99, MemoryError())
    context = RecordingContext(home)
    summary = model_service.continue_training(ContinueRequest(1, smaller=1), context)
    assert (summary.run, summary.status, summary.steps) == (1, "complete", 8)
    assert max(memory.seen) == 6
    steps = [e.step for e in context.events if isinstance(e, Metric) and e.train_loss is not None]
    assert steps == list(range(1, 9))


# ---- Folders that cannot be written ------------------------------------------------------------


def test_a_folder_that_cannot_be_written_is_named_before_the_training(home: Paths) -> None:
    home.runs.mkdir(exist_ok=True)
    if not mounts(home.runs, "ro"):
        pytest.skip("nothing can be mounted here")
    try:
        context = RecordingContext(home)
        with pytest.raises(JokegenError, match=r"Nothing can be written.*runs"):
            model_service.train(SOME, context)
        assert not any(isinstance(event, RunStarted) for event in context.events)
    finally:
        unmount(home.runs)


# ---- Many jokes --------------------------------------------------------------------------------


class Endless:
    """So many jokes, made while one reads them."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Any:
        return (f"{SENTENCES[i % len(SENTENCES)][:40]} {i}" for i in range(self._count))


def test_twenty_bytes_a_joke_are_all_that_more_jokes_need(tmp_path: Path) -> None:
    """Twenty times as many: in lists of numbers each would take a kilobyte."""
    tokenizer = JokeTokenizer.load(tiny_gpt2(tmp_path / "base"))

    def most(count: int) -> tuple[int, int]:
        tracemalloc.start()
        with encode_all(tmp_path, tokenizer, Endless(count), 128, lambda *_: None) as encoded:
            peak_of_encoding = tracemalloc.get_traced_memory()[1]
            tracemalloc.reset_peak()
            batches = make_batches(encoded.lengths, 512, 0)
            assert sum(len(batch) for batch in batches) == count
            peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak_of_encoding, peak

    few, many = most(2_000), most(40_000)
    for fewer, more in zip(few, many, strict=True):
        assert (more - fewer) / 38_000 < 60


def test_what_is_read_from_the_file_is_what_was_encoded(tmp_path: Path) -> None:
    tokenizer = JokeTokenizer.load(tiny_gpt2(tmp_path / "base"))
    jokes = [f"{text} {i}" for i in range(200) for text in SENTENCES]
    told: list[tuple[int, int]] = []
    with encode_all(tmp_path, tokenizer, jokes, 60, lambda *done: told.append(done)) as encoded:
        expected = tokenizer.encode_jokes(jokes, 60)
        assert len(encoded) == len(expected)
        assert [list(encoded[i]) for i in (0, 1599, 700, 701)] == [
            expected[i] for i in (0, 1599, 700, 701)
        ]
        assert list(encoded.lengths) == [len(example) - 1 for example in expected]
        block = encoded.block(np.array([3, 9]))
        assert list(block) == expected[3] + expected[9][1:]
    assert told == [(1000, 1600), (1600, 1600)]
    assert [path.name for path in tmp_path.iterdir()] == ["base"]  # the file is gone
