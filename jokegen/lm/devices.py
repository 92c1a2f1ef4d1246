"""The devices of this computer, which one is best for training, and in which precision."""

from __future__ import annotations

import logging
import os
import platform

import psutil
import torch

from jokegen.errors import JokegenError
from jokegen.jobs.requests import Device

log = logging.getLogger(__name__)


def list_devices() -> list[Device]:
    """CPU, every CUDA GPU with its free memory, Apple's GPU; exactly one is marked best."""
    memory = psutil.virtual_memory()
    devices = [
        Device(
            "cpu",
            f"CPU ({torch.get_num_threads()} threads)",
            memory_free=memory.available,
            memory_total=memory.total,
            reason="works on every computer",
        )
    ]
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            try:
                free, total = torch.cuda.mem_get_info(index)
            except RuntimeError:  # its driver does not answer: the others still serve
                log.warning("the GPU %d cannot be used", index, exc_info=True)
                continue
            devices.append(
                Device(
                    f"cuda:{index}",
                    torch.cuda.get_device_name(index),
                    memory_free=free,
                    memory_total=total,
                    reason="a GPU trains many times faster than the CPU",
                )
            )
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
    return _mark_best(devices)


def _mark_best(devices: list[Device]) -> list[Device]:
    """The CUDA GPU with most free memory, else Apple's GPU, else the CPU."""

    def rank(device: Device) -> tuple[int, int]:
        kind = device.id.partition(":")[0]
        return {"cuda": 2, "mps": 1}.get(kind, 0), device.memory_free or 0

    best = max(devices, key=rank)
    return [
        Device(d.id, d.name, d.memory_free, d.memory_total, is_best=d is best, reason=d.reason)
        for d in devices
    ]


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
        f"Choose one of: auto, {there}.",
    )


def use_threads(device: torch.device, *, for_training: bool) -> None:
    """Set how many CPU threads torch uses.

    Training multiplies large matrices and gains from every core. Writing reads the weights once
    a token and is limited by memory: measured on 2 cores, one thread writes as fast as two, and
    leaves a core to the window and to a training at the same time.
    """
    if device.type != "cpu":
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    every = max(1, cores or 1)
    torch.set_num_threads(every if for_training else max(1, every // 2))


def choose_precision(device: torch.device) -> tuple[torch.dtype, str]:
    """The number format for the arithmetic on `device`, with the reason for it.

    Weights are always kept in float32; where this is not float32, the arithmetic runs under
    autocast.
    """
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16, "bfloat16: this GPU computes it natively, and it cannot overflow"
    return torch.float32, f"float32: the exact format, safe on {device.type}"
