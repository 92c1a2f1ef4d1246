"""Projects to start: one without an environment, and one that has been set up before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from tests.launcher.fake_project import FakeProject, make_wheels


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    make_wheels(folder)
    return folder


@pytest.fixture
def fresh(tmp_path: Path, wheels: Path) -> Iterator[FakeProject]:
    project = FakeProject.make(tmp_path / "project", wheels, tmp_path / "home")
    yield project
    project.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> FakeProject:
    folder = tmp_path_factory.mktemp("template")
    project = FakeProject.make(folder / "project", wheels, folder / "home")
    done = project.start()
    assert done.returncode == 0, done.stderr
    return project


@pytest.fixture
def moved(template: FakeProject, tmp_path: Path) -> Iterator[FakeProject]:
    """A project that was set up in another folder."""
    project = template.copy(tmp_path / "project")
    yield project
    project.close()


@pytest.fixture
def ready(moved: FakeProject) -> FakeProject:
    """A project whose environment is ready: stamped here, since a start takes a second."""
    moved.path_file.write_text(f"{moved.root}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main, "PROJECT", moved.root)
        main.write_stamp(moved.environment, main.READY, "plain")
    return moved
