"""The time that is left is a range, which is narrow only where the steps are alike."""

from __future__ import annotations

import random

import pytest

from jokegen.lm.intervals import LARGEST_SHARE, SaveInterval
from jokegen.lm.schedule import Plan
from jokegen.lm.time_left import Pace


def paced(seconds: list[float]) -> Pace:
    pace = Pace()
    for second in seconds:
        pace.add(second)
    return pace


def test_nobody_knows_before_the_first_step_and_the_steps_of_then_serve_after_a_pause() -> None:
    assert Pace().time_left(10, 0.0, None) is None
    left = Pace().time_left(10, 5.0, 2.0)
    assert left is not None
    assert left.middle == 25.0
    assert left.low < 0.8 * left.middle < 1.2 * left.middle < left.high


def test_steps_that_are_alike_make_a_narrow_range_and_others_a_wide_one() -> None:
    alike = paced([2.0] * 40).time_left(100, 20.0, 2.0)
    uneven = paced([1.0, 1.0, 1.0, 5.0] * 10).time_left(100, 20.0, 2.0)
    assert alike is not None
    assert uneven is not None
    assert alike.middle == uneven.middle == pytest.approx(220.0)
    assert alike.high - alike.low < 0.1 * alike.middle
    assert uneven.high - uneven.low > 2 * (alike.high - alike.low)


def test_the_real_time_is_in_the_range_nine_times_in_ten() -> None:
    chance = random.Random(0)
    hits = 0
    for _ in range(300):
        # A program beside it comes and goes: steps in a row are alike.
        steps, slow = [], 1.0
        for _ in range(200):
            if chance.random() < 0.15:
                slow = chance.choice([1.0, 1.0, 1.3])
            steps.append(slow * chance.uniform(0.9, 1.1))
        left = paced(steps[:80]).time_left(120, 0.0, None)
        assert left is not None
        hits += left.low <= sum(steps[80:]) <= left.high
    assert hits >= 270


def test_a_slower_computer_is_noticed() -> None:
    left = paced([1.0] * 100 + [3.0] * 60).time_left(10, 0.0, 1.0)
    assert left is not None
    assert left.middle == pytest.approx(30.0)


def test_at_the_end_nothing_is_left() -> None:
    left = paced([1.0] * 20).time_left(0, 0.0, 1.0)
    assert left is not None
    assert (left.low, left.middle, left.high) == (0.0, 0.0, 0.0)


def test_saves_to_come_take_no_more_than_their_share() -> None:
    interval = SaveInterval()
    assert interval.seconds_ahead(1_000.0, 5) == 0.0  # nobody knows yet what one takes
    interval.cost = 2.0
    assert interval.seconds_ahead(1_200.0, 5) == pytest.approx(2.0 * 15)
    assert interval.seconds_ahead(100.0, 50) == pytest.approx(100.0 * LARGEST_SHARE)


def test_checks_to_come_are_counted_as_they_will_be_made() -> None:
    for plan in (Plan(97, 10), Plan(97, 10, evaluation_steps=7), Plan(5, 10), Plan(3_000, 10)):
        due = [step for step in range(1, plan.steps + 1) if plan.is_check_due(step)]
        for step in (0, 1, 20, 49, plan.steps - 1, plan.steps):
            assert plan.checks_after(step) == sum(number > step for number in due)
