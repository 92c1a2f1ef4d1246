"""A job that is cancelled, runs out of disk or is killed leaves nothing that anybody sees."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.data.importing import import_jokes, preview
from jokegen.data.store import list_datasets, load_jokes
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import JobContext, RecordingContext, Stop
from jokegen.jobs.dataset_requests import ImportRequest, PreviewRequest
from jokegen.jobs.events import Done, Event, Failed, Phase, Progress
from jokegen.jobs.running import run_job
from jokegen.model_service import ModelService
from tests.data.conftest import CHECKOUT
from tests.small_disks import mounts, unmount

# Half a second is what people are promised; a busy test machine gets twice that.
SECONDS = 1.0

Job = Callable[[Path, JobContext], Any]
JOBS: dict[str, Job] = {
    "preview": lambda path, context: preview(PreviewRequest((path,)), context),
    "import": lambda path, context: import_jokes(ImportRequest((path,)), context),
}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200,000 jokes, 14 MB."""
    path = tmp_path_factory.mktemp("large") / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id,joke\n")
        for i in range(200_000):
            file.write(f'{i},"A man walks into bar number {i}, says ouch, and leaves."\n')
    return path


def leftovers(paths: Paths) -> list[str]:
    return [
        path.name
        for folder in (paths.previews, paths.datasets)
        if folder.exists()
        for path in folder.iterdir()
        if path.name != ".lock"
    ]


class StoppingContext(JobContext):
    """Asks for a stop as soon as a phase has got as far as told."""

    def __init__(self, paths: Paths, phase: Phase, share: float) -> None:
        self.asked = 0.0

        def stop(event: Event) -> None:
            if self.asked or not isinstance(event, Progress) or event.phase is not phase:
                return
            if event.done >= share * (event.total or 0):
                self.asked = time.monotonic()
                self.request_stop(Stop.CANCEL)

        super().__init__(paths, stop)


@pytest.mark.parametrize(
    ("job", "phase", "share"),
    [
        ("preview", Phase.VERIFYING, 0.0),
        ("preview", Phase.READING, 0.0),
        ("preview", Phase.READING, 0.6),
        ("preview", Phase.READING, 1.0),
        ("import", Phase.READING, 0.6),
        ("import", Phase.PREPARING, 0.0),
        ("import", Phase.SAVING, 0.0),
    ],
)
def test_a_cancelled_job_leaves_nothing(
    large: Path, paths: Paths, job: str, phase: Phase, share: float
) -> None:
    context = StoppingContext(paths, phase, share)
    with pytest.raises(JobCancelled):
        JOBS[job](large, context)
    assert time.monotonic() - context.asked < SECONDS
    assert leftovers(paths) == []


class ImpatientContext(JobContext):
    """Asks for a stop once the job has checked so many times; `gaps` are the seconds between."""

    def __init__(self, paths: Paths, checks: int) -> None:
        super().__init__(paths, lambda event: None)
        self._left = checks
        self._last = time.monotonic()
        self.gaps: list[float] = []

    def check(self) -> None:
        now = time.monotonic()
        self.gaps.append(now - self._last)
        self._last = now
        self._left -= 1
        if self._left == 0:
            self.request_stop(Stop.CANCEL)
        super().check()


