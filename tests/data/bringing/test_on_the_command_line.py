"""`jokegen import` of a pipe, a link and a data set of the hub, from beginning to end."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from jokegen import cli
from jokegen.commands.running import DONE
from jokegen.config.paths import Paths
from jokegen.data.bringing import bringing
from tests.data.bringing.conftest import leftovers
from tests.data.bringing.standin_datasets import Repo, StandInDatasets
from tests.data.bringing.standin_web import Page, StandInWeb
from tests.data.bringing.test_hub import parquet
from tests.data.conftest import CHECKOUT

JOKES = [f"Joke number {i} says NA and costs 007, {'really ' * (i % 5)}." for i in range(40)]
CSV = "id,joke\r\n" + "".join(f'{i},"{joke}"\r\n' for i, joke in enumerate(JOKES))


@pytest.fixture
def home(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("JOKEGEN_HOME", str(paths.home))
    return paths


def run(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = DONE) -> tuple[str, str]:
    found = cli.main([*arguments])
    out, err = capfd.readouterr()
    assert found == code, err
    return out, err


def test_a_link_is_imported_with_its_origin_and_a_copy_of_the_file(
    site: StandInWeb,
    home: Paths,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bringing, "Web", site.web)
    site.pages["/data/onelinefun.csv"] = Page(CSV.encode())
    link = f"{site.url}/data/onelinefun.csv"
    out, err = run(capfd, "import", link, "--json")
    assert json.loads(out)["kept"] == 40
    assert json.loads(out)["dataset"] == "onelinefun"
    assert "Bringing the jokes to this computer" in err
    out, _ = run(capfd, "datasets", "show", "onelinefun", "--json")
    assert link in out
    assert leftovers(home) == []
    (copy,) = home.datasets.rglob("onelinefun.csv")
    assert copy.read_bytes() == CSV.encode()


def test_a_pipe_in_another_encoding_is_imported(
    home: Paths, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = "\r\n".join(f"Käse {joke}" for joke in JOKES).encode("cp1252")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    out, _ = run(capfd, "import", "-", "--name", "cheese", "--json")
    assert json.loads(out)["kept"] == 40
    run(capfd, "datasets", "export", "cheese", str(home.home / "cheese.jsonl"))
    assert "Käse Joke number 7 says NA" in (home.home / "cheese.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("http://example.org/jokes.csv", "http://"),
        ("file:///etc/passwd", "file on this computer"),
        ("ftp://example.org/jokes.csv", "ftp:"),
        ("https://127.0.0.1/jokes.csv", "network around it"),
        ("https://[::1]:8443/jokes.csv", "network around it"),
        ("https://user:secret@example.org/jokes.csv", "password"),
        ("hub:a b/c", "not the name"),
    ],
)
def test_what_must_not_be_opened_is_refused_in_a_sentence(
    home: Paths, capfd: pytest.CaptureFixture[str], source: str, words: str
) -> None:
    out, err = run(capfd, "import", source, "--json", code=1)
    assert out == ""
    assert words in err
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_in_the_middle_of_a_stream_ends_at_once_and_in_order(home: Paths) -> None:
    """A thread that is left alone in the network must not bring the process down."""
    with StandInDatasets().running() as hub:
        rows = [os.urandom(100).hex() for _ in range(20_000)]
        hub.repos["somebody/jokes"] = Repo({"train.parquet": parquet(joke=rows)})
        hub.seconds_a_block = 0.05
        environment = {
            **os.environ,
            "HF_ENDPOINT": hub.url,
            "HF_HOME": str(home.home / "hf"),
            "JOKEGEN_HOME": str(home.home),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "jokegen", "import", "hub:somebody/jokes"], cwd=CHECKOUT,
            env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not any(range_ for *_, range_ in hub.requests) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        asked = time.monotonic()
        _, err = process.communicate(timeout=30)
    assert time.monotonic() - asked < 2.0  # the interpreter's own end takes some of it
    assert process.returncode == 130, err
    assert "Interrupted" in err
    assert "Fatal" not in err
    assert leftovers(home) == []


def test_a_data_set_of_the_hub_is_imported_in_a_process_of_its_own(home: Paths) -> None:
    """As people call it: the address of the hub comes from the environment, nothing is patched."""
    with StandInDatasets().running() as hub:
        hub.repos["somebody/jokes"] = Repo({"train.csv": CSV.encode(), "test.csv": b"joke\nx\n"})
        environment = {
            **os.environ,
            "HF_ENDPOINT": hub.url,
            "HF_HOME": str(home.home / "hf"),
            "JOKEGEN_HOME": str(home.home),
        }
        environment.pop("HF_TOKEN", None)
        command = [sys.executable, "-m", "jokegen", "import", "--json"]
        for source, kept in (("hub:somebody/jokes", 40), ("hub:somebody/jokes:default:test", 1)):
            done = subprocess.run(
                [*command, source], cwd=CHECKOUT, env=environment, capture_output=True, text=True,
                timeout=120, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["kept"] == kept
        failed = subprocess.run(
            [*command, "hub:somebody/else"], cwd=CHECKOUT, env=environment, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip
    assert failed.returncode == 1
    assert "no data set “somebody/else”" in failed.stderr
    assert "Traceback" not in failed.stderr
