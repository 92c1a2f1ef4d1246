"""Gives the application its look: the palette, one style sheet, light and dark.

`Theme(app).apply()` is called once when the window is composed. From then on it follows the
desktop's light or dark setting and the application font, unless a person chose a scheme
themselves. Widgets never ask the theme for anything: they read the palette, so they can be built,
shown and tested without one.
"""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from string import Template
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from jokegen.config.paths import resource
from jokegen.ui.kit.tokens import DARK, LIGHT, TEXT_SCALE, Colours

_USUAL_LINE = 16.0  # height in pixels of a line of an ordinary interface font


class Scheme(Enum):
    """Which colours a person wants; the value is what the settings store."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """The look of one application, kept in step with the desktop."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = Scheme.SYSTEM
        self._former_style = app.style().objectName()
        self._is_applied = False
        self._is_busy = False

    @property
    def scheme(self) -> Scheme:
        """What the person chose, which may be “as the desktop”."""
        return self._scheme

    @property
    def colours(self) -> Colours:
        """The colours shown now."""
        if self._scheme is Scheme.SYSTEM:
            is_dark = self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
            return DARK if is_dark else LIGHT
        return DARK if self._scheme is Scheme.DARK else LIGHT

    def apply(self, scheme: Scheme = Scheme.SYSTEM) -> None:
        """Dress the application, and keep following the desktop from now on."""
        if not self._is_applied:
            self._is_applied = True
            self._app.setStyle("Fusion")
            self._app.styleHints().colorSchemeChanged.connect(self._on_desktop_changed)
            self._app.fontChanged.connect(self._on_desktop_changed)
        self.set_scheme(scheme)

    def set_scheme(self, scheme: Scheme) -> None:
        """Change to light or dark, or back to what the desktop says."""
        self._scheme = scheme
        # Qt is told as well, so that title bars and native dialogs agree with the window.
        self._app.styleHints().setColorScheme(_QT_SCHEMES[scheme])
        self._refresh()

    def remove(self) -> None:
        """Give the application its former look back (tests share one application)."""
        if not self._is_applied:
            return
        self._is_applied = False
        self._app.styleHints().colorSchemeChanged.disconnect(self._on_desktop_changed)
        self._app.fontChanged.disconnect(self._on_desktop_changed)
        self._app.styleHints().unsetColorScheme()
        self._app.setStyleSheet("")
        self._app.setStyle(self._former_style)
        self._app.setPalette(self._app.style().standardPalette())

    @Slot()
    def _on_desktop_changed(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        if self._is_busy or not self._is_applied:
            return
        self._is_busy = True  # setting palette and style sheet can report changes themselves
        try:
            chosen = palette(self.colours)
            self._app.setPalette(chosen)
            QToolTip.setPalette(chosen)
            self._app.setStyleSheet(style_sheet(self.colours, self._app))
        finally:
            self._is_busy = False
        self.changed.emit()


_QT_SCHEMES: Final = {
    Scheme.SYSTEM: Qt.ColorScheme.Unknown,
    Scheme.LIGHT: Qt.ColorScheme.Light,
    Scheme.DARK: Qt.ColorScheme.Dark,
}


def scaled(pixels: float) -> int:
    """A length that grows with the application's font: `pixels` at the usual size."""
    line = QFontMetrics(QApplication.font()).height()
    return round(pixels * max(1.0, line / _USUAL_LINE))


def restyle(widget: QWidget) -> None:
    """Let the style sheet look at `widget` again after one of its properties changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def style_sheet(chosen: Colours, app: QApplication) -> str:
    """`resources/style.qss` with the colours and with sizes that fit the application's font."""
    points = QFontInfo(app.font()).pointSizeF()
    sizes = {f"{role.value}_pt": f"{points * TEXT_SCALE[role]:.2f}pt" for role in TEXT_SCALE}
    mark = scaled(16) // 2 * 2
    template = Template(resource("style.qss").read_text(encoding="utf-8"))
    return template.substitute(
        asdict(chosen),
        icons=resource("icons").as_posix(),
        mark_px=f"{mark}px",
        mark_half_px=f"{mark // 2 + 1}px",
        dot_px=f"{mark + 2 - 2 * 5}px",
        glyph_px=f"{scaled(12)}px",
        handle_px=f"{mark}px",
        handle_hollow_px=f"{mark - 8}px",
        handle_half_px=f"{mark // 2}px",
        handle_out_px=f"-{(mark - 4) // 2}px",
        spin_px=f"{scaled(22)}px",
        **sizes,
    )


def palette(chosen: Colours) -> QPalette:
    """A palette in which every role that Qt uses has one of our colours."""
    made = QPalette()
    role = QPalette.ColorRole
    for target, colour in {
        role.Window: chosen.window,
        role.WindowText: chosen.text,
        role.Base: chosen.surface,
        role.AlternateBase: chosen.window,
        role.Text: chosen.text,
        role.PlaceholderText: chosen.muted,
        role.Button: chosen.control,
        role.ButtonText: chosen.text,
        role.BrightText: chosen.danger,
        role.Highlight: chosen.selection,
        role.HighlightedText: chosen.selection_text,
        role.Accent: chosen.accent,
        role.Link: chosen.accent_text,
        role.LinkVisited: chosen.accent_text,
        role.ToolTipBase: chosen.tip,
        role.ToolTipText: chosen.tip_text,
        role.Light: chosen.raised,
        role.Midlight: chosen.control_hover,
        role.Mid: chosen.border,
        role.Dark: chosen.control_border,
        role.Shadow: chosen.border,
    }.items():
        made.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, target, QColor(chosen.disabled))
    return made
