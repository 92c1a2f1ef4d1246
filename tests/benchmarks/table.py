"""How smooth the table of jokes stays with very many rows.

    python -m tests.benchmarks.table [ROWS] [ROUNDS]

Makes an examined table of ROWS jokes (1,000,000), shows it in a window, and lets a robot with
mouse and keyboard open it, scroll, search, sort, filter, edit and choose everything, ROUNDS times
(3). Printed are the gaps between the ticks of a 10 ms timer in the window's thread: what a person
would feel as a stop. For searching and sorting also when the first and when all rows are there.
On a machine that does other things too, the best of the rounds says what the table itself costs.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from jokegen.data.row_query import Show
from jokegen.data.table import TextTable
from jokegen.qt.row_finder import load_ahead
from jokegen.ui.joke_table.table import JokesTable
from jokegen.ui.kit.theme import Scheme, Theme
from tests.benchmarks.pulse import Pulse
from tests.examined_tables import write_examined

_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_NO_KEYS = Qt.KeyboardModifier.NoModifier
_SUBJECTS = ["why did the chicken", "a man walks into a bar", "my wife told me", "what is the"]
_ENDS = ["cross the road", "difference between them", "long face", "afraid of commitment", "horse"]


class Robot(QObject):
    """Uses the table as a person does, and prints how that felt."""

    def __init__(self, table: JokesTable) -> None:
        super().__init__()
        self.table = table
        self.pulse = Pulse()
        self.worst: dict[str, list[float]] = {}
        self._first_rows: float | None = None
        self._began = 0.0
        self._is_done: Callable[[], bool] = lambda: True
        self._loop = QEventLoop()
        self._clock = QTimer(self)
        self._clock.setInterval(4)
        self._clock.timeout.connect(self._on_tick)
        table._rows.changed.connect(self._on_rows_changed)

    def until(self, is_done: Callable[[], bool], settle: float = 0.0) -> None:
        """Let the window work until something holds, and so many seconds longer."""
        self._is_done = is_done
        self._clock.start()
        self._loop.exec()
        if settle:
            end = time.perf_counter() + settle
            self.until(lambda: time.perf_counter() > end)

    def measure(self, what: str, act: Callable[[], object], wait: Callable[[], bool]) -> None:
        """Do something, wait for its end, and report."""
        self.until(lambda: True, settle=0.1)
        self.pulse.gaps.clear()
        self._first_rows, self._began = None, time.perf_counter()
        act()
        self.until(wait)
        total = time.perf_counter() - self._began
        self.until(lambda: True, settle=0.25)
        first = self._first_rows if self._first_rows is not None else total
        more = f"first {1000 * first:5.0f} ms   all {1000 * total:5.0f} ms"
        self.worst.setdefault(what, []).append(self.pulse.report(what, more))

    def settled(self) -> bool:
        return not self.table.is_busy

    def type(self, text: str) -> None:
        """Letter by letter, 150 ms apart: slowly enough that every letter is looked for."""
        self.table.search.line.setFocus()
        for letter in text:
            QTest.keyClicks(self.table.search.line, letter)
            self.until(lambda: True, settle=0.15)

    @Slot()
    def _on_tick(self) -> None:
        if self._is_done():
            self._clock.stop()
            self._loop.quit()

    @Slot()
    def _on_rows_changed(self) -> None:
        if self._first_rows is None:
            self._first_rows = time.perf_counter() - self._began


def jokes(count: int) -> list[tuple[str, str, str]]:
    """Made-up jokes with notes and former texts, the same every time."""
    dice = random.Random(1)
    made = []
    for number in range(count):
        ends = " and ".join(dice.choices(_ENDS, k=dice.randint(1, 5)))
        text = f"{dice.choice(_SUBJECTS)} {ends}, number {number}."
        note = "repeated" if dice.random() < 0.04 else "too short" if dice.random() < 0.001 else ""
        made.append((text, note, f"  {text}" if dice.random() < 0.05 else ""))
    return made


def one_round(robot: Robot, path: Path, app: QApplication) -> None:
    table, view = robot.table, robot.table.view
    bar = view.verticalScrollBar()
    dice = random.Random(2)

    def ready() -> bool:
        return table.table_model.edits is not None

    def scroll() -> None:
        for _ in range(40):
            bar.setValue(dice.randrange(bar.maximum()))
            robot.until(lambda: True, settle=0.02)

    def keys() -> None:
        view.setFocus()
        for key in (Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_PageDown):
            QTest.keyClick(view, key, _CONTROL if key == Qt.Key.Key_End else _NO_KEYS)
            robot.until(lambda: True, settle=0.05)

    def press_header(column: int) -> Callable[[], None]:
        header = view.horizontalHeader()

        def press() -> None:
            x = header.sectionViewportPosition(column) + 20
            QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))

        return press

    def key(key: Qt.Key, modifiers: Qt.KeyboardModifier = _NO_KEYS) -> None:
        view.setFocus()
        QTest.keyClick(view, key, modifiers)

    def choose(show: Show, note: str = "") -> Callable[[], None]:
        return lambda: table.show_only(show, note)

    def edit() -> None:
        key(Qt.Key.Key_F2)
        QTest.keyClicks(table.editor.edit, " And more.")
        QTest.keyClick(table.editor.edit, Qt.Key.Key_Return, _CONTROL)

    def change_font() -> None:
        font = QFont(app.font())
        font.setPointSizeF(font.pointSizeF() * 1.5)
        app.setFont(font)
        robot.until(lambda: True, settle=0.1)
        font.setPointSizeF(font.pointSizeF() / 1.5)
        app.setFont(font)

    robot.measure("idle", lambda: None, lambda: True)
    robot.measure("opening", lambda: table.show_jokes(TextTable.for_examined(path), ()), ready)
    robot.measure("dragging the scroll bar", scroll, robot.settled)
    robot.measure("End, Page up and down", keys, robot.settled)
    for what, words in (("rare", "777777"), ("common", "horse"), ("none", "qqq")):
        robot.measure(f"search: {what}", partial(table.show_text, words), robot.settled)
    robot.measure("search: letter by letter", lambda: robot.type("chicken"), robot.settled)
    robot.measure("clearing the search", lambda: table.show_text(""), robot.settled)
    for column, name in ((0, "joke"), (1, "what is done")):
        robot.measure(f"sort by {name}, up", press_header(column), robot.settled)
        robot.measure("scrolling in sorted rows", scroll, robot.settled)
        robot.measure(f"sort by {name}, down", press_header(column), robot.settled)
        robot.measure("search in sorted rows", lambda: table.show_text("horse"), robot.settled)
        robot.measure("clearing it again", lambda: table.show_text(""), robot.settled)
        robot.measure("back to the file's order", press_header(column), robot.settled)
    orders = table.search._orders.actions()
    robot.measure("sort by length", orders[4].trigger, robot.settled)
    robot.measure("scrolling by length", scroll, robot.settled)
    robot.measure("back to the file's order", orders[0].trigger, robot.settled)
    robot.measure("filter: kept", choose(Show.KEPT), robot.settled)
    robot.measure("filter: repeated", choose(Show.LEFT_OUT, "repeated"), robot.settled)
    robot.measure("filter: mended", choose(Show.CHANGED), robot.settled)
    robot.measure("filter: all", choose(Show.ALL), robot.settled)
    view.choose_row(500)
    robot.measure("changing a joke", edit, robot.settled)
    robot.measure("removing a joke", lambda: key(Qt.Key.Key_Delete), robot.settled)
    robot.measure("choosing all", lambda: key(Qt.Key.Key_A, _CONTROL), robot.settled)
    robot.measure("removing all", lambda: key(Qt.Key.Key_Delete), robot.settled)
    robot.measure("scrolling, all chosen", scroll, robot.settled)
    robot.measure("restoring all", lambda: key(Qt.Key.Key_R), robot.settled)
    robot.measure("undo", lambda: key(Qt.Key.Key_Z, _CONTROL), robot.settled)
    robot.measure("redo", lambda: key(Qt.Key.Key_Z, _CONTROL | _SHIFT), robot.settled)
    key(Qt.Key.Key_A, _CONTROL)
    robot.measure("copying", lambda: key(Qt.Key.Key_C, _CONTROL), robot.settled)
    robot.measure("asking for the edits", table.edits, robot.settled)
    robot.measure("another font, and back", change_font, robot.settled)
    robot.measure("closing", table.clear, robot.settled)


def main(rows: int, rounds: int) -> None:
    app = QApplication([])
    theme = Theme(app)
    theme.apply(Scheme.LIGHT)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.arrow"
        write_examined(path, jokes(rows))
        window = QWidget()
        table = JokesTable(name="jokes")
        QVBoxLayout(window).addWidget(table)
        window.resize(1000, 640)
        window.show()
        window.activateWindow()
        robot = Robot(table)
        load_ahead()  # as the application does
        robot.until(lambda: True, settle=2)
        for _ in range(rounds):
            one_round(robot, path, app)
        print("\nworst gap, in the best of the rounds and in all of them:")
        for what, gaps in robot.worst.items():
            print(f"{what:28} {min(gaps):6.1f} ms {max(gaps):6.1f} ms")
        window.close()


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(*(arguments + [1_000_000, 3][len(arguments) :]))
