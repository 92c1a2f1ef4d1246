"""The device picker: what each device is, the best with its reason, and one that goes away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

from jokegen.config.paths import Paths
from jokegen.jobs.events import Done, Failed
from jokegen.jobs.requests import Device, DevicesSummary
from jokegen.qt.job_runner import Line
from jokegen.ui.finetune.device import DeviceField
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import Theme
from tests.gui.finetune_support import CPU, GPU, FakeRunner, make_bench
from tests.gui.support import Show

SECOND = Device("cuda:1", "Old card", 900_000_000, 4_000_000_000, is_busy=True, reason="a GPU")
XPU = Device(
    "xpu:0",
    "Arc",
    15_000_000_000,
    16_000_000_000,
    reason="a GPU",
    is_busy=True,
    note="Other programs use 1.0 GB.",
)


@dataclass
class Desk:
    field: DeviceField
    runner: FakeRunner

    def find(self, name: str) -> QWidget:
        (found,) = self.field.findChildren(QWidget, name)
        return found

    @property
    def box(self) -> QComboBox:
        found = self.find("device")
        assert isinstance(found, QComboBox)
        return found

    def entries(self) -> list[str]:
        return [self.box.itemText(row) for row in range(self.box.count())]

    def answer(self, *devices: Device) -> None:
        self.runner.handles[Line.ASK].finished.emit(Done(DevicesSummary(devices)))

    def press(self, name: str) -> None:
        assert self.find(name).isVisible(), name
        QTest.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def choose(self, text: str) -> None:
        QTest.keyClick(self.box, Qt.Key.Key_Home)
        while not self.box.currentText().startswith(text):
            row = self.box.currentIndex()
            QTest.keyClick(self.box, Qt.Key.Key_Down)
            assert self.box.currentIndex() > row, text

    def says(self, part: str) -> str:
        label = self.find(f"device_field_{part}")
        assert isinstance(label, PlainLabel)
        return label.text() if label.isVisible() else ""


@pytest.fixture
def desk(paths: Paths, theme: Theme, shown: Show) -> Desk:
    runner = FakeRunner(paths)
    field = DeviceField(runner)
    shown(field, 500, 300)
    return Desk(field, runner)


def test_every_device_says_what_one_needs_to_choose(desk: Desk) -> None:
    desk.answer(CPU, GPU, SECOND, XPU)
    assert desk.entries()[3:] == [
        "Old card · 900 MB of 4.0 GB free · busy",
        "Arc · 15.0 GB of 16.0 GB free · busy",
    ]
    assert desk.says("hint") == (
        f"{GPU.name}: {GPU.reason}. 7.2 GB of 8.5 GB of its memory are free."
    )
    desk.choose("CPU")
    assert desk.says("hint") == "Works everywhere. 8.0 GB of 16.0 GB of the memory are free."
    desk.choose("Old card")
    assert desk.says("hint") == (
        "A GPU. 900 MB of 4.0 GB of its memory are free. "
        "Other programs use it just now: it will take longer."
    )
    desk.choose("Arc")
    assert desk.says("hint") == "A GPU. Other programs use 1.0 GB."
    assert desk.field.device() == "xpu:0"


def test_devices_are_looked_for_again_on_demand(desk: Desk, qtbot: QtBot) -> None:
    desk.answer(CPU)
    desk.press("refresh_devices")
    assert not desk.find("refresh_devices").isEnabled()
    desk.field.look_again()
    assert len(desk.runner.requests(Line.ASK)) == 2
    with qtbot.waitSignal(desk.field.device_changed):
        desk.answer(CPU, GPU)
    assert desk.find("refresh_devices").isEnabled()
    assert len(desk.entries()) == 3


def test_a_device_that_vanished_offers_the_cpu_with_one_click(desk: Desk) -> None:
    desk.answer(CPU, GPU)
    desk.choose(GPU.name)
    desk.press("refresh_devices")
    desk.answer(replace(CPU, is_best=True))
    assert desk.field.is_gone
    assert desk.field.device() == "cuda:0"
    assert desk.box.currentText() == f"{GPU.name} · not there any more"
    assert desk.says("problem") == f"“{GPU.name}” is not there any more. Choose another device."
    desk.press("use_cpu")
    assert desk.field.device() == "cpu"
    assert not desk.find("use_cpu").isVisible()
    assert desk.says("problem") == ""
    assert desk.entries() == ["Best available", "CPU (8 threads) · the best here"]


def test_a_device_that_comes_back_is_as_chosen_as_before(desk: Desk) -> None:
    desk.answer(CPU, GPU)
    desk.choose(GPU.name)
    for devices in ((CPU,), (CPU,), (CPU, GPU)):
        desk.press("refresh_devices")
        desk.answer(*devices)
    assert not desk.field.is_gone
    assert desk.field.device() == "cuda:0"
    assert len(desk.entries()) == 3


def test_a_look_that_fails_changes_nothing(desk: Desk) -> None:
    desk.answer(CPU, GPU)
    desk.choose(GPU.name)
    desk.press("refresh_devices")
    desk.runner.handles[Line.ASK].finished.emit(Failed("No.", "Try again."))
    assert desk.field.device() == "cuda:0"
    assert desk.find("refresh_devices").isEnabled()
    assert not desk.field.is_gone


def test_after_a_failure_on_a_device_that_is_gone_the_cpu_is_one_click_away(
    paths: Paths, theme: Theme, shown: Show
) -> None:
    bench = make_bench(paths, shown)
    bench.runner.handles[Line.ASK].finished.emit(Done(DevicesSummary((CPU, GPU))))
    for _ in range(2):
        QTest.keyClick(bench.combo("device"), Qt.Key.Key_Down)
    bench.start(1).finished.emit(Failed("There is no device “cuda:0” any more.", "Choose one."))
    bench.runner.handles[Line.ASK].finished.emit(Done(DevicesSummary((CPU,))))
    bench.press("use_cpu")
    assert bench.tab.setup.device.device() == "cpu"


def test_after_a_failure_on_the_cpu_nothing_is_looked_for(
    paths: Paths, theme: Theme, shown: Show
) -> None:
    bench = make_bench(paths, shown)
    bench.runner.handles[Line.ASK].finished.emit(Done(DevicesSummary((CPU, GPU))))
    bench.start(1).finished.emit(Failed("It broke.", "Try again."))
    assert len(bench.runner.requests(Line.ASK)) == 1
