"""Long trainings side by side on a noisy machine: each in a process of its own, one at a time.

A child works until its turn is over, says how it stands, and stands still until it is told to go
on. So all ways meet the same good and bad minutes of the machine, and none slows down another.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Mark:
    """How a child stands: seconds that it worked, steps done of those planned, held-out loss."""

    seconds: float
    step: int
    steps: int
    loss: float


class Turn:
    """The child's side. Its clock stands still while it measures and waits."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Nothing so far counts."""
        self._worked = 0.0
        self._since = time.perf_counter()

    @property
    def seconds(self) -> float:
        return self._worked + time.perf_counter() - self._since

    def mark(self, step: int, steps: int, measure: Callable[[], float]) -> None:
        """Say how it stands, and wait for the next turn."""
        self._worked = self.seconds
        mark = Mark(self._worked, step, steps, measure())
        print("MARK", json.dumps(asdict(mark)), flush=True)
        sys.stdin.readline()
        self._since = time.perf_counter()


def take_turns(ways: Mapping[str, Sequence[str]]) -> dict[str, list[Mark]]:
    """Run each command (of `python -m`) in turns until all are done; prints what they tell."""
    children: dict[str, subprocess.Popen[str]] = {}
    marks: dict[str, list[Mark]] = {name: [] for name in ways}
    waiting = list(ways)
    while waiting:
        for name in list(waiting):
            if name in children:
                _tell_to_go_on(children[name])
            else:
                children[name] = _start(ways[name])
            mark = _hear(children[name])
            if mark is None:
                waiting.remove(name)
                if children[name].wait() != 0:
                    raise RuntimeError(f"{name} failed")
                continue
            marks[name].append(mark)
            print(
                f"{name:>24} {mark.seconds:8.1f} s {mark.step:5} steps {mark.loss:.4f}", flush=True
            )
    return marks


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _tell_to_go_on(child: subprocess.Popen[str]) -> None:
    if child.stdin is not None:
        child.stdin.write("go\n")
        child.stdin.flush()


def _hear(child: subprocess.Popen[str]) -> Mark | None:
    """What it says at the end of its turn; None at its own end."""
    for line in child.stdout or ():
        if line.startswith("MARK "):
            return Mark(**json.loads(line.removeprefix("MARK ")))
    return None
