"""Number format, threads and loss scale of a training: chosen with a reason, and exact enough."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from jokegen.errors import JokegenError
from jokegen.jobs.requests import Precision
from jokegen.lm import arithmetic, cores
from jokegen.lm.arithmetic import Arithmetic, LossScale, choose_arithmetic
from jokegen.lm.cores import OthersWatch, count_cores
from jokegen.lm.examples import Batch, loss_sum, make_batch
from jokegen.lm.loading import load_language_model
from tests.lm import tiny_models

CPU = torch.device("cpu")


def choose(
    device: torch.device = CPU, asked: Precision = Precision.AUTO, threads: int | None = None
) -> Arithmetic:
    return choose_arithmetic(device, asked, width=512, vocabulary=400, threads=threads)


@pytest.fixture(autouse=True)
def same_threads_afterwards() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


class Stopwatch:
    """Stands in for the measurement: seconds a block by number format."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
        self.asked: list[torch.dtype] = []
        self._seconds = {getattr(torch, name): value for name, value in seconds.items()}
        monkeypatch.setattr(arithmetic, "_race", self._race)
        monkeypatch.setattr(arithmetic, "count_cores", lambda: 1)

    def _race(
        self, _device: torch.device, formats: list[torch.dtype], _width: int, _vocabulary: int
    ) -> list[float]:
        self.asked += formats
        return [self._seconds[name] for name in formats]


def test_a_clearly_faster_format_is_taken_and_the_reason_says_how_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Stopwatch(monkeypatch, float32=0.41, bfloat16=0.1)
    chosen = choose()
    assert chosen.precision is torch.bfloat16
    assert chosen.precision_reason == (
        "bfloat16: multiplies 4.1 times as fast as float32 on this processor"
    )
    with chosen.context():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is torch.bfloat16


def test_float32_stays_where_the_other_format_gains_little(monkeypatch: pytest.MonkeyPatch) -> None:
    Stopwatch(monkeypatch, float32=0.12, bfloat16=0.1)
    chosen = choose()
    assert chosen.precision is torch.float32
    assert "bfloat16 is only 1.2 times as fast on this processor" in chosen.precision_reason
    with chosen.context():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is torch.float32


def test_float32_stays_where_the_other_format_cannot_be_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Stopwatch(monkeypatch, float32=0.12, bfloat16=math.inf)
    reason = choose().precision_reason
    assert reason == "float32: the exact format; this processor cannot compute in bfloat16"


@pytest.mark.parametrize(
    ("is_native", "expected"), [(True, torch.bfloat16), (False, torch.float16)]
)
def test_a_gpu_without_bfloat16_of_its_own_gets_float16_with_scaling(
    monkeypatch: pytest.MonkeyPatch, is_native: bool, expected: torch.dtype
) -> None:
    def can_bfloat16(including_emulation: bool = True) -> bool:
        return is_native or including_emulation

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", can_bfloat16)
    Stopwatch(monkeypatch, float32=1.0, bfloat16=0.2, float16=0.2)
    chosen = choose(torch.device("cuda:0"))
    assert chosen.precision is expected
    assert "on this GPU" in chosen.precision_reason
    assert chosen.loss_scale().is_needed is (expected is torch.float16)


def test_what_was_asked_for_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Stopwatch(monkeypatch)
    chosen = choose(asked=Precision.BFLOAT16, threads=1)
    assert (chosen.precision, chosen.threads, chosen.name) == (torch.bfloat16, 1, "bfloat16")
    assert torch.get_num_threads() == 1
    assert watch.asked == []


def test_tiny_layers_are_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Stopwatch(monkeypatch)
    chosen = choose_arithmetic(CPU, width=64, vocabulary=400)
    assert (chosen.precision, watch.asked) == (torch.float32, [])
    assert "too small" in chosen.precision_reason


def test_a_format_that_the_device_cannot_compute_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cannot(*_what: object) -> None:
        raise RuntimeError("not implemented for 'Half'")

    monkeypatch.setattr(arithmetic, "_block", cannot)
    with pytest.raises(JokegenError, match="cannot compute in float16") as caught:
        choose(asked=Precision.FLOAT16)
    assert "auto" in caught.value.todo


