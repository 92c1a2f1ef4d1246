"""Panels, messages, steps and questions answer to mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from jokegen.errors import JokegenError
from jokegen.ui.kit.buttons import ButtonKind
from jokegen.ui.kit.dialogs import Answer, ask
from jokegen.ui.kit.feedback import Banner, EmptyState, ProgressPanel
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.pages import StepTabs
from jokegen.ui.kit.panels import Disclosure, DropZone
from jokegen.ui.kit.theme import Theme
from jokegen.ui.kit.tokens import (
    Tone,
)
from tests.gui.support import TRICKY, Show


def test_a_banner_shows_an_error_and_goes_when_dismissed(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    banner = Banner(name="banner")
    shown(banner)
    assert banner.isHidden()
    banner.show_error(JokegenError("It broke.", "Mend it."), action="Try again")
    assert banner.isVisible()
    assert (banner.tone, banner.title(), banner.todo()) == (Tone.ERROR, "It broke.", "Mend it.")
    assert banner.accessibleName() == "It broke. Mend it."
    with qtbot.waitSignal(banner.action_clicked, timeout=1000):
        QTest.mouseClick(banner.action_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(banner.dismissed, timeout=1000):
        QTest.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)
    assert banner.isHidden()


def test_a_banner_can_offer_two_answers(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    banner = Banner(name="offer")
    shown(banner)
    banner.show_message(Tone.INFO, "Go on?", action="Continue", secondary="Leave it")
    with qtbot.waitSignal(banner.secondary_clicked):
        QTest.mouseClick(banner.secondary_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(banner.action_clicked):
        QTest.mouseClick(banner.action_button, Qt.MouseButton.LeftButton)
    banner.show_message(Tone.INFO, "Something else.")
    assert not banner.secondary_button.isVisible()
    assert not banner.action_button.isVisible()


def test_the_buttons_of_an_empty_state_ask_for_the_next_step(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    state = EmptyState("dataset", "No jokes yet", action="Import…", secondary="Starter jokes")
    shown(state)
    with qtbot.waitSignal(state.action_clicked, timeout=1000):
        QTest.mouseClick(state.action_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(state.secondary_clicked, timeout=1000):
        QTest.mouseClick(state.secondary_button, Qt.MouseButton.LeftButton)


def test_progress_shows_a_fraction_or_that_nobody_knows(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    panel = ProgressPanel("Training", name="training")
    stop = panel.add_button("Stop", ButtonKind.DANGER, "stop", name="stop")
    shown(panel)
    panel.set_fraction(0.42)
    assert panel.bar.fraction() == pytest.approx(0.42)
    panel.set_fraction(7)
    assert panel.bar.fraction() == 1
    panel.set_fraction(None)
    assert panel.bar.fraction() is None
    first = panel.bar.grab().toImage()
    qtbot.waitUntil(lambda: panel.bar.grab().toImage() != first, timeout=2000)
    panel.set_fraction(0.5)
    assert stop.isVisible()


def test_a_drop_zone_takes_files_and_opens_by_key(
    qtbot: QtBot, theme: Theme, shown: Show, tmp_path: Path
) -> None:
    zone = DropZone("Drop a file here", name="drop")
    shown(zone)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a [final].csv")), QUrl("https://x.org/y")])
    middle, copy = QPoint(20, 20), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    before = zone.grab().toImage()
    zone.dragEnterEvent(QDragEnterEvent(middle, copy, data, left, none))
    assert zone.is_highlighted
    assert zone.grab().toImage() != before
    with qtbot.waitSignal(zone.files_dropped, timeout=1000) as caught:
        zone.dropEvent(QDropEvent(QPointF(middle), copy, data, left, none))
    assert caught.args == [[tmp_path / "a [final].csv"]]
    assert zone.grab().toImage() == before
    zone.setFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(zone.choose_requested, timeout=1000):
            QTest.keyClick(zone, key)


def test_a_disclosure_folds_its_content(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    more = Disclosure("More settings", name="more")
    label = PlainLabel("Inside")
    more.body.addWidget(label)
    shown(more)
    assert not label.isVisible()
    QTest.mouseClick(more.header, Qt.MouseButton.LeftButton)
    assert more.is_open()
    assert label.isVisible()


def test_a_question_returns_at_once_and_answers_later(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    window = shown(PlainLabel("page"))
    answers = [Answer("keep", "Keep"), Answer("delete", "Delete", ButtonKind.DANGER)]
    said: list[str] = []
    dialog = ask(window, TRICKY, TRICKY, answers, said.append)
    assert dialog.isVisible()
    assert said == []
    QTest.mouseClick(dialog.buttons["delete"], Qt.MouseButton.LeftButton)
    assert said == ["delete"]
    dialog = ask(window, "Delete?", "For good.", answers, said.append)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert said == ["delete", "keep"]


def test_steps_are_numbered_and_reached_by_key(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    tabs = StepTabs()
    for title in ("Dataset", "Fine-tune", "Playground"):
        tabs.add_step(QWidget(), title, title.lower().replace("-", ""), TRICKY)
    shown(tabs)
    assert [tabs.tabText(i) for i in range(3)] == ["1  Dataset", "2  Fine-tune", "3  Playground"]
    tabs.tabBar().setFocus()
    QTest.keyClick(tabs.tabBar(), Qt.Key.Key_Right)
    assert tabs.currentIndex() == 1


def test_describe_gives_names_and_a_plain_tip(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    describe(widget, "a_name", "Said aloud", TRICKY)
    assert (widget.objectName(), widget.accessibleName()) == ("a_name", "Said aloud")
    assert "<img" not in widget.toolTip()
