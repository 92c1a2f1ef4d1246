"""The page before there is any data set: everything that can bring jokes is one press away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from jokegen.ui.bring.ways import Way
from jokegen.ui.dataset.drop import DropFrame, dropped_files, dropped_links
from jokegen.ui.dataset.start import StartPage
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.pages import ScrollPage
from jokegen.ui.kit.theme import Scheme, Theme
from tests.gui.bring_bench import copy_text, copy_urls
from tests.gui.dataset_bench import click, drop, one, primaries
from tests.gui.support import Show

BUTTONS = {
    Way.FILES: "dataset_choose",
    Way.FOLDER: "dataset_folder",
    Way.PASTE: "start_paste",
    Way.TYPE: "start_type",
    Way.LINK: "start_link",
    Way.HUB: "start_hub",
    Way.STARTER: "start_starter",
}


@pytest.fixture
def page(theme: Theme, shown: Show) -> Iterator[StartPage]:
    made = StartPage()
    shown(made, 1000, 580)
    yield made
    QGuiApplication.clipboard().clear()


@pytest.fixture
def chosen(page: StartPage) -> list[Way]:
    ways: list[Way] = []
    page.way_chosen.connect(ways.append)
    return ways


@pytest.mark.parametrize("way", list(Way))
def test_every_way_has_a_button_for_mouse_and_keyboard(
    qtbot: QtBot, page: StartPage, chosen: list[Way], way: Way
) -> None:
    click(qtbot, page, BUTTONS[way])
    button = one(page, QAbstractButton, BUTTONS[way])
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert chosen == [way, way]
    assert button.accessibleName() == way.title
    assert button.accessibleDescription() == way.tip


def test_choosing_files_is_the_one_primary_button_and_has_the_focus(page: StartPage) -> None:
    page.focus_first()
    assert primaries(page) == ["dataset_choose"]
    assert page.choose_button.hasFocus()


def test_tab_goes_through_all_ways_in_the_order_in_which_they_stand(page: StartPage) -> None:
    page.focus_first()
    names = []
    for _ in BUTTONS:
        focused = page.focusWidget()
        assert focused is not None
        names.append(focused.objectName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert names == list(BUTTONS.values())


def test_several_files_and_folders_can_be_dropped_at_once(
    qtbot: QtBot, page: StartPage, tmp_path: Path
) -> None:
    file, folder = tmp_path / "a.csv", tmp_path / "folder"
    with qtbot.waitSignal(page.files_dropped, timeout=1000) as dropped:
        drop(page.drop_zone, file, folder)
    assert dropped.args == [[file, folder]]


def test_pressing_the_place_for_drops_chooses_files(
    qtbot: QtBot, page: StartPage, chosen: list[Way]
) -> None:
    QTest.mouseClick(page.drop_zone, Qt.MouseButton.LeftButton)
    assert chosen == [Way.FILES]


def test_pasting_text_opens_the_way_to_paste(page: StartPage, chosen: list[Way]) -> None:
    copy_text("One joke.\nAnother joke.")
    page.focus_first()
    QTest.keySequence(page.choose_button, "Ctrl+V")
    assert chosen == [Way.PASTE]


def test_pasting_an_address_opens_the_way_for_links(page: StartPage, chosen: list[Way]) -> None:
    copy_text(" https://example.com/jokes.csv\n")
    page.focus_first()
    QTest.keySequence(page.choose_button, "Ctrl+V")
    copy_urls("https://example.com/jokes.csv")
    QTest.keySequence(page.choose_button, "Ctrl+V")
    assert chosen == [Way.LINK, Way.LINK]


def test_files_copied_in_a_file_manager_are_pasted_like_dropped_ones(
    qtbot: QtBot, page: StartPage, tmp_path: Path, chosen: list[Way]
) -> None:
    copy_urls(*(QUrl.fromLocalFile(str(tmp_path / name)).toString() for name in ("a b.csv", "c")))
    page.focus_first()
    with qtbot.waitSignal(page.files_dropped, timeout=1000) as dropped:
        QTest.keySequence(page.choose_button, "Ctrl+V")
    assert dropped.args == [[tmp_path / "a b.csv", tmp_path / "c"]]
    assert chosen == []


def test_pasting_nothing_does_nothing(page: StartPage, chosen: list[Way]) -> None:
    QGuiApplication.clipboard().clear()
    page.focus_first()
    QTest.keySequence(page.choose_button, "Ctrl+V")
    assert chosen == []


def test_a_hidden_page_does_not_take_the_keys_of_another(
    qtbot: QtBot, page: StartPage, chosen: list[Way]
) -> None:
    copy_text("A joke")
    window = page.window()
    page.hide()
    QTest.keySequence(window, "Ctrl+V")
    assert chosen == []


def test_dropped_links_are_https_addresses_only() -> None:
    data = QMimeData()
    link = "https://example.com/a%20b.csv?x=1"
    data.setUrls([QUrl(link), QUrl("http://x.com/b"), QUrl.fromLocalFile("/tmp/c.csv"), QUrl(link)])
    assert dropped_links(data) == [link]
    assert dropped_files(data) == [Path("/tmp/c.csv")]
    text = QMimeData()
    text.setText("https://example.com/jokes.csv")
    assert dropped_links(text) == ["https://example.com/jokes.csv"]
    text.setText("Look at https://example.com/jokes.csv")
    assert dropped_links(text) == []


def test_the_frame_says_what_will_be_dropped(qtbot: QtBot, page: StartPage) -> None:
    frame = DropFrame(page)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/a.csv"), QUrl.fromLocalFile("/tmp/b")])
    frame.cover(data)
    assert frame.words == "Drop all 2 to look inside, as one pile of jokes"
    data.setUrls([QUrl("https://example.com/a.csv")])
    frame.cover(data)
    assert frame.words == "Drop the link to fetch the jokes behind it"
    data.setUrls([QUrl.fromLocalFile("/tmp/a.csv")])
    frame.cover(data)
    assert frame.words == "Drop it to look inside"


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_is_clipped_and_nothing_scrolls_in_the_smallest_window(
    qtbot: QtBot, theme: Theme, qapp: QApplication, scale: float
) -> None:
    font = QFont(qapp.font())
    font.setPointSizeF(font.pointSizeF() * scale)
    theme.set_scheme(Scheme.LIGHT)
    qapp.setFont(font)
    page, scroll = StartPage(), ScrollPage(max_width=1400, name="page")
    scroll.add(page, 1)
    qtbot.addWidget(scroll)
    scroll.resize(1000, 640 - round(56 * scale))
    scroll.show()
    qtbot.waitExposed(scroll)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() == 0)
    for label in page.findChildren(PlainLabel):
        if label.isVisible():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    tiles = page.ways.tiles
    assert len({tile.height() for tile in tiles}) == 1
