"""How long from `python3 main.py` to a window one can use, with the environment set up.

    python -m tests.benchmarks.start [ROUNDS]

The window's log says when it was ready; the clock starts before the launcher's process does. A
bare `python3 -c pass` is timed in turns with it, to show what the machine's own share is.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY = "the window is ready"


def time_window(home: Path) -> float:
    """Seconds until the window was ready; the window is ended afterwards."""
    environment = {
        **os.environ,
        "JOKEGEN_HOME": str(home),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    }
    log = home / "logs" / "window.log"
    log.unlink(missing_ok=True)
    began = time.time()
    window = subprocess.Popen([sys.executable, str(ROOT / "main.py")], env=environment)
    try:
        while time.time() < began + 60:
            if log.exists() and (lines := [x for x in log.read_text().splitlines() if READY in x]):
                return float(lines[0].rsplit(" ", 1)[1]) - began
            time.sleep(0.005)
        raise TimeoutError("the window was never ready")
    finally:
        window.kill()
        window.wait()


def time_bare() -> float:
    began = time.time()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.time() - began


def main(rounds: int) -> None:
    windows, bare = [], []
    with tempfile.TemporaryDirectory() as home:
        time_window(Path(home))  # the first one fills caches
        for _ in range(rounds):
            windows.append(time_window(Path(home)))
            bare.append(time_bare())
    print(f"window ready: median {statistics.median(windows):.2f} s, worst {max(windows):.2f} s")
    print(f"bare python:  median {statistics.median(bare):.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
