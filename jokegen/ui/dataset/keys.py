"""What Enter means on a page: the button that has the focus, else the page's primary one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget


def pressed_enter(page: QWidget, event: QKeyEvent, primary: QAbstractButton) -> bool:
    """Whether `event`, a key pressed on `page`, was Enter; it has then been acted upon."""
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    focused = page.focusWidget()
    (focused if isinstance(focused, QAbstractButton) else primary).click()
    return True
