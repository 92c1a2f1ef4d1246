"""What the tests of bringing share: a stand-in for the web, and a look at what is left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jokegen.config.paths import Paths
from tests.data.bringing.standin_web import StandInWeb


@pytest.fixture
def site() -> Iterator[StandInWeb]:
    with StandInWeb().running() as site:
        yield site


def leftovers(paths: Paths) -> list[str]:
    return sorted(path.name for path in paths.previews.glob("*")) if paths.previews.exists() else []
