"""A run that cannot lose work, through the real window: paused, killed, continued, complete."""

from __future__ import annotations

import os
import signal

import psutil
import pytest
from PySide6.QtWidgets import QApplication, QLabel

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.config.settings import load_settings
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.model_service import ModelService, import_jokes
from jokegen.qt.job_runner import Line
from jokegen.records import RunInfo, RunStatus
from tests.e2e.person import Person, live
from tests.e2e.test_closing import ready
from tests.lm.tiny_models import SENTENCES

__all__ = ["ready"]  # a fixture shared with the tests of closing


def text(person: Person, name: str) -> str:
    return person.find(QLabel, name).accessibleName()


def the_run(paths: Paths) -> RunInfo:
    (run,) = ModelService(paths).runs()
    return run


async def leave(person: Person) -> None:
    await person.close_window()
    await person.until(lambda: not person.window.isVisible(), 60)


async def wait_for_the_next_steps(person: Person, former: int) -> None:
    await person.until(
        lambda: any(run.steps > former for run in person.application.service.runs()), 120
    )


def assert_complete(paths: Paths) -> None:
    run = the_run(paths)
    assert run.status is RunStatus.COMPLETE
    assert run.number == 1
    assert run.model_path is not None
    storage.check_files(run.model_path, digests=True)
    steps = [
        point.step for point in ModelService(paths).run_metrics(1) if point.train_loss is not None
    ]
    assert sorted(set(steps)) == list(range(1, run.steps + 1)), "every step was taken"


async def start_short_training(person: Person, steps: int) -> None:
    """One that comes to its end within the test if nobody stops it."""
    await person.go_to(2)
    await person.until(lambda: person.sees("start_run"))
    await person.choose("base_model", "GPT-2 (124M)")
    await person.click("more_settings_header")
    await person.until(lambda: person.sees("most_steps"))
    await person.write("more_epochs", "50")
    await person.write("most_steps", str(steps))
    await person.click("start_run")
    await wait_for_the_next_steps(person, 2)


def test_paused_at_the_closing_offered_at_the_opening_continued_and_complete(
    qapp: QApplication, ready: Paths
) -> None:
    async def first_day(person: Person) -> None:
        await start_short_training(person, 60)
        await person.close_window()
        await person.click("answer_pause")
        await person.until(lambda: not person.window.isVisible(), 60)

    assert live(qapp, ready, first_day) == 0
    paused = the_run(ready)
    assert paused.status is RunStatus.PAUSED
    assert paused.can_continue
    assert 2 < paused.steps < 60

    async def next_day(person: Person) -> None:
        await person.until(lambda: person.sees("window_offer"))
        assert text(person, "window_offer_title") == (
            f"Run 1 is paused at step {paused.steps} of 60: continue?"
        )
        await person.go_to(2)
        assert not person.sees("window_offer")
        assert person.sees("run_offer")
        await person.go_to(1)
        await person.click("window_offer_action")
        assert person.sees("run_progress")
        chart = person.window.finetune_tab.curves.chart
        await person.until(lambda: len(chart.training_points) >= paused.steps)
        steps = [step for step, _ in chart.training_points]
        assert steps == list(range(1, len(steps) + 1))
        await person.until(lambda: person.sees("run_result"), 60)
        assert text(person, "run_result_title") == "Run 1 complete"
        await leave(person)

    assert live(qapp, ready, next_day) == 0
    assert_complete(ready)


def test_a_training_ended_from_outside_is_offered_at_the_next_start_continued_and_complete(
    qapp: QApplication, ready: Paths
) -> None:
    async def first_day(person: Person) -> None:
        await start_short_training(person, 60)
        states = the_run(ready).path / "states"
        await person.until(lambda: any(states.glob("step-*/manifest.json")), 60)
        (job,) = person.application.runner.running(Line.TRAIN)
        assert job.process_id is not None
        os.kill(job.process_id, signal.SIGTERM)  # as a system that shuts down does
        await person.until(lambda: person.sees("run_failed"), 60)
        assert text(person, "run_kept_title").startswith("Run 1 can go on from about step")
        assert not person.sees("run_offer")
        await leave(person)

    assert live(qapp, ready, first_day) == 0
    interrupted = the_run(ready)
    assert interrupted.status is RunStatus.INTERRUPTED
    assert interrupted.can_continue

    async def next_day(person: Person) -> None:
        await person.until(lambda: person.sees("window_offer"))
        await person.go_to(2)
        assert text(person, "run_offer_title") == (
            f"Run 1 was interrupted at step {interrupted.steps}: continue?"
        )
        await person.click("run_offer_action")
        await person.until(lambda: person.sees("run_result"), 60)
        await leave(person)

    assert live(qapp, ready, next_day) == 0
    assert_complete(ready)


@pytest.mark.slow
def test_left_changed_accepted_paused_before_it_has_even_loaded_and_finished(
    qapp: QApplication, ready: Paths, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def first_day(person: Person) -> None:
        await start_short_training(person, 300)
        await person.click("pause_run")
        await person.until(lambda: person.sees("run_paused"), 60)
        run = the_run(ready)
        assert text(person, "paused_words").startswith(f"Paused at step {run.steps} of 300.")
        await person.until(lambda: not person.application.runner.running(), 60)
        commands = [child.cmdline() for child in psutil.Process().children(recursive=True)]
        assert len([c for c in commands if "jokegen.jobs.worker" in c]) <= 1, "only the warm one"
        await leave(person)

    async def next_day(person: Person) -> None:
        await person.click("window_offer_secondary")
        assert not person.sees("window_offer")
        await leave(person)

    for day in (first_day, next_day):
        assert live(qapp, ready, day) == 0
    assert load_settings(ready.settings_file).left_runs == (1,)
    paused = the_run(ready)
    assert paused.status is RunStatus.PAUSED
    (info,) = ModelService(ready).datasets()
    ModelService(ready).delete_dataset(info.name)
    file = tmp_path_factory.mktemp("new") / "jokes.txt"
    file.write_text("\n".join(f"{s} Part {i}." for i in range(42) for s in SENTENCES))
    import_jokes(ImportRequest((file,), info.name), RecordingContext(ready))

    async def third_day(person: Person) -> None:
        await person.go_to(2)
        await person.until(lambda: person.sees("continue_run_1"))
        assert not person.sees("run_offer")
        assert not person.sees("window_offer")
        await person.click("continue_run_1")
        await person.until(lambda: person.sees("run_failed"), 60)
        assert info.name in text(person, "run_failed_title")
        assert the_run(ready) == paused, "nothing was touched"
        await person.click("run_failed_action")
        await person.click("pause_run")
        assert text(person, "run_panel_status").startswith("Pausing after this step…")
        await person.until(lambda: person.sees("run_paused"), 60)
        assert the_run(ready).steps >= paused.steps
        await person.click("finish_paused")
        await person.until(lambda: person.sees("run_result"), 60)
        await leave(person)

    assert live(qapp, ready, third_day) == 0
    run = the_run(ready)
    assert run.status is RunStatus.STOPPED
    assert run.model_path is not None
    storage.check_files(run.model_path, digests=True)
