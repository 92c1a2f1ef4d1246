"""How smooth the window stays while it imports, trains and writes.

    python -m tests.benchmarks.smoothness [ROWS] [STEPS]

A 10 ms timer runs in the window's process; what is reported are the gaps between its ticks, in
ms, while a person imports a file of ROWS jokes (250,000), trains the starter model on the
starter jokes for STEPS steps (6) and writes five jokes. The starter is fetched first where
JOKEGEN_HOME does not have it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from jokegen.config.paths import Paths, resource
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.lm.fetching import ensure_model
from jokegen.model_service import import_jokes
from tests.benchmarks.pulse import Pulse
from tests.e2e.person import Person, live
from tests.e2e.test_whole_way import fine_tune, import_file, write_jokes


def write_many(file: Path, rows: int) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write("id,joke\n")
        out.writelines(
            f'{i},"Joke {i}: a man walks into bar {i % 977} and says the {i % 89}th thing."\n'
            for i in range(rows)
        )


def main(rows: int, steps: int) -> None:
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        home = os.environ.get("JOKEGEN_HOME")
        paths = Paths(Path(home) if home else Path(folder) / "home")
        ensure_model("starter", RecordingContext(paths))
        import_jokes(
            ImportRequest((resource("starter_jokes.csv"),), name=f"starter {time.time():.0f}"),
            RecordingContext(paths),
        )
        many = Path(folder) / f"many {time.time():.0f}.csv"
        write_many(many, rows)

        async def day(person: Person) -> None:
            pulse = Pulse()
            await person.until(lambda: len(pulse.gaps) > 300)
            pulse.report("idle")
            await import_file(person, many)
            pulse.report("importing")
            await fine_tune(person, "Starter", steps, 1200)
            pulse.report("training")
            await person.click("play_run")
            await write_jokes(person, 600)
            pulse.report("writing")
            await person.close_window()

        live(app, paths, day)


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(*(arguments + [250_000, 6][len(arguments) :]))
