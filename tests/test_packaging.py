"""What is installed by `pip install .` is the whole program."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "setuptools"
]


def test_every_package_is_listed() -> None:
    packages = {
        ".".join(init.parent.relative_to(ROOT).parts)
        for init in (ROOT / "jokegen").rglob("__init__.py")
    }
    resources = {"jokegen.resources", "jokegen.resources.icons"}
    assert set(SETTINGS["packages"]) == packages | resources


def test_every_resource_is_packed() -> None:
    data = SETTINGS["package-data"]
    for path in (ROOT / "resources").rglob("*"):
        folder = path.parent.relative_to(ROOT).as_posix()
        if path.is_file() and folder != "resources/pictures":  # those are for the README alone
            package = "jokegen." + folder.replace("/", ".")
            assert any(fnmatch(path.name, pattern) for pattern in data[package]), path
