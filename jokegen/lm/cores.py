"""How many processor cores this process may compute on, and how busy others keep them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil

_TOPOLOGY = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def count_cores() -> int:
    """Physical cores of the processors that the system lets this process use, at least 1.

    Two hyperthreads of a core share its multipliers: a second computing thread there gains nothing.
    A container's share of processor time counts as well.
    """
    if hasattr(os, "sched_getaffinity"):
        allowed = os.sched_getaffinity(0)
        cores = {_siblings(processor) for processor in allowed}
        found = len(cores)
    else:
        found = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return max(1, min(found, _quota() or found))


def _siblings(processor: int) -> str:
    """The processors that share a core with this one; only itself where nobody knows."""
    try:
        return (_TOPOLOGY / f"cpu{processor}/topology/thread_siblings_list").read_text().strip()
    except OSError:
        return str(processor)


def _quota() -> int | None:
    """How many processors' worth of time a container may use, None without a limit."""
    try:
        quota, period = _QUOTA.read_text().split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):  # no container, or "max"
        return None


class OthersWatch:
    """How much of the processors other processes take while something is measured."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._busy = self._busy_seconds()

    def share(self) -> float:
        """Processors that others kept busy since this was made, on average (0.5: half of one)."""
        seconds = max(time.perf_counter() - self._began, 1e-3)
        return max(0.0, self._busy_seconds() - self._busy) / seconds

    def _busy_seconds(self) -> float:
        times, own = psutil.cpu_times(), psutil.Process().cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        # Linux counts what runs in virtual machines twice.
        twice = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
        return sum(times) - idle - twice - own.user - own.system
