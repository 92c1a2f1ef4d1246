"""The icons of the window, drawn from `resources/icons` in the colours of the moment.

An icon is painted when it is needed, at the size and pixel ratio of the screen it is on, in the
colour that its role has in the application's palette at that time. So nobody has to hand out new
icons when the desktop turns dark: a repaint is enough.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from jokegen.config.paths import resource
from jokegen.ui.kit.tokens import DARK, LIGHT, Colours

APP_SIZES = (16, 24, 32, 48, 64, 128, 256)


def colours(palette: QPalette | None = None) -> Colours:
    """The colours that go with `palette` (default: the application's): light or dark."""
    ground = (palette or QGuiApplication.palette()).color(QPalette.ColorRole.Window)
    return LIGHT if ground.lightness() > 127 else DARK


def icon(name: str, role: str = "text") -> QIcon:
    """The icon `resources/icons/<name>.svg` in the colour of `role` (a field of `Colours`).

    Raises FileNotFoundError when there is no such icon and AttributeError for an unknown role.
    """
    _source(name)
    getattr(LIGHT, role)
    return QIcon(_Engine(name, role))


def app_icon() -> QIcon:
    """The full-colour mark of the application, for the window and the task bar."""
    mark = QIcon()
    for size in APP_SIZES:
        mark.addPixmap(QPixmap.fromImage(_drawing("app", "#000000", size, size)))
    return mark


class IconLabel(QWidget):
    """An icon that stands alone; decoration, so it takes no focus and has no name of its own."""

    def __init__(
        self, name: str, role: str = "text", size: int = 20, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._role = name, role
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_icon(self, name: str, role: str | None = None) -> None:
        """Show another icon, in another colour role if one is given."""
        self._name, self._role = name, role or self._role
        self.update()

    @property
    def icon_name(self) -> str:
        """The icon that is shown."""
        return self._name

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        if self._name == "app":
            side = self._size * self.devicePixelRatioF()
            painter.drawImage(self.rect(), _drawing("app", "#000000", round(side), round(side)))
        else:
            _Engine(self._name, self._role).paint(painter, self.rect(), mode, QIcon.State.Off)
        painter.end()


# WORKAROUND: PySide6 6.11 does not hand the ownership of what `clone` returns to Qt; a copy that
# nobody else holds is freed under it and the program crashes. Qt clones only when an icon that
# was copied is added to, so this list stays short.
_clones: list[QIconEngine] = []


class _Engine(QIconEngine):
    """Paints one icon in the colour its role has now."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name, self._role = name, role

    def clone(self) -> QIconEngine:
        copy = _Engine(self._name, self._role)
        _clones.append(copy)
        return copy

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        image = self._image(round(rect.width() * ratio), round(rect.height() * ratio), mode)
        painter.drawImage(rect, image)

    def pixmap(self, size: QSize, mode: QIcon.Mode, _state: QIcon.State) -> QPixmap:
        return QPixmap.fromImage(self._image(size.width(), size.height(), mode))

    def _image(self, width: int, height: int, mode: QIcon.Mode) -> QImage:
        role = {QIcon.Mode.Disabled: "disabled", QIcon.Mode.Selected: "selection_text"}.get(
            mode, self._role
        )
        return _drawing(self._name, getattr(colours(), role), width, height)


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (resource("icons") / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _drawing(name: str, colour: str, width: int, height: int) -> QImage:
    """The icon as an image of `width` × `height` device pixels (images outlive the application)."""
    image = QImage(max(1, width), max(1, height), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    svg = _source(name).replace("currentColor", colour)
    painter = QPainter(image)
    side = min(image.width(), image.height())
    corner = QRectF(0, (image.height() - side) / 2, side, side)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, corner)
    painter.end()
    return image