AWKWARD = {
    "open quote.csv": b'joke\n"' + b"never closed\n" * 2_000_000,
    "one line.csv": b"x" * 30_000_000,
    "one line.txt": b"x" * 30_000_000,
    "array.json": b"[" + b'"joke",' * 4_000_000 + b'"joke"]',
    "lines.jsonl": b'{"joke": "ha"}\n' * 500_000,
}


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_files_can_be_cancelled_at_any_time(
    tmp_path: Path, paths: Paths, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(AWKWARD[name])
    for checks in (50, 150, 300):
        context = ImpatientContext(paths, checks)
        # The flaw of a file may be found before the last of these moments.
        with pytest.raises((JobCancelled, JokegenError)):
            preview(PreviewRequest((path,)), context)
        assert max(context.gaps) < SECONDS
        assert leftovers(paths) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1 MB; only root on Linux can make one."""
    disk = tmp_path / "disk"
    if not mounts(disk, "size=1m"):
        yield from _limited(disk)
        return
    yield disk
    unmount(disk)


def _limited(disk: Path) -> Iterator[Path]:
    """Where nothing can be mounted: the system's own limit on the size of a file."""
    resource = pytest.importorskip("resource", reason="neither mounts nor limits here")
    signal = pytest.importorskip("signal")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    try:
        yield disk
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("job", JOBS)
def test_a_full_disk_is_reported_and_leaves_nothing(
    large: Path, small_disk: Path, job: str
) -> None:
    paths = Paths(small_disk / "home")
    with pytest.raises(OSError, match=r".") as caught:
        JOBS[job](large, RecordingContext(paths))
    assert caught.value.errno in (errno.ENOSPC, errno.EFBIG)
    assert leftovers(paths) == []
    assert list_datasets(paths) == []


def test_a_disk_that_is_full_at_any_stage_of_saving_leaves_nothing(
    onelinefun: Path, small_disk: Path
) -> None:
    if not os.path.ismount(small_disk):
        pytest.skip("nothing can be mounted here")
    paths = Paths(small_disk / "home")
    paths.datasets.mkdir(parents=True)
    (paths.datasets / ".lock").touch()
    ballast = small_disk / "ballast"
    failed = 0
    for free in range(0, 700_000, 12_288):  # the whole data set with its original takes 530 kB
        ballast.write_bytes(bytes((1 << 20) - 49_152 - free))
        request = ImportRequest((onelinefun,), origin="pasted text")
        outcome = run_job(model_service.import_jokes, request, RecordingContext(paths))
        if isinstance(outcome, Done):
            break
        assert isinstance(outcome, Failed)
        assert "no space left on the disk" in outcome.happened
        assert leftovers(paths) == []
        failed += 1
    assert failed > 20
    (info,) = list_datasets(paths)
    storage.check_files(info.path, digests=True)
    assert leftovers(paths) == ["onelinefun"]


KILLED = """
import os, signal, sys
from pathlib import Path
from jokegen.config.paths import Paths
from jokegen.data.importing import import_jokes
from jokegen.data.ready import get_ready_to_import
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
get_ready_to_import()
home, moment, seen = Path(), 0, 0
def watch(event, args):
    # Every file that is opened for writing, renamed, made or removed among the data sets.
    global seen
    if event not in ("open", "os.rename", "os.mkdir", "os.remove"):
        return
    if not any(isinstance(arg, (str, Path)) and str(home) in str(arg) for arg in args):
        return
    if event == "open" and not (isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)):
        return
    seen += 1
    if seen == moment:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
moment = 0
while True:
    moment += 1
    home = Path(sys.argv[2]) / str(moment)
    child = os.fork()
    if child == 0:
        request = ImportRequest((Path(sys.argv[1]),), origin="pasted text")
        import_jokes(request, RecordingContext(Paths(home)))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status == 0:
        break  # there were fewer moments than that
    assert os.WTERMSIG(status) == signal.SIGKILL
print(moment - 1)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each process is a copy of one that is ready")
def test_an_import_killed_at_any_moment_leaves_all_or_nothing(
    onelinefun: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", KILLED, str(onelinefun), str(tmp_path)]
    result = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=120
    )
    moments = int(result.stdout)
    assert moments > 12  # folders, Arrow files, notes, the original, the manifest, the renames
    seen = set()
    for moment in range(1, moments + 1):
        paths = Paths(tmp_path / str(moment))
        infos = list_datasets(paths)
        for info in infos:
            storage.check_files(info.path, digests=True)
            assert sum(map(len, load_jokes(paths, info.name))) == 2948
        ModelService(paths).sweep()
        assert leftovers(paths) == [info.path.name for info in infos]
        seen.add(len(infos))
        if moment % 8 == 0:  # the lock of the dead process is free, and its name too
            summary = import_jokes(ImportRequest((onelinefun,)), RecordingContext(paths))
            assert summary.dataset == ("onelinefun 2" if infos else "onelinefun")
    assert 0 in seen


def test_no_file_handle_is_left_open(large: Path, paths: Paths) -> None:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("no /proc on this platform")
    counts = []
    for _ in range(2):  # the first round opens what the libraries keep for themselves
        for phase, share in ((Phase.READING, 0.5), (Phase.SAVING, 0.0)):
            with pytest.raises(JobCancelled):
                import_jokes(ImportRequest((large,)), StoppingContext(paths, phase, share))
        with pytest.raises(JobCancelled):
            preview(PreviewRequest((large,)), StoppingContext(paths, Phase.READING, 0.5))
        counts.append(len(os.listdir(folder)))
    assert counts[0] == counts[1]
