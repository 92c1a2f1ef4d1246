"""Data sets of the hub, brought from a stand-in on this computer through the real libraries."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jokegen.config.paths import Paths
from jokegen.data.bringing import hub_bring
from jokegen.data.bringing.bringing import bring, look_at_hub
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import BringRequest, BringSummary, HubLookRequest, HubSplit
from jokegen.jobs.events import Event, Notice, Progress
from tests.data.bringing.conftest import leftovers
from tests.data.bringing.standin_datasets import Repo, StandInDatasets
from tests.data.bringing.test_link_download import CancellingContext
from tests.data.conftest import read_rows

NAME = "somebody/jokes"
# Every one of these is damaged by readers that guess what a cell means.
CSV = (
    b"id,joke\r\n1,NA\r\n2,None\r\n3,null\r\n4,007\r\n"
    b'5,"nan, said the ""baker"""\r\n6,1e5\r\n7,\r\n'
)
SECONDS = 0.8


@pytest.fixture
def hub(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StandInDatasets]:
    import datasets
    import huggingface_hub

    cache = tmp_path_factory.mktemp("hub")
    with StandInDatasets().running() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        monkeypatch.setattr(datasets.config, "HF_ENDPOINT", hub.url)
        constants = huggingface_hub.constants
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(cache / "token"))
        monkeypatch.setattr(hub_bring, "FIRST_PAUSE", 0.01)
        monkeypatch.setattr("jokegen.data.bringing.hub.get_token", lambda: None)
        yield hub


