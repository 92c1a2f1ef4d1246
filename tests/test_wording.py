"""Figures in words."""

from __future__ import annotations

import pytest

from jokegen import wording
from jokegen.jobs.events import Phase
from jokegen.records import RunStatus


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (44, "44 s"), (200, "3 min 20 s"), (2400, "40 min"), (160_560, "44 h 36 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (3, "a few seconds left"),
        (44, "about 40 seconds left"),
        (200, "about 3 minutes left"),
        (7300, "about 2.0 hours left"),
    ],
)
def test_time_left_is_not_more_precise_than_it_can_be(seconds: float, text: str) -> None:
    assert wording.time_left(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 kB"), (10, "1 kB"), (253_462, "253 kB"), (1_500_000, "1.5 MB"), (92_871_040, "93 MB"),
     (1_519_983_760, "1.5 GB")],
)  # fmt: skip
def test_sizes(count: int, text: str) -> None:
    assert wording.size(count) == text


def test_counts_and_amounts() -> None:
    assert (wording.jokes(1), wording.jokes(2948)) == ("1 joke", "2,948 jokes")
    assert wording.dropped({"repeated": 2, "empty": 0, "too long": 1}) == "2 repeated, 1 too long"
    assert wording.amount(12, 60, "steps") == "12 of 60 steps"
    assert wording.amount(31_000_000, 92_871_040, "bytes") == "31 MB of 93 MB"
    assert wording.amount(0, None, "") == ""


def test_every_phase_and_status_has_its_words() -> None:
    assert len({wording.phase_title(phase) for phase in Phase}) == len(Phase)
    assert len({wording.status_title(status) for status in RunStatus}) == len(RunStatus)
