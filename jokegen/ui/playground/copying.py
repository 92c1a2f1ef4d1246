"""Buttons that copy text, and say for a moment that they did."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.icons import icon
from jokegen.ui.kit.labels import describe

COPIED = "Copied"
_MOMENT_MS = 1_600


class CopyIconButton(IconButton):
    """Copies one joke."""

    def __init__(self, label: str, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__("copy", label, parent, name=name)
        self._label = label
        self._timer: QTimer | None = None  # made when needed: there are hundreds of jokes

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard and show it."""
        QGuiApplication.clipboard().setText(text)
        self.setIcon(icon("check", "success"))
        describe(self, self.objectName(), COPIED, COPIED)
        if self._timer is None:
            self._timer = _moment(self)
            self._timer.timeout.connect(self._on_moment_over)
        self._timer.start()

    @Slot()
    def _on_moment_over(self) -> None:
        self.setIcon(icon("copy", "muted"))
        describe(self, self.objectName(), self._label, self._label)


class CopyAllButton(Button):
    """Copies all jokes of a group."""

    def __init__(self, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(
            "Copy all",
            ButtonKind.QUIET,
            "copy",
            parent,
            name=name,
            tip="Copies these jokes, to paste them somewhere else.",
        )
        self._timer = _moment(self)
        self._timer.timeout.connect(self._on_moment_over)

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard and show it."""
        QGuiApplication.clipboard().setText(text)
        self.set_text(COPIED)
        self.set_icon("check")
        self._timer.start()

    @Slot()
    def _on_moment_over(self) -> None:
        self.set_text("Copy all")
        self.set_icon("copy")


def _moment(parent: QWidget) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(_MOMENT_MS)
    return timer
