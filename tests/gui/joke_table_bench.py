"""What the tests of the table of jokes share: tables of all kinds on the screen, and a robot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget
from pytestqt.qtbot import QtBot

from jokegen.data.table import TextTable
from jokegen.jobs.dataset_requests import Edit
from jokegen.ui.joke_table.table import JokesTable
from tests.examined_tables import write_examined
from tests.gui.support import TRICKY

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NO_KEYS = Qt.KeyboardModifier.NoModifier
Joke = tuple[str, str, str]  # text, note, former text
Part = TypeVar("Part", bound=QWidget)

JOKES: tuple[Joke, ...] = (
    ("The horse walks into a bar.", "", ""),
    ("A duck buys bread.", "", "A  duck   buys bread."),
    ("The horse walks into a bar.", "repeated", ""),
    (f"Tricky {TRICKY} horse.", "", ""),
    ("Short.", "too short", ""),
    ("", "empty", ""),
    ("A bear, the bar and a bore.", "", ""),
)


class Robot:
    """Uses a `JokesTable` with mouse and keyboard, as a person does."""

    def __init__(self, qtbot: QtBot, table: JokesTable, folder: Path) -> None:
        self.qtbot, self.table, self.folder = qtbot, table, folder
        self.view = table.view

    def show(self, jokes: Sequence[Joke] = JOKES, edits: Sequence[Edit] = ()) -> None:
        """Show these as the jokes of an examined table."""
        name = f"{len(list(self.folder.iterdir()))}.arrow"
        path = write_examined(self.folder / name, jokes, rows_a_batch=3)
        self.table.show_jokes(TextTable.for_examined(path), edits)
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is there."""
        self.qtbot.waitUntil(lambda: not self.table.is_busy, timeout=20_000)

    def jokes(self) -> list[str]:
        """The texts of the first column, as they stand there."""
        return self.column(0)

    def column(self, column: int) -> list[str]:
        table_model = self.view.model()
        rows = range(table_model.rowCount())
        return [str(table_model.index(row, column).data() or "") for row in rows]

    def numbers(self) -> list[str]:
        """The numbers at the left."""
        table_model = self.view.model()
        rows = range(table_model.rowCount())
        return [str(table_model.headerData(row, Qt.Orientation.Vertical)) for row in rows]

    def count(self) -> str:
        return self.table.search.count_text()

    def search(self, words: str) -> None:
        """Type into the search line."""
        line = self.table.search.line
        QTest.mouseClick(line, Qt.MouseButton.LeftButton)
        line.selectAll()
        if words:
            QTest.keyClicks(line, words)
        else:
            QTest.keyClick(line, Qt.Key.Key_Delete)
        self.settle()

    def spot(self, row: int, column: int = 0) -> QPoint:
        return self.view.visualRect(self.view.model().index(row, column)).center()

    def click(self, row: int, column: int = 0, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        port, left = self.view.viewport(), Qt.MouseButton.LeftButton
        QTest.mouseClick(port, left, keys, self.spot(row, column))

    def double_click(self, row: int, column: int = 0) -> None:
        self.click(row, column)
        port, left = self.view.viewport(), Qt.MouseButton.LeftButton
        QTest.mouseDClick(port, left, NO_KEYS, self.spot(row, column))

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Press a key where the keyboard focus is."""
        focused = self.table.window().focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key, keys)
        self.settle()

    def press(self, name: str) -> None:
        """Click a button that can be seen and pressed."""
        button = self.part(QAbstractButton, name)
        assert button.isVisible(), f"{name} is hidden"
        assert button.isEnabled(), f"{name} is disabled"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def is_enabled(self, name: str) -> bool:
        return self.part(QAbstractButton, name).isEnabled()

    def part(self, kind: type[Part], name: str) -> Part:
        found = self.table.findChild(kind, name)
        assert found is not None, f"no {name}"
        return found

    def click_header(self, column: int) -> None:
        header = self.view.horizontalHeader()
        place = QPoint(header.sectionViewportPosition(column) + 15, header.height() // 2)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, NO_KEYS, place)
        self.settle()

    def choose_view(self, title: str) -> None:
        """Choose which jokes to see, by the keyboard."""
        combo = self.table.search.views
        titles = [combo.itemText(row) for row in range(combo.count())]
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Home)
        for _ in range(titles.index(title)):
            QTest.keyClick(combo, Qt.Key.Key_Down)
        self.settle()

    def views(self) -> list[str]:
        combo = self.table.search.views
        return [combo.itemText(row) for row in range(combo.count())]

    def menu(self, row: int, column: int = 0) -> dict[str, QAction]:
        """What the context menu of a cell offers, by title; the menu is closed again."""
        index = self.view.model().index(row, column)
        if not self.view.selectionModel().isSelected(index):
            self.click(row, column)  # as pressing the other button does
        self.view.customContextMenuRequested.emit(self.spot(row, column))
        menus = [menu for menu in self.view.findChildren(QMenu) if menu.isVisible()]
        assert len(menus) == 1
        offered = {
            action.text(): action
            for action in menus[0].actions()
            if action.isVisible() and not action.isSeparator()
        }
        self._menu = menus[0]
        return offered

    def choose(self, row: int, title: str, column: int = 0) -> None:
        """Choose something from the context menu of a cell."""
        action = self.menu(row, column)[title]
        assert action.isEnabled(), f"{title} is disabled"
        action.trigger()
        self._menu.close()
        self.settle()
