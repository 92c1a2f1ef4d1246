"""From measured costs to offers: how long runs take, which run a time buys, what does not fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jokegen.jobs.requests import Length, Method, Offer, Precision, PromiseRequest, TrainRequest
from jokegen.lm import lengths
from jokegen.lm.costs import Costs, MethodCost
from jokegen.lm.planning import Room, plan_offers, rough_memory
from jokegen.lm.run_time import longest_within, run_seconds
from jokegen.lm.schedule import Plan
from jokegen.records import BaseModelInfo

GB = 1_000_000_000
PLENTY = Room(memory=64 * GB, disk=500 * GB)
OPEN = TrainRequest("My jokes", is_method_open=True)


def cost(method: Method, step: float = 2.0, **changes: float) -> MethodCost:
    plain = MethodCost(
        method,
        step,
        0.02,
        check=5.0,
        write=1.0,
        write_more=1.5,
        keep=2.0,
        save=1.0,
        memory=2 * GB,
        disk=4 * GB,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def measured(
    *methods: MethodCost, jokes: int = 2653, tokens: int = 55_000, start: float = 4.0
) -> Costs:
    methods = methods or (cost(Method.LORA, 2.0), cost(Method.FULL, 2.7, memory=3 * GB, save=5.0))
    estimates = {method: rough_memory(540_000_000, method) for method in Method}
    return Costs(
        "cpu", "CPU", Precision.FLOAT32, "exact", start, load=2.0, prepare=0.5, jokes=jokes,
        steps_per_epoch=max(1, tokens // 500), tokens_per_epoch=tokens, methods=methods,
        estimates={**estimates, **{cost.method: cost.memory for cost in methods}},
    )  # fmt: skip


def offers(
    costs: Costs,
    train: TrainRequest = OPEN,
    minutes: float | None = None,
    room: Room = PLENTY,
) -> dict[Length, Offer]:
    found = plan_offers(PromiseRequest(train, minutes), costs, room)
    return {offer.length: offer for offer in found}


# ---- How long a run takes ----------------------------------------------------------------------


def test_a_run_takes_its_steps_checks_and_saves() -> None:
    here = measured(cost(Method.LORA, 1.0, check=6.0, keep=2.0, save=0.5))
    # 40 steps, checked at 20 and 40, and before the first; the state is saved after step 20. At
    # the last check more jokes are written.
    assert run_seconds(here, here.methods[0], Plan(40, 110)) == pytest.approx(
        4 + 2 + 0.5 + (6 + 1) + 40 * 1.0 + 2 * (6 + 1 + 2) + 1.5 + 0.5
    )


def test_more_jokes_are_written_only_where_they_are_a_small_share() -> None:
    few = cost(Method.LORA, 1.0, write=1.0, write_more=0.0)
    many = replace(few, write_more=2.0)
    quick, slow = Plan(40, 110), Plan(4000, 110)
    seconds = [run_seconds(measured(each), each, quick) for each in (few, many)]
    assert seconds[1] - seconds[0] == pytest.approx(2.0), "only at the last check"
    seconds = [run_seconds(measured(each), each, slow) for each in (few, many)]
    assert seconds[1] - seconds[0] == pytest.approx(2.0 * slow.checks)


def test_costly_saves_are_seldom_ones() -> None:
    cheap = cost(Method.LORA, 1.0, save=0.0)
    costly = cost(Method.LORA, 1.0, save=30.0)
    plan = Plan(2000, 110)
    without, with_saves = (run_seconds(measured(each), each, plan) for each in (cheap, costly))
    assert without < with_saves <= 1.07 * without


@given(
    steps=st.integers(1, 5000),
    step=st.floats(0.01, 30),
    check=st.floats(0, 60),
    save=st.floats(0, 60),
)
@settings(deadline=None)
def test_more_steps_take_longer(steps: int, step: float, check: float, save: float) -> None:
    each = cost(Method.FULL, step, check=check, save=save)
    here = measured(each)
    short = run_seconds(here, each, Plan(steps, 110))
    assert short >= steps * step
    assert run_seconds(here, each, Plan(2 * steps + 50, 110)) > short


@given(step=st.floats(0.005, 20), seconds=st.floats(60, 30_000), check=st.floats(0.1, 20))
@settings(deadline=None)
def test_the_steps_fill_the_time(step: float, seconds: float, check: float) -> None:
    each = cost(Method.LORA, step, check=check)
    here = measured(each)
    plan = longest_within(seconds, 100_000, lambda steps: Plan(steps, 110), here, each)
    steps, taken = plan.steps, run_seconds(here, each, plan)
    if 1 < steps < 100_000:
        # A check more or less is what one step may make of it.
        assert taken == pytest.approx(seconds, abs=0.02 * seconds + step + 2 * (check + 5))
    assert steps < 100_000 or taken <= seconds


# ---- What is offered ---------------------------------------------------------------------------


def test_every_length_takes_about_its_time_where_there_are_jokes_enough() -> None:
    found = offers(measured(jokes=1_000_000, tokens=20_000_000), minutes=17)
    assert found.keys() == set(Length)
    for length, seconds in {**lengths.SECONDS, Length.MINUTES: 17 * 60}.items():
        offer = found[length]
        assert offer.seconds == pytest.approx(seconds, rel=0.1)
        assert offer.seconds_low < offer.seconds < offer.seconds_high <= 1.25 * offer.seconds
        assert offer.problem == ""
    assert found[Length.TASTE].request.epochs < 0.01
    assert "% of your jokes" in found[Length.TASTE].reason


def test_few_jokes_take_less_time_than_there_is_and_the_reason_says_why() -> None:
    found = offers(measured(jokes=300, tokens=6_000))
    thorough = found[Length.THOROUGH]
    assert thorough.seconds < 0.5 * lengths.SECONDS[Length.THOROUGH]
    assert "learn the jokes by heart" in thorough.reason
    assert found[Length.OVERNIGHT].steps == thorough.steps


@given(
    lora=st.floats(0.02, 10),
    factor=st.floats(1.0, 3.0),
    tokens=st.integers(500, 30_000_000),
)
@settings(deadline=None, max_examples=60)
def test_more_time_never_buys_less_and_nothing_is_read_too_often(
    lora: float, factor: float, tokens: int
) -> None:
    here = measured(cost(Method.LORA, lora), cost(Method.FULL, lora * factor), tokens=tokens)
    found = list(offers(here).values())[:4]
    losses = [
        lengths.expected_loss(o.request.method, o.steps / here.steps_per_epoch * tokens)
        for o in found
    ]
    assert losses == sorted(losses, reverse=True) or max(losses) - min(losses) < 0.002
    for offer in found:
        assert 1 <= offer.steps <= lengths.most_steps(here.steps_per_epoch)


def test_the_request_of_an_offer_makes_as_many_steps_as_it_says() -> None:
    here = measured()
    for offer in offers(here, minutes=5).values():
        plan = Plan.make(here.steps_per_epoch, offer.request.epochs, offer.request.max_steps)
        assert plan.steps == offer.steps
        assert offer.request.length is None
        assert not offer.request.is_method_open


def test_what_the_person_chose_is_kept() -> None:
    chosen = replace(
        OPEN, method=Method.FULL, is_method_open=False, learning_rate=3e-4, max_steps=30,
        epochs=7.0, seed=5,
    )  # fmt: skip
    found = offers(measured(cost(Method.FULL, 2.7)), chosen)
    for offer in found.values():
        assert offer.steps <= 30
        assert (offer.request.method, offer.request.seed) == (Method.FULL, 5)
        assert offer.request.learning_rate == 3e-4
    assert found[Length.EPOCHS].request.epochs == 7.0
    assert found[Length.EPOCHS].steps == 30


def test_minutes_are_only_offered_where_they_are_given() -> None:
    assert Length.MINUTES not in offers(measured())
    short, long = (offers(measured(), minutes=m)[Length.MINUTES].steps for m in (1, 6))
    assert 1 <= short < long


def test_a_time_too_short_for_anything_is_still_one_step() -> None:
    offer = offers(measured(start=30.0), minutes=0.1)[Length.MINUTES]
    assert offer.steps == 1
    assert offer.seconds > 30


def test_a_busy_computer_is_mentioned_and_the_range_is_wide() -> None:
    quiet, busy = measured(), replace(measured(), busy=0.8)
    for offer in offers(quiet).values():
        assert "busy" not in offer.reason
    for offer in offers(busy).values():
        assert "Other programs were busy" in offer.reason
        assert offer.seconds_high == pytest.approx(1.25 * offer.seconds)


# ---- What does not fit -------------------------------------------------------------------------


def test_a_method_without_room_gives_way_to_one_that_fits() -> None:
    here = measured(cost(Method.LORA, 9.0), cost(Method.FULL, 1.0, memory=30 * GB))
    for offer in offers(here, room=replace(PLENTY, memory=8 * GB)).values():
        assert offer.request.method is Method.LORA
        assert offer.problem == ""


def test_too_little_memory_says_what_would_fit() -> None:
    here = replace(measured(), methods=(), estimates={
        Method.FULL: 6 * GB, Method.LORA: 2 * GB, Method.LAST_BLOCKS: 3 * GB,
    })  # fmt: skip
    full = replace(OPEN, method=Method.FULL, is_method_open=False)
    offer = offers(here, full, room=replace(PLENTY, memory=4 * GB))[Length.GOOD]
    assert offer.problem == (
        "This needs 6.0 GB of memory, and only 4.0 GB are free. With LoRA it needs 2.0 GB: "
        "choose that, or close other programs."
    )
    assert offer.steps == 0


def test_where_no_method_fits_a_smaller_base_model_is_named() -> None:
    here = replace(measured(), methods=(), estimates=dict.fromkeys(Method, 2 * GB))
    small, smaller, large = (
        BaseModelInfo(t, t, p, "", 0, 0, "", "", True, Path("x"))
        for t, p in (("Small", 80_000_000), ("Smaller", 20_000_000), ("Large", 400_000_000))
    )
    room = Room(1_700_000_000, 9 * GB, (smaller, small, large))
    assert "Small would fit" in offers(here, room=room)[Length.GOOD].problem
    nothing = Room(100_000_000, 9 * GB, (smaller, small, large))
    assert "Close other programs" in offers(here, room=nothing)[Length.GOOD].problem


def test_too_little_disk_says_how_much_is_missing() -> None:
    here = measured(cost(Method.FULL, disk=5 * GB))
    full = replace(OPEN, method=Method.FULL, is_method_open=False)
    problem = offers(here, full, room=Room(64 * GB, 3 * GB))[Length.GOOD].problem
    assert problem == (
        "This needs 5.0 GB of disk space, and only 3.0 GB are free. "
        "Free 2.0 GB, or choose a smaller base model."
    )
