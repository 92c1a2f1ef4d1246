"""Which devices there are, with GPUs stood in for: none is needed to run this."""

from __future__ import annotations

import pytest
import torch

from jokegen.errors import JokegenError
from jokegen.lm import devices

GIB = 2**30


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two CUDA GPUs, of which the second has more free memory."""
    memory = {0: (2 * GIB, 8 * GIB), 1: (20 * GIB, 24 * GIB)}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda index: memory[index])
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"GPU number {index}")


def test_without_a_gpu_the_cpu_is_best() -> None:
    (cpu,) = devices.list_devices()
    assert (cpu.id, cpu.is_best) == ("cpu", True)
    assert cpu.memory_total is not None
    assert cpu.memory_total > GIB / 2


@pytest.mark.usefixtures("two_gpus")
def test_every_cuda_gpu_is_listed_and_the_one_with_most_free_memory_is_best() -> None:
    found = {device.id: device for device in devices.list_devices()}
    assert list(found) == ["cpu", "cuda:0", "cuda:1"]
    assert (found["cuda:0"].name, found["cuda:0"].memory_free) == ("GPU number 0", 2 * GIB)
    assert [name for name, device in found.items() if device.is_best] == ["cuda:1"]
    assert devices.choose_device("auto")[0] == torch.device("cuda:1")
    assert devices.choose_device("cpu")[0] == torch.device("cpu")


@pytest.mark.usefixtures("two_gpus")
def test_a_gpu_whose_driver_does_not_answer_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(index: int) -> tuple[int, int]:
        if index == 1:
            raise RuntimeError("CUDA error: unknown error")
        return GIB, 2 * GIB

    monkeypatch.setattr(torch.cuda, "mem_get_info", fail)
    assert [device.id for device in devices.list_devices()] == ["cpu", "cuda:0"]


def test_apples_gpu_is_better_than_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert [device.id for device in devices.list_devices() if device.is_best] == ["mps"]


def test_a_device_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(JokegenError, match=r"no device “cuda:7”") as caught:
        devices.choose_device("cuda:7")
    assert "auto, cpu" in caught.value.todo


def test_precision_is_exact_but_where_a_gpu_computes_bfloat16_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def can_bfloat16(including_emulation: bool = True) -> bool:
        return not including_emulation

    assert devices.choose_precision(torch.device("cpu"))[0] is torch.float32
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", can_bfloat16)
    precision, why = devices.choose_precision(torch.device("cuda:0"))
    assert precision is torch.bfloat16
    assert "overflow" in why


def test_writing_leaves_half_of_the_cores_to_others() -> None:
    before = torch.get_num_threads()
    try:
        devices.use_threads(torch.device("cpu"), for_training=True)
        every = torch.get_num_threads()
        devices.use_threads(torch.device("cpu"), for_training=False)
        assert torch.get_num_threads() == max(1, every // 2)
    finally:
        torch.set_num_threads(before)
