"""Jobs for the tests of faults: each is one way in which a worker can go wrong."""

from __future__ import annotations

import ctypes
import os
import re
import sys
import threading
import time

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Metric, Notice, Phase, Progress, Sample
from tests.jobs.example_jobs import Order, Receipt


def ask(request: Order, context: JobContext) -> Receipt:
    """Write the jokes that are asked for, until it is asked to finish."""
    context.emit(Notice("begun"))
    while not context.is_finish_requested:
        context.check()
        prompt = context.take_asked_sample()
        if prompt is not None:
            context.emit(Sample(1, f"a joke about {prompt or 'nothing'}", prompt, is_asked=True))
        threading.Event().wait(0.005)
    return Receipt("finished")


def stall(request: Order, context: JobContext) -> Receipt:
    """Get stuck as `request.what` says."""
    context.emit(Notice("begun"))
    time.sleep(0.1)  # so that it arrives
    if request.what == "sleep":  # the main thread hangs, the others live
        threading.Event().wait(600)
    elif request.what == "sleep beside a heart that beats":
        threading.Thread(target=_beat, daemon=True).start()
        dead = threading.Lock()
        dead.acquire()
        dead.acquire()
    elif request.what == "sleep in C":  # no thread can do a thing, and no time is used
        mutex = ctypes.create_string_buffer(64)
        ctypes.PyDLL(None).pthread_mutex_lock(mutex)
        ctypes.PyDLL(None).pthread_mutex_lock(mutex)
    elif request.what == "compute in C":  # no thread can do a thing, and all the time is used
        re.match(r"(a+)+$", "a" * 60 + "b")
    elif request.what == "compute":  # it goes round in circles
        while True:
            pass
    return Receipt("never")


def _beat() -> None:
    while True:
        time.sleep(0.1)


def work_silently(request: Order, context: JobContext) -> Receipt:
    """Compute for so many seconds without a word."""
    context.emit(Notice("begun"))
    until = time.monotonic() + float(request.what)
    while time.monotonic() < until:
        pass
    return Receipt("worked")


def misbehave(request: Order, context: JobContext) -> Receipt:
    """Do what no job should, as `request.what` says."""
    context.emit(Notice("begun"))
    time.sleep(0.1)
    channel = _channel()
    libc = ctypes.CDLL(None)
    if request.what == "sys.exit with words":
        sys.exit("no such thing")
    elif request.what == "os._exit 0":
        os._exit(0)
    elif request.what == "exit in C":
        libc.exit(5)
    elif request.what == "abort in C":
        libc.abort()
    elif request.what == "no memory in C":
        sys.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n")
        libc.abort()
    elif request.what == "junk in C":
        libc.puts(b"junk from C")
        libc.fflush(None)
        os.write(1, b"\xff\x00 half a line")
    elif request.what == "junk on the channel":
        os.write(channel, b"\xff\x00{\n[1, 2]\n{}\nnull\n")
        os.write(channel, b'{"events": [["Nonsense", {}], ["Notice", {"text": 1}], 7, null]}\n')
        os.write(channel, b'{"outcome": ')
    elif request.what == "close the channel":
        os.close(channel)
        threading.Event().wait(600)
    elif request.what == "die within a message":
        os.write(channel, b'{"outcome": "Done", "value": {"summary": {"te')
        os._exit(0)
    elif request.what == "a nonsensical outcome":
        os.write(channel, b'{"outcome": "Done", "value": {"summary": {"text": 7}}}\n')
        threading.Event().wait(600)
    elif request.what == "leave a child":
        if os.fork() == 0:
            threading.Event().wait(20)  # it holds our pipe open
            os._exit(0)
        os._exit(4)
    elif request.what == "a thread that ends it":
        threading.Thread(target=lambda: os._exit(6)).start()
        threading.Event().wait(600)
    elif request.what == "an odd number":
        context.emit(Metric(1, 1, 0.0, 0.0, 0.0, train_loss=float("nan")))
        context.emit(Progress(Phase.TRAINING, 1, 1, "steps", float("inf")))
        context.emit(Notice(object()))  # type: ignore[arg-type]
        context.emit(Notice("after it"))
    return Receipt("done")


def _channel() -> int:
    """The pipe to the parent: the only one that we write to and that is neither 1 nor 2."""
    import gc
    import io

    for found in gc.get_objects():
        if isinstance(found, io.BufferedWriter) and not found.closed and found.fileno() > 2:
            return found.fileno()
    raise AssertionError("no channel")
