"""Lets tests train in float32 on one thread without a measurement: quick, and always the same."""

from __future__ import annotations

import pytest
import torch

from jokegen.jobs.requests import Precision
from jokegen.lm import arithmetic, equipment, timeline


def plain_arithmetic(
    device: torch.device,
    asked: Precision = Precision.AUTO,
    *,
    width: int,
    vocabulary: int,
    threads: int | None = None,
) -> arithmetic.Arithmetic:
    """What is asked for, else the plainest; tiny matrices are quicker without a second thread."""
    precision = Precision.FLOAT32 if asked is Precision.AUTO else asked
    return arithmetic.choose_arithmetic(
        device, precision, width=width, vocabulary=vocabulary, threads=threads or 1
    )


def use_plain_arithmetic() -> None:
    """For a process of its own."""
    vars(equipment)["choose_arithmetic"] = plain_arithmetic


def write_little(monkeypatch: pytest.MonkeyPatch | None = None) -> None:
    """A joke or two at each check, whatever the time; for good where nothing takes it back."""
    few = {"FEW": 1, "MANY": 2, "LARGEST_SHARE": 0.0, "_SHORTEST": 3, "_LONGEST": 9}
    for name, value in few.items():
        if monkeypatch is None:
            vars(timeline)[name] = value
        else:
            monkeypatch.setattr(timeline, name, value)
