"""What every way of fetching needs: progress in bytes, room on the disk, digests, patience."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress

T = TypeVar("T")
_BLOCK = 1 << 20
_SHORTEST = 0.05  # seconds between two reports
_PATIENCE = 0.1  # seconds between two looks at whether somebody cancelled


class ByteMeter:
    """Reports bytes as `Progress`, with the time left from the speed so far."""

    def __init__(self, context: JobContext, total: int, phase: Phase = Phase.DOWNLOADING) -> None:
        self._context, self._total, self._phase = context, total, phase
        self._start: tuple[float, int] | None = None
        self._last, self._reported = 0.0, -1

    def update(self, done: int) -> None:
        """`done` of the total bytes are here, those of an earlier try included."""
        now = time.monotonic()
        done = min(done, self._total)
        if done == self._reported:
            return
        if self._start is None or done < self._start[1]:
            self._start = (now, done)
        elif now - self._last < _SHORTEST and done < self._total:
            return
        self._last, self._reported = now, done
        began, already = self._start
        left = (self._total - done) * (now - began) / (done - already) if done > already else None
        self._context.emit(Progress(self._phase, done, self._total, "bytes", left))


def size_of(path: Path) -> int:
    """The size of a file, 0 where there is none (or where it was just moved away)."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def sha256_of(path: Path, context: JobContext) -> str:
    """The SHA-256 of a file, with progress, cancelled within moments."""
    digest = hashlib.sha256()
    meter = ByteMeter(context, size_of(path), Phase.VERIFYING)
    done = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            context.check()
            digest.update(block)
            done += len(block)
            meter.update(done)
    return digest.hexdigest()


@contextlib.contextmanager
def only_one(lock: Path, title: str, context: JobContext) -> Iterator[None]:
    """Wait, cancellably, until no other process is fetching the same base model."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    guard = FileLock(lock)
    told = False
    while True:
        context.check()
        try:
            guard.acquire(timeout=_PATIENCE)
            break
        except Timeout:
            if not told:
                context.emit(Notice(f"{title} is being fetched by another Jokegen; waiting."))
                told = True
    try:
        yield
    finally:
        guard.release()
