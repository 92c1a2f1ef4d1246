"""When a training goes on by itself, and with how much at a time; and when that ends."""

from __future__ import annotations

import pytest

from jokegen import model_service, storage
from jokegen.config.paths import Paths
from jokegen.jobs.again import Again, Attempt, NextTry
from jokegen.jobs.deaths import died
from jokegen.jobs.events import Failed
from jokegen.jobs.requests import ContinueRequest, TrainRequest
from jokegen.lm import retrying, runs
from jokegen.lm.run_folder import RunFolder

REQUEST = TrainRequest("My jokes", base="gpt2")
KILLED = died(-9, "")
CRASHED = died(-11, "last words")


@pytest.fixture
def run(paths: Paths) -> RunFolder:
    """A run whose process is gone, before it saved anything."""
    folder = runs.new_run(paths, REQUEST)
    asked = storage.read_json(folder.path / "request.json")
    storage.write_json(folder.path / "request.json", {**(asked or {}), "process_started": 0.0})
    return folder


@pytest.fixture
def decide(paths: Paths) -> NextTry:
    return model_service.trying_again(paths)


def save(run: RunFolder, step: int, halvings: int = 0, suffix: str = "") -> None:
    """A state, as far as those need it who do not train."""
    with storage.new_folder(run.states / f"step-{step:06d}{suffix}") as folder:
        facts = {"version": 1, "standing": {"step": step, "halvings": halvings}}
        storage.write_json(folder / "state.json", facts)
        storage.write_manifest(folder, kind="training_state", step=step)


def continued(decided: Again | Failed) -> ContinueRequest:
    assert isinstance(decided, Again), decided
    assert decided.job is model_service.continue_training
    assert decided.notice.is_warning
    assert "goes on" in decided.notice.text
    assert isinstance(decided.request, ContinueRequest)
    return decided.request


def test_each_kill_halves_the_micro_batches_once_more(run: RunFolder, decide: NextTry) -> None:
    attempt = Attempt(REQUEST, KILLED, run=1, step=0)
    assert continued(decide(attempt)) == ContinueRequest(1, smaller=1)
    assert continued(decide(attempt)).smaller == 2, "nothing was saved in between"
    save(run, 10, halvings=2)
    decided = decide(Attempt(REQUEST, KILLED, run=1, step=12))
    assert continued(decided).smaller == 1, "the saved state knows of the others"
    assert isinstance(decided, Again)
    assert "1/8 of the jokes at a time" in decided.notice.text
    assert "at step 13" in decided.notice.text


def test_what_the_training_has_halved_itself_counts(run: RunFolder, decide: NextTry) -> None:
    save(run, 10)
    save(run, 10, halvings=3, suffix="-2")
    decided = decide(Attempt(ContinueRequest(1), KILLED, run=1, step=12))
    assert continued(decided).smaller == 1
    assert isinstance(decided, Again)
    assert "1/16" in decided.notice.text


def test_after_a_few_tries_it_is_said_what_would_need_less(run: RunFolder, decide: NextTry) -> None:
    attempt = Attempt(REQUEST, KILLED, run=1, step=3)
    for _ in range(retrying.MOST_HALVINGS):
        continued(decide(attempt))
    last = decide(attempt)
    assert isinstance(last, Failed)
    assert "5 times" in last.happened
    assert "1/16 of the jokes" in last.happened
    assert "LoRA" in last.todo


def test_a_crash_is_continued_as_it_was_as_long_as_it_gets_further(
    run: RunFolder, decide: NextTry
) -> None:
    save(run, 10)
    for step in (12, 15, 19):
        assert continued(decide(Attempt(REQUEST, CRASHED, run=1, step=step))).smaller == 0
    for _ in range(retrying.MOST_LOSSES - 1):
        continued(decide(Attempt(REQUEST, CRASHED, run=1, step=19)))
    assert decide(Attempt(REQUEST, CRASHED, run=1, step=19)) == CRASHED


def test_a_crash_does_not_take_back_what_was_halved(run: RunFolder, decide: NextTry) -> None:
    save(run, 10)
    continued(decide(Attempt(REQUEST, KILLED, run=1, step=12)))
    assert continued(decide(Attempt(REQUEST, CRASHED, run=1, step=12))).smaller == 1


def test_accepted_changes_stay_accepted(run: RunFolder, decide: NextTry) -> None:
    save(run, 10)
    attempt = Attempt(ContinueRequest(1, accept_changes=True), CRASHED, run=1, step=12)
    assert continued(decide(attempt)).accept_changes


@pytest.mark.parametrize(
    "attempt",
    [
        Attempt(REQUEST, Failed("No.", "Do this."), run=1, step=3),
        Attempt(REQUEST, Failed("The computer ran out of memory.", "", is_about_memory=True), 1, 3),
        Attempt(REQUEST, KILLED),  # while it loaded the weights
        Attempt(ContinueRequest(1), KILLED),
        Attempt(REQUEST, CRASHED, run=1, step=3),  # nothing was saved to go on from
        Attempt(REQUEST, CRASHED, run=7, step=3),  # there is no such run any more
        Attempt(REQUEST, died(-15, ""), run=1, step=3),  # somebody wants it ended
    ],
)
def test_what_would_not_help_is_not_tried(
    run: RunFolder, decide: NextTry, attempt: Attempt
) -> None:
    assert decide(attempt) == attempt.outcome
