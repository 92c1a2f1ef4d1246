"""How fast piles of jokes are imported, beside what the datasets library does with the same file.

    python -m tests.benchmarks.importing [ROWS] [REPEATS] [ONELINEFUN.CSV]

Makes a CSV of ROWS (1,000,000) jokes, 2% of them exact repeats and 3% with one word changed. Each
way runs in a process of its own, libraries loaded before the clock starts, all ways in turn,
REPEATS times (3):

* exact: Jokegen leaves out exact repeats, holds out a tenth so that no two jokes that are nearly
  the same are on both sides, and saves a data set with its lineage;
* near: the same, and jokes that are nearly the same are left out;
* stock: `datasets.load_dataset("csv")`, `filter` on jokes that are empty or too long, and a
  `filter` with a set that leaves out exact repeats;
* stock, split and saved: and then `train_test_split` and `save_to_disk`.

Then, through a warm worker process as the window does it: the seconds from click to preview and
to a saved data set for a small file, and how long after a cancellation the worker answers, at
random moments of the import.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from jokegen.config.paths import Paths
from jokegen.jobs.context import Stop
from jokegen.jobs.dataset_requests import Fix, FixKind, ImportRequest, PreviewRequest, Recipe
from jokegen.jobs.events import Cancelled, Done
from jokegen.jobs.process import WorkerProcess

WAYS = ("exact", "near", "stock", "stock, split and saved")
MOST_CHARACTERS = 8_000
CANCELLATIONS = 12
# fmt: off
_SYLLABLES = (
    "ba", "be", "do", "du", "fi", "go", "ha", "ke", "la", "li", "lo", "ma", "me", "mo", "na", "no",
    "pa", "pe", "ra", "ro", "sa", "so", "ta", "ti", "to", "va", "wo", "zi", "ku", "ny", "ge", "hu",
)
# fmt: on


def make_csv(path: Path, rows: int) -> None:
    """Jokes of 8 to 29 words of a vocabulary of 30,000, as often as Zipf's law says."""
    dice = random.Random(1)
    words = ["".join(parts) for n in (1, 2, 3) for parts in itertools.product(_SYLLABLES, repeat=n)]
    vocabulary = words[:1_000] + dice.sample(words[1_000:], min(29_000, len(words) - 1_000))
    weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(vocabulary))))
    earlier: list[str] = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("ID", "Joke"))
        for number in range(rows):
            kind = number % 100
            if earlier and kind in (0, 50):
                joke = dice.choice(earlier)
            elif earlier and kind in (10, 40, 70):
                changed = dice.choice(earlier).split()
                changed[dice.randrange(len(changed))] = dice.choice(vocabulary)
                joke = " ".join(changed)
            else:
                chosen = dice.choices(vocabulary, cum_weights=weights, k=dice.randrange(8, 30))
                joke = " ".join(chosen).capitalize() + dice.choice(".!?")
                if number % 7 == 0:
                    joke = f'He said "{joke}", honestly'
                if number % 211 == 0:
                    joke += " Café olé"
            if number % 37 == 1:
                earlier.append(joke)
            writer.writerow((number + 1, joke))


def recipe(way: str) -> Recipe:
    kinds = [FixKind.EXACT_DUPLICATES, FixKind.NEAR_DUPLICATES]
    return Recipe(tuple(Fix(kind) for kind in kinds[: 2 if way == "near" else 1]))


def run_jokegen(way: str, source: Path, home: Path) -> int:
    from jokegen.data.importing import import_jokes
    from jokegen.jobs.context import JobContext

    context = JobContext(Paths(home), lambda _: None)
    return import_jokes(ImportRequest((source,), recipe=recipe(way)), context).kept


def run_stock(way: str, source: Path, home: Path) -> int:
    import datasets

    loaded = datasets.load_dataset(
        "csv", data_files=str(source), cache_dir=str(home / "cache"), split="train"
    )
    seen: set[str] = set()

    def is_new(joke: str) -> bool:
        if joke in seen:
            return False
        seen.add(joke)
        return True

    usable = loaded.filter(
        lambda joke: bool(joke) and len(joke) <= MOST_CHARACTERS, input_columns="Joke"
    )
    kept = usable.filter(is_new, input_columns="Joke")
    if way != "stock":
        kept.train_test_split(test_size=0.1, seed=42).save_to_disk(str(home / "saved"))
    return len(kept)


def child(way: str, source: Path, home: Path) -> None:
    """Print the seconds, the jokes that were kept, and the most memory of this process in MB."""
    import resource

    from jokegen.data.ready import get_ready_to_import

    get_ready_to_import()
    import datasets

    datasets.disable_progress_bars()
    work: Callable[[str, Path, Path], int] = run_stock if way.startswith("stock") else run_jokegen
    began = time.perf_counter()
    kept = work(way, source, home)
    seconds = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([seconds, kept, most / (1 << 20 if sys.platform == "darwin" else 1 << 10)]))


