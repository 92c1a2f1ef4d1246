"""How fast the joke doctor is: each kind of finding, the fast path of an import, a whole look.

    python -m tests.benchmarks.doctor [JOKES]

Makes JOKES (1,000,000) jokes of some 90 characters, a few in a hundred with each fault, and prints
jokes a second for every fix, for the recipe that only leaves out exact repeats, and for the whole
job on a table, with the most memory that this process had.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa

from jokegen.config.paths import Paths
from jokegen.data.batches import text_batch
from jokegen.data.doctor import languages
from jokegen.data.doctor.changes import CHANGES
from jokegen.data.doctor.cutting import Change
from jokegen.data.doctor.engine import apply_recipe
from jokegen.data.doctor.examining import examine
from jokegen.data.doctor.leaving import NOTES, Pile, Tools, find
from jokegen.data.doctor.rows import find_runs, split_row
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import ExamineRequest, Fix, FixKind, Recipe

_ROWS = 4_096
_WORDS = """
    the a my your this that is was has had and but so when why what how who with without for
    from into about man woman doctor duck bar horse wife boss cat dog chicken road light bulb
    lawyer priest teacher student computer joke coffee money time life love walked said asked
    told went came saw bought lost found knows thinks never always nobody everybody once twice
    because until after before big small old new lazy smart broken funny happy serious
""".split()  # noqa: SIM905
_FAULTS = (
    " CafÃ© tales.", "<br>&amp; more", " http://a.example/b?c=1", " @somebody said", " #funny #lol",
    " 😂😂", "  two  blanks", "\u200b hidden", " EDIT: thanks!", " Call 555-123-4567.", " oh shit.",
)  # fmt: skip


def make_jokes(count: int) -> Iterator[str]:
    """Jokes that are all different but for one in fifty, which repeats an earlier one."""
    dice = random.Random(1)
    earlier: list[str] = []
    for number in range(count):
        if earlier and number % 50 == 0:
            yield dice.choice(earlier)
            continue
        words = dice.choices(_WORDS, k=dice.randrange(8, 30))
        joke = " ".join(words).capitalize() + "."
        if number % 5 == 0:
            joke += _FAULTS[number // 5 % len(_FAULTS)]
        if number % 997 == 0:
            joke = "Warum können Geister so schlecht lügen? Weil man hindurchsehen kann."
        if number % 101 == 0:
            earlier.append(joke)
        yield joke


def measured(name: str, count: int, work: Callable[[], object]) -> None:
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    print(f"{name:28} {seconds:7.2f} s   {count / seconds:12,.0f} jokes/s", flush=True)


def kinds(jokes: Sequence[str]) -> None:
    """Every finding by itself."""
    count = len(jokes)
    measured("several-in-row", count, lambda: [split_row(joke) for joke in jokes])
    measured("over-rows", count, lambda: list(find_runs(jokes)))
    for kind, change in CHANGES.items():
        measured(kind.value, count, partial(_change_all, change, jokes))
    pile = Pile(jokes, frozenset(), Tools(), lambda _: None)
    for kind in NOTES:
        measured(kind.value, count, partial(find, Fix(kind), pile))


def _change_all(change: Change, jokes: Sequence[str]) -> None:
    for joke in jokes:
        change(joke)


def main(count: int) -> None:
    languages.get_ready()
    jokes = list(make_jokes(count))
    print(f"{count:,} jokes, {sum(map(len, jokes)) / 1e6:,.0f} million characters")
    with tempfile.TemporaryDirectory() as folder:
        context = JobContext(Paths(Path(folder)), lambda _: None)
        table = Path(folder) / "raw.arrow"
        batches = [jokes[start : start + _ROWS] for start in range(0, count, _ROWS)]
        schema = pa.schema([("Joke", pa.string())])
        with pa.OSFile(str(table), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in batches:
                writer.write_batch(text_batch(["Joke"], [batch]))
        measured(
            "exact duplicates alone",
            count,
            partial(apply_recipe, batches, Recipe(), Tools(), context),
        )
        if count <= 100_000 or "--kinds" in sys.argv:
            kinds(jokes)
        del jokes, batches
        request = ExamineRequest(table, ("Joke",), "{Joke}")
        measured("examine", count, lambda: examine(request, context))
        everything = Recipe(tuple(Fix(kind) for kind in FixKind if kind in CHANGES))
        request = ExamineRequest(table, ("Joke",), "{Joke}", recipe=everything)
        measured("examine, all changes made", count, lambda: examine(request, context))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"most memory {most:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
