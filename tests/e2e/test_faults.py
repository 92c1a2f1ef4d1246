"""Real faults under the real window: it says what happened and goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget

from jokegen.config.paths import Paths
from jokegen.jobs.events import Event, Metric, Notice
from jokegen.lm import retrying
from jokegen.model_service import ModelService
from jokegen.qt.job_runner import JobHandle, Line
from jokegen.records import RunStatus
from tests.e2e.person import Person, live
from tests.e2e.test_closing import ready, start_training

__all__ = ["ready"]  # a fixture shared with the tests of closing

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


@pytest.mark.slow
def test_a_training_killed_from_outside_goes_on_by_itself_and_in_the_end_fails_honestly(
    qapp: QApplication, ready: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "MOST_HALVINGS", 1)  # each new process takes seconds

    async def day(person: Person) -> None:
        await start_training(person)
        (job,) = person.application.runner.running(Line.TRAIN)
        first = kill(job)
        events: list[Event] = []
        job.events_arrived.connect(events.extend)
        await person.until(lambda: job.process_id not in (None, first), 30)
        notice = next(event for event in events if isinstance(event, Notice))
        assert "goes on by itself" in notice.text
        events.clear()
        await person.until(lambda: any(isinstance(event, Metric) for event in events), 60)
        kill(job)
        await person.until(lambda: person.sees("run_failed"), 20)
        failed = person.find(QWidget, "run_failed")
        shown = "\n".join(label.text() for label in failed.findChildren(QLabel))
        assert "signal 9" in shown
        await person.click("failure_details_header")
        details = person.find(QPlainTextEdit, "failure_text").toPlainText()
        assert "device cpu" in details, "the worker's last log lines"
        await person.go_to(3)
        await person.click("write_jokes")
        await person.until(lambda: not person.application.runner.running(), 60)
        await person.close_window()
        await person.until(lambda: not person.window.isVisible(), 20)

    assert live(qapp, ready, day) == 0
    (run,) = ModelService(ready).runs()
    assert run.status is RunStatus.INTERRUPTED


def kill(job: JobHandle) -> int:
    process = job.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    return process


def test_bad_files_get_a_sentence_each_and_a_good_one_still_works(
    qapp: QApplication, paths: Paths, tmp_path: Path
) -> None:
    bad = {
        "empty.csv": (b"", "empty"),
        "picture.csv": (PNG, "PNG"),
        "a <b>page.csv": (b"<!doctype html><html><body>Log in</body></html>", "HTML"),
        "cut.parquet": (b"PAR1" + bytes(200), "Parquet"),
    }
    good = tmp_path / "good.txt"
    good.write_text("One joke.\nTwo jokes.\nThree jokes.\n")

    async def day(person: Person) -> None:
        banner = person.window.dataset_tab.banner
        for name, (content, words) in bad.items():
            file = tmp_path / name
            file.write_bytes(content)
            await person.click("dataset_choose")
            await person.choose_file(file)

            def is_said(name: str = name) -> bool:
                return banner.isVisible() and name in banner.title()

            await person.until(is_said, 30)
            assert words in banner.title()
            assert len(banner.todo()) > 20
        await person.click("dataset_choose")
        await person.choose_file(good)
        await person.click("workshop_save", 30)
        await person.until(lambda: person.sees("dataset_fine_tune"), 30)
        await person.close_window()
        await person.until(lambda: not person.window.isVisible(), 20)

    assert live(qapp, paths, day) == 0
    assert [info.name for info in ModelService(paths).datasets()] == ["good"]
