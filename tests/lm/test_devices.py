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


def test_a_gpu_that_others_use_says_so_and_comes_after_a_free_one(
    monkeypatch: pytest.MonkeyPatch, two_gpus: None
) -> None:
    memory = {0: (20 * GIB, 48 * GIB), 1: (7 * GIB, 8 * GIB)}
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda index: memory[index])
    monkeypatch.setattr(torch.cuda, "utilization", lambda index: {0: 91, 1: 3}[index])
    _, first, second = devices.list_devices()
    assert (first.is_busy, second.is_busy) == (True, False)
    assert "30.1 GB of its 51.5 GB and 91% of its time" in first.note
    assert second.note == ""
    assert second.is_best


@pytest.mark.usefixtures("two_gpus")
def test_a_gpu_that_computes_all_the_time_is_busy_however_little_memory_that_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _index: (8 * GIB, 8 * GIB))
    monkeypatch.setattr(torch.cuda, "utilization", lambda index: 80 if index == 0 else 0)
    assert [device.is_busy for device in devices.list_devices()] == [False, True, False]


@pytest.mark.usefixtures("two_gpus")
def test_gpus_without_enough_free_memory_come_after_the_cpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _index: (GIB // 2, 8 * GIB))
    cpu, first, _second = devices.list_devices()
    assert cpu.is_best
    assert "too little to train with" in first.note


def test_intels_gpus_are_listed_and_better_than_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.xpu, "is_available", lambda: True)
    monkeypatch.setattr(torch.xpu, "device_count", lambda: 1)
    monkeypatch.setattr(torch.xpu, "get_device_name", lambda _index: "Arc")
    monkeypatch.setattr(torch.xpu, "mem_get_info", lambda _index: (10 * GIB, 12 * GIB))
    cpu, xpu = devices.list_devices()
    assert (xpu.id, xpu.name, xpu.memory_free, xpu.is_best) == ("xpu:0", "Arc", 10 * GIB, True)
    assert not cpu.is_best
    assert devices.choose_device("auto")[0] == torch.device("xpu:0")


@pytest.mark.parametrize(
    "text", ["CUDA error: device-side assert triggered", "something that nobody foresaw"]
)
def test_a_device_that_vanishes_is_an_error_that_offers_the_cpu(text: str) -> None:
    with (
        pytest.raises(JokegenError, match="“cuda:0” does not answer") as caught,
        devices.watched(torch.device("cuda:0")),
    ):
        raise RuntimeError(text)
    assert "on the CPU" in caught.value.todo


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize(
    ("device", "text"),
    [("cuda:0", "CUDA out of memory"), ("cuda:1", "shapes do not match"), ("cpu", "CUDA error")],
)
def test_other_errors_stay_what_they_are(device: str, text: str) -> None:
    with pytest.raises(RuntimeError, match=text), devices.watched(torch.device(device)):
        raise RuntimeError(text)


def test_writing_leaves_half_of_the_cores_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    monkeypatch.setattr(devices, "count_cores", lambda: 6)
    try:
        devices.use_threads_for_writing(torch.device("cpu"))
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
