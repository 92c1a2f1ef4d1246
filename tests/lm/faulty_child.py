"""A training that meets a fault at every moment of its saves, one after another. Run by tests.

python -m tests.lm.faulty_child FAULT WINDOW HOME RESULTS: trains in the data folder HOME. When the
WINDOW begins the process splits for moment 1, 2, …; each child goes on and meets the FAULT at
that moment, what it leaves is moved to RESULTS/<moment>, and HOME is put back as it was. FAULT is
"kill", "full" (the disk, for good) or "full once". WINDOW is "save" (from step 6 to step 7, with a
check, the best checkpoint, points, jokes and a state) or "end" (from the last step to the end: the
run's model and its summary as well). A moment is every file operation: opening for writing, making,
renaming, removing, flushing, and all writing (before, in the middle, after). Prints how many.
"""

from __future__ import annotations

import builtins
import contextlib
import io
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
from jokegen.jobs.requests import Method, TrainRequest
from jokegen.lm import intervals, schedule
from tests.lm.plain_arithmetic import use_plain_arithmetic, write_little

STEPS = 10
REQUEST = TrainRequest(
    "My jokes", base="gpt2", epochs=9, max_steps=STEPS, learning_rate=3e-3, device="cpu",
    tokens_per_step=256, method=Method.FULL,
)  # fmt: skip
FIRST, LAST = 6, 7  # the faults come between these steps
STRIDES = {"full once": 4}  # the others strike at every moment
SURVIVED = 7  # exit code: nothing needed room at that moment
MOST_MOMENTS = 400  # there are about a hundred
ROOM_IN_THE_MIDDLE = 20_000  # bytes left for a file that is larger


def check_often() -> None:
    """A check and a state every two steps, with a single short joke."""
    write_little()
    use_plain_arithmetic()
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

    def watch_opened(self, really_open: Callable[..., Any]) -> Callable[..., Any]:
        """What is opened for writing breaks off in the middle of a write, and after it."""

        def watched(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            stream = really_open(file, mode, *rest, **named)
            if self.is_armed and str(self._home) in str(file) and set(mode) & set("wax+"):
                return WatchedFile(stream, self)
            return stream

        return watched


class WatchedFile:
    """A file that is as good as the one it stands for, until the fault strikes."""

    def __init__(self, file: Any, fault: Fault) -> None:
        self._file, self._fault = file, fault

    def write(self, data: Any) -> int:
        half = 0
        if self._fault.is_due:
            half = self._file.write(data[: len(data) // 2])
            self._file.flush()
            self._fault.strike()
        half += self._file.write(data[half:])
        if self._fault.is_due:
            self._file.flush()
            self._fault.strike()
        return int(half)

    def __enter__(self) -> WatchedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def split(kind: str, home: Path, results: Path) -> Fault:
    """Returns once in each child, with its fault; never in the process that began."""
    stride = STRIDES.get(kind, 1)
    snapshot = shutil.copytree(home, results / "snapshot")
    places = places_in_files()
    moment = 0
    while moment < MOST_MOMENTS:
        moment += stride
        child = os.fork()
        if child == 0:
            return Fault(kind, moment, home)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        (home.parent / "ballast").unlink(missing_ok=True)
        shutil.move(home, results / str(moment))
        shutil.copytree(snapshot, home)
        for descriptor, place in places.items():
            os.lseek(descriptor, place, os.SEEK_SET)
        if code == 0:
            break
        if kind == "kill" and code != -signal.SIGKILL:
            sys.stderr.write(f"the child of moment {moment} ended with {code}\n")
            sys.stderr.flush()
            os._exit(1)
    sys.stdout.write(f"{moment - stride}\n")
    sys.stdout.flush()
    os._exit(0)


def places_in_files() -> dict[int, int]:
    """How far each open file was read: children share that with us, and move it."""
    places = {}
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # a pipe, or closed by now
            places[int(name)] = os.lseek(int(name), 0, os.SEEK_CUR)
    return places


def listen_to(fault: Fault) -> None:
    """Have everything that is written pass by the fault."""
    import safetensors.torch

    from jokegen.lm.encoding import JokeTokenizer

    sys.addaudithook(fault.watch)
    safetensors.torch.serialize_file = fault.watch_tensors(safetensors.torch.serialize_file)
    os.fsync = fault.watch_flush(os.fsync)  # type: ignore[assignment]
    io.open = fault.watch_opened(io.open)
    builtins.open = io.open
    save = JokeTokenizer.save

    def save_watched(tokenizer: JokeTokenizer, folder: Path) -> None:
        if fault.is_due:
            fault.strike()
        save(tokenizer, folder)
        if fault.is_due:
            os.truncate(folder / "tokenizer.json", 99)
            fault.strike()

    vars_of_class: Any = JokeTokenizer
    vars_of_class.save = save_watched
    fault.is_armed = True


def main() -> None:
    kind, window, home, results = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    begin, end = {"save": (FIRST, LAST), "end": (STEPS, STEPS + 1)}[window]
    check_often()
    fault: Fault | None = None

    def leave() -> None:
        # Without a strike there were fewer moments than that.
        os._exit(SURVIVED if fault is None or fault.has_struck else 0)

    def listen(event: Event) -> None:
        nonlocal fault
        if isinstance(event, Metric) and event.train_loss is not None:
            if event.step == begin:
                fault = split(kind, home, results)
                listen_to(fault)
            elif event.step == end:
                leave()

    try:
        model_service.train(REQUEST, JobContext(Paths(home), listen))
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    leave()


if __name__ == "__main__":
    main()
