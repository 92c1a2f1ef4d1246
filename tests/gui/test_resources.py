"""What a training takes from the computer is looked up cheaply, and follows the worker."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from jokegen.qt.resources import ResourceWatch, Usage
from jokegen.ui.finetune.usage import UsageLine
from jokegen.ui.kit.labels import PlainLabel
from tests.gui.support import Show


def test_the_computer_and_the_worker_are_looked_at_at_once_and_again(qtbot: QtBot) -> None:
    watch = ResourceWatch()
    spy = QSignalSpy(watch.usage_measured)
    watch.start(os.getpid)
    watch.look()
    watch.stop()
    assert not watch.is_watching
    first, second = (spy.at(index)[0] for index in range(2))
    assert first.cpu is None, "a share needs two looks"
    assert 0 <= second.cpu <= 1
    assert 0 <= second.worker_cpu <= 1
    assert second.worker_memory > 10_000_000
    assert 0 < second.memory_free < second.memory_total


def test_a_worker_that_is_not_there_yet_or_has_ended_is_no_problem(qtbot: QtBot) -> None:
    watch = ResourceWatch()
    spy = QSignalSpy(watch.usage_measured)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    numbers: list[int | None] = [None, ended.pid, os.getpid()]
    watch.start(lambda: numbers[0])
    for _ in range(2):
        numbers.pop(0)
        watch.look()
    watch.stop()
    seen = [spy.at(index)[0].worker_memory for index in range(3)]
    assert seen[:2] == [None, None]
    assert seen[2] is not None


def test_a_look_costs_next_to_nothing(qtbot: QtBot) -> None:
    watch = ResourceWatch()
    watch.start(os.getpid)
    watch.stop()
    began = time.thread_time()
    for _ in range(50):
        watch.look()
    assert (time.thread_time() - began) / 50 < 0.005, "of two seconds: a quarter of a per cent"


def test_the_figures_are_shown_and_scarce_memory_is_said(shown: Show) -> None:
    line = UsageLine(name="usage")
    shown(line)

    def text(name: str) -> str:
        label = line.findChild(PlainLabel, name)
        assert label is not None
        return label.text() if label.isVisible() else ""

    assert text("usage_cpu") == ""
    line.show_usage(Usage(None, None, None, 5_100_000_000, 16_000_000_000))
    assert text("usage_cpu") == ""
    assert text("usage_memory") == "Memory: 5.1 GB free"
    line.show_usage(Usage(0.98, 0.93, 1_230_000_000, 300_000_000, 16_000_000_000))
    assert text("usage_cpu") == "Processor: training 93%, all 98%"
    assert text("usage_memory") == "Memory: training 1.2 GB, only 300 MB left"
    assert text("usage_gpu") == ""
    line.show_gpu_memory(3_100_000_000)
    assert text("usage_gpu") == "GPU memory: 3.1 GB"
    line.reset()
    assert text("usage_memory") == ""