def test_the_real_measurement_chooses_with_reasons_and_leaves_the_random_numbers_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    chosen = choose_arithmetic(CPU, width=256, vocabulary=400)
    assert chosen.precision_reason.startswith(str(chosen.name))
    assert f"{chosen.threads} thread" in chosen.threads_reason
    assert 1 <= chosen.threads <= count_cores()
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("alone", "together", "others", "expected"),
    [(0.9, 0.5, 0.0, 2), (0.4, 0.5, 0.0, 1), (0.48, 0.5, 0.0, 2), (0.4, 0.5, 1.0, 2)],
    ids=["faster", "slower", "alike", "slower, but the computer is busy"],
)
def test_fewer_threads_than_cores_only_where_a_quiet_computer_is_faster_with_them(
    monkeypatch: pytest.MonkeyPatch, alone: float, together: float, others: float, expected: int
) -> None:
    def shortest(*_what: object) -> float:
        return alone if torch.get_num_threads() == 1 else together

    monkeypatch.setattr(arithmetic, "count_cores", lambda: 2)
    monkeypatch.setattr(arithmetic, "_shortest", shortest)
    monkeypatch.setattr(OthersWatch, "share", lambda _watch: others)
    chosen = choose(asked=Precision.FLOAT32)
    assert chosen.threads == torch.get_num_threads() == expected


def test_hyperthreads_of_a_core_count_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for processor, siblings in enumerate(["0,2", "1,3", "0,2", "1,3"]):
        folder = tmp_path / f"cpu{processor}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(siblings + "\n")
    monkeypatch.setattr(cores, "_TOPOLOGY", tmp_path)
    monkeypatch.setattr(cores, "_QUOTA", tmp_path / "none")
    for allowed, expected in [({0, 1, 2, 3}, 2), ({0, 2}, 1), ({1, 2}, 2), ({7}, 1)]:
        monkeypatch.setattr(
            os, "sched_getaffinity", lambda _pid, allowed=allowed: allowed, raising=False
        )
        assert count_cores() == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("100000 100000", 1), ("250000 100000", 2), ("max 100000", 3)]
)
def test_a_containers_share_of_processor_time_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, expected: int
) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(text)
    monkeypatch.setattr(cores, "_QUOTA", quota)
    monkeypatch.setattr(cores, "_TOPOLOGY", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2}, raising=False)
    assert count_cores() == expected


def test_a_scaled_loss_gives_the_same_gradients() -> None:
    weight = torch.nn.Parameter(torch.tensor([3.0, -2.0]))
    scale = LossScale(1024.0)
    scale.backward((weight**2).sum())
    assert weight.grad is not None
    assert torch.equal(weight.grad, torch.tensor([6144.0, -4096.0]))
    scale.unscale([weight])
    assert torch.equal(weight.grad, torch.tensor([6.0, -4.0]))


def test_an_overflow_leaves_a_step_out_and_halves_the_scale_and_good_steps_double_it() -> None:
    scale = LossScale(8.0, patience=3)
    assert not scale.is_step_good(math.inf)
    assert scale.scale == 4.0
    assert [scale.is_step_good(1.0) for _ in range(3)] == [True, True, True]
    assert scale.scale == 8.0
    assert not scale.is_step_good(math.nan)
    # Not the scale's fault any more: the caller judges.
    assert LossScale(2.0).is_step_good(math.nan)


def test_without_scaling_nothing_is_left_out() -> None:
    scale = Arithmetic(torch.float32, "", 1).loss_scale()
    assert not scale.is_needed
    assert scale.is_step_good(math.nan)
    assert scale == LossScale(1.0)


def _losses(folder: Path, precision: torch.dtype) -> list[float]:
    """Of ten steps on a few jokes."""
    language_model, tokenizer = load_language_model(folder, CPU)
    examples = tokenizer.encode_jokes(list(tiny_models.SENTENCES), 64)
    batch: Batch = make_batch(examples, CPU)
    chosen = Arithmetic(precision, "", 1)
    scale = chosen.loss_scale()
    optimizer = torch.optim.AdamW(language_model.parameters(), lr=3e-3)
    losses = []
    for _step in range(10):
        with chosen.context():
            loss = loss_sum(language_model, batch) / batch.tokens
        scale.backward(loss)
        scale.unscale(language_model.parameters())
        norm = torch.nn.utils.clip_grad_norm_(language_model.parameters(), 1.0)
        assert scale.is_step_good(norm.item())
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("make", [tiny_models.tiny_gpt2, tiny_models.tiny_llama])
def test_the_losses_of_coarser_formats_go_along_with_those_of_float32(
    tmp_path: Path, make: object, precision: torch.dtype
) -> None:
    assert callable(make)
    folder = make(tmp_path / "tiny")
    exact, coarse = _losses(folder, torch.float32), _losses(folder, precision)
    assert exact[-1] < exact[0] - 0.5
    assert coarse == pytest.approx(exact, rel=5e-3)
