"""What the tests of the joke doctor share: a pile with faults of every kind, really examined."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.data.row_query import Show
from jokegen.data.table import TextTable
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import (
    Edit,
    ExamineRequest,
    ExamineSummary,
    FixKind,
    PreviewRequest,
    Recipe,
)
from jokegen.model_service import ModelService
from jokegen.ui.doctor import section as section_module
from jokegen.ui.doctor.row import FindingRow
from jokegen.ui.doctor.section import DoctorSection
from tests.gui.support import TRICKY

MESSY: tuple[str, ...] = (
    "Why did the chicken cross the road? To get to the other side.",
    "Why did the chicken cross the road? To get to the other side.",
    "WHY did the chicken cross the road? To get to the other side!",
    "Why did the old chicken cross the road? To get to the other side.",
    "I love R&amp;D &lt;3<br>and caf&eacute;s.",
    f"This one looks like a page, {TRICKY}, but is not much of one.",
    "A CafÃ© walks into a bar and orders a tall glass of tea.",
    "Cafe\u0301 owners never sleep; they espresso themselves too much.",
    "Zero\u200bwidth jokes are really very hard to see.",
    "See https://example.com/a?b=c for more of my jokes, folks!",
    "@dave why is Anna late again? She fell into the hole.",
    "My dog ate all of my homework again #funny #dog",
    "I laughed so hard 😂😂 that I cried for a week.",
    "12. A man walks into a library and asks for fish and chips.",
    "I told her she drew her eyebrows too high. She looked surprised.\n\nEDIT: thank you all!",
    "Too   many   blanks are  in this one, my friend.",
    "Call me at +1 (555) 123-4567 or mail joe.public@example.com for jokes.",
    "What the fuck is a shitty joke doing here, of all places?",
    "Warum hat der Bär keine Schuhe an? Weil er immer barfuß durch den Wald läuft.",
    "Pourquoi les plongeurs plongent-ils en arrière ? Parce que sinon ils tombent dans le bateau.",
    "Ha.",
    "The first joke of this row.\n---\nThe second joke of it.\n---\nThe third one is here, fine.",
    "word " * 1_500,
    "שלום עולם, איך אתה היום? זו בדיחה ארוכה מאוד &amp; עם מילים רבות.",
)
PLAIN: tuple[str, ...] = tuple(
    f"A {who} walks into a {place} and asks for {what}, please."
    for who, what in (
        ("horse", "a long straw"), ("duck", "some bread"), ("nun", "the bill"), ("poet", "a rhyme"),
        ("ghost", "a white sheet"), ("lawyer", "an excuse"), ("robot", "fresh oil"),
    )
    for place in ("bar", "library", "bakery", "zoo")
)  # fmt: skip


class FakeTable(QWidget):
    """The jokes' table without its looks: remembers what it was told to show."""

    table_failed = Signal(object)
    edits_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.table: TextTable | None = None
        self.now: tuple[Edit, ...] = ()
        self.shown: list[tuple[Show, str] | str] = []

    def show_jokes(self, table: TextTable, edits: Sequence[Edit]) -> None:
        if self.table is not None:
            self.table.close()
        self.table, self.now = table, tuple(edits)

    def edits(self) -> tuple[Edit, ...]:
        return self.now

    def show_only(self, show: Show, note: str = "") -> None:
        self.shown.append((show, note))

    def show_text(self, words: str) -> None:
        self.shown.append(words)

    def clear(self) -> None:
        if self.table is not None:
            self.table.close()
        self.table, self.now = None, ()

    def edit(self, *edits: Edit) -> None:
        """As if a person had made these and no other edits."""
        self.now = edits
        self.edits_changed.emit()


class Bench(QObject):
    """A doctor section whose recipes are examined at once, unless `is_slow`."""

    def __init__(self, paths: Paths, section: DoctorSection) -> None:
        super().__init__()
        self.section = section
        self.recipes: list[Recipe] = []
        self.is_slow = False
        self.thorough: bool | None = None
        self.summary: ExamineSummary | None = None
        self._paths = paths
        self._service = ModelService(paths)
        section.recipe_changed.connect(self._on_recipe_changed)
        section.thorough_requested.connect(self._on_thorough_requested)

    def bring(self, jokes: Sequence[str], recipe: Recipe | None = None) -> None:
        """Preview and examine these jokes."""
        self._paths.home.mkdir(parents=True, exist_ok=True)
        file = self._paths.home / "pile.json"
        file.write_text(json.dumps(list(jokes)), encoding="utf-8")
        self.bring_file(file, recipe)

    def bring_file(self, file: Path, recipe: Recipe | None = None) -> None:
        self.preview = model_service.preview(PreviewRequest((file,)), RecordingContext(self._paths))
        self.examine(recipe or Recipe())

    def examine(self, recipe: Recipe) -> None:
        """Examine the pile by a recipe, and show what was found."""
        self.summary = model_service.examine(
            ExamineRequest(
                self.preview.table,
                self.preview.joke_columns,
                self.preview.template,
                recipe,
                thorough=self.thorough,
            ),
            RecordingContext(self._paths),
        )
        table = self._service.open_examined(self.summary)
        self.section.show_examined(self.summary, table, recipe)

    @property
    def table(self) -> FakeTable:
        table = self.section.jokes_table
        assert isinstance(table, FakeTable)
        return table

    def row(self, kind: FixKind) -> FindingRow:
        return self.section.findings.rows[kind]

    def press(self, button: QAbstractButton) -> None:
        """Click with the mouse, as a person does: only what can be seen."""
        QApplication.processEvents()  # let it be laid out
        self.section.findings.ensureWidgetVisible(button)
        assert button.isVisible(), f"{button.objectName()} is hidden"
        assert button.isEnabled(), f"{button.objectName()} is disabled"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def fix(self, kind: FixKind) -> None:
        """Press the button of a finding."""
        self.press(self.row(kind).button)

    def open(self, kind: FixKind) -> FindingRow:
        """Open a finding, unfolding the group of what there is nothing of if need be."""
        row = self.row(kind)
        if not row.isVisible():
            self.press(self.section.findings.nothing_button)
        if not row.is_open:
            self.press(row.head)
        QApplication.processEvents()  # what is inside appears
        return row

    @Slot(object)
    def _on_recipe_changed(self, recipe: Recipe) -> None:
        self.recipes.append(recipe)
        if self.is_slow:
            self.section.set_busy(True)
        else:
            self.examine(recipe)

    @Slot()
    def _on_thorough_requested(self) -> None:
        self.thorough = True
        self.examine(self.section.recipe())


def bench_on_screen(qtbot: QtBot, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A section as big as the smallest window leaves it, with a table that only remembers."""
    monkeypatch.setattr(section_module, "JokesTable", FakeTable)
    made = DoctorSection()
    qtbot.addWidget(made)
    made.resize(960, 430)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    return Bench(paths, made)
