"""Import, fine-tune, play: through the real window, with mouse and keyboard only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from jokegen.config.paths import Paths
from jokegen.model_service import ModelService
from jokegen.records import RunStatus
from tests.e2e.person import Person, live
from tests.lm.tiny_models import SENTENCES, tiny_gpt2


def texts_under(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


async def import_file(person: Person, file: Path) -> None:
    await person.go_to(1)
    await person.until(lambda: person.sees("dataset_choose") or person.sees("dataset_import"))
    if person.sees("dataset_choose"):
        await person.click("dataset_choose")
    else:
        await person.choose_from_menu("dataset_import", "way_files")
    await person.choose_file(file)
    await person.until(lambda: person.sees("workshop_save"), 60)
    await person.click("workshop_save")
    await person.until(lambda: person.sees("dataset_fine_tune"), 60)


async def fine_tune(person: Person, base: str, steps: int, seconds: float) -> None:
    await person.go_to(2)
    await person.until(lambda: person.sees("start_run"))
    await person.choose("base_model", base)
    if not person.sees("most_steps"):
        await person.click("more_settings_header")
    await person.write("most_steps", str(steps))
    await person.click("start_run")
    await person.until(lambda: person.sees("play_run") or person.sees("run_failed"), seconds)
    assert person.sees("play_run"), "the run failed"


async def write_jokes(person: Person, seconds: float) -> list[str]:
    await person.until(lambda: person.sees("write_jokes"))
    await person.click("write_jokes")
    service = person.application.runner
    await person.until(lambda: not service.running(), seconds)
    return texts_under(person.window.playground_tab).splitlines()


def test_jokes_become_a_language_model_that_writes(
    qapp: QApplication, paths: Paths, tmp_path: Path
) -> None:
    tiny_gpt2(paths.models / "gpt2")
    file = tmp_path / "odd <b>name & [x].txt"
    file.write_text("\n".join(f"{s} Number {i}." for i in range(6) for s in SENTENCES))

    async def day(person: Person) -> None:
        await import_file(person, file)
        await fine_tune(person, "GPT-2 (124M)", 4, 120)
        await person.click("play_run")
        await person.until(lambda: person.sees("write_jokes"))
        prompt = person.find(QLineEdit, "prompt_control")
        await person.write("prompt_control", "<b>a<b</b> & <img src=x>")
        assert prompt.text() == "<b>a<b</b> & <img src=x>"
        shown = await write_jokes(person, 60)
        assert any("<b>a<b</b> & <img src=x>" in text for text in shown)
        await person.close_window()

    assert live(qapp, paths, day) == 0
    service = ModelService(paths)
    assert [info.name for info in service.datasets()] == [file.stem]
    assert [(run.status, run.steps) for run in service.runs()] == [(RunStatus.COMPLETE, 4)]


@pytest.mark.real
def test_real_jokes_and_the_real_starter_model(
    qapp: QApplication, paths: Paths, real_starter: Paths, real_jokes: Path
) -> None:
    shutil.copytree(real_starter.models, paths.models, copy_function=_link)

    async def day(person: Person) -> None:
        await import_file(person, real_jokes)
        await fine_tune(person, "Starter", 3, 400)
        await person.click("play_run")
        await write_jokes(person, 200)
        await person.close_window()

    assert live(qapp, paths, day) == 0
    service = ModelService(paths)
    (info,) = service.datasets()
    assert (info.jokes, info.dropped) == (2948, {"repeated": 2})
    (run,) = service.runs()
    assert run.status is RunStatus.COMPLETE
    assert run.validation_loss is not None


def _link(source: str, target: str) -> None:
    """Half a gigabyte need not be copied to be read."""
    Path(target).hardlink_to(source)
