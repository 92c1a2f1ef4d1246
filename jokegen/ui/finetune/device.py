"""Which device trains: asked of a worker at the first showing, the CPU until it answers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from jokegen import model_service
from jokegen.jobs.events import Done
from jokegen.jobs.requests import Device, DevicesRequest, DevicesSummary
from jokegen.jobs.running import Outcome
from jokegen.qt.job_runner import JobHandle, JobRunner, Line
from jokegen.ui.finetune.words import device_hint, device_label
from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.combos import Item, ShortCombo
from jokegen.ui.kit.fields import Field

AUTO, CPU_ID = "auto", "cpu"
_CPU = Device(CPU_ID, "CPU", reason="works on every computer")
_LOOKING = "Looking for GPUs…"


class DeviceField(Field):
    """A combo box of devices, "Best available" first, and a button to look for them again.

    A device that was chosen and is not there any more stays in the list, said to be gone, until
    another one is chosen: nothing is decided behind a person's back.
    """

    device_changed = Signal()  # another one is chosen, or the chosen one is gone, or back

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        self._combo = ShortCombo(name="device")
        super().__init__(
            "Device",
            self._combo,
            parent,
            tip="The part of your computer that learns the jokes. A GPU is many times faster; "
            "the jokes come out the same.",
            name="device_field",
        )
        self._look_button = IconButton("refresh", "Look for devices again", name="refresh_devices")
        self._cpu_button = Button(
            "Use the CPU",
            ButtonKind.SECONDARY,
            "cpu",
            name="use_cpu",
            tip="Learns on the CPU instead. It takes longer; the jokes come out the same.",
        )
        self._cpu_button.hide()
        self.add_beside(self._look_button)
        self.add_below(self._cpu_button)
        self._runner = runner
        self._look: JobHandle | None = None
        self._has_answer = False
        self._devices: tuple[Device, ...] = ()
        self._gone: Device | None = None
        self._hint_while_unknown = _LOOKING
        self._show((_CPU,))
        self._combo.value_chosen.connect(self._on_value_chosen)
        self._look_button.clicked.connect(self.look_again)
        self._cpu_button.clicked.connect(self.use_cpu)

    @property
    def is_gone(self) -> bool:
        """Whether the device that is chosen is not there any more."""
        return self._gone is not None and self._gone.id == self.device()

    def device(self) -> str:
        """What a request names: "auto", "cpu", "cuda:0", "mps"."""
        return str(self._combo.value())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._has_answer:
            self.look_again()

    @Slot()
    def look_again(self) -> None:
        """Ask which devices there are now, unless that is being asked already."""
        if self._look is not None:
            return
        self._look = self._runner.start(
            Line.ASK, "Looking for GPUs", model_service.find_devices, DevicesRequest()
        )
        self._look.finished.connect(self._on_look_finished)
        self._look_button.setEnabled(False)
        self._hint_while_unknown = _LOOKING
        self._redraw()

    def look_if_it_may_be_gone(self) -> None:
        """Look again after something failed, where another device than the CPU was to do it."""
        if self.device() not in (AUTO, CPU_ID):
            self.look_again()

    @Slot()
    def use_cpu(self) -> None:
        """Choose the CPU, which is always there."""
        self._choose(CPU_ID)
        self._combo.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_look_finished(self, outcome: Outcome[DevicesSummary]) -> None:
        self._look = None
        self._look_button.setEnabled(True)
        if isinstance(outcome, Done) and outcome.summary.devices:
            self._has_answer = True
            self._show(outcome.summary.devices)
            self.device_changed.emit()
        else:
            # The next showing asks again.
            self._hint_while_unknown = "Jokegen could not look for GPUs. The CPU always works."
            self._redraw()

    def _show(self, devices: tuple[Device, ...]) -> None:
        """List `devices`; what was chosen stays chosen, even if it is gone."""
        chosen = self._combo.value()
        there = {device.id for device in devices}
        former = next((device for device in self._devices if device.id == chosen), self._gone)
        self._gone = former if former and former.id == chosen and chosen not in there else None
        self._devices = devices
        self._list(chosen)

    def _list(self, chosen: object) -> None:
        items = [Item("Best available", AUTO), *(_item(device) for device in self._devices)]
        if self._gone is not None:
            items.append(Item(f"{self._gone.name} · not there any more", self._gone.id))
        self._combo.show_items(items, chosen)
        self._redraw()

    def _redraw(self) -> None:
        had_focus = self._cpu_button.hasFocus()
        self._cpu_button.setVisible(self.is_gone)
        if had_focus and not self.is_gone:
            self._combo.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._gone is not None and self.is_gone:
            self.set_hint("")
            self.set_problem(f"“{self._gone.name}” is not there any more. Choose another device.")
            return
        self.set_problem("")
        self.set_hint(self._say())

    def _say(self) -> str:
        if not self._has_answer:
            return self._hint_while_unknown
        chosen = self.device()
        for device in self._devices:
            if device.is_best and chosen == AUTO:
                return device_hint(device, is_named=False)
            if device.id == chosen:
                return device_hint(device, is_named=True)
        return ""

    def _choose(self, device: str) -> None:
        if self._gone is not None and self._gone.id != device:
            self._gone = None
        self._list(device)
        self.device_changed.emit()

    @Slot(object)
    def _on_value_chosen(self, device: object) -> None:
        self._choose(str(device))


def _item(device: Device) -> Item:
    label = device_label(device)
    return Item(label, device.id, f"{label}\n{device_hint(device, is_named=True)}")
