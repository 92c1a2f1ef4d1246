"""How the table of jokes looks and feels: in little room, in large letters, with a million rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from jokegen.data.batches import int_array, text_array
from jokegen.data.row_query import Show
from jokegen.data.table import TextTable
from jokegen.jobs.dataset_requests import Edit
from jokegen.ui.joke_table.table import JokesTable
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import Theme
from jokegen.ui.kit.tokens import LIGHT
from tests.benchmarks.pulse import Pulse
from tests.gui.joke_table_bench import CONTROL, JOKES, Robot
from tests.gui.support import Show as ShowWidget
from tests.gui.support import has_colour

_BATCH = 4_000


def write_many(path: Path, rows: int) -> Path:
    """An examined table of `rows` jokes, quickly: the same few thousand again and again."""
    texts = [
        f"Joke {number} about a {'horse' if number % 3 else 'duck'}." for number in range(_BATCH)
    ]
    notes = ["repeated" if number % 50 == 0 else "" for number in range(_BATCH)]
    same = [text_array(texts), text_array(notes), text_array([""] * _BATCH)]
    names = ["Joke", "Note", "Before"]
    schema = pa.schema(
        [*((name, pa.string()) for name in names), ("Row", pa.int32()), ("Part", pa.int32())]
    )
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for first in range(0, rows, _BATCH):
            numbers = [int_array(range(first, first + _BATCH)), int_array([0] * _BATCH)]
            writer.write_batch(pa.RecordBatch.from_arrays([*same, *numbers], schema=schema))
    return path


def _nothing(_robot: Robot) -> None:
    pass


def _typing(robot: Robot) -> None:
    robot.double_click(1)
    QTest.keyClicks(robot.table.editor.edit, " More.")


def _found_nothing(robot: Robot) -> None:
    robot.search("zzz")


def _chosen(robot: Robot) -> None:
    robot.choose_view("Left out: too short (1)")
    robot.click(0)
    robot.key(Qt.Key.Key_R)


STATES: dict[str, Callable[[Robot], None]] = {
    "plain": _nothing,
    "typing": _typing,
    "nothing found": _found_nothing,
    "nothing left": _chosen,
}


@pytest.mark.parametrize("state", list(STATES))
def test_nothing_is_clipped_in_half_of_the_smallest_window(
    qtbot: QtBot, shown: ShowWidget, tmp_path: Path, font_size: float, state: str
) -> None:
    table = JokesTable(name="jokes")
    window = shown(table, 520, 440)
    robot = Robot(qtbot, table, tmp_path)
    robot.show(edits=(Edit(0, text="Something else altogether."),))
    STATES[state](robot)
    qtbot.waitUntil(lambda: not table.testAttribute(Qt.WidgetAttribute.WA_PendingResizeEvent))
    QApplication.sendPostedEvents()
    assert (window.width(), window.height()) == (520, 440), "it asks for more room than there is"
    clipped = []
    for widget in table.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, PlainLabel) and widget.text():
            if widget.height() < widget.heightForWidth(widget.width()):
                clipped.append(f"{widget.objectName()} is too low: {widget.text()}")
        elif isinstance(widget, QAbstractButton | QLineEdit) and widget.objectName():
            wanted = widget.minimumSizeHint()
            if widget.width() < wanted.width() or widget.height() < wanted.height():
                clipped.append(f"{widget.objectName()} {widget.size()} < {wanted}")
        elif isinstance(widget, QComboBox) and widget.height() < widget.sizeHint().height():
            clipped.append(f"{widget.objectName()} is too low")
    assert not clipped
    if table.view.isVisible():
        qtbot.waitUntil(lambda: not table.view.horizontalScrollBar().isVisible())
        assert table.view.viewport().height() >= 3 * table.view.rowHeight(0)


def test_jokes_that_are_left_out_or_changed_look_so(
    qtbot: QtBot, shown: ShowWidget, tmp_path: Path, theme: Theme
) -> None:
    table = JokesTable(name="jokes")
    shown(table, 600, 400)
    robot = Robot(qtbot, table, tmp_path)

    def colours(row: int) -> set[str]:
        index = table.view.model().index(row, 0)
        note = index.siblingAtColumn(1)
        area = table.view.visualRect(index).united(table.view.visualRect(note))
        image = table.view.viewport().grab(area).toImage()
        looked_for = {"danger": LIGHT.danger, "accent": LIGHT.accent, "mended": LIGHT.series_1}
        return {name for name, colour in looked_for.items() if has_colour(image, colour)}

    robot.show(edits=(Edit(0, text="Another."),))
    assert colours(0) == {"accent"}
    assert colours(1) == {"mended"}
    assert colours(2) == {"danger"}
    assert colours(3) == set()
    struck = table.view.viewport().grab(table.view.visualRect(table.view.model().index(2, 0)))
    robot.click(2)
    robot.key(Qt.Key.Key_R)
    robot.view.clearSelection()
    kept = table.view.viewport().grab(table.view.visualRect(table.view.model().index(2, 0)))
    assert struck.toImage() != kept.toImage()


def test_the_header_shows_how_the_rows_are_sorted(
    qtbot: QtBot, shown: ShowWidget, tmp_path: Path, theme: Theme
) -> None:
    table = JokesTable(name="jokes")
    shown(table, 600, 400)
    robot = Robot(qtbot, table, tmp_path)
    robot.show()
    header = table.view.horizontalHeader()
    pictures = []
    for _ in range(3):
        pictures.append(header.grab().toImage())
        robot.click_header(0)
        header.viewport().update()
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]
    assert header.grab().toImage() == pictures[0]


def test_a_million_rows_take_another_font_in_half_a_second(
    qtbot: QtBot, shown: ShowWidget, tmp_path: Path, theme: Theme, qapp: QApplication
) -> None:
    """Setting the least height of a row once took 20 s for 250,000 rows."""
    table = JokesTable(name="jokes")
    shown(table, 600, 400)
    table.show_jokes(TextTable.for_examined(write_many(tmp_path / "t.arrow", 1_000_000)), ())
    qtbot.waitUntil(lambda: not table.is_busy, timeout=20_000)
    former = QFont(qapp.font())
    larger = QFont(former)
    larger.setPointSizeF(former.pointSizeF() * 1.5)
    took = []
    height = table.view.rowHeight(0)
    for font in (larger, former, larger):
        began = time.perf_counter()
        qapp.setFont(font)
        QApplication.sendPostedEvents()
        table.grab()
        took.append(time.perf_counter() - began)
    assert min(took) < 0.5, took
    assert table.view.rowHeight(999_999) > 1.3 * height


def test_a_million_rows_never_hold_the_window_up(
    qtbot: QtBot, shown: ShowWidget, tmp_path: Path, theme: Theme
) -> None:
    """Generous bounds for busy machines; `tests/benchmarks/table.py` measures more exactly."""
    table = JokesTable(name="jokes")
    shown(table, 900, 600)
    path = write_many(tmp_path / "t.arrow", 1_000_000)
    table.show_jokes(TextTable.for_examined(path), ())
    qtbot.waitUntil(lambda: not table.is_busy, timeout=20_000)
    view, header = table.view, table.view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(0) + 15, 8)

    def press_header() -> None:
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def choose_all() -> None:
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_A, CONTROL)

    bar = view.verticalScrollBar()
    gaps = {}
    pulse = Pulse()
    acts: dict[str, Callable[[], object]] = {
        "choosing all": choose_all,
        "scrolling, all chosen": partial(bar.setValue, bar.maximum() // 3),
        "sorting": press_header,
        "scrolling": partial(bar.setValue, bar.maximum() // 2),
        "sorting down": press_header,
        "searching": partial(table.show_text, "duck"),
        "clearing": partial(table.show_text, ""),
        "filtering": partial(table.show_only, Show.KEPT),
        "typing a letter": partial(QTest.keyClicks, view, "j"),
    }
    for name, act in acts.items():
        pulse.gaps.clear()
        act()
        qtbot.waitUntil(lambda: not table.is_busy, timeout=30_000)
        loop = QEventLoop()
        QTimer.singleShot(100, loop.quit)
        loop.exec()
        gaps[name] = max(pulse.gaps)
    assert table.search.count_text() == "980,000 of 1,000,000 jokes"
    assert max(gaps.values()) < 400, gaps
    assert sorted(gaps.values())[len(gaps) // 2] < 120, gaps


def test_rows_that_cannot_be_read_in_time_follow(
    qtbot: QtBot, shown: ShowWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow disk a painting takes no longer; the texts appear one after another."""
    table = JokesTable(name="jokes")
    shown(table, 600, 400)
    robot = Robot(qtbot, table, tmp_path)
    robot.show([(f"Joke {number}.", "", "") for number in range(200)])
    slow = TextTable.cell

    def cell(self: TextTable, row: int, column: int) -> str:
        time.sleep(0.02)
        return slow(self, row, column)

    monkeypatch.setattr(TextTable, "cell", cell)
    table.table_model._cells.clear()
    began = time.perf_counter()
    table.view.viewport().repaint()
    assert time.perf_counter() - began < 0.1
    visible = [table.table_model.table_row(row) for row in range(8)]
    assert not all((row, 0) in table.table_model._cells for row in visible)
    qtbot.waitUntil(lambda: all((row, 0) in table.table_model._cells for row in visible))


def test_the_pane_does_not_move_things_while_one_types(
    qtbot: QtBot, shown: ShowWidget, tmp_path: Path
) -> None:
    table = JokesTable(name="jokes")
    shown(table, 600, 440)
    robot = Robot(qtbot, table, tmp_path)
    robot.show(JOKES)
    robot.double_click(0)
    QApplication.sendPostedEvents()
    before = (table.editor.edit.geometry(), table.view.geometry())
    QTest.keyClicks(table.editor.edit, "x")
    QApplication.sendPostedEvents()
    assert (table.editor.edit.geometry(), table.view.geometry()) == before
    robot.key(Qt.Key.Key_Return, CONTROL)
    assert robot.part(QLabel, "jokes_editor_was").isVisible()
