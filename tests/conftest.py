"""What all tests share: which of them need no Qt, real jokes, a data folder of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.jobs import surroundings
from tests.run_all import CORE_PATHS, PROJECT

_TESTS = Path(__file__).parent


def pytest_configure() -> None:
    surroundings.prepare()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies below the Qt layers: it must pass where PySide6 cannot be imported."""
    core = [PROJECT / path for path in CORE_PATHS]
    for item in items:
        if any(item.path.is_relative_to(path) for path in core):
            item.add_marker(pytest.mark.core)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """An empty data folder."""
    return Paths(tmp_path / "home")


@pytest.fixture(scope="session")
def real_jokes() -> Path:
    """2,950 real one-liners (columns ID and Joke) that lie beside the checkout.

    They are not part of Jokegen: where somebody else runs the tests, those that need them are
    skipped, saying so; on the build server they must be there.
    """
    file = _TESTS.parents[1] / "shared" / "data" / "onelinefun.csv"
    if not file.is_file():
        missing = f"the real jokes are not here: {file}"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return file


@pytest.fixture(scope="session")
def real_starter(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A data folder with the real starter model, fetched once a session."""
    from tests.lm.real_starter import real_home

    return real_home(tmp_path_factory)
