"""From a bare folder to a running program: first starts, later starts, interrupted ones."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import main
from tests.launcher.fake_project import FakeProject, end_with_children, make_wheel

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX systems")


def values(output: str) -> dict[str, str]:
    """The lines of "name=value" that the fake program prints."""
    return dict(line.split("=", 1) for line in output.splitlines())


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Read what a start says until these words come."""
    assert process.stderr is not None
    said = ""
    while words not in said:
        line = process.stderr.readline()
        assert line, f"{words!r} was never said, only: {said}"
        said += line
    return said


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_the_first_start_sets_up_and_hands_over(fresh: FakeProject, tmp_path: Path) -> None:
    before = {path.name for path in fresh.root.iterdir()}
    done = fresh.start("import", "x.csv", "--json", folder=tmp_path)
    told = values(done.stdout)
    assert done.returncode == 0, done.stderr
    assert told["arguments"] == "['import', 'x.csv', '--json']"
    assert told["folder"] == str(tmp_path)
    assert told["package"] == str(fresh.root)
    assert told["prefix"] == str(fresh.environment)
    assert told["tinyjoke"] == "1.0"
    for step in ("happens once", "[1/4]", "[2/4] Downloading and installing 2", "getting tinyjoke"):
        assert step in done.stderr
    for step in ("[3/4] Installing 2 packages", "[4/4]", "Ready after "):
        assert step in done.stderr
    assert "Successfully installed" in (fresh.environment / main.LOG).read_text()
    assert {path.name for path in fresh.root.iterdir()} - before == {".venv"}
    assert fresh.stage == main.READY


def test_a_later_start_runs_no_pip_and_says_nothing(ready: FakeProject) -> None:
    shutil.rmtree(ready.site_packages / "pip")
    done = ready.start("exit", "3")
    assert (done.returncode, done.stderr) == (3, "")
    assert values(done.stdout)["tinyjoke"] == "1.0"


def test_a_later_start_imports_nothing_slow(ready: FakeProject) -> None:
    """The time depends on the machine: 12 to 24 ms over a bare interpreter were measured."""
    done = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", ready.launcher],
        capture_output=True,
        text=True,
        check=True,
        env=ready.variables(),
    )
    lines = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    loaded = set(lines[lines.index("site") + 1 : lines.index("tomllib")])  # its last import
    assert "hashlib" in loaded
    assert not loaded & {"subprocess", "tempfile", "shutil", "venv", "json", "fcntl", "signal"}


def test_a_changed_dependency_is_brought_up_to_date(ready: FakeProject) -> None:
    ready.edit("pyproject.toml", "tinyjoke==1.0", "tinyjoke==2.0")
    done = ready.start()
    assert values(done.stdout)["tinyjoke"] == "2.0"
    assert "[1/4]" not in done.stderr
    assert ready.start().stderr == ""


def test_the_environment_for_tests_serves_plain_starts_too(ready: FakeProject) -> None:
    done = ready.start("test", "-k", "joke")
    assert (done.returncode, done.stdout) == (7, "tests=['-k', 'joke']\n")
    assert ready.start().stderr == ""
    ready.edit("pyproject.toml", "tinyjoke==1.0", "tinyjoke==2.0")
    assert ready.start().returncode == 0
    assert (ready.site_packages / "tinytest.py").exists()
    assert ready.start("test").stderr == ""


def test_a_moved_project_works_from_its_new_folder(moved: FakeProject) -> None:
    done = moved.start()
    assert values(done.stdout)["package"] == str(moved.root)
    assert values(done.stdout)["prefix"] == str(moved.environment)
    assert "[1/4]" not in done.stderr


def test_a_folder_name_beyond_ascii_works(template: FakeProject, tmp_path: Path) -> None:
    project = template.copy(tmp_path / "Witze für Jürgen 笑")
    assert values(project.start(LC_ALL="C", PYTHONUTF8="1").stdout)["package"] == str(project.root)


