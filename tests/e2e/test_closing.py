"""Closing the window at any moment: a question where something would be lost, then a clean end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.config.settings import load_settings
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.model_service import ModelService, import_jokes
from jokegen.qt.job_runner import Line
from jokegen.records import RunStatus
from tests.e2e.person import Person, live
from tests.lm.tiny_models import SENTENCES, tiny_gpt2

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ready(paths: Paths, tmp_path: Path) -> Paths:
    """A data set and a tiny base model are there already."""
    tiny_gpt2(paths.models / "gpt2")
    file = tmp_path / "jokes.txt"
    file.write_text("\n".join(f"{s} Number {i}." for i in range(40) for s in SENTENCES))
    import_jokes(ImportRequest((file,)), RecordingContext(paths))
    return paths


def assert_nothing_is_half_written(paths: Paths) -> None:
    """What the next start takes for whole is whole, and it sweeps the rest away."""
    ModelService(paths).sweep()
    for parent in (paths.datasets, paths.models, paths.runs):
        if parent.is_dir():
            for folder in parent.iterdir():
                assert not folder.name.startswith(".tmp"), folder
                if folder.is_dir() and parent is not paths.runs:
                    storage.check_files(folder, digests=True)


async def start_training(person: Person) -> None:
    await person.go_to(2)
    await person.until(lambda: person.sees("start_run"))
    await person.choose("base_model", "GPT-2 (124M)")
    await person.click("more_settings_header")
    await person.until(lambda: person.sees("more_epochs"))
    await person.write("more_epochs", "50")
    await person.click("start_run")
    service = person.application.service
    await person.until(lambda: any(run.steps > 2 for run in service.runs()), 120)


def test_an_idle_window_closes_without_a_question(qapp: QApplication, paths: Paths) -> None:
    async def day(person: Person) -> None:
        person.window.resize(1100, 700)
        await person.close_window()
        await person.until(lambda: not person.window.isVisible(), 10)

    assert live(qapp, paths, day) == 0
    assert load_settings(paths.settings_file).window == (1100, 700)


def test_closing_while_training_asks_and_keep_working_keeps_working(
    qapp: QApplication, ready: Paths
) -> None:
    async def day(person: Person) -> None:
        await start_training(person)
        await person.close_window()
        await person.until(lambda: person.sees("answer_stay"))
        QTest.keyClick(person.find(QWidget, "answer_stay"), Qt.Key.Key_Escape)
        await person.until(lambda: not person.sees("answer_stay"))
        assert person.application.runner.running(Line.TRAIN)
        await person.close_window()
        await person.click("answer_discard")
        await person.until(lambda: not person.window.isVisible(), 30)

    assert live(qapp, ready, day) == 0
    assert ModelService(ready).runs() == []
    assert_nothing_is_half_written(ready)


def test_closing_while_training_can_keep_the_best(qapp: QApplication, ready: Paths) -> None:
    async def day(person: Person) -> None:
        await start_training(person)
        await person.close_window()
        await person.click("answer_keep")
        await person.until(lambda: not person.window.isVisible(), 60)

    assert live(qapp, ready, day) == 0
    (run,) = ModelService(ready).runs()
    assert run.status is RunStatus.STOPPED
    assert run.model_path is not None
    storage.check_files(run.model_path, digests=True)


def test_closing_while_importing_asks_and_leaves_no_half_data_set(
    qapp: QApplication, paths: Paths, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("joke\n")
        out.writelines(f'"Joke number {i} about {SENTENCES[i % 8]}"\n' for i in range(400_000))

    async def day(person: Person) -> None:
        await person.click("dataset_choose")
        await person.choose_file(file)
        await person.click("workshop_save", 120)
        await person.until(lambda: person.application.runner.running(Line.IMPORT))
        await person.close_window()
        await person.click("answer_discard")
        await person.until(lambda: not person.window.isVisible(), 30)

    assert live(qapp, paths, day) == 0
    assert ModelService(paths).datasets() == []
    assert_nothing_is_half_written(paths)


def test_closing_while_writing_asks_nothing(qapp: QApplication, ready: Paths) -> None:
    async def day(person: Person) -> None:
        await person.go_to(3)
        await person.click("write_jokes")
        await person.until(lambda: person.application.runner.running(Line.GENERATE))
        await person.close_window()
        await person.until(lambda: not person.window.isVisible(), 30)
        assert not person.sees("answer_stay")

    assert live(qapp, ready, day) == 0


def test_the_process_of_the_window_exits_with_0(paths: Paths) -> None:
    program = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "import jokegen.app as a\n"
        "def close():\n"
        "    [w.close() for w in QApplication.topLevelWidgets() if w.objectName()=='main_window']\n"
        "timer = QTimer()\n"
        "show = a.Application.show\n"
        "def shown(self):\n"
        "    show(self); timer.singleShot(700, close)\n"
        "a.Application.show = shown\n"
        "code = a.main()\n"
        "heavy = {'torch', 'transformers', 'datasets', 'pandas'} & set(sys.modules)\n"
        "print('heavy', sorted(heavy))\n"
        "sys.exit(code)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "JOKEGEN_HOME": str(paths.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "heavy []\n"


def test_a_data_folder_that_cannot_be_used_is_said_in_the_window(
    qapp: QApplication, tmp_path: Path
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")

    async def day(person: Person) -> None:
        await person.until(lambda: person.window.banner.isVisible())
        assert "cannot save anything" in person.window.banner.title()
        assert "JOKEGEN_HOME" in person.window.banner.todo()
        await person.close_window()
        await person.until(lambda: not person.window.isVisible(), 10)

    assert live(qapp, Paths(blocked), day) == 0
