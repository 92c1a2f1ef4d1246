"""What the training takes from the computer, small: processor, memory, memory of the GPU."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from jokegen import wording
from jokegen.qt.resources import Usage
from jokegen.ui.kit.flow import FlowLayout
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import PlainLabel, plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_SCARCE_SHARE, _SCARCE_BYTES = 0.05, 500_000_000  # of memory: below this it gets slow


class UsageLine(QWidget):
    """A few small figures in a row; what is not known is not shown."""

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("What the training takes from the computer")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._cpu = _Item(
            "cpu",
            f"{name}_cpu",
            "How busy the processor of this computer is with everything, and how much of that is "
            "the training. It leaves some room, so that the window stays smooth.",
        )
        self._memory = _Item(
            "laptop",
            f"{name}_memory",
            "How much memory the training takes, and how much is left for everything else. "
            "With little left the computer becomes slow: close other programs then.",
        )
        self._gpu = _Item("gpu", f"{name}_gpu", "How much memory of the GPU the training takes.")
        row = FlowLayout(Space.L)
        self.setLayout(row)
        for item in (self._cpu, self._memory, self._gpu):
            row.addWidget(item)
        self.reset()

    def reset(self) -> None:
        """Forget all figures."""
        for item in (self._cpu, self._memory, self._gpu):
            item.show_text("")

    def show_usage(self, usage: Usage) -> None:
        """Show what was measured."""
        said = []
        if usage.worker_cpu is not None:
            said.append(f"training {usage.worker_cpu:.0%}")
        if usage.cpu is not None:
            said.append(f"all {usage.cpu:.0%}")
        self._cpu.show_text(f"Processor: {', '.join(said)}" if said else "")
        takes = ""
        if usage.worker_memory is not None:
            takes = f"training {wording.size(usage.worker_memory)}, "
        free = wording.size(usage.memory_free)
        limit = min(_SCARCE_BYTES, _SCARCE_SHARE * usage.memory_total)
        is_scarce = usage.memory_free < limit
        left = f"only {free} left" if is_scarce else f"{free} free"
        self._memory.show_text(f"Memory: {takes}{left}", Tone.WARNING if is_scarce else None)

    def show_gpu_memory(self, count: int) -> None:
        """Show how many bytes of its GPU the training takes."""
        self._gpu.show_text(f"GPU memory: {wording.size(count)}")


class _Item(QWidget):
    """A small icon with a few words."""

    def __init__(self, icon_name: str, name: str, tip: str) -> None:
        super().__init__()
        self._icon = IconLabel(icon_name, "muted", scaled(15))
        self._label = PlainLabel("", TextRole.CAPTION, name=name)
        self._label.setWordWrap(False)
        self.setToolTip(plain_tip(tip))
        self._label.setAccessibleDescription(tip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        row.addWidget(self._icon)
        row.addWidget(self._label)

    def show_text(self, text: str, tone: Tone | None = None) -> None:
        if self._label.property("tone") != (tone.value if tone else None):
            self._label.set_tone(tone)
        if self._label.text() != text:
            self._label.setText(text)
        self.setVisible(bool(text))
