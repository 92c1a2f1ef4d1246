"""The numbers and colours of the visual system, so that no widget invents its own.

Spacing and radii are in device-independent pixels; text sizes are factors of the application's
font, so that a person's larger font makes everything larger. Every colour has a role. The pairs
that must be readable are listed in `TEXT_PAIRS` and `EDGE_PAIRS`, and tests hold them to the
contrast that WCAG 2.2 AA asks for (4.5 for text, 3 for edges of controls).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Space:
    """Distances between things."""

    XS: Final = 4
    S: Final = 8
    M: Final = 12
    L: Final = 16
    XL: Final = 24
    XXL: Final = 32


class Radius:
    """Corners of things."""

    S: Final = 4
    M: Final = 8
    L: Final = 12


class TextRole(Enum):
    """What a piece of text is for; the style decides on size, weight and colour."""

    CAPTION = "caption"
    BODY = "body"
    STRONG = "strong"
    TITLE = "title"
    DISPLAY = "display"
    MUTED = "muted"


TEXT_SCALE: Final[dict[TextRole, float]] = {
    TextRole.CAPTION: 0.88,
    TextRole.BODY: 1.0,
    TextRole.STRONG: 1.0,
    TextRole.TITLE: 1.22,
    TextRole.DISPLAY: 1.75,
    TextRole.MUTED: 1.0,
}


class Tone(Enum):
    """What a message means for the person who reads it."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Colours:
    """All colour roles of one scheme, as `#rrggbb`."""

    window: str  # the page
    surface: str  # fields and lists
    raised: str  # cards, menus, dialogs
    sunken: str  # tracks of sliders and bars, drop zones
    border: str  # hairlines that only decorate
    control: str  # face of an ordinary button
    control_hover: str
    control_pressed: str
    control_border: str  # edges that show where a control is
    text: str
    muted: str
    disabled: str
    accent: str  # filled accent
    accent_hover: str
    accent_pressed: str
    on_accent: str  # text upon filled accent
    accent_text: str  # accent-coloured text, icons and lines
    accent_soft: str  # faint accent behind a chosen thing
    info_soft: str
    success: str
    success_soft: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    danger_hover: str
    series_1: str  # chart: training loss
    series_2: str  # chart: validation loss
    found: str  # behind words that were looked for
    selection: str
    selection_text: str
    focus: str
    tip: str
    tip_text: str


LIGHT: Final = Colours(
    window="#f6f6f9",
    surface="#ffffff",
    raised="#ffffff",
    sunken="#e6e7ee",
    border="#e2e3ea",
    control="#e9eaf0",
    control_hover="#dfe0e9",
    control_pressed="#d3d5e0",
    control_border="#8a8d9d",
    text="#14151a",
    muted="#5b5e6e",
    disabled="#9a9cab",
    accent="#4a55d4",
    accent_hover="#3d47c2",
    accent_pressed="#333ca9",
    on_accent="#ffffff",
    accent_text="#434dcb",
    accent_soft="#e9ecfe",
    info_soft="#eef0fe",
    success="#17703f",
    success_soft="#e7f5ec",
    warning="#855300",
    warning_soft="#fdf2db",
    danger="#b92431",
    danger_soft="#fdecec",
    danger_hover="#fadcdd",
    series_1="#7c86e8",
    series_2="#c2571a",
    found="#ffdf80",
    selection="#4a55d4",
    selection_text="#ffffff",
    focus="#4a55d4",
    tip="#24252d",
    tip_text="#f4f4f8",
)

DARK: Final = Colours(
    window="#17181d",
    surface="#1d1e24",
    raised="#22232a",
    sunken="#31333d",
    border="#33353f",
    control="#32343e",
    control_hover="#3c3e4a",
    control_pressed="#464956",
    control_border="#7d8092",
    text="#ededf2",
    muted="#a9acba",
    disabled="#6d7080",
    accent="#5560dc",
    accent_hover="#5e69e0",
    accent_pressed="#4953c8",
    on_accent="#ffffff",
    accent_text="#a4acff",
    accent_soft="#2a2d4a",
    info_soft="#2a2d4a",
    success="#6fd49b",
    success_soft="#1d3529",
    warning="#f0c060",
    warning_soft="#3a3019",
    danger="#ff9a9a",
    danger_soft="#432529",
    danger_hover="#522b30",
    series_1="#7f89ea",
    series_2="#f2a25c",
    found="#6a5212",
    selection="#535ed9",
    selection_text="#ffffff",
    focus="#a4acff",
    tip="#3a3c48",
    tip_text="#f4f4f8",
)

# (text role, what it stands on)
TEXT_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    *((ink, ground) for ink in ("text", "muted", "accent_text", "success", "warning", "danger")
      for ground in ("window", "surface", "raised")),
    ("text", "control"), ("text", "control_hover"), ("text", "control_pressed"),
    ("text", "accent_soft"), ("muted", "accent_soft"), ("accent_text", "accent_soft"),
    ("text", "info_soft"), ("text", "success_soft"), ("text", "warning_soft"),
    ("text", "danger_soft"), ("text", "found"),
    ("success", "success_soft"), ("warning", "warning_soft"),
    ("danger", "danger_soft"), ("danger", "danger_hover"),
    ("on_accent", "accent"), ("on_accent", "accent_hover"), ("on_accent", "accent_pressed"),
    ("selection_text", "selection"), ("tip_text", "tip"),
)  # fmt: skip

# (edge or line, what it stands on)
EDGE_PAIRS: Final[tuple[tuple[str, str], ...]] = tuple(
    (edge, ground)
    for edge in ("control_border", "focus", "accent", "series_1", "series_2")
    for ground in ("window", "surface", "raised")
)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, “contrast ratio”)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
