"""How many steps, which of them are checked, and the learning rate at each; and the batches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jokegen.lm.batching import make_batches, padding_share
from jokegen.lm.schedule import MOST_CHECKS, Plan


def test_epochs_and_most_steps_make_the_number_of_steps() -> None:
    assert Plan.make(106, 2, None).steps == 212
    assert Plan.make(106, 2, 60).steps == 60
    assert Plan.make(106, 0.5, 60).steps == 53
    assert Plan.make(106, 0.001, None).steps == 1
    assert Plan.make(106, 1, 60).epochs == pytest.approx(60 / 106)


@given(steps=st.integers(1, 5000))
def test_the_last_step_is_checked_and_checks_are_few(steps: int) -> None:
    plan = Plan(steps, 100)
    due = [step for step in range(1, steps + 1) if plan.is_check_due(step)]
    assert due[-1] == steps
    assert len(due) == plan.checks <= MOST_CHECKS + 1


@given(steps=st.integers(2, 2000))
def test_the_learning_rate_rises_then_falls_to_almost_nothing(steps: int) -> None:
    plan = Plan(steps, 100)
    rates = [plan.learning_rate_factor(step) for step in range(steps)]
    top = rates.index(max(rates))
    assert max(rates) == pytest.approx(1.0)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[0] < 1.0 or steps < 4
    assert rates[-1] > 0
    if steps > 100:
        assert rates[-1] < 0.01


@given(lengths=st.lists(st.integers(1, 400), min_size=1, max_size=300), seed=st.integers(0, 5))
def test_batches_hold_every_example_once_within_the_budget(lengths: list[int], seed: int) -> None:
    batches = make_batches(lengths, 256, seed)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        width = max(lengths[i] for i in batch)
        assert len(batch) == 1 or width * len(batch) <= 256
    again = make_batches(lengths, 256, seed)
    assert [list(batch) for batch in batches] == [list(batch) for batch in again]
    assert 0 <= padding_share(lengths, batches) < 1


def test_jokes_of_similar_length_hardly_need_padding() -> None:
    lengths = [8 + (i * 7919) % 30 for i in range(2000)]
    batches = make_batches(lengths, 512, 0)
    assert padding_share(lengths, batches) < 0.05
    others = make_batches(lengths, 512, 1)
    assert [list(batch) for batch in batches] != [list(batch) for batch in others]
