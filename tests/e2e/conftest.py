"""Fixtures of the tests through the real window."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Every worker that a test's window started is gone when the window is."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    after = psutil.Process().children(recursive=True)
    assert [child.cmdline() for child in after if child.pid not in before] == []
