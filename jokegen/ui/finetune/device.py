"""Which device trains: asked of a worker at the first showing, the CPU until it answers."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QWidget

from jokegen import model_service
from jokegen.jobs.events import Done
from jokegen.jobs.requests import Device, DevicesRequest, DevicesSummary
from jokegen.jobs.running import Outcome
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.ui.finetune.words import device_label
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import plain_tip

AUTO = "auto"
_CPU = Device("cpu", "CPU", reason="works on every computer")


class DeviceField(Field):
    """A combo box of devices, "Best available" first."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        self._combo = QComboBox()
        self._combo.setObjectName("device")
        self._combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._combo.setMinimumContentsLength(12)
        super().__init__(
            "Device",
            self._combo,
            parent,
            tip="The part of your computer that learns the jokes. A GPU is many times faster; "
            "the jokes come out the same.",
            name="device_field",
        )
        self._runner = runner
        self._look: JobHandle | None = None
        self._has_answer = False
        self._devices: tuple[Device, ...] = ()
        self._hint_while_unknown = "Looking for GPUs…"
        self._show((_CPU,))
        self._combo.currentIndexChanged.connect(self._on_index_changed)

    def device(self) -> str:
        """What a request names: "auto", "cpu", "cuda:0", "mps"."""
        return str(self._combo.currentData())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._has_answer or self._look is not None:
            return
        self._look = self._runner.start(
            Line.ASK, "Looking for GPUs", model_service.find_devices, DevicesRequest()
        )
        self._look.finished.connect(self._on_look_finished)
        self._hint_while_unknown = "Looking for GPUs…"
        self._on_index_changed()

    @Slot(object)
    def _on_look_finished(self, outcome: Outcome[DevicesSummary]) -> None:
        self._look = None
        if isinstance(outcome, Done) and outcome.summary.devices:
            self._has_answer = True
            self._show(outcome.summary.devices)
        else:
            # The next showing asks again.
            self._hint_while_unknown = "Jokegen could not look for GPUs. The CPU always works."
            self._on_index_changed()

    def _show(self, devices: tuple[Device, ...]) -> None:
        """List `devices`; what was chosen stays chosen if it is still there."""
        chosen = self._combo.currentData()
        self._devices = devices
        with QSignalBlocker(self._combo):
            self._combo.clear()
            self._combo.addItem("Best available", AUTO)
            for device in devices:
                self._combo.addItem(device_label(device), device.id)
                tip = plain_tip(f"{device_label(device)}\n{device.reason}")
                self._combo.setItemData(self._combo.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
            self._combo.setCurrentIndex(max(0, self._combo.findData(chosen)))
        self._on_index_changed()

    @Slot()
    def _on_index_changed(self) -> None:
        if not self._has_answer:
            self.set_hint(self._hint_while_unknown)
            return
        chosen = self.device()
        for device in self._devices:
            if device.is_best and chosen == AUTO:
                self.set_hint(f"{device.name}: {device.reason}")
            elif device.id == chosen:
                self.set_hint(_sentence(device.reason))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
