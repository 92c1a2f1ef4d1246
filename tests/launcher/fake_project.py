"""A small project with a launcher of its own, whose packages are wheels of a few bytes.

The launcher under test runs as a real process, with the real `venv` and the real pip; only what it
installs is made here, so that a set-up takes seconds and no network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import psutil

import main

LAUNCHER = Path(main.__file__)

PYPROJECT = """\
[project]
name = "jokegen"
version = "0"
dependencies = ["tinyjoke=={version}", "PySide6-Essentials"]
[project.optional-dependencies]
test = ["tinytest"]
"""

# Tells what it got, as lines of "name=value".
PROGRAM = """\
import os, sys
import jokegen
print("arguments=" + repr(sys.argv[1:]))
print("folder=" + os.getcwd())
print("package=" + os.path.dirname(os.path.dirname(jokegen.__file__)))
print("prefix=" + sys.prefix)
try:
    import tinyjoke
    print("tinyjoke=" + tinyjoke.VERSION)
except ImportError:
    print("tinyjoke=none")
if sys.argv[1:2] == ["exit"]:
    sys.exit(int(sys.argv[2]))
"""

RUN_ALL = """\
import sys
import tinytest
print("tests=" + repr(sys.argv[1:]))
sys.exit(7)
"""


def make_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    """Write a wheel by hand: its files, and the three that describe it."""
    info = f"{name}-{version}.dist-info"
    described = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{info}/RECORD,,"]
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in described.items():
            archive.writestr(path, text)
            digest = urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
            record.append(f"{path},sha256={digest.decode()},{len(text.encode())}")
        archive.writestr(f"{info}/RECORD", "\n".join(record))


def make_wheels(folder: Path) -> None:
    for version in ("1.0", "2.0"):
        make_wheel(folder, "tinyjoke", version, {"tinyjoke.py": f"VERSION = '{version}'\n"})
    make_wheel(folder, "tinytest", "1.0", {"tinytest.py": ""})
    modules = ("__init__", "QtWidgets", "QtSvg")
    make_wheel(folder, "PySide6_Essentials", "6.9", {f"PySide6/{one}.py": "" for one in modules})


def end_with_children(process: subprocess.Popen[str]) -> None:
    """End all of a start at once: nobody gets to tidy up."""
    if process.poll() is None:
        root = psutil.Process(process.pid)
        for member in [*root.children(recursive=True), root]:
            member.kill()
    process.communicate()


class FakeProject:
    """A project folder with a launcher, and the ways to start it."""

    def __init__(self, root: Path, wheels: Path, home: Path) -> None:
        self.root = root
        self.wheels = wheels
        self.home = home
        self.begun: list[subprocess.Popen[str]] = []

    @classmethod
    def make(cls, root: Path, wheels: Path, home: Path) -> FakeProject:
        project = cls(root, wheels, home)
        (root / "jokegen").mkdir(parents=True)
        (root / "tests").mkdir()
        shutil.copy(LAUNCHER, project.launcher)
        needed = f"GIGABYTES_NEEDED = {main.GIGABYTES_NEEDED}"
        project.edit("main.py", needed, "GIGABYTES_NEEDED = 0.0")
        project.edit("main.py", "os.sync()", "pass")  # waits for all programs, not for ours alone
        (root / "pyproject.toml").write_text(PYPROJECT.replace("{version}", "1.0"))
        (root / "jokegen" / "__init__.py").write_text("")
        (root / "jokegen" / "__main__.py").write_text(PROGRAM)
        (root / "tests" / "run_all.py").write_text(RUN_ALL)
        return project

    def copy(self, root: Path) -> FakeProject:
        shutil.copytree(self.root, root, symlinks=True)
        return FakeProject(root, self.wheels, root.parent / "home")

    @property
    def launcher(self) -> Path:
        return self.root / "main.py"

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    @property
    def site_packages(self) -> Path:
        return Path(main.inspect(self.environment)[1])

    @property
    def path_file(self) -> Path:
        """By which the environment knows the project."""
        (file,) = self.environment.glob("**/site-packages/jokegen-project.pth")
        return file

    @property
    def stage(self) -> str:
        return main.read_stamp(self.environment)[0]

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.root / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def variables(self, **changed: str | None) -> dict[str, str]:
        """The process's environment: no settings of the user's, no index, the wheels made here."""
        own = ("PIP_", "JOKEGEN_", "PYTHON", "QT_", "WAYLAND_")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(own)}
        settings = {
            **kept,
            "JOKEGEN_HOME": str(self.home),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            **changed,
        }
        return {name: text for name, text in settings.items() if text is not None}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.launcher), *arguments]

    def start(
        self, *arguments: str, folder: Path | None = None, **changed: str | None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=self.variables(**changed),
            timeout=120,
        )

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self.command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.variables(),
        )
        self.begun.append(process)
        return process

    def close(self) -> None:
        """End what `begin` began and nobody ended."""
        for process in self.begun:
            end_with_children(process)
