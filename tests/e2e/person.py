"""A person in front of the real window: looks, waits, clicks and types; calls nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from jokegen.app import Application
from jokegen.config.paths import Paths
from jokegen.jobs.context import Stop

Widget = TypeVar("Widget", bound=QWidget)


class Person:
    """Finds controls by their object names and uses mouse and keyboard."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.window = application.window

    def find(self, kind: type[Widget], name: str) -> Widget:
        """The visible control of that name, in the window or in a dialog over it."""
        for top in reversed(QApplication.topLevelWidgets()):
            for widget in top.findChildren(kind, name):
                if widget.isVisible():
                    return widget
        raise LookupError(f"no visible {kind.__name__} {name!r}")

    def sees(self, name: str) -> bool:
        """Whether a control of that name is visible."""
        try:
            self.find(QWidget, name)
        except LookupError:
            return False
        return True

    def look_at_window(self) -> None:
        """What a window manager does once a dialog is gone; the offscreen platform has none."""
        if QApplication.activeWindow() is None and QApplication.activeModalWidget() is None:
            self.window.activateWindow()

    async def until(self, condition: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait until the condition holds; AssertionError if it never does."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited {seconds} s in vain"
            await asyncio.sleep(0.02)

    async def click(self, name: str, seconds: float = 10.0) -> None:
        """Click on the middle of a control, once it is there, enabled and scrolled to."""
        await self.until(lambda: self.sees(name) and self.find(QWidget, name).isEnabled(), seconds)
        self.look_at_window()
        widget = self.find(QWidget, name)
        self._scroll_to(widget)
        await asyncio.sleep(0)
        assert not widget.visibleRegion().isEmpty(), f"{name} cannot be seen"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())
        await asyncio.sleep(0.02)

    async def write(self, name: str, text: str) -> None:
        """Click into a field, replace what is in it."""
        widget = self.find(QWidget, name)
        self._scroll_to(widget)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(widget, text)
        await asyncio.sleep(0)

    async def choose(self, name: str, text: str) -> None:
        """Pick the first entry of a combo box that begins with `text`, by arrow keys."""
        box = self.find(QComboBox, name)
        self._scroll_to(box)
        entries = [box.itemText(i) for i in range(box.count())]
        wanted = next((i for i, entry in enumerate(entries) if entry.startswith(text)), None)
        assert wanted is not None, f"{text!r} is not among {entries}"
        box.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(box, Qt.Key.Key_Home)
        for _ in range(len(entries)):
            if box.currentIndex() == wanted:
                break
            QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() == wanted
        await asyncio.sleep(0)

    async def choose_from_menu(self, button: str, action: str) -> None:
        """Open the menu of a button and choose from it, by arrow keys."""
        await self.click(button)
        menu = self.find(QPushButton, button).menu()
        await self.until(menu.isVisible)
        for _ in menu.actions():
            active = menu.activeAction()
            if active is not None and active.objectName() == action:
                break
            QTest.keyClick(menu, Qt.Key.Key_Down)
        assert menu.activeAction().objectName() == action
        QTest.keyClick(menu, Qt.Key.Key_Return)
        await asyncio.sleep(0.02)

    async def choose_file(self, file: Path) -> None:
        """Type a file's name into the open file dialog and confirm it."""
        await self.until(lambda: self._dialog() is not None, 10)
        dialog = self._dialog()
        assert dialog is not None
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        assert edit is not None
        QTest.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(edit, str(file))
        QTest.keyClick(edit, Qt.Key.Key_Return)
        await asyncio.sleep(0.02)

    async def go_to(self, step: int) -> None:
        """Click on the tab of a step, counted from 1."""
        bar = self.window.steps.tabBar()
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(step - 1).center())
        await asyncio.sleep(0.02)

    async def close_window(self) -> None:
        """Press the window's close button."""
        self.window.close()
        await asyncio.sleep(0.02)

    def _dialog(self) -> QFileDialog | None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QFileDialog) and widget.isVisible():
                return widget
        found = self.window.findChildren(QFileDialog)
        return next((dialog for dialog in found if dialog.isVisible()), None)

    def _scroll_to(self, widget: QWidget) -> None:
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                content = parent.widget()
                assert content is not None
                middle = content.mapFromGlobal(widget.mapToGlobal(widget.rect().center()))
                parent.ensureVisible(middle.x(), middle.y(), 60, widget.height() // 2 + 24)
            parent = parent.parentWidget()
        QApplication.sendPostedEvents()


def live(
    app: QApplication, paths: Paths, day: Callable[[Person], Coroutine[Any, Any, None]]
) -> int:
    """Open the real window, let a person live a `day` in it, and return the exit code.

    The window is closed at the end if the person did not do so; what the person found wrong is
    raised.
    """
    from jokegen.qt.loop import spawn

    application = Application(app, paths)
    person = Person(application)
    wrong: list[BaseException] = []

    async def live_through() -> None:
        try:
            await person.until(lambda: application.window.isVisible(), 20)
            await day(person)
        except BaseException as error:
            wrong.append(error)
        finally:
            if application.window.isVisible():
                application.runner.kill_workers()
                application.leave(Stop.CANCEL)

    application.show()
    spawn(live_through())
    code = application.run()
    application.theme.remove()
    application.window.deleteLater()
    application.deleteLater()
    if wrong:
        raise wrong[0]
    return code
