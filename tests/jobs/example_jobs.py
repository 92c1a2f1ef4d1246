"""Small jobs for the tests of the worker process: each shows one way a job can go."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress, TextChunk


@dataclass(frozen=True)
class Order:
    what: str
    path: Path | None = None


@dataclass(frozen=True)
class Receipt:
    text: str
    path: Path | None = None
    process: int = 0


_ready: list[str] = []


def get_ready() -> None:
    _ready.append("prepared")


def do(request: Order, context: JobContext) -> Receipt:
    """Behave as `request.what` says."""
    if request.what == "count":
        for i in range(10_000):
            context.emit(Progress(Phase.READING, i + 1, 10_000, "rows"))
        context.emit(TextChunk(0, "a"))
        context.emit(TextChunk(0, "b"))
    elif request.what == "wait":
        context.emit(Notice("waiting"))
        while not context.is_finish_requested:
            context.check()
            threading.Event().wait(0.01)
        return Receipt("finished early", process=os.getpid())
    elif request.what == "hang":
        context.emit(Notice("hanging"))
        threading.Event().wait(600)
    elif request.what == "fail":
        raise JokegenError("The cat ate it.", "Feed the cat.")
    elif request.what == "break":
        raise ZeroDivisionError("by zero")
    elif request.what == "exit":
        sys.exit(7)
    elif request.what == "die":
        sys.stderr.write("these are my last words\n")
        context.emit(Notice("dying"))
        os._exit(9)
    elif request.what == "junk":
        print("junk on stdout")  # noqa: T201 - that is what is tested
        os.write(1, b"more junk\n")
    elif request.what == "how ready":
        return Receipt(" ".join(_ready), process=os.getpid())
    elif request.what == "remember":
        context.resources.setdefault("seen", []).append(len(context.resources))  # type: ignore[attr-defined]
    return Receipt(request.what, request.path, os.getpid())
