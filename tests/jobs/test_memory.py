"""Memory that does not suffice: what the kernel ends is tried with less, and it is said.

The kernel is real: the worker goes into a control group with little memory, where the tests may
make one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.jobs import deaths
from jokegen.jobs.again import Again, Attempt
from jokegen.jobs.events import Done, Failed, Notice
from jokegen.jobs.process import WorkerProcess
from tests.jobs.hungry_jobs import Eaten, Meal, eat
from tests.jobs.running_job import Running

MEGABYTE = 1024 * 1024
MEMORY = Path("/sys/fs/cgroup/memory")  # version 1
UNIFIED = Path("/sys/fs/cgroup")


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(Paths(tmp_path / "home"), "test")
    yield worker
    worker.close()


@pytest.fixture
def little_memory(tmp_path: Path) -> Iterator[Path]:
    """A control group whose processes get 150 megabytes all in all."""
    kinds = ((MEMORY, "memory.limit_in_bytes"), (UNIFIED, "memory.max"))
    for parent, limit in kinds:
        group = parent / f"jokegen-{tmp_path.name}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / limit).write_text(str(150 * MEGABYTE))
            with contextlib.suppress(OSError):
                (group / "memory.swap.max").write_text("0")
        except OSError:
            group.rmdir()
            continue
        yield group
        group.rmdir()
        return
    pytest.skip("no control group for memory can be made here")


def half(attempts: list[Attempt]) -> Callable[[Attempt], Again | Failed]:
    def decide(attempt: Attempt) -> Again | Failed:
        attempts.append(attempt)
        if not attempt.outcome.is_about_memory:
            return attempt.outcome
        request = replace(attempt.request, bytes=attempt.request.bytes // 2)
        return Again(eat, request, Notice("with half of it", is_warning=True))

    return decide


def test_what_the_kernel_ends_for_want_of_memory_is_tried_with_less(
    little_memory: Path, worker: WorkerProcess
) -> None:
    attempts: list[Attempt] = []
    job = Running(worker, eat, Meal(320 * MEGABYTE, group=little_memory), half(attempts))
    outcome = job.end()
    assert isinstance(outcome, Done), outcome
    assert outcome.summary == Eaten(80 * MEGABYTE)
    assert len(attempts) == 2
    for attempt in attempts:
        assert "ran out of memory" in attempt.outcome.happened, "the kernel has said so"
        assert attempt.outcome.is_worker_lost
        assert attempt.run == 7
    assert [notice.text for notice in job.notices] == ["with half of it"] * 2


def test_a_limit_of_the_system_is_said_by_the_job_itself(worker: WorkerProcess) -> None:
    pytest.importorskip("resource")
    attempts: list[Attempt] = []
    job = Running(worker, eat, Meal(400 * MEGABYTE, limit=300 * MEGABYTE), half(attempts))
    outcome = job.end()
    assert isinstance(outcome, Done)
    assert outcome.summary == Eaten(200 * MEGABYTE)
    (attempt,) = attempts
    assert attempt.outcome.happened == "The computer ran out of memory."
    assert attempt.outcome.is_about_memory
    assert not attempt.outcome.is_worker_lost


def test_without_a_kernel_that_counts_nothing_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deaths, "_VMSTAT", tmp_path / "nowhere")
    assert deaths.memory_kills() is None
    failed = deaths.died(-9, "last words")
    assert "signal 9" in failed.happened
    assert "runs out of memory or somebody ends the process" in failed.todo
