"""What Enter means on a page: the button that has the focus, else the page's primary one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication


def pressed_enter(event: QKeyEvent, primary: QAbstractButton) -> bool:
    """Whether `event` was Enter, which has then been acted upon."""
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    focused = QApplication.focusWidget()
    (focused if isinstance(focused, QAbstractButton) else primary).click()
    return True
