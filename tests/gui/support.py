"""What the tests of the window share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

TRICKY = "<b>a<b</b> & <img src=x>"

Show = Callable[..., QWidget]


def has_colour(image: QImage, colour: str) -> bool:
    """Whether any pixel of `image` has exactly this colour."""
    wanted = QColor(colour).rgb()
    return any(
        image.pixel(x, y) == wanted for y in range(image.height()) for x in range(image.width())
    )
