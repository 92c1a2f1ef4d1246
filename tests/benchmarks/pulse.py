"""Measures whether a window stays smooth: the gaps of a timer that should tick every 10 ms."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot


class Pulse(QObject):
    """Measures the gaps of a 10 ms timer in the thread of the window."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start(10)

    @Slot()
    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(1000 * (now - self._last))
        self._last = now

    def report(self, what: str, more: str = "") -> float:
        """Print the gaps since the last report, and begin anew; the worst of them in ms."""
        gaps, self.gaps = sorted(self.gaps), []
        median, p99 = gaps[len(gaps) // 2], gaps[int(len(gaps) * 0.99)]
        words = f"median {median:5.1f} ms   p99 {p99:5.1f} ms   worst {gaps[-1]:5.1f} ms   {more}"
        print(f"{what:28} {len(gaps):6} ticks   {words}".rstrip(), flush=True)
        return gaps[-1]
