"""Runs library calls that wait for a server beside a job: cancelling never waits for them."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")
_PATIENCE = 0.1  # seconds between two looks at whether somebody cancelled


class _Abandoned(Exception):  # noqa: N818 - a signal to the thread
    """Nobody listens to the thread any more."""


def in_background(
    work: Callable[[Callable[[T], None]], None], check: Callable[[], None]
) -> Iterator[T]:
    """Run `work(put)` on a thread and yield what it puts; `check()` may raise at any moment.

    A library call that waits for a server cannot be interrupted. So the thread only fetches and
    hands over, everything that lasts is done by the caller, and when `check` raises (or the caller
    stops listening) the thread is left alone: it ends at its next `put`, or when its own time limit
    is over. Its exceptions are raised here.
    """
    items: queue.Queue[tuple[str, T | BaseException | None]] = queue.Queue(maxsize=8)
    abandoned = threading.Event()

    def hand_over(kind: str, value: T | BaseException | None) -> None:
        while not abandoned.is_set():
            with contextlib.suppress(queue.Full):
                items.put((kind, value), timeout=_PATIENCE)
                return
        raise _Abandoned

    def run() -> None:
        with contextlib.suppress(_Abandoned):
            try:
                work(lambda value: hand_over("value", value))
            except _Abandoned:
                raise
            except BaseException as error:  # the border of the thread: raised by the caller
                hand_over("error", error)
            else:
                hand_over("end", None)

    threading.Thread(target=run, name="jokegen-bring", daemon=True).start()
    try:
        while True:
            check()
            try:
                kind, value = items.get(timeout=_PATIENCE)
            except queue.Empty:
                continue
            if isinstance(value, BaseException):
                raise value
            if kind == "end":
                return
            yield value  # type: ignore[misc]
    finally:
        abandoned.set()


def pause(seconds: float, check: Callable[[], None]) -> None:
    """Wait before the next try, unless `check()` raises meanwhile."""
    until = time.monotonic() + seconds
    while True:
        check()
        left = until - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(_PATIENCE, left))