def parquet(**columns: list[Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=1000)
    return sink.getvalue()


def take(paths: Paths, hub_name: str = NAME, **choices: Any) -> tuple[BringSummary, list[Event]]:
    context = RecordingContext(paths)
    summary = bring(BringRequest(hub=hub_name, **choices), context)
    assert [name for name in leftovers(paths) if not name.startswith("brought-")] == []
    return summary, context.events


def fails(paths: Paths, hub_name: str = NAME, **choices: Any) -> JokegenError:
    with pytest.raises(JokegenError) as caught:
        bring(BringRequest(hub=hub_name, **choices), RecordingContext(paths))
    assert len(caught.value.todo) > 20
    assert leftovers(paths) == []
    return caught.value


def notices(events: list[Event]) -> str:
    return " ".join(event.text for event in events if isinstance(event, Notice))


CARD = {
    "license": "cc-by-4.0",
    "configs": [
        {
            "config_name": "short",
            "default": True,
            "data_files": [
                {"split": "test", "path": "short/test*.csv"},
                {"split": "train", "path": "short/train*.csv"},
            ],
        },
        {"config_name": "long", "data_files": [{"split": "train", "path": "long/*.jsonl"}]},
    ],
    "dataset_info": [
        {
            "config_name": "short",
            "features": [{"name": "id", "dtype": "string"}, {"name": "joke", "dtype": "string"}],
            "splits": [{"name": "train", "num_bytes": 10, "num_examples": 7}],
        }
    ],
}


def readme(card: dict[str, Any]) -> bytes:
    return f"---\n{json.dumps(card)}\n---\n# Jokes\n".encode()


def two_configs() -> Repo:
    files = {
        "README.md": readme(CARD),
        "short/train-0.csv": CSV,
        "short/test-0.csv": b"id,joke\n8,ok\n",
        "long/a.jsonl": b'{"joke": "A long one."}\n',
    }
    return Repo(files, CARD)


def test_configurations_and_splits_are_listed_with_what_the_hub_says_of_them(
    hub: StandInDatasets, paths: Paths
) -> None:
    hub.repos[NAME] = two_configs()
    found = look_at_hub(HubLookRequest(f"  https://huggingface.co/datasets/{NAME}/viewer  "),
                        RecordingContext(paths))  # fmt: skip
    assert found.hub == NAME
    assert found.licence == "cc-by-4.0"
    assert (found.is_gated, found.is_private) == (False, False)
    assert found.page == f"{hub.url}/datasets/{NAME}"
    assert found.splits == (
        HubSplit("short", "train", 7, len(CSV), ("id", "joke"), 1, "csv"),
        HubSplit("short", "test", None, 13, ("id", "joke"), 1, "csv"),
        HubSplit("long", "train", None, 24, (), 1, "csv"),
    )
    assert leftovers(paths) == []
    assert hub.tokens_seen == set()


def test_a_csv_file_comes_byte_for_byte_so_that_na_stays_na(
    hub: StandInDatasets, paths: Paths
) -> None:
    hub.repos[NAME] = Repo({"README.md": b"# Jokes", "train.csv": CSV})
    summary, events = take(paths)
    assert summary.file.read_bytes() == CSV
    assert (summary.file.name, summary.name) == ("jokes.csv", "jokes")
    assert summary.origin == f"hub:{NAME}:default:train ({hub.repos[NAME].sha[:12]})"
    _, rows, _ = read_rows(summary.file)
    assert [joke for _, joke in rows] == [
        "NA", "None", "null", "007", 'nan, said the "baker"', "1e5", "",
    ]  # fmt: skip
    last = [event for event in events if isinstance(event, Progress)][-1]
    assert (last.done, last.total, last.unit) == (len(CSV), len(CSV), "bytes")


def test_what_streaming_a_csv_through_the_library_would_do_to_it(
    hub: StandInDatasets, paths: Paths
) -> None:
    """Why it is not used for CSV. If this fails one day, it could be."""
    import datasets

    hub.repos[NAME] = Repo({"train.csv": CSV})
    stream = datasets.load_dataset(NAME, split="train", streaming=True, token=False)
    jokes = [row["joke"] for row in stream]
    assert jokes[0] is None
    assert "NA" not in jokes


def test_a_configuration_and_a_split_can_be_chosen(hub: StandInDatasets, paths: Paths) -> None:
    hub.repos[NAME] = two_configs()
    summary, _ = take(paths, hub_config="short", hub_split="test")
    assert summary.file.read_bytes() == b"id,joke\n8,ok\n"
    assert summary.name == "jokes short test"
    summary, _ = take(paths, f"https://huggingface.co/datasets/{NAME}/viewer/short/test")
    assert summary.file.read_bytes() == b"id,joke\n8,ok\n"
    error = fails_with(paths, hub_config="medium")
    assert "no configuration “medium”" in error.happened
    assert "“short”, “long”" in error.todo
    error = fails_with(paths, hub_config="short", hub_split="dev")
    assert "no split “dev”" in error.happened
    assert "“train”, “test”" in error.todo


def fails_with(paths: Paths, **choices: Any) -> JokegenError:
    with pytest.raises(JokegenError) as caught:
        bring(BringRequest(hub=NAME, **choices), RecordingContext(paths))
    return caught.value


def test_several_files_of_a_split_become_one_that_is_read_as_all_of_them(
    hub: StandInDatasets, paths: Paths
) -> None:
    files = {
        "data/train-00000.jsonl": b'{"joke": "One."}\n{"joke": "NA"}\n',
        "data/train-00001.jsonl.gz": gzip.compress(b'{"joke": "2019-01-01"}\n'),
        "data/train-00002.jsonl": b'{"joke": "Four.", "by": {"name": "Ann", "age": 7}}\n',
    }
    hub.repos[NAME] = Repo(files)
    summary, _ = take(paths)
    assert summary.file.name == "jokes.zip"
    columns, rows, _ = read_rows(summary.file)
    assert columns[0] == "joke"
    assert [row[0] for row in rows] == ["One.", "NA", "2019-01-01", "Four."]
    assert len([path for path in paths.previews.rglob("*") if path.is_file()]) == 1


def test_rows_of_parquet_files_are_streamed_and_every_text_stays_as_it_is(
    hub: StandInDatasets, paths: Paths
) -> None:
    jokes = ["NA", "None", "", "  two  spaces ", "line\r\nbreak\ttab", "𝄞😀", 'a "quote"', "007"]
    files = {
        "data/train-00000-of-00002.parquet": parquet(
            joke=jokes, score=list(range(8)), meta=[{"by": "Ann", "tags": ["x"]}] * 8
        ),
        "data/train-00001-of-00002.parquet": parquet(
            joke=["last"], score=[9], meta=[{"by": "Bob", "tags": []}]
        ),
    }
    hub.repos[NAME] = Repo(files)
    summary, events = take(paths)
    assert summary.file.name == "jokes.parquet"
    columns, rows, _ = read_rows(summary.file)
    assert columns[:2] == ("joke", "score")
    assert [row[0] for row in rows] == [*jokes, "last"]
    assert rows[3][1] == "3"
    assert "Ann" in " ".join(rows[0][2:])
    assert "x" in " ".join(rows[0][2:])
    last = [event for event in events if isinstance(event, Progress) and event.unit == "rows"][-1]
    assert last.done == 9


def test_columns_can_be_chosen_and_pictures_are_left_out(
    hub: StandInDatasets, paths: Paths
) -> None:
    content = parquet(joke=["One."], by=["Ann"], image=[{"bytes": b"\x89PNG", "path": "a.png"}])
    hub.repos[NAME] = Repo({"train.parquet": content})
    summary, events = take(paths)
    assert read_rows(summary.file)[0] == ("joke", "by")
    assert "“image”" in notices(events)
    summary, _ = take(paths, hub_columns=("joke",))
    assert read_rows(summary.file)[0] == ("joke",)


def test_a_limit_takes_the_first_rows_and_no_more_of_the_files_than_needed(
    hub: StandInDatasets, paths: Paths
) -> None:
    rows = [f"Joke number {i} is {'very ' * (i % 7)}good." for i in range(30_000)]
    hub.repos["o/parquet"] = Repo({"train.parquet": parquet(joke=rows)})
    hub.repos["o/csv"] = Repo(
        {
            "train.csv": b"id,joke\n"
            + b"".join(b'%d,"Line one\nline %d"\n' % (i, i) for i in range(50_000))
        }
    )
    hub.repos["o/text"] = Repo({"train.txt": "\n\n".join(rows).encode()})
    hub.repos["o/lines"] = Repo(
        {"a.jsonl": b'{"joke": "one"}\n' * 3, "b.jsonl": b'{"joke": "two"}\n' * 200_000}
    )
    hub.repos["o/list"] = Repo({"train.json": json.dumps(rows, indent=1).encode()})
    hub.repos["o/packed"] = Repo({"train.csv.gz": gzip.compress(b"joke\none\ntwo\nthree\n")})
    for name, last in (
        ("o/parquet", rows[9]), ("o/csv", "Line one\nline 9"), ("o/text", rows[9]),
        ("o/lines", "two"), ("o/list", rows[9]),
    ):  # fmt: skip
        summary, events = take(paths, name, limit=10)
        found = [row for row in read_rows(summary.file)[1] if any(row)]
        assert len(found) == 10, name
        assert found[-1][-1] == last
        if name in ("o/csv", "o/lines"):
            done = [event.done for event in events if isinstance(event, Progress)][-2]
            assert done < 300_000
    summary, events = take(paths, "o/packed", limit=2)
    assert len(read_rows(summary.file)[1]) == 3
    assert "All rows came" in notices(events)


def test_a_broken_download_goes_on_and_a_wrong_file_is_refused(
    hub: StandInDatasets, paths: Paths
) -> None:
    content = CSV + b"8,x\r\n" * 50_000
    hub.repos[NAME] = Repo({"train.csv": content})
    hub.breaks = [100_000, 50_000]
    summary, events = take(paths)
    assert summary.file.read_bytes() == content
    assert "trying again" in notices(events)
    ranges = [
        range_ for _, path, _, range_ in hub.requests if path.endswith("train.csv") and range_
    ]
    assert ranges == ["bytes=100000-", "bytes=150000-"]
    hub.is_honest = False
    with pytest.raises(JokegenError, match="not the one it announced"):
        bring(BringRequest(hub=NAME), RecordingContext(paths))


def test_a_stream_of_rows_survives_broken_connections(hub: StandInDatasets, paths: Paths) -> None:
    rows = [f"Joke number {i}: {os.urandom(40).hex()}" for i in range(5_000)]
    hub.repos[NAME] = Repo({"train.parquet": parquet(joke=rows)})
    hub.breaks = [100, 1_000, 0, 50_000]
    summary, events = take(paths)
    assert [row[0] for row in read_rows(summary.file)[1]] == rows
    assert "trying again" in notices(events)
    hub.knows_ranges = False
    assert "only send" in fails_with(paths).happened


def test_a_data_set_that_is_a_program_is_never_run(
    hub: StandInDatasets, paths: Paths, tmp_path: Path
) -> None:
    trap = tmp_path / "ran"
    program = f"open({str(trap)!r}, 'w')\nraise SystemExit\n".encode()
    hub.repos[NAME] = Repo({"jokes.py": program, "data.csv": CSV})
    error = fails(paths)
    assert "does not run" in error.happened
    assert hub.url in error.todo
    copy = {"default/train/0000.parquet": parquet(joke=["One."]),
            "default/partial-test/0000.parquet": parquet(joke=["Two."])}  # fmt: skip
    hub.repos[NAME].converted = copy
    context = RecordingContext(paths)
    splits = look_at_hub(HubLookRequest(NAME), context).splits
    assert [(split.config, split.split, split.kind) for split in splits] == [
        ("default", "train", "parquet"), ("default", "test", "parquet"),
    ]  # fmt: skip
    summary, events = take(paths)
    assert read_rows(summary.file)[1] == [("One.",)]
    assert "does not run" in notices(events)
    assert not trap.exists()


def test_a_data_set_of_pictures_and_one_of_nothing_are_named(
    hub: StandInDatasets, paths: Paths
) -> None:
    hub.repos[NAME] = Repo({"README.md": b"# x", "train/cat/a.png": b"\x89PNG"})
    assert "imagefolder" in fails(paths).happened
    hub.repos[NAME] = Repo({"train.parquet": parquet(joke=[])})
    assert "holds no rows" in fails(paths).happened
    hub.repos[NAME] = Repo({"README.md": b"# x"})
    assert "no files of jokes" in fails(paths).happened


def test_a_folder_of_that_name_here_is_not_taken_instead(
    hub: StandInDatasets, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / NAME).mkdir(parents=True)
    (tmp_path / NAME / "train.csv").write_bytes(b"joke\nnot this one\n")
    monkeypatch.chdir(tmp_path)
    hub.repos[NAME] = Repo({"train.csv": CSV})
    summary, _ = take(paths)
    assert summary.file.read_bytes() == CSV


def test_a_gated_data_set_names_the_page_where_to_ask(hub: StandInDatasets, paths: Paths) -> None:
    hub.tokens = ("hf_reader", "hf_other")
    hub.repos[NAME] = Repo({"train.csv": CSV}, gated="auto", readers=("hf_reader",))
    error = fails(paths)
    assert "accept terms" in error.happened
    assert f"{hub.url}/datasets/{NAME}" in error.todo
    assert "token" in error.todo


def test_a_token_goes_along_only_where_it_is_asked_for(
    hub: StandInDatasets, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def keyring() -> str:
        asked.append(1)
        return "hf_reader"

    monkeypatch.setattr("jokegen.data.bringing.hub.get_token", keyring)
    hub.tokens = ("hf_reader", "hf_other")
    hub.repos["o/open"] = Repo({"train.csv": CSV})
    take(paths, "o/open")
    assert (asked, hub.tokens_seen) == ([], set())
    hub.repos[NAME] = Repo({"train.csv": CSV}, gated="manual", readers=("hf_reader",))
    found = look_at_hub(HubLookRequest(NAME), RecordingContext(paths))
    assert found.is_gated
    assert found.splits[0].split == "train"
    assert take(paths)[0].file.read_bytes() == CSV
    hub.repos["o/private"] = Repo(
        {"t.parquet": parquet(joke=["x"])}, private=True, readers=("hf_reader",)
    )
    assert look_at_hub(HubLookRequest("o/private"), RecordingContext(paths)).is_private
    assert read_rows(take(paths, "o/private")[0].file)[1] == [("x",)]
    assert hub.tokens_seen == {"hf_reader"}


def test_private_missing_wrong_token_and_no_consent_are_told_apart(
    hub: StandInDatasets, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.tokens = ("hf_other",)
    hub.repos[NAME] = Repo({"train.csv": CSV}, private=True, readers=("hf_reader",))
    hub.repos["o/gated"] = Repo({"train.csv": CSV}, gated="auto", readers=("hf_reader",))
    assert "or it is private" in fails(paths).happened
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    assert "that your token may read (HTTP 404)" in fails(paths).happened
    assert "has not been let in yet" in fails(paths, "o/gated").happened
    monkeypatch.setenv("HF_TOKEN", "hf_nonsense")
    error = fails(paths)
    assert "does not accept your Hugging Face token" in error.happened
    assert "hf_nonsense" not in str(error)


def test_a_missing_data_set_proposes_those_that_are_called_nearly_so(
    hub: StandInDatasets, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repos[NAME] = Repo({"train.csv": CSV})
    error = fails(paths, "jokes")
    assert "no data set “jokes”" in error.happened
    assert f"Did you mean “{NAME}”?" in error.todo
    assert "Did you mean" not in fails(paths, "somebody/else-where").todo


@pytest.mark.parametrize(
    ("status", "words"), [(429, "asked too often"), (500, "problem of its own"), (503, "HTTP 503")]
)
def test_a_hub_in_trouble_is_told(
    hub: StandInDatasets, paths: Paths, status: int, words: str
) -> None:
    hub.status = status
    assert words in fails(paths).happened


def test_offline_by_choice_and_by_chance_are_told_apart(
    hub: StandInDatasets, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE" in fails(paths).happened
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "could not be reached" in fails(paths).happened


def cancels(hub_name: str, context: CancellingContext) -> None:
    with pytest.raises(JobCancelled):
        bring(BringRequest(hub=hub_name), context)
    assert time.monotonic() - context.asked < SECONDS
    assert leftovers(context.paths) == []


def test_cancelling_while_the_hub_is_silent(hub: StandInDatasets, paths: Paths) -> None:
    hub.is_silent = True
    cancels(NAME, CancellingContext(paths, 0.3))


@pytest.mark.parametrize("name", ["train.csv", "train.parquet"])
def test_cancelling_while_rows_come(hub: StandInDatasets, paths: Paths, name: str) -> None:
    rows = [f"Joke number {i}: {os.urandom(60).hex()}" for i in range(20_000)]
    content = "\n".join(["joke", *rows]).encode() if "csv" in name else parquet(joke=rows)
    hub.repos[NAME] = Repo({name: content})
    hub.seconds_a_block = 0.02

    def is_under_way(event: Event) -> bool:
        return isinstance(event, Progress) and event.unit != "" and event.done >= 0

    timer: list[threading.Timer] = []
    context = CancellingContext(paths, None)

    def later(event: Event) -> None:
        if is_under_way(event) and not timer:
            timer.append(threading.Timer(0.3, context._cancel_now))
            timer[0].start()

    context._on_event = later
    cancels(NAME, context)


@pytest.mark.parametrize(
    "text", ["", "a/b/c", "../x", "a b", "a--b", "-a/b", "a/b.", "x" * 120, "https://example.org/x"]
)
def test_what_cannot_be_a_name_is_refused_before_anybody_is_asked(
    hub: StandInDatasets, paths: Paths, text: str
) -> None:
    with pytest.raises(JokegenError, match="not the name of a Hugging Face data set"):
        look_at_hub(HubLookRequest(text), RecordingContext(paths))
    assert hub.requests == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("somebody/jokes", NAME),
        (" hub:somebody/jokes ", NAME),
        ("datasets/somebody/jokes", NAME),
        ("https://huggingface.co/datasets/somebody/jokes", NAME),
        ("huggingface.co/datasets/somebody/jokes/tree/main", NAME),
        ("https://hf.co/datasets/somebody/jokes?row=3", NAME),
        ("https://huggingface.co/datasets/squad", "squad"),
    ],
)
def test_a_name_is_understood_in_all_its_forms(text: str, name: str) -> None:
    from jokegen.data.bringing.hub_names import parse_hub_name

    assert parse_hub_name(text).name == name


def test_the_link_of_a_page_is_a_data_set_and_that_of_a_file_is_a_link() -> None:
    from jokegen.data.bringing.hub_names import HubName, hub_name_in_link

    page = f"https://huggingface.co/datasets/{NAME}"
    assert hub_name_in_link(page) == HubName(NAME)
    assert hub_name_in_link(f"{page}/viewer/default/train") == HubName(NAME, "default", "train")
    for other in (
        f"{page}/resolve/main/a.csv",
        f"{page}/blob/main/a.csv",
        "https://huggingface.co/gpt2",
        "https://example.org/datasets/a/b",
        "x",
    ):
        assert hub_name_in_link(other) is None
