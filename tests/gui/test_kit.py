"""The widget kit behaves: text is shown as it is, controls by key and mouse, nothing cut."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFont, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.choices import Choice, Option
from jokegen.ui.kit.feedback import Banner, EmptyState, ProgressPanel
from jokegen.ui.kit.fields import Field, SliderField
from jokegen.ui.kit.labels import Badge, ElidedLabel, PlainLabel, Stat
from jokegen.ui.kit.pages import ScrollPage
from jokegen.ui.kit.panels import Card, Disclosure, DropZone
from jokegen.ui.kit.theme import Scheme, Theme
from jokegen.ui.kit.tokens import (
    LIGHT,
    Tone,
)
from tests.gui import gallery
from tests.gui.support import TRICKY, Show, has_colour


def test_text_that_looks_like_markup_is_shown_as_it_is(qtbot: QtBot, theme: Theme) -> None:
    banner = Banner()
    banner.show_message(Tone.ERROR, TRICKY, TRICKY, action=TRICKY)
    progress = ProgressPanel(TRICKY)
    progress.set_status(TRICKY)
    progress.set_remaining(TRICKY)
    slider = SliderField(TRICKY, 0, 9, 1, hint=TRICKY, ends=(TRICKY, TRICKY))
    for widget in (
        PlainLabel(TRICKY), ElidedLabel(TRICKY), Badge(TRICKY), Stat(TRICKY, TRICKY),
        Card(TRICKY, TRICKY), Disclosure(TRICKY), DropZone(TRICKY, TRICKY), banner, progress,
        EmptyState("file", TRICKY, TRICKY), slider, Choice([Option("a", TRICKY, TRICKY)]),
        Field(TRICKY, QComboBox(), hint=TRICKY), ScrollPage(TRICKY, TRICKY),
    ):  # fmt: skip
        qtbot.addWidget(widget)
        own = [widget] if isinstance(widget, QLabel) else []
        labels = [*own, *widget.findChildren(QLabel)]
        for label in labels:
            assert label.textFormat() is Qt.TextFormat.PlainText, type(widget)
        texts = [label.text() for label in labels]
        assert TRICKY in texts or type(widget) is Disclosure
    # Showing a part before it has its place would make it a window for a moment.
    windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    assert [window for window in windows if window is not banner] == []


def test_markup_is_drawn_letter_by_letter(qtbot: QtBot, theme: Theme) -> None:
    as_it_is, without = PlainLabel(TRICKY), PlainLabel("ab & ")
    for label in (as_it_is, without):
        qtbot.addWidget(label)
        label.setWordWrap(False)
    assert as_it_is.sizeHint().width() > 2 * without.sizeHint().width()


def test_tool_tips_and_buttons_show_the_very_characters(qtbot: QtBot, theme: Theme) -> None:
    button = Button(TRICKY, name="b", tip=TRICKY)
    qtbot.addWidget(button)
    assert "&lt;b&gt;a&lt;b&lt;/b&gt; &amp; &lt;img src=x&gt;" in button.toolTip()
    assert button.toolTip().startswith("<p")  # so that the escapes are read as such
    assert button.text() == TRICKY.replace("&", "&&")
    assert button.accessibleName() == TRICKY


def test_a_quiet_button_has_room_for_the_sign_of_its_menu(qtbot: QtBot, theme: Theme) -> None:
    plain, with_menu = (Button("More", ButtonKind.QUIET) for _ in range(2))
    with_menu.setMenu(QMenu(with_menu))
    for button in (plain, with_menu):
        qtbot.addWidget(button)
        button.show()
    assert with_menu.sizeHint().width() >= plain.sizeHint().width() + 16


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_space_press_the_button_that_has_the_focus(
    qtbot: QtBot, theme: Theme, shown: Show, key: Qt.Key
) -> None:
    banner = Banner(name="banner")
    banner.show_message(Tone.INFO, "Deleted.", action="Undo")
    shown(banner)
    for button, told in (
        (banner.action_button, banner.action_clicked),
        (banner.close_button, banner.close_button.clicked),
    ):
        button.setFocus()
        with qtbot.waitSignal(told, timeout=1000):
            QTest.keyClick(button, key)
        QTest.keyClick(button, key, Qt.KeyboardModifier.ControlModifier)


def test_an_elided_label_keeps_the_whole_text_in_its_tool_tip(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    text = "jokes & puns " * 40
    label = ElidedLabel(text)
    shown(label, width=200)
    assert label.shown_text().endswith("…")
    assert label.toolTip().count("jokes &amp; puns") == 40
    assert label.accessibleName() == text


def test_a_word_longer_than_a_line_is_broken_not_cut(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    label = PlainLabel("x" * 400)
    window = shown(label, width=300)
    assert window.width() == 300
    assert label.text() == "x" * 400
    assert label.heightForWidth(label.width()) > 3 * label.fontMetrics().height()


def test_a_slider_moved_by_key_moves_the_number(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    field = SliderField("Surprise", 0.1, 2.0, 0.9, step=0.05, decimals=2, name="temperature")
    shown(field)
    field.slider.setFocus()
    with qtbot.waitSignal(field.value_changed, timeout=1000) as caught:
        QTest.keyClick(field.slider, Qt.Key.Key_Right)
    assert caught.args == [pytest.approx(0.95)]
    assert field.value() == pytest.approx(0.95)
    QTest.keyClick(field.slider, Qt.Key.Key_Home)
    assert field.value() == pytest.approx(0.1)
    QTest.keyClick(field.slider, Qt.Key.Key_End)
    assert field.value() == pytest.approx(2.0)


def test_a_typed_number_moves_the_slider_and_is_kept_exactly(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    field = SliderField("Surprise", 0.0, 2.0, 1.0, step=0.1, decimals=2, name="temperature")
    shown(field)
    field.spin_box.setFocus()
    field.spin_box.selectAll()
    said: list[float] = []
    field.value_changed.connect(said.append)
    QTest.keyClicks(field.spin_box, "1.23")
    QTest.keyClick(field.spin_box, Qt.Key.Key_Return)
    assert said == [pytest.approx(1.23)]
    assert field.slider.value() == 12
    field.set_range(0.0, 1.0)
    assert field.value() == pytest.approx(1.0)
    assert field.slider.value() == field.slider.maximum() == 10


def test_a_slider_moved_by_mouse_moves_the_number(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    field = SliderField("Length", 8, 200, 60, unit="tokens", name="length")
    shown(field)
    right = QPoint(field.slider.width() - 5, field.slider.height() // 2)
    QTest.mouseClick(field.slider, Qt.MouseButton.LeftButton, pos=right)
    assert field.int_value() > 60
    assert field.spin_box.text() == f"{field.int_value()} tokens"


@pytest.mark.parametrize("part", ["slider", "spin_box"])
def test_the_wheel_scrolls_the_page_and_changes_only_the_focused_control(
    qtbot: QtBot, theme: Theme, shown: Show, part: str
) -> None:
    field = SliderField("Length", 8, 200, 60, name="length")
    other = Button("Elsewhere", name="elsewhere")
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.addWidget(other)
    layout.addWidget(field)
    shown(box)
    control: QWidget = getattr(field, part)
    other.setFocus()
    turn_wheel(control)
    assert field.value() == 60
    control.setFocus()
    turn_wheel(control)
    assert field.value() != 60


def turn_wheel(control: QWidget) -> None:
    middle = QPointF(control.rect().center())
    event = QWheelEvent(
        middle, QPointF(control.mapToGlobal(middle.toPoint())), QPoint(0, 0), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(control, event)


def test_a_field_says_its_problem_beside_the_control(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    field = Field("Base model", QComboBox(), name="base")
    shown(field)
    field.set_problem("Choose one first.")
    label = field.findChild(PlainLabel, "base_problem")
    assert label is not None
    assert label.isVisible()
    assert has_colour(field.control.grab().toImage(), LIGHT.danger)
    field.set_problem("")
    assert not label.isVisible()
    assert field.control.accessibleName() == "Base model"


def test_arrow_keys_walk_through_the_choices(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    choice = Choice([Option("a", "First"), Option("b", "Second", "words")], name="recipe")
    shown(choice)
    choice.card("a").setFocus()
    with qtbot.waitSignal(choice.choice_changed, timeout=1000) as caught:
        QTest.keyClick(choice.card("a"), Qt.Key.Key_Right)
    assert caught.args == ["b"]
    assert choice.key() == "b"
    QTest.mouseClick(choice.card("a"), Qt.MouseButton.LeftButton)
    assert choice.key() == "a"


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_the_keyboard_focus_can_be_seen(
    qtbot: QtBot, theme: Theme, shown: Show, scheme: Scheme
) -> None:
    theme.set_scheme(scheme)
    slider = SliderField("Length", 1, 9, 5, name="length")
    choice = Choice([Option("a", "First")])
    widgets: list[QWidget] = [
        Button("Secondary", name="s"), Button("Quiet", ButtonKind.QUIET, name="q"),
        IconButton("copy", "Copy", name="c"), QComboBox(), DropZone("Drop", name="d"),
        choice.card("a"), slider.spin_box, slider.slider,
    ]  # fmt: skip
    for widget in widgets:
        elsewhere = Button("Elsewhere", name="elsewhere")
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.addWidget(widget)
        layout.addWidget(elsewhere)
        shown(box)
        elsewhere.setFocus()
        without = widget.grab().toImage()
        widget.setFocus()
        image = widget.grab().toImage()
        assert image != without, widget
        assert has_colour(image, theme.colours.focus), widget


@pytest.mark.parametrize("name", list(gallery.PAGES))
def test_nothing_is_cut_at_the_smallest_window_and_large_text(
    qtbot: QtBot, theme: Theme, qapp: QApplication, name: str
) -> None:
    larger = QFont(qapp.font())
    larger.setPointSizeF(larger.pointSizeF() * 1.5)
    qapp.setFont(larger)
    page = gallery.PAGES[name]()
    window = gallery.steps_with(page)
    window.resize(1000, 640)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    assert window.width() == 1000
    content = page.widget()
    assert content is not None
    qtbot.waitUntil(lambda: content.width() <= page.viewport().width())
    for label in page.findChildren(QLabel):
        if label.isVisible() and not isinstance(label, ElidedLabel):
            assert label.width() >= label.minimumSizeHint().width(), label.text()
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    for button in page.findChildren(Button):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width(), button.text()
