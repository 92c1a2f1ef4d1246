"""The devices of this computer, which one is best for training, and what if it vanishes."""

from __future__ import annotations

import contextlib
import logging
import platform
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psutil
import torch

from jokegen import wording
from jokegen.errors import JokegenError, is_out_of_memory
from jokegen.jobs.requests import Device
from jokegen.lm.cores import count_cores

log = logging.getLogger(__name__)

# Of a GPU: a window system alone takes less of its memory and time than this.
_BUSY_MEMORY, _BUSY_TIME = 0.25, 25
# The least free memory with which a GPU is of use: for the smallest base models, with LoRA.
_LEAST_MEMORY = 1 << 30
_LOST_WORDS = ("cuda error", "device-side", "device lost", "device_lost", "driver shutting down",
               "no longer available", "fell off the bus", "hip error")  # fmt: skip


def list_devices() -> list[Device]:
    """CPU, every CUDA GPU, Apple's GPU, every XPU of Intel's; exactly one is marked best."""
    memory = psutil.virtual_memory()
    cores = count_cores()
    devices = [
        Device(
            "cpu",
            f"CPU ({cores} {'core' if cores == 1 else 'cores'})",
            memory_free=memory.available,
            memory_total=memory.total,
            reason="works on every computer",
        )
    ]
    devices += _gpus("cuda", torch.cuda, "a GPU trains many times faster than the CPU")
    if torch.backends.mps.is_available():
        devices.append(
            Device(
                "mps",
                f"Apple GPU ({platform.machine()})",
                memory_free=memory.available,
                memory_total=memory.total,
                reason="Apple's GPU trains faster than the CPU",
            )
        )
    devices += _gpus("xpu", torch.xpu, "Intel's GPU trains faster than the CPU")
    return _mark_best(devices)


def _gpus(kind: str, library: Any, reason: str) -> list[Device]:
    """Those of one maker's library; what does not answer is left out, the others still serve."""
    found: list[Device] = []
    with contextlib.suppress(RuntimeError):
        count = library.device_count() if library.is_available() else 0
        for index in range(count):
            try:
                name = library.get_device_name(index)
                free, total = library.mem_get_info(index)
            except RuntimeError:
                log.warning("the GPU %s:%d cannot be used", kind, index, exc_info=True)
                continue
            device = Device(f"{kind}:{index}", name, free, total, reason=reason)
            found.append(_with_note(device, _share_of_time(library, index)))
    return found


def _share_of_time(library: Any, index: int) -> int | None:
    """Percent of the last moment in which the GPU computed; None where the driver tells nothing."""
    try:
        return int(library.utilization(index))
    except (RuntimeError, ImportError, AttributeError, AssertionError):  # no library for it
        return None


def _with_note(device: Device, share_of_time: int | None) -> Device:
    """Says whether others use the GPU, and whether what is left suffices."""
    free, total = device.memory_free or 0, device.memory_total or 0
    used = total - free
    is_busy = used > _BUSY_MEMORY * total or (share_of_time or 0) > _BUSY_TIME
    notes = []
    if is_busy:
        notes.append(f"Other programs use {wording.size(used)} of its {wording.size(total)}")
        if share_of_time is not None:
            notes[-1] += f" and {share_of_time}% of its time"
        notes[-1] += "."
    if free < _LEAST_MEMORY:
        notes.append(f"{wording.size(free)} of free memory are too little to train with.")
    return replace(device, is_busy=is_busy, note=" ".join(notes))


def _mark_best(devices: list[Device]) -> list[Device]:
    """A GPU that nobody uses before one that others do; of those alike the one with most memory.

    One without enough free memory comes after the CPU.
    """

    def rank(device: Device) -> tuple[bool, int, bool, int]:
        kind = device.id.partition(":")[0]
        free = device.memory_free or 0
        speed = {"cuda": 3, "xpu": 2, "mps": 1}.get(kind, 0)
        return speed == 0 or free >= _LEAST_MEMORY, speed, not device.is_busy, free

    best = max(devices, key=rank)
    return [replace(device, is_best=device is best) for device in devices]


def choose_device(name: str) -> tuple[torch.device, str]:
    """The device that a request names, "auto" for the best, with the reason for it.

    Raises JokegenError naming the devices there are, for one that is not there.
    """
    devices = list_devices()
    for device in devices:
        if device.id == name or (name == "auto" and device.is_best):
            return torch.device(device.id), f"{device.name}: {device.reason}"
    there = ", ".join(device.id for device in devices)
    raise JokegenError(
        f"There is no device “{name}” on this computer (any more).",
        f"Choose the CPU, which is always there, or another one of: auto, {there}.",
    )


@contextlib.contextmanager
def watched(device: torch.device) -> Iterator[None]:
    """What happens in the block because `device` vanished is a JokegenError that offers the CPU.

    A GPU vanishes when its driver is restarted or updated, when the computer slept, or when its
    cable was pulled.
    """
    try:
        yield
    except RuntimeError as error:
        if device.type == "cpu" or is_out_of_memory(error) or not _is_lost(device, error):
            raise
        raise JokegenError(
            f"The device “{device}” does not answer any more.",
            "Go on with this run on the CPU, which is slower but always there; what was saved "
            "before is untouched. Starting the computer again may bring the device back.",
        ) from error


def _is_lost(device: torch.device, error: RuntimeError) -> bool:
    text = f"{type(error).__name__} {error}".lower()
    if any(words in text for words in _LOST_WORDS):
        return True
    return str(device) not in [there.id for there in list_devices()]


def use_threads_for_writing(device: torch.device) -> None:
    """Set how many CPU threads torch uses to write jokes: half of the cores.

    Writing reads the weights once a token and is limited by memory: measured on 2 cores, one
    thread writes as fast as two, and leaves a core to the window and to a training at the same
    time. (Training multiplies large matrices, see `lm.arithmetic`.)
    """
    if device.type == "cpu":
        torch.set_num_threads(max(1, count_cores() // 2))
