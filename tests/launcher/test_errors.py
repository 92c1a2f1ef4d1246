"""What goes wrong on other people's computers, and the two sentences that they get."""

from __future__ import annotations

import ast
import errno
import importlib.util
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from tests.launcher.fake_project import FakeProject, make_wheel

FULL_DISK = "ERROR: Could not install packages: [Errno 28] No space left on device"


@pytest.mark.parametrize(
    ("platform", "way"),
    [
        ("linux", "sudo apt install python3.11 python3.11-venv"),
        ("darwin", "brew install python@3.12"),
        ("win32", "winget install Python.Python.3.12"),
        ("freebsd14", "python3.11 main.py"),
    ],
)
def test_an_old_python_is_told_how_to_get_a_newer_one(platform: str, way: str) -> None:
    with pytest.raises(main.SetupError) as caught:
        main.check_python((3, 9), platform)
    assert caught.value.happened == "Jokegen needs Python 3.11 or newer, and this is 3.9."
    assert way in caught.value.todo
    main.check_python((3, 11), platform)
    main.check_python((4, 0), platform)


def test_an_old_python_gets_as_far_as_its_sentence() -> None:
    text = Path(main.__file__).read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 7))  # the oldest syntax that `ast` still knows
    at_once = {
        alias.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert at_once == {"os", "re", "sys", "Path"}
    signatures = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in signatures:
        types = [argument.annotation for argument in function.args.args] + [function.returns]
        for one in types:
            assert not isinstance(one, ast.Subscript | ast.BinOp), f"quote it: {ast.unparse(one)}"


def test_without_a_connection_the_sentence_is_about_the_network(ready: FakeProject) -> None:
    ready.edit("pyproject.toml", "tinyjoke==1.0", "tinyjoke==2.0")
    closed = "http://127.0.0.1:9/simple"
    done = ready.start(
        PIP_NO_INDEX=None, PIP_FIND_LINKS=None, PIP_INDEX_URL=closed, PIP_RETRIES="0"
    )
    assert done.returncode == 1
    assert "cannot be downloaded: there is no connection." in done.stderr
    assert "Check the internet connection" in done.stderr
    assert str(ready.environment / main.LOG) in done.stderr
    assert "Connection refused" in (ready.environment / main.LOG).read_text()
    later = ready.start()
    assert later.returncode == 0
    assert "[1/4]" not in later.stderr, "nothing was touched, so nothing has to be made anew"


def test_a_package_without_a_fitting_version_is_named(ready: FakeProject) -> None:
    ready.edit("pyproject.toml", "tinyjoke==1.0", "tinyjoke==9.9")
    done = ready.start()
    assert done.returncode == 1
    assert f"No fitting version of tinyjoke==9.9 for Python {main.OWN_VERSION}." in done.stderr
    assert "another Python" in done.stderr
    assert "connection" not in done.stderr


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("WARNING: Retrying (Retry(total=4)) ... NewConnectionError(': [Errno 13] Permission "
         "denied')\nERROR: No matching distribution found for torch", "no connection"),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "no connection"),
        ("ReadTimeoutError: HTTPSConnectionPool: Read timed out.", "no connection"),
        ("ERROR: ProxyError('Cannot connect to proxy.')", "no connection"),
        ("ERROR: HTTP error 503 while getting x.whl", "no connection"),
        ("ERROR: No matching distribution found for torch<2.14,>=2.9", "of torch<2.14,>=2.9 for"),
        ("ERROR: ResolutionImpossible: for help visit", "version of the packages for"),
        ("ERROR: [Errno 13] Permission denied: '/x'", "not permit it: ERROR: [Errno 13]"),
        (f"{FULL_DISK}\nERROR: No matching distribution found for x", "disk is full"),
        ("Collecting x\nERROR: Failed building wheel\nbye", "failed: ERROR: Failed building wheel"),
        ("", "no reason was given"),
    ],
)  # fmt: skip
def test_what_pip_says_is_explained(output: str, words: str, tmp_path: Path) -> None:
    told = main.explain(output, tmp_path)
    assert words in told.happened
    assert "start again" in told.todo.lower()
    assert str(tmp_path / main.LOG) in told.todo


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of 30 MB, or None where it takes more rights than we have."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", str(folder)]
    has_rights = sys.platform == "linux" and shutil.which("mount") is not None
    if not has_rights or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_fills_up_is_named(
    small_disk: Path | None, ready: FakeProject, wheels: Path, tmp_path: Path
) -> None:
    if small_disk:
        own = shutil.copytree(wheels, tmp_path / "wheels")
        noise = random.Random(0).randbytes(15_000_000).hex()
        make_wheel(own, "tinyjoke", "4.0", {"tinyjoke.py": f"NOISE = '{noise}'\n"})
        ready = FakeProject(shutil.copytree(ready.root, small_disk / "project", symlinks=True),
                            own, tmp_path / "home")  # fmt: skip
        ready.edit("pyproject.toml", "tinyjoke==1.0", "tinyjoke==4.0")
    else:  # a pip that says what pip says then
        (ready.site_packages / "pip" / "__main__.py").write_text(f"raise SystemExit({FULL_DISK!r})")
        ready.edit("pyproject.toml", "tinyjoke==1.0", "tinyjoke==2.0")
    done = ready.start()
    assert done.returncode == 1
    assert "The disk is full.\nFree some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Errno 28" in (ready.environment / main.LOG).read_text()


