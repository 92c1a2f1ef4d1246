"""Takes pictures of the real window, for the README and to look at.

    python -m tests.pictures FOLDER [light|dark] [WIDTH HEIGHT] [FONT-PERCENT]

A person previews the starter jokes, saves them, trains the starter model for a few steps and
writes jokes; a picture is taken at every stage. JOKEGEN_HOME should be an empty or spare folder.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from jokegen.config.paths import Paths
from jokegen.ui.kit.theme import Scheme
from tests.e2e.person import Person, live

STEPS = "60"
TAKEN_AT = 46  # two checks, and so two jokes, are on the picture


def main(folder: Path, scheme: Scheme, size: tuple[int, int], percent: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    font = app.font()
    font.setPointSizeF(font.pointSizeF() * percent / 100)
    app.setFont(font)

    async def day(person: Person) -> None:
        window = person.window
        person.application.theme.set_scheme(scheme)
        window.resize(*size)

        async def take(name: str) -> None:
            await person.until(lambda: True)
            QApplication.sendPostedEvents()
            window.grab().save(str(folder / f"{name}.png"))

        await take("1-empty")
        if person.sees("start_starter"):
            await person.click("start_starter")
        else:
            await person.choose_from_menu("dataset_import", "way_starter")
        await person.until(lambda: person.sees("workshop_save"))
        workshop = window.dataset_tab.workshop
        await person.until(lambda: workshop.is_examined)
        await take("2-read")
        for section, name in ((1, "2-doctor"), (2, "2-figures")):
            bar = workshop.sections.bar
            spot = bar.tabRect(section).center()
            QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=spot)
            await take(name)
        await person.click("workshop_save")
        await person.until(lambda: person.sees("dataset_fine_tune"))
        await take("3-saved")
        await person.click("dataset_fine_tune")
        await person.until(lambda: person.sees("start_run"))
        await take("4-set-up")
        await person.click("length_choice_thorough")
        await person.click("more_settings_header")
        await person.write("most_steps", STEPS)
        await person.click("start_run")
        await person.until(lambda: person.sees("run_loss"), 300)
        service = person.application.service
        await person.until(lambda: any(run.steps >= TAKEN_AT for run in service.runs()), 900)
        await take("5-training")
        await person.until(lambda: person.sees("play_run"), 600)
        await take("6-trained")
        await person.click("play_run")
        await person.until(lambda: person.sees("write_jokes"))
        await take("7-playground")
        await person.click("write_jokes")
        await person.until(lambda: not person.application.runner.running(), 300)
        await take("8-jokes")
        await person.close_window()

    live(app, Paths.default(), day)


if __name__ == "__main__":
    words = sys.argv[1:]
    numbers = [int(word) for word in words if word.isdecimal()]
    scheme = Scheme.DARK if "dark" in words else Scheme.LIGHT
    width, height, percent = [*numbers, *[1180, 760, 100][len(numbers) :]]
    main(Path(words[0]), scheme, (width, height), percent)
