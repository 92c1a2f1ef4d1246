"""What the tests of section 1 share: files of many kinds, and a section that reads them again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import PreviewRequest, PreviewSummary, ReadOptions
from jokegen.model_service import ModelService
from jokegen.ui.kit.combos import ShortCombo
from jokegen.ui.understand.questions import QuestionCard
from jokegen.ui.understand.section import ReadSection
from tests.gui.support import TRICKY

JOKES = tuple(f"Joke number {number} is a good one." for number in range(1, 13))


@dataclass
class Bench:
    """A section on the screen; what it asks for is done at once, as the page around would."""

    section: ReadSection
    paths: Paths
    sources: tuple[Path, ...] = ()
    summary: PreviewSummary | None = None
    asked: list[ReadOptions] = field(default_factory=list)
    errors: list[JokegenError] = field(default_factory=list)
    jokes_changed: int = 0
    origin: str = ""

    def show(self, *sources: Path, origin: str = "") -> PreviewSummary:
        """Read files and show what is in them."""
        self.sources, self.origin = sources, origin
        summary = self.read(ReadOptions())
        self.show_summary(summary)
        return summary

    def read(self, options: ReadOptions) -> PreviewSummary:
        request = PreviewRequest(self.sources, options=options, origin=self.origin)
        return model_service.preview(request, RecordingContext(self.paths))

    def show_summary(self, summary: PreviewSummary) -> None:
        self.summary = summary
        self.section.set_busy(False)
        self.section.show_preview(summary, ModelService(self.paths).open_preview(summary))
        QApplication.processEvents()

    def on_options_changed(self, options: ReadOptions) -> None:
        self.asked.append(options)
        self.section.set_busy(True)
        try:
            summary = self.read(options)
        except JokegenError as error:
            self.errors.append(error)
            assert self.summary is not None
            summary = self.summary
        self.show_summary(summary)

    def on_joke_changed(self) -> None:
        self.jokes_changed += 1

    # ---- What is seen ----------------------------------------------------------------------

    def texts(self) -> list[str]:
        """The first jokes, as their labels show them."""
        labels = self.section.first_jokes.findChildren(QLabel)
        return [
            label.text()
            for label in labels
            if label.objectName().startswith("first_joke_") and label.isVisible()
        ]

    def questions(self) -> list[str]:
        return [card.question.text for card in self.cards()]

    def cards(self) -> list[QuestionCard]:
        return [card for card in self.section.findChildren(QuestionCard) if card.isVisible()]

    def answers(self) -> list[str]:
        """The answers to the first question."""
        return [button.text() for button in self.cards()[0].buttons]

    def controls(self) -> set[str]:
        """The names of the controls of “How it is read” that show."""
        names = ("kind", "encoding", "delimiter", "separator", "header", "sheet", "list")
        found = (self.section.findChild(QWidget, f"read_{name}") for name in names)
        return {w.objectName()[5:] for w in found if w is not None and w.isVisible()}

    def focused(self) -> str:
        """The name of what has the keyboard focus, also while a list is open above it."""
        widget = self.section.window().focusWidget()
        return "" if widget is None else widget.objectName()

    def cells(self, column: int) -> list[str]:
        """A column of the table, as it is on the screen."""
        table_model = self.section.jokes_table.view.model()
        rows = range(table_model.rowCount())
        return [str(table_model.index(row, column).data()) for row in rows]

    # ---- What a person does ----------------------------------------------------------------

    def answer(self, text: str) -> None:
        """Press the answer of the first question that begins like this."""
        for button in self.cards()[0].buttons:
            if button.text().startswith(text):
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                QApplication.processEvents()
                return
        raise AssertionError(f"no answer {text!r} among {self.answers()}")

    def pick(self, name: str, text: str) -> None:
        """Open a list by key and choose the entry that begins like this."""
        combo = self.section.findChild(ShortCombo, name)
        assert combo is not None, name
        assert combo.isVisible(), f"{name} is hidden"
        entries = [combo.itemText(row) for row in range(combo.count())]
        rows = [r for r, entry in enumerate(entries) if entry.startswith(text)]
        row = next((r for r in rows if "· found out" not in entries[r]), None)
        assert row is not None, f"no {text!r} among {entries}"
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        QTest.keyClick(combo.view(), Qt.Key.Key_Home)
        for _ in range(row):
            QTest.keyClick(combo.view(), Qt.Key.Key_Down)
        QTest.keyClick(combo.view(), Qt.Key.Key_Return)
        QApplication.processEvents()


def bench_of(qtbot: QtBot, paths: Paths, width: int = 960, height: int = 430) -> Bench:
    """An empty section of the size that the smallest window leaves for it."""
    section = ReadSection()
    qtbot.addWidget(section)
    section.resize(width, height)
    section.show()
    section.activateWindow()
    qtbot.waitUntil(section.isActiveWindow)
    bench = Bench(section, paths)
    section.options_changed.connect(bench.on_options_changed)
    section.joke_changed.connect(bench.on_joke_changed)
    return bench


# ---- Files ---------------------------------------------------------------------------------


def table_file(folder: Path, columns: str, rows: Sequence[str], name: str = "jokes.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((columns, *rows)) + "\n", encoding="utf-8")
    return path


def windows_file(folder: Path) -> Path:
    """Made by an old program: Windows-1252, and so a question."""
    path = folder / "windows.csv"
    rows = "".join(f'{n},"The café number {n} is naïve, they say."\n' for n in range(1, 9))
    path.write_bytes(("ID,Joke\n" + rows).encode("cp1252"))
    return path


def unnamed_file(folder: Path) -> Path:
    """One column with a short first line: its name, or a joke."""
    return table_file(folder, "Banana", [f'"{joke}"' for joke in JOKES], "short.csv")


def paired_file(folder: Path, name: str = "pairs.csv") -> Path:
    rows = [f'{n},"Why number {n}?","Because of {TRICKY} {n}.",Ann' for n in range(1, 9)]
    return table_file(folder, "id,setup,punchline,author", rows, name)


def ragged_file(folder: Path) -> Path:
    """Line 3 has a field too many (its comma was not protected), line 5 one too few."""
    rows = ["1,One good joke for you", "2,Well, another joke", "3,A third good joke", "4"]
    return table_file(folder, "ID,Joke", rows, "ragged.csv")


def listed_file(folder: Path) -> Path:
    path = folder / "lists.json"
    facts = {
        "old": [{"joke": f"Old {joke}"} for joke in JOKES[:3]],
        "new": {"best": [{"joke": joke, "score": n} for n, joke in enumerate(JOKES)]},
    }
    path.write_text(json.dumps(facts), encoding="utf-8")
    return path


def workbook(folder: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    first = book.active
    first.title = "Notes"
    first.append(["Remarks"])
    first.append(["Made for somebody in 2019"])
    second = book.create_sheet("Jokes")
    second.append(["Nr", "Title", "Selftext"])
    for number, joke in enumerate(JOKES, 1):
        second.append([number, f"A title {number}", joke])
    path = folder / "book.xlsx"
    book.save(path)
    return path


def text_file(folder: Path, text: str, name: str = "jokes.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
