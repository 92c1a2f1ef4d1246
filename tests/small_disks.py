"""Real small disks for tests: a tmpfs where the system lets the tests mount one."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def mounts(folder: Path, options: str) -> bool:
    """Mount a tmpfs on `folder`, if this system lets us."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def unmount(folder: Path) -> None:
    # Lazily: weights that are mapped into memory hold on to it until they are collected.
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of this size ("1m") on `folder`; the test is skipped where nothing can be mounted."""
    if not mounts(folder, f"size={size}"):
        pytest.skip("only root on Linux can mount a small disk")
    try:
        yield folder
    finally:
        unmount(folder)
