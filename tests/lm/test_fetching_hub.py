"""Fetching base models from the hub, against a stand-in that breaks off, lies and refuses."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.events import Notice, Phase, Progress
from jokegen.jobs.requests import FetchModelRequest
from jokegen.lm import hub
from jokegen.lm.catalogue import find_base_model
from jokegen.lm.fetching import ensure_model, fetch_model
from tests.lm.standin_hub import REVISION, StandInHub
from tests.lm.tiny_models import SEPARATOR, tiny_gpt2
from tests.lm.waiting import JobThread, wait_until

REPOSITORY = "openai-community/gpt2"
REQUEST = FetchModelRequest("gpt2")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gpt2(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def context(tmp_path: Path) -> RecordingContext:
    return RecordingContext(Paths(tmp_path / "home"))


@pytest.fixture
def standin(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInHub]:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "FIRST_PAUSE", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with StandInHub(tiny, REPOSITORY).running() as running:
        assert isinstance(running, StandInHub)
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


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
    assert not find_base_model(context.paths, request.base).is_here
    leftovers = context.paths.models
    assert not leftovers.exists() or list(leftovers.iterdir()) == []
    assert "yourself" in caught.value.todo or "choose" in caught.value.todo
    return caught.value


def test_fetching_makes_a_base_model_and_reports_bytes(
    standin: StandInHub, context: RecordingContext, tiny: Path
) -> None:
    standin.files["pytorch_model.bin"] = b"pickle"
    standin.files["modeling_gpt2.py"] = b"raise SystemExit"
    standin.files["onnx/model.safetensors"] = b"no"
    standin.publish()
    summary = fetch_model(REQUEST, context)
    folder = context.paths.models / "gpt2"
    assert (summary.base, summary.path) == ("gpt2", folder)
    storage.check_files(folder, digests=True)
    manifest = storage.read_manifest(folder)
    assert manifest is not None
    assert manifest["separator"] == SEPARATOR
    assert set(manifest["files"]) == {path.name for path in tiny.iterdir()} - {"manifest.json"}
    for name in manifest["files"]:
        assert (folder / name).read_bytes() == (tiny / name).read_bytes()
    progress = downloaded(context)
    assert (
        progress[-1].done
        == progress[-1].total
        == sum(map(len, standin.files.values()))
        - sum(
            len(standin.files[name])
            for name in ("pytorch_model.bin", "modeling_gpt2.py", "onnx/model.safetensors")
        )
    )
    assert [event.done for event in progress] == sorted(event.done for event in progress)
    assert find_base_model(context.paths, "gpt2").path == folder
    assert [path.name for path in context.paths.downloads.iterdir()] == ["gpt2.lock"]


def test_what_is_here_is_not_fetched_again(standin: StandInHub, context: RecordingContext) -> None:
    folder = ensure_model("gpt2", context)
    standin.requests.clear()
    assert ensure_model("gpt2", context) == folder
    assert fetch_model(REQUEST, context).path == folder
    assert standin.requests == []


def test_a_damaged_model_is_fetched_again(standin: StandInHub, context: RecordingContext) -> None:
    folder = ensure_model("gpt2", context)
    (folder / "model.safetensors").write_bytes(b"half")
    ensure_model("gpt2", context)
    storage.check_files(folder, digests=True)


def test_cancelling_in_a_file_is_quick_and_the_next_fetch_continues_it(
    standin: StandInHub, context: RecordingContext
) -> None:
    standin.seconds_a_block = 0.05
    job = JobThread(lambda: fetch_model(REQUEST, context))
    wait_until(lambda: any(event.done > 60_000 for event in downloaded(context)))
    asked = time.monotonic()
    context.request_stop(Stop.CANCEL)
    with pytest.raises(JobCancelled):
        job.finish()
    assert time.monotonic() - asked < 0.5
    assert not find_base_model(context.paths, "gpt2").is_here
    part = context.paths.downloads / "gpt2" / REVISION / "model.safetensors.part"
    size = part.stat().st_size
    assert size > 0
    standin.seconds_a_block = 0
    again = RecordingContext(context.paths)
    fetch_model(REQUEST, again)
    assert standin.ranges == [f"bytes={size}-"] * 2  # the hub, and the storage it points to
    assert downloaded(again)[0].done >= size
    storage.check_files(context.paths.models / "gpt2", digests=True)


def test_cancelling_is_quick_when_the_server_says_nothing(
    standin: StandInHub, context: RecordingContext
) -> None:
    standin.seconds_a_block = 30
    job = JobThread(lambda: fetch_model(REQUEST, context))
    wait_until(lambda: any(path.startswith("/storage/") for path, _ in standin.requests))
    asked = time.monotonic()
    context.request_stop(Stop.CANCEL)
    with pytest.raises(JobCancelled):
        job.finish()
    assert time.monotonic() - asked < 0.5


def test_a_connection_that_breaks_off_is_continued(
    standin: StandInHub, context: RecordingContext
) -> None:
    standin.breaks_after, standin.breaks_left = 60_000, 2
    fetch_model(REQUEST, context)
    assert {"bytes=60000-", "bytes=120000-"} == set(standin.ranges)
    assert any(isinstance(event, Notice) and event.is_warning for event in context.events)


def test_a_server_without_ranges_sends_the_file_again(
    standin: StandInHub, context: RecordingContext
) -> None:
    standin.knows_ranges = False
    standin.breaks_after, standin.breaks_left = 60_000, 1
    fetch_model(REQUEST, context)
    storage.check_files(context.paths.models / "gpt2", digests=True)


def test_a_server_that_keeps_breaking_off_is_given_up(
    standin: StandInHub, context: RecordingContext
) -> None:
    standin.breaks_after = 0
    assert "broke off again and again" in failure(context).happened
    assert sum(path == "/storage/model.safetensors" for path, _ in standin.requests) == hub.TRIES


def test_a_busy_server_is_asked_again_and_then_given_up(
    standin: StandInHub, context: RecordingContext
) -> None:
    standin.status = 503
    assert "(HTTP 503)" in failure(context).happened
    assert len(standin.requests) == hub.TRIES


def test_other_bytes_than_announced_are_refused(
    standin: StandInHub, context: RecordingContext
) -> None:
    standin.is_lying = True
    problem = failure(context)
    assert "model.safetensors" in problem.happened
    assert "digest" in problem.happened
    standin.is_lying = False
    fetch_model(REQUEST, context)


def test_a_damaged_partial_file_is_fetched_from_the_start(
    standin: StandInHub, context: RecordingContext
) -> None:
    folder = context.paths.downloads / "gpt2" / REVISION
    folder.mkdir(parents=True)
    (folder / "model.safetensors.part").write_bytes(b"?" * 1000)
    (context.paths.downloads / "gpt2" / "older").mkdir()
    fetch_model(REQUEST, context)
    storage.check_files(context.paths.models / "gpt2", digests=True)
    assert standin.ranges[0] == "bytes=1000-"


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (401, "GatedRepo", "asks for a login"),
        (401, "", "(HTTP 401)"),
        (403, "", "(HTTP 403)"),
        (404, "RepoNotFound", "has no model"),
    ],
)
def test_refusals_are_told_apart(
    standin: StandInHub, context: RecordingContext, status: int, code: str, says: str
) -> None:
    standin.status, standin.error_code = status, code
    problem = failure(context)
    assert REPOSITORY in problem.happened
    assert says in problem.happened
    assert len(standin.requests) == 1


def test_the_token_is_sent(
    standin: StandInHub, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    fetch_model(REQUEST, context)
    assert set(standin.authorizations) == {"Bearer hf_test"}


def test_no_network_is_said_at_once(
    standin: StandInHub, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert "could not be reached" in failure(context).happened


def test_an_offline_setting_is_named(
    standin: StandInHub, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE" in failure(context).happened


def test_a_login_page_instead_of_the_hub_is_recognized(
    standin: StandInHub, context: RecordingContext
) -> None:
    standin.pages[f"/api/models/{REPOSITORY}"] = b"<html>Welcome to the hotel</html>"
    assert "Something other than the hub" in failure(context).happened


def test_pickles_are_refused(standin: StandInHub, context: RecordingContext) -> None:
    standin.files["pytorch_model.bin"] = standin.files.pop("model.safetensors")
    standin.publish()
    assert "safetensors" in failure(context).happened
    assert not any("pytorch_model.bin" in path for path, _ in standin.requests)


def test_a_full_disk_is_named_and_what_is_here_is_kept(
    standin: StandInHub, context: RecordingContext
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    folder = context.paths.downloads / "gpt2" / REVISION
    folder.mkdir(parents=True)
    (folder / "model.safetensors.part").symlink_to("/dev/full")
    with pytest.raises(JokegenError, match="no space left"):
        fetch_model(REQUEST, context)
    assert (folder / "config.json").is_file()
    assert not find_base_model(context.paths, "gpt2").is_here


def test_too_little_room_is_said_before_the_start(
    standin: StandInHub, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(context.paths.home.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=70_000))
    problem = failure(context)
    assert "GPT-2 (124M) needs 187 kB" in problem.happened
    assert "only 70 kB are free" in problem.happened
    assert not any(path.startswith("/storage/") for path, _ in standin.requests)


def test_a_killed_fetch_is_continued(standin: StandInHub, context: RecordingContext) -> None:
    standin.seconds_a_block = 0.1
    script = (
        "import sys; from pathlib import Path\n"
        "from jokegen.config.paths import Paths\n"
        "from jokegen.jobs.context import RecordingContext\n"
        "from jokegen.jobs.requests import FetchModelRequest\n"
        "from jokegen.lm.fetching import fetch_model\n"
        "fetch_model(FetchModelRequest('gpt2'), RecordingContext(Paths(Path(sys.argv[1]))))"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(context.paths.home)],
        env={**os.environ, "HF_HUB_OFFLINE": "0"},
    )
    part = context.paths.downloads / "gpt2" / REVISION / "model.safetensors.part"
    wait_until(lambda: part.exists() and part.stat().st_size > 0)
    other.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    other.wait()
    assert not find_base_model(context.paths, "gpt2").is_here
    standin.seconds_a_block = 0
    fetch_model(REQUEST, context)
    assert standin.ranges
    storage.check_files(context.paths.models / "gpt2", digests=True)


def test_two_do_not_fetch_at_once_and_waiting_can_be_cancelled(
    standin: StandInHub, context: RecordingContext
) -> None:
    context.paths.downloads.mkdir(parents=True)
    with FileLock(context.paths.downloads / "gpt2.lock"):
        job = JobThread(lambda: fetch_model(REQUEST, context))
        wait_until(lambda: any(isinstance(event, Notice) for event in context.events))
        asked = time.monotonic()
        context.request_stop(Stop.CANCEL)
        with pytest.raises(JobCancelled):
            job.finish()
        assert time.monotonic() - asked < 0.5
    assert standin.requests == []


def test_the_one_that_waited_takes_what_the_other_fetched(
    standin: StandInHub, context: RecordingContext
) -> None:
    standin.seconds_a_block = 0.02
    jobs = [
        JobThread(lambda: fetch_model(REQUEST, RecordingContext(context.paths))) for _ in range(2)
    ]
    assert len({job.finish().path for job in jobs}) == 1
    assert sum(path == "/storage/model.safetensors" for path, _ in standin.requests) == 1
