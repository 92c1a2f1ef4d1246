"""Buttons of four kinds: one primary a page, secondary ones, quiet ones, and dangerous ones."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QPushButton, QToolButton, QWidget

from jokegen.ui.kit.icons import icon
from jokegen.ui.kit.labels import describe, plain_tip
from jokegen.ui.kit.theme import restyle, scaled
from jokegen.ui.kit.tokens import Space


class ButtonKind(Enum):
    """How loudly a button asks to be pressed."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    QUIET = "quiet"
    DANGER = "danger"


_ICON_ROLES = {
    ButtonKind.PRIMARY: "on_accent",
    ButtonKind.SECONDARY: "text",
    ButtonKind.QUIET: "accent_text",
    ButtonKind.DANGER: "danger",
}


class Button(QPushButton):
    """A push button with a kind, an icon if wanted, and a plain-text tool tip.

    `clicked` tells of a press. An “&” in `text` is shown as it is.
    """

    def __init__(
        self,
        text: str,
        kind: ButtonKind = ButtonKind.SECONDARY,
        icon_name: str = "",
        parent: QWidget | None = None,
        *,
        name: str = "",
        tip: str = "",
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._has_no_tip = not tip
        self.setProperty("kind", kind.value)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_text(text)
        self.set_icon(icon_name)
        describe(self, name, text, tip or text)

    def set_text(self, text: str) -> None:
        """Show other words."""
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)
        if self._has_no_tip:
            self.setToolTip(plain_tip(text))  # the words say it all

    def setMenu(self, menu: QMenu) -> None:
        super().setMenu(menu)
        self.setProperty("hasMenu", True)  # room for the chevron, which Qt does not leave
        restyle(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _pressed_by_enter(self, event):
            super().keyPressEvent(event)

    def set_icon(self, icon_name: str) -> None:
        """Show another icon in the colour of the button's kind; "" shows none."""
        self.setIcon(QIcon())
        if icon_name:
            self.setIcon(icon(icon_name, _ICON_ROLES[self._kind]))
            # Wider than high: the icon is drawn at the left end, the rest parts it from the words.
            self.setIconSize(QSize(scaled(17) + Space.XS, scaled(17)))


class IconButton(QToolButton):
    """A small button that shows only an icon; `label` is its tool tip and accessible name."""

    def __init__(
        self,
        icon_name: str,
        label: str,
        parent: QWidget | None = None,
        *,
        name: str = "",
        role: str = "muted",
    ) -> None:
        super().__init__(parent)
        self.setIcon(icon(icon_name, role))
        self.setIconSize(QSize(scaled(18), scaled(18)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        describe(self, name, label, label)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _pressed_by_enter(self, event):
            super().keyPressEvent(event)


class PressCard(QAbstractButton):
    """A surface that is pressed as a whole, by Enter too, and drawn anew as the mouse comes by."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _pressed_by_enter(self, event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)


def _pressed_by_enter(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Whether `event` was Enter, which has then pressed the button: Qt itself knows Space only."""
    is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    is_alone = event.modifiers() in (
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.KeypadModifier,
    )
    if is_enter and is_alone and not event.isAutoRepeat():
        button.click()
        return True
    return False
