"""Fixtures of the window's tests: the look of the application, and windows to show widgets in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from jokegen.ui.kit.theme import Scheme, Theme
from tests.gui.support import Show


@pytest.fixture(autouse=True)
def _gone_widgets(qapp: QApplication) -> Iterator[None]:
    """Widgets of a test are really gone after it: a later change of the font would reach them."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The look of the application, light; put back afterwards, font included."""
    font = QFont(qapp.font())
    made = Theme(qapp)
    made.apply(Scheme.LIGHT)
    yield made
    made.remove()
    made.deleteLater()
    qapp.setFont(font)


@pytest.fixture(params=[1.0, 1.5], ids=["100%", "150%"])
def font_size(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[float]:
    """The look of the application, light, with text of the usual size and half as large again."""
    former = QFont(qapp.font())
    larger = QFont(former)
    larger.setPointSizeF(former.pointSizeF() * request.param)
    theme = Theme(qapp)
    theme.apply(Scheme.LIGHT)
    qapp.setFont(larger)
    yield request.param
    theme.remove()
    qapp.setFont(former)


@pytest.fixture
def shown(qtbot: QtBot) -> Show:
    """A function that puts a widget into a window of its own, on the screen and active."""
    kept: list[QWidget] = []

    def show(widget: QWidget, width: int = 600, height: int = 400) -> QWidget:
        window = QWidget()
        kept.append(window)
        layout = QVBoxLayout(window)
        layout.addWidget(widget)
        window.resize(width, height)
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    return show
