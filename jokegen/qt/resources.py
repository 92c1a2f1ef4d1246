"""What a training takes from the computer: processor and memory, looked up every two seconds.

One look costs about a third of a millisecond, mostly reading `/proc`; nothing is looked up while
nobody watches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    import psutil

_INTERVAL_MS = 2000


@dataclass(frozen=True)
class Usage:
    """Shares of the whole computer's processor, 0 to 1; memory in bytes.

    What is None is not known: of the worker before it runs, of shares before the second look.
    """

    cpu: float | None
    worker_cpu: float | None
    worker_memory: int | None
    memory_free: int
    memory_total: int


class ResourceWatch(QObject):
    """Emits `usage_measured` with a `Usage` every two seconds between `start` and `stop`.

    `process_id` says which process does the work just now: it may change, when a worker is
    started anew. The first look comes at once.
    """

    usage_measured = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process_id: Callable[[], int | None] = lambda: None
        self._process: psutil.Process | None = None
        self._is_first = True
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def is_watching(self) -> bool:
        return self._timer.isActive()

    def start(self, process_id: Callable[[], int | None]) -> None:
        """Watch the computer and that process from now on."""
        self._process_id = process_id
        self._process = None
        self._is_first = True
        self._timer.start()
        self.look()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._process = None

    def look(self) -> None:
        """Look once, now."""
        import psutil

        memory = psutil.virtual_memory()
        # Since the look before: the very first one can say nothing.
        percent = psutil.cpu_percent(None)
        cpu = None if self._is_first else percent / 100
        self._is_first = False
        worker_cpu, worker_memory = self._look_at_worker(psutil.cpu_count() or 1)
        self.usage_measured.emit(
            Usage(cpu, worker_cpu, worker_memory, memory.available, memory.total)
        )

    def _look_at_worker(self, cores: int) -> tuple[float | None, int | None]:
        import psutil

        number = self._process_id()
        if number is None:
            self._process = None
            return None, None
        try:
            is_new = self._process is None or self._process.pid != number
            if is_new or self._process is None:
                self._process = psutil.Process(number)
            percent = self._process.cpu_percent(None)
            memory = int(self._process.memory_info().rss)
        except psutil.Error:  # it has just ended
            self._process = None
            return None, None
        return None if is_new else min(1.0, percent / 100 / cores), memory

    @Slot()
    def _on_timeout(self) -> None:
        self.look()
