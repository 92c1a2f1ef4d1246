"""What the tests of language models share: arithmetic that is not measured first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from jokegen.lm import equipment
from tests.lm.plain_arithmetic import plain_arithmetic


@pytest.fixture(autouse=True)
def no_measurement(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A training computes in float32 on one thread, unless it asks for something else."""
    threads = torch.get_num_threads()
    monkeypatch.setattr(equipment, "choose_arithmetic", plain_arithmetic)
    yield
    torch.set_num_threads(threads)
