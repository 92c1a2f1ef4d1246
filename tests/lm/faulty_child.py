"""Trains in children, each of which meets a fault at another moment of a save. Run by tests.

python -m tests.lm.faulty_child FAULT TEMPLATE FOLDER [LARGEST]: for moment 1, 2, … the data folder
TEMPLATE is copied to FOLDER/<moment> (or, where LARGEST bytes of a disk are told, to FOLDER/home,
which is moved to TEMPLATE/../<moment> afterwards), and a child trains there. FAULT is "kill",
"full" (the disk, for good) or "full once". A moment is every file operation between step 6 and
step 7: opening for writing, making, renaming, removing, flushing, and writing tensors (before,
in the middle, after). Prints the number of moments.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Event, Metric
from jokegen.jobs.requests import TrainRequest
from jokegen.lm import intervals, schedule

STEPS = 10
REQUEST = TrainRequest(
    "My jokes", base="gpt2", epochs=9, max_steps=STEPS, learning_rate=3e-3, device="cpu",
    tokens_per_step=256,
)  # fmt: skip
FIRST, LAST = 6, 7  # the faults come between these steps
STRIDES = {"full once": 4}  # the others strike at every moment
SURVIVED = 7  # exit code: nothing needed room at that moment
ROOM_IN_THE_MIDDLE = 20_000  # bytes left for a file that is larger


def use_one_thread(*_: object, **__: object) -> None:
    """Tiny matrices are quicker without a second thread, above all on a busy machine."""
    import torch

    torch.set_num_threads(1)


def check_often() -> None:
    """A check and a state every two steps, with jokes of three tokens."""
    from jokegen.lm import training

    training.SAMPLE_TOKENS = 3
    training.use_threads = use_one_thread  # type: ignore[attr-defined]
    schedule.STEPS_BETWEEN_CHECKS = 2
    schedule.MOST_CHECKS = 99
    intervals.LARGEST_SHARE = 1e9


class Fault:
    """Strikes at one moment."""

    def __init__(self, kind: str, moment: int, home: Path) -> None:
        self._kind, self._moment, self._home = kind, moment, home
        self._seen = 0
        self.is_armed = False
        self.has_struck = False

    @property
    def is_due(self) -> bool:
        """Whether this moment is the one; the next one has another number."""
        if not self.is_armed:
            return False
        self._seen += 1
        if self._kind == "full once" and self._seen == self._moment + 1:
            self._ballast.unlink(missing_ok=True)
        return self._seen == self._moment

    @property
    def _ballast(self) -> Path:
        return self._home.parent / "ballast"

    def strike(self, room: int = 0) -> None:
        self.has_struck = True
        if self._kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        self.is_armed, was_armed = False, self.is_armed  # our own file is no moment
        with self._ballast.open("ab", buffering=0) as ballast:
            for block in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(bytes(block))
                except OSError:
                    continue
            ballast.truncate(max(0, ballast.tell() - room))
        self.is_armed = was_armed

    def watch(self, event: str, args: tuple[Any, ...]) -> None:
        """Hear of file operations from the interpreter."""
        if event not in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir"):
            return
        if not any(isinstance(a, str | Path) and str(self._home) in str(a) for a in args):
            return
        if event == "open" and not (int(args[2] or 0) & (os.O_WRONLY | os.O_RDWR)):
            return
        if self.is_due:
            self.strike()

    def watch_tensors(self, write: Callable[..., None]) -> Callable[..., None]:
        """The same for what is written past the interpreter."""

        def watched(tensors: Any, path: Any, *rest: Any, **named: Any) -> None:
            if self.is_due:
                self.strike()
            in_the_middle = self.is_due
            if in_the_middle and self._kind != "kill":
                self.strike(room=ROOM_IN_THE_MIDDLE)
            write(tensors, path, *rest, **named)
            if in_the_middle:
                os.truncate(path, os.path.getsize(path) // 2)
                self.strike()
            if self.is_due:
                self.strike()

        return watched

    def watch_flush(self, flush: Callable[[Any], None]) -> Callable[[Any], None]:
        def watched(file: Any) -> None:
            if self.is_due:
                self.strike()
            flush(file)

        return watched


def train(kind: str, moment: int, home: Path) -> None:
    import safetensors.torch

    fault = Fault(kind, moment, home)
    sys.addaudithook(fault.watch)
    safetensors.torch.serialize_file = fault.watch_tensors(safetensors.torch.serialize_file)
    os.fsync = fault.watch_flush(os.fsync)  # type: ignore[assignment]

    def listen(event: Event) -> None:
        if isinstance(event, Metric) and event.train_loss is not None:
            fault.is_armed = event.step == FIRST
            if event.step == LAST:
                # Without a strike there were fewer moments than that.
                os._exit(SURVIVED if fault.has_struck else 0)

    try:
        model_service.train(REQUEST, JobContext(Paths(home), listen))
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def import_what_is_needed(template: Path, folder: Path) -> None:
    """Import what a child will, so that not every one has to: let one go ahead and tell."""
    reading, writing = os.pipe()
    home = shutil.copytree(template, folder / "ahead")
    child = os.fork()
    if child == 0:
        model_service.train(REQUEST, JobContext(Paths(home), lambda _event: None))
        with os.fdopen(writing, "w") as pipe:
            pipe.write("\n".join(sys.modules))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        names = pipe.read().splitlines()
    os.waitpid(child, 0)
    shutil.rmtree(home)
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def main() -> None:
    kind, template, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    check_often()
    import_what_is_needed(template, folder)
    moment = 0
    while True:
        moment += STRIDES.get(kind, 1)
        home = folder / ("home" if len(sys.argv) > 4 else str(moment))
        shutil.copytree(template, home)
        child = os.fork()
        if child == 0:
            train(kind, moment, home)
        _, status = os.waitpid(child, 0)
        if home.name == "home":
            (folder / "ballast").unlink(missing_ok=True)
            shutil.copytree(home, template.parent / str(moment))
            shutil.rmtree(home)
        if status == 0:
            break
        if kind == "kill" and os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            raise SystemExit(f"the child of moment {moment} ended with {status}")
    sys.stdout.write(f"{moment - STRIDES.get(kind, 1)}\n")


if __name__ == "__main__":
    main()