def test_too_small_a_disk_is_told_before_anything_is_made(fresh: FakeProject) -> None:
    fresh.edit("main.py", "GIGABYTES_NEEDED = 0.0", "GIGABYTES_NEEDED = 1e9")
    done = fresh.start()
    assert done.returncode == 1
    assert "The disk is too full" in done.stderr
    assert not (fresh.environment / "pyvenv.cfg").exists()


def test_an_error_of_the_system_is_two_sentences_too(
    fresh: FakeProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill_up(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for name, text in fresh.variables().items():
        monkeypatch.setenv(name, text)
    monkeypatch.setattr(main, "PROJECT", fresh.root)
    monkeypatch.setattr(main, "install", fill_up)
    assert main.main([]) == 1
    assert "The disk is full.\nFree some space" in capsys.readouterr().err


def test_no_place_to_write_names_both_places(fresh: FakeProject) -> None:
    fresh.environment.write_text("a file, where a folder should be")
    fresh.home.write_text("and another one")
    done = fresh.start()
    assert done.returncode == 1
    assert str(fresh.environment) in done.stderr
    assert str(fresh.home / "environment") in done.stderr
    assert "JOKEGEN_HOME" in done.stderr


@pytest.mark.parametrize(
    ("managers", "way"),
    [
        (["apt"], f"Run `sudo apt install python{main.OWN_VERSION}-venv` and start again."),
        (["dnf"], "python.org"),
    ],
)
def test_a_python_without_venv_is_told_what_to_install(
    managers: list[str], way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find_spec(name)
    )
    monkeypatch.setattr(main, "package_managers", lambda: managers)
    with (tmp_path / "lock").open("wb") as lock, pytest.raises(main.SetupError, match="venv") as e:
        main.make_environment(tmp_path, "plain", lock)
    assert way in e.value.todo


def test_of_pips_output_people_get_what_they_want_to_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pip = main.PipOutput()
    for line in (
        "Collecting torch<2.14,>=2.9",
        "  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl.metadata (29 kB)",
        "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'X': /simple",
        "Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (184.5 MB)",
        "Using cached PySide6_Essentials-6.11.3-cp310-abi3-manylinux_2_34_x86_64.whl (76 MB)",
        r"Processing c:\wheels\msgspec-0.20.0-cp311-win_amd64.whl",
        "Building wheels for collected packages: odd",
        "Installing collected packages: mpmath, sympy, torch",
    ):
        pip.read(line + "\n")
    assert capsys.readouterr().err.splitlines() == [
        "  no answer from the network, trying again…",
        "  getting torch (184.5 MB)…",
        "  getting PySide6_Essentials (76 MB)…",
        "  getting msgspec…",
        "[3/4] Installing 3 packages, which takes some minutes…",
    ]
    assert pip.is_installing
