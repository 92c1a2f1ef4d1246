"""The doctor's job: a table of jokes, findings, figures, a verdict; quick, and easily stopped."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from jokegen.config.paths import Paths
from jokegen.data.batches import text_batch
from jokegen.data.doctor.examining import examine, get_ready
from jokegen.data.doctor.memory import Memory
from jokegen.data.table import TextTable
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import JobContext, RecordingContext, Stop
from jokegen.jobs.dataset_requests import (
    Edit,
    ExamineRequest,
    ExamineSummary,
    Fix,
    FixKind,
    Level,
    Recipe,
)
from jokegen.jobs.events import Phase, Progress
from tests.benchmarks.doctor import make_jokes
from tests.data.doctor.support import read_jokes, recipe_of

JOKES = [
    "Why did the duck cross the road? To see the other ducks.",
    "Tom &amp; Jerry walk into a bar, and the bar is closed for the day.",
    "Why did the duck cross the road? To see the other ducks.",
    "why did the duck cross the road to see the other ducks",
    "Write to bob@example.com for more of these jokes.",
    "Ha!",
    "",
]


def request(folder: Path, jokes: Sequence[str], recipe: Recipe | None = None) -> ExamineRequest:
    """A previewed table of these jokes, to be examined."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "raw.arrow"
    schema = pa.schema([("Joke", pa.string())])
    with pa.OSFile(str(table), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for start in range(0, len(jokes), 4_096):
            writer.write_batch(text_batch(["Joke"], [jokes[start : start + 4_096]]))
    return ExamineRequest(table, ("Joke",), "{Joke}", recipe or Recipe())


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def rows(summary: ExamineSummary) -> list[tuple[str, str, str, int, int]]:
    """All cells of the table that an examination wrote."""
    table = TextTable.for_examined(summary.table)
    try:
        return [
            (
                table.text(row, 0), table.text(row, 1), table.text(row, 2),
                table.number(row, 3), table.number(row, 4),
            )
            for row in range(table.rows)
        ]  # fmt: skip
    finally:
        table.close()


def test_an_examination_tells_everything(tmp_path: Path, context: RecordingContext) -> None:
    recipe = recipe_of(
        FixKind.EXACT_DUPLICATES, FixKind.HTML, FixKind.PERSONAL, edits=[Edit(5, text="Ha ha ha!")]
    )
    summary = examine(request(tmp_path, JOKES, recipe), context, words)
    html = JOKES[1].replace("&amp;", "&")
    assert rows(summary) == [
        (JOKES[0], "", "", 0, 0),
        (html, "", JOKES[1], 1, 0),
        (JOKES[2], "repeated", "", 2, 0),
        (JOKES[3], "", "", 3, 0),
        (JOKES[4], "personal data", "", 4, 0),
        ("Ha ha ha!", "", "Ha!", 5, 0),
        ("", "empty", "", 6, 0),
    ]
    assert summary.jokes == 4
    assert summary.left_out == {"repeated": 1, "personal data": 1, "empty": 1}
    assert summary.changed == {"html": 1}
    findings = {finding.kind: finding for finding in summary.findings}
    assert list(findings) == list(FixKind)
    assert findings[FixKind.HTML].is_fixed
    assert findings[FixKind.SAME_WORDS].count == 1
    assert summary.verdict.level is Level.POOR
    figures = summary.statistics
    assert (figures.jokes, figures.tokens, figures.is_token_estimate) == (4, 42, False)
    assert figures.duplicate_share == 2 / 5  # of five: one is left out, one is there still
    assert summary.table.parent == context.paths.previews


def test_tokens_are_estimated_where_nobody_counts_them(
    tmp_path: Path, context: RecordingContext
) -> None:
    assert examine(request(tmp_path, JOKES), context).statistics.is_token_estimate


def test_a_table_that_is_gone_is_an_error(tmp_path: Path, context: RecordingContext) -> None:
    wanted = request(tmp_path, JOKES)
    wanted.table.unlink()
    with pytest.raises(JokegenError, match="not there any more"):
        examine(wanted, context)


def test_near_duplicates_of_large_piles_are_looked_for_on_request(
    tmp_path: Path, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jokegen.data.near_duplicates._JOKES_A_SECOND", 0.5)
    wanted = request(tmp_path, JOKES)
    near = examine(wanted, context).findings[-1]
    assert (near.kind, near.count, near.seconds) == (FixKind.NEAR_DUPLICATES, None, 10.0)
    assert examine(wanted, context).statistics.near_duplicate_share is None
    assert examine(replace(wanted, thorough=True), context).findings[-1].count == 1
    few = examine(replace(request(tmp_path, JOKES[:3]), thorough=False), context)
    assert few.findings[-1].count is None


def test_what_is_remembered_changes_nothing(
    tmp_path: Path, context: RecordingContext, real_jokes: Path
) -> None:
    jokes = [*read_jokes(real_jokes)[:300], *JOKES, "Das ist ein deutscher Witz über Ostfriesen."]
    recipes = [
        Recipe(),
        recipe_of(FixKind.LANGUAGE, FixKind.OFFENSIVE, FixKind.SPACES),
        recipe_of(Fix(FixKind.OFFENSIVE, words=("duck",)), FixKind.HTML),
        recipe_of(FixKind.OFFENSIVE, Fix(FixKind.TOO_LONG, limit=20)),
        Recipe(),
    ]
    for recipe in recipes:
        wanted = request(tmp_path, jokes, recipe)
        warm = examine(wanted, context, words)
        cold = examine(wanted, RecordingContext(context.paths), words)
        assert warm.findings == cold.findings
        assert warm.statistics == cold.statistics
        assert rows(warm) == rows(cold)


def test_tokens_are_counted_once_a_joke(tmp_path: Path, context: RecordingContext) -> None:
    asked: list[str] = []

    def count(texts: Sequence[str]) -> list[int]:
        asked.extend(texts)
        return words(texts)

    wanted = request(tmp_path, JOKES)
    first = examine(wanted, context, count)
    assert examine(wanted, context, count).statistics == first.statistics
    assert len(asked) == len(set(asked))
    examine(replace(wanted, base="other"), context, count)
    assert len(asked) == 2 * len(set(asked))


def test_a_memory_has_bounds(context: RecordingContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jokegen.data.doctor.memory._MOST_TEXTS", 3)
    asked: list[str] = []

    def ask(text: str) -> int:
        asked.append(text)
        return len(text)

    def ask_all(texts: Sequence[str]) -> list[int]:
        return [ask(text) for text in texts]

    memory = Memory.of("pile", context)
    assert Memory.of("pile", context) is memory
    answer, answer_all = memory.remembering("one", ask), memory.remembering_all("all", ask_all)
    for _ in range(2):
        assert [answer(text) for text in "abcde"] == [1] * 5
        assert answer_all(["a", "b", "a", "c", "dd", "eee", "dd"]) == [1, 1, 1, 1, 2, 3, 2]
    assert asked.count("a") == 2
    assert asked.count("e") == 2
    assert asked.count("dd") == 2
    assert memory.remembering("one", ask, version=2)("a") == 1
    assert asked.count("a") == 3
    assert Memory.of("other pile", context) is not memory


def test_progress_never_falls(tmp_path: Path, context: RecordingContext) -> None:
    examine(request(tmp_path, list(make_jokes(20_000))), context)
    told = [event for event in context.events if isinstance(event, Progress)]
    assert [event.phase for event in told] == sorted(
        (event.phase for event in told), key=[Phase.CLEANING, Phase.PREPARING].index
    )
    for phase in (Phase.CLEANING, Phase.PREPARING):
        done = [event.done for event in told if event.phase is phase]
        assert done == sorted(done)
        assert len(done) > 2


def test_a_pile_of_3_000_jokes_is_examined_at_once(
    tmp_path: Path, context: RecordingContext, real_jokes: Path
) -> None:
    get_ready()
    wanted = request(tmp_path, read_jokes(real_jokes))
    examine(wanted, context)
    fastest = 10.0
    for kind in (FixKind.SPACES, FixKind.OFFENSIVE, FixKind.NEAR_DUPLICATES):
        recipe = recipe_of(FixKind.EXACT_DUPLICATES, kind)
        started = time.perf_counter()
        examine(request(tmp_path, read_jokes(real_jokes), recipe), context)
        fastest = min(fastest, time.perf_counter() - started)
    assert fastest < 0.5  # a tenth of it on an idle core


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> ExamineRequest:
    everything = Recipe(tuple(Fix(kind) for kind in FixKind), (Edit(5, text="by hand"),))
    return request(tmp_path_factory.mktemp("many"), list(make_jokes(60_000)), everything)


def examine_for_ever(wanted: ExamineRequest, context: JobContext) -> None:
    """Again and again: this computer may be quicker than the moment that was chosen."""
    while True:
        examine(wanted, context)


@pytest.mark.parametrize("seed", range(6))
def test_it_stops_soon_at_any_moment(many: ExamineRequest, paths: Paths, seed: int) -> None:
    get_ready()
    context = JobContext(paths, lambda event: None)
    stopped_at = 0.0

    def stop() -> None:
        nonlocal stopped_at
        stopped_at = time.perf_counter()
        context.request_stop(Stop.CANCEL)

    timer = threading.Timer(random.Random(seed).uniform(0.0, 1.5), stop)
    timer.start()
    try:
        with pytest.raises(JobCancelled):
            examine_for_ever(many, context)
        assert time.perf_counter() - stopped_at < 0.5
    finally:
        timer.cancel()
    assert not paths.previews.exists() or not list(paths.previews.glob(".tmp-*"))
