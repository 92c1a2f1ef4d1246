"""Measures how much memory reading takes, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.data.conftest import CHECKOUT

# Prints what the error said, if there was one, how many rows were read, and the most memory that
# was in use, in megabytes.
READ_ALL = """
import sys
from pathlib import Path
import psutil
from jokegen.config.paths import Paths
from jokegen.data.misfits import MisfitLog
from jokegen.data.reading import open_pile
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import ReadOptions

path = Path(sys.argv[1])
context = JobContext(Paths(path.parent / "unused"), lambda event: None)
rows = 0
try:
    with open_pile([path], ReadOptions(), MisfitLog(), context) as pile:
        for batch in pile.batches:
            rows += batch.num_rows
except JokegenError as error:
    print(error)
if sys.platform == "linux":  # what `resource` says there includes the parent's before the start
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
elif sys.platform == "darwin":
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
else:
    peak = psutil.Process().memory_info().peak_wset
print(rows)
print(int(peak / 2**20))
"""


def run_on(code: str, path: Path) -> list[str]:
    """The lines that the code prints when it is run on a file."""
    result = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return result.stdout.splitlines()


def peak_after(code: str, path: Path) -> int:
    """The most memory that was in use, in megabytes; what the code prints last."""
    return int(run_on(code, path)[-1])
