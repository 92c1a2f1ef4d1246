"""The most memory that a piece of work has in use: of the GPU, else of the whole process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import psutil
import torch

_SECONDS = 0.005  # what stays in memory for a shorter time is not seen


class Peak:
    """In bytes; known once the work is done."""

    def __init__(self) -> None:
        self.bytes = 0


@contextlib.contextmanager
def watched(device: torch.device) -> Iterator[Peak]:
    """Watch the memory of what runs on `device` while the block runs."""
    peak = Peak()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        yield peak
        peak.bytes = torch.cuda.max_memory_reserved(device)
        return
    process, is_over = psutil.Process(), threading.Event()

    def watch() -> None:
        while not is_over.wait(_SECONDS):
            peak.bytes = max(peak.bytes, process.memory_info().rss)

    watcher = threading.Thread(target=watch, name="memory", daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        is_over.set()
        watcher.join()
