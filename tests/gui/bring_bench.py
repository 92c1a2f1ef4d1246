"""What the tests of the ways to bring jokes share: dialogs on the screen, and a clipboard."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from jokegen.jobs.dataset_requests import BringRequest
from jokegen.ui.bring.dialog import BringDialog

AnyDialog = TypeVar("AnyDialog", bound=BringDialog)


def opened(qtbot: QtBot, dialog: AnyDialog) -> AnyDialog:
    """The dialog on the screen, as the tab opens it."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # the fixture closes it
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.activateWindow()
    qtbot.waitExposed(dialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def requests_of(dialog: BringDialog) -> list[BringRequest]:
    """A list that gets what the dialog asks for."""
    made: list[BringRequest] = []
    dialog.request_made.connect(made.append)
    return made


def copy_text(text: str, html: str = "") -> None:
    data = QMimeData()
    data.setText(text)
    if html:
        data.setHtml(html)
    QGuiApplication.clipboard().setMimeData(data)


def copy_urls(*urls: str) -> None:
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    QGuiApplication.clipboard().setMimeData(data)


def type_lines(target: QWidget, *lines: str) -> None:
    """Type lines into a field, Enter between them."""
    for number, line in enumerate(lines):
        if number:
            QTest.keyClick(target, Qt.Key.Key_Return)
        QTest.keyClicks(target, line)
