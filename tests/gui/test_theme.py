"""The look: readable in light and dark, and a change reaches everything on the screen."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.icons import app_icon, colours, icon
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import Scheme, Theme
from jokegen.ui.kit.tokens import (
    DARK,
    EDGE_PAIRS,
    LIGHT,
    TEXT_PAIRS,
    Colours,
    TextRole,
    contrast,
)
from tests.gui.support import Show, has_colour


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_what_it_stands_on(look: Colours) -> None:
    for ink, ground in TEXT_PAIRS:
        assert contrast(getattr(look, ink), getattr(look, ground)) >= 4.5, (ink, ground)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_controls_and_focus_rings_can_be_seen(look: Colours) -> None:
    for edge, ground in EDGE_PAIRS:
        assert contrast(getattr(look, edge), getattr(look, ground)) >= 3, (edge, ground)
    assert contrast(look.text, look.accent) >= 3  # ring of a primary button


def test_contrast_is_the_one_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_theme_switch_changes_palette_and_tells_once(qtbot: QtBot, theme: Theme) -> None:
    assert colours() == LIGHT
    with qtbot.waitSignal(theme.changed, timeout=1000):
        theme.set_scheme(Scheme.DARK)
    assert colours() == DARK
    assert theme.colours == DARK


def test_theme_switch_recolours_an_icon_made_before(theme: Theme) -> None:
    made = icon("stop", "danger")
    size = QSize(48, 48)
    assert has_colour(made.pixmap(size).toImage(), LIGHT.danger)
    theme.set_scheme(Scheme.DARK)
    assert has_colour(made.pixmap(size).toImage(), DARK.danger)
    assert not has_colour(made.pixmap(size).toImage(), LIGHT.danger)


def test_a_button_on_the_screen_takes_the_new_colours(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    button = Button("Stop", ButtonKind.DANGER, "stop", name="stop")
    shown(button)
    assert has_colour(button.grab().toImage(), LIGHT.danger_soft)
    theme.set_scheme(Scheme.DARK)
    assert has_colour(button.grab().toImage(), DARK.danger_soft)


def test_icons_are_crisp_at_double_pixel_ratio(theme: Theme) -> None:
    pixmap = icon("check").pixmap(QSize(16, 16), 2.0)
    assert pixmap.size() == QSize(32, 32)
    assert pixmap.devicePixelRatio() == 2.0


def test_an_icon_that_is_copied_and_added_to_survives(theme: Theme) -> None:
    for _ in range(200):
        copy = icon("play")
        copy.addPixmap(app_icon().pixmap(16))
        assert not copy.pixmap(16).isNull()


def test_an_unknown_icon_or_role_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")
    with pytest.raises(AttributeError):
        icon("play", "no_such_role")


def test_texts_grow_with_the_application_font(
    qtbot: QtBot, theme: Theme, shown: Show, qapp: QApplication
) -> None:
    label = PlainLabel("A title", TextRole.TITLE)
    shown(label)
    before = label.fontMetrics().height()
    larger = QFont(qapp.font())
    larger.setPointSizeF(larger.pointSizeF() * 1.5)
    qapp.setFont(larger)
    assert label.fontMetrics().height() >= before * 1.35  # heights are whole pixels


def test_the_kit_imports_neither_numpy_nor_pyqtgraph() -> None:
    modules = "theme icons labels buttons fields choices panels feedback pages dialogs loss_chart"
    program = "import sys\n" + "".join(f"import jokegen.ui.kit.{m}\n" for m in modules.split())
    program += "assert not {'numpy', 'pyqtgraph', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