def test_files_where_the_user_is_do_not_stand_in_for_modules(
    ready: FakeProject, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("jokegen.py", "tomllib.py", "tinyjoke.py"):
        (trap / name).write_text("raise SystemExit('trapped')")
    assert ready.start(folder=trap).returncode == 0


def test_an_interpreter_that_is_no_program_is_replaced(ready: FakeProject) -> None:
    python = main.python_of(ready.environment)
    python.unlink()
    python.write_bytes(b"\x7fELF, but only for four bytes")
    python.chmod(0o755)
    process = ready.begin()
    assert "happens once" in read_until(process, "[1/4]")


def test_a_python_that_went_away_is_replaced(
    ready: FakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "PROJECT", ready.root)
    assert main.is_fitting(ready.environment, False, (main.READY,))
    _, kind, _, _ = main.read_stamp(ready.environment)
    main.write_stamp(ready.environment, main.READY, kind, "3.99")
    assert not main.is_fitting(ready.environment, False, (main.READY,))


PARTS = 1500  # enough for an installation that can be caught in the middle


@pytest.fixture
def busy(moved: FakeProject, tmp_path: Path) -> FakeProject:
    """A project whose next start has a lot to install."""
    moved.wheels = shutil.copytree(moved.wheels, tmp_path / "wheels")
    parts = {f"tinyjoke/part{number}.py": "" for number in range(PARTS)}
    files = {"tinyjoke/__init__.py": "VERSION = '3.0'\n", **parts}
    make_wheel(moved.wheels, "tinyjoke", "3.0", files)
    moved.edit("pyproject.toml", "tinyjoke==1.0", "tinyjoke==3.0")
    return moved


@needs_posix
def test_a_set_up_cut_off_while_installing_starts_again(busy: FakeProject) -> None:
    process = busy.begin()
    read_until(process, "[3/4]")
    end_with_children(process)  # as a power cut would
    assert busy.stage == main.WORKING
    done = busy.start()
    assert done.returncode == 0, done.stderr
    assert "[1/4]" in done.stderr
    assert len(list((busy.site_packages / "tinyjoke").glob("part*.py"))) == PARTS


@needs_posix
def test_a_start_waits_for_what_a_killed_one_has_left_running(busy: FakeProject) -> None:
    first = busy.begin()
    read_until(first, "[2/4]")
    second = busy.begin("second")
    read_until(second, "Waiting for it to end")
    pip = psutil.Process(first.pid).children(recursive=True)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    assert any(map(is_alive, pip))
    read_until(second, "[1/4]")
    assert not any(map(is_alive, pip))


@needs_posix
def test_control_c_ends_in_order(busy: FakeProject) -> None:
    process = busy.begin()
    read_until(process, "[3/4]")
    children = psutil.Process(process.pid).children(recursive=True)
    assert any(map(is_alive, children))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Set-up was interrupted. Start again to go on" in said
    assert "Traceback" not in said
    assert not any(map(is_alive, children))
    assert busy.stage == main.WORKING, "the next start makes the environment anew"


def test_of_two_starts_only_one_sets_up(moved: FakeProject) -> None:
    processes = [moved.begin(), moved.begin()]
    results = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted("[2/4]" in said for _, said in results) == [False, True]
    assert sum("Waiting for it to end" in said for _, said in results) == 1


# Denies what the permission bits would: root passes over these.
READ_ONLY = """\
import os, runpy, sys
project, *sys.argv = sys.argv[1:]
mkdir = os.mkdir
def deny(path, *rest, **named):
    if os.fspath(path).startswith(project):
        raise PermissionError(13, "Permission denied", path)
    mkdir(path, *rest, **named)
os.mkdir = deny
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_a_project_that_cannot_be_written_has_its_environment_elsewhere(
    fresh: FakeProject, template: FakeProject
) -> None:
    shutil.copytree(template.environment, fresh.home / "environment", symlinks=True)
    wrapper = [sys.executable, "-c", READ_ONLY, str(fresh.root)]
    if sys.platform != "win32" and os.geteuid() != 0:
        fresh.root.chmod(0o555)
        wrapper = [sys.executable]
    for is_first in (True, False):
        done = subprocess.run(
            [*wrapper, fresh.launcher],
            capture_output=True,
            text=True,
            check=True,
            env=fresh.variables(),
        )
        assert values(done.stdout)["prefix"] == str(fresh.home / "environment")
        assert values(done.stdout)["package"] == str(fresh.root)
        assert bool(done.stderr) == is_first
    assert not fresh.environment.exists()


def test_a_prepared_interpreter_is_used_as_it_is(fresh: FakeProject) -> None:
    done = fresh.start("run", JOKEGEN_NO_SETUP="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert values(done.stdout)["package"] == str(fresh.root)
    assert values(done.stdout)["prefix"] == sys.prefix
    assert not fresh.environment.exists()