def compare(source: Path, rows: int, repeats: int) -> None:
    seconds: dict[str, list[float]] = defaultdict(list)
    memory: dict[str, list[float]] = defaultdict(list)
    kept: dict[str, int] = {}
    for _ in range(repeats):
        for way in WAYS:
            with tempfile.TemporaryDirectory(dir=source.parent) as home:
                told = subprocess.run(
                    [sys.executable, "-m", "tests.benchmarks.importing", "child", way,
                     str(source), home],
                    capture_output=True, text=True, check=True,
                    env={**os.environ, "HF_HOME": home},
                )  # fmt: skip
            took, kept[way], most = json.loads(told.stdout.splitlines()[-1])
            seconds[way].append(took)
            memory[way].append(most)
    for way in WAYS:
        median = statistics.median(seconds[way])
        print(
            f"{way:24} median {median:6.2f} s (worst {max(seconds[way]):6.2f})  "
            f"{rows / median:9,.0f} rows/s  kept {kept[way]:9,}  "
            f"most memory {max(memory[way]):5,.0f} MB"
        )
    exact = statistics.median(seconds["exact"])
    for way in WAYS[2:]:
        print(f"{way}: {statistics.median(seconds[way]) / exact:.2f} times the seconds of exact")


def click(worker: WorkerProcess, small: Path, repeats: int) -> None:
    """From click to preview, and from click to a saved data set, in a worker that is ready."""
    from jokegen import model_service

    previews: list[float] = []
    saves: list[float] = []
    for number in range(repeats + 1):
        began = time.perf_counter()
        seen = worker.run(
            worker.new_number(), model_service.preview, PreviewRequest((small,)), lambda _: None
        )
        assert isinstance(seen, Done), seen
        previews.append(time.perf_counter() - began)
        began = time.perf_counter()
        saved = worker.run(
            worker.new_number(),
            model_service.import_jokes,
            ImportRequest((small,), table=seen.summary.table),
            lambda _: None,
        )
        assert isinstance(saved, Done), saved
        saves.append(time.perf_counter() - began)
        if number == 0:
            print(f"{small.name}, first: preview {previews[0]:.2f} s, saved {saves[0]:.2f} s")
    both = [one + other for one, other in zip(previews, saves, strict=True)]
    for name, found in (("preview", previews[1:]), ("preview and saved", both[1:])):
        print(f"  then {name}: median {statistics.median(found):.3f} s, worst {max(found):.3f} s")


def cancel(worker: WorkerProcess, source: Path, home: Path, seconds: float) -> None:
    """How long the worker takes to give up an import, asked at random moments of it."""
    from jokegen import model_service

    dice = random.Random(7)
    waits: list[float] = []
    for _ in range(CANCELLATIONS):
        number, asked = worker.new_number(), [0.0]

        def stop(number: int = number, asked: list[float] = asked) -> None:
            asked[0] = time.perf_counter()
            worker.request_stop(number, Stop.CANCEL)

        timer = threading.Timer(dice.uniform(0, seconds), stop)
        timer.start()
        request = ImportRequest((source,), recipe=recipe("near"))
        outcome = worker.run(number, model_service.import_jokes, request, lambda _: None)
        timer.cancel()
        if isinstance(outcome, Cancelled):
            waits.append(time.perf_counter() - asked[0])
    left = [path.name for path in (home / "datasets").glob("*.tmp-*")]
    print(
        f"cancelled {len(waits)} times: answered after {statistics.median(waits):.3f} s (median), "
        f"{max(waits):.3f} s (worst); left behind: {left or 'nothing'}"
    )


def main(rows: int, repeats: int, small: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "jokes.csv"
        make_csv(source, rows)
        print(f"{rows:,} rows, {source.stat().st_size / 1e6:.0f} MB", flush=True)
        compare(source, rows, repeats)
        home = Path(folder) / "home"
        worker = WorkerProcess(Paths(home), "benchmark", patience=30.0)
        try:
            worker.prepare("jokegen.data.ready:get_ready_to_import")
            time.sleep(5)  # the window starts it long before anybody clicks
            click(worker, small, max(repeats, 5))
            began = time.perf_counter()
            from jokegen import model_service

            request = ImportRequest((source,), recipe=recipe("near"))
            worker.run(worker.new_number(), model_service.import_jokes, request, lambda _: None)
            cancel(worker, source, home, time.perf_counter() - began)
        finally:
            worker.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        arguments = sys.argv[1:]
        main(
            int(arguments[0]) if arguments else 1_000_000,
            int(arguments[1]) if len(arguments) > 1 else 3,
            Path(arguments[2])
            if len(arguments) > 2
            else Path(__file__).resolve().parents[2] / "resources" / "starter_jokes.csv",
        )
