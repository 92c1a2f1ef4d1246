"""Days in the Dataset tab: a messy file, jokes pasted and typed, and a day without a mouse."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QTabBar, QTableView, QWidget

from jokegen.config.paths import Paths
from jokegen.data.store import load_jokes
from jokegen.model_service import ModelService
from tests.e2e.person import Person, live

DOCTOR = 1
CTRL = Qt.KeyboardModifier.ControlModifier
THINGS = (
    "café", "piano", "ladder", "banana", "penguin", "kettle", "umbrella", "lawyer", "tractor",
    "pirate", "violin", "wizard", "toaster", "giraffe", "robot", "plumber", "cactus", "dentist",
    "teapot", "goblin", "rocket", "sailor", "pillow", "doctor", "hamster", "pumpkin",
)  # fmt: skip
JOKES = [
    f"Why did the {thing} bring {n} friends? So that somebody would laugh about the {thing}."
    for n, thing in enumerate(THINGS, 2)
]
MESSY = [
    "I used to be a banker &amp; then I lost interest in it.",
    f"<b>{JOKES[3]}</b>",
    "Never  trust   an atom: they make up everything.",
    "The one that nobody laughs about.",
    *JOKES,
    JOKES[0].upper(),
    JOKES[5],
]


def messy_file(folder: Path) -> Path:
    """What somebody saved from a spreadsheet: an old encoding, semicolons, a column too many."""
    file = folder / "messy [final] 100%.csv"
    with file.open("w", encoding="cp1252", newline="") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow(("No", "Joke", "Rating"))
        rows.writerows((number, joke, "***") for number, joke in enumerate(MESSY, 1))
    return file


def said(person: Person, name: str) -> str:
    return person.find(QLabel, name).text()


async def until_examined(person: Person) -> None:
    """Until the workshop shows a pile at which the doctor is not looking any more."""

    def is_examined() -> bool:
        outlook = person.window.findChild(QLabel, "workshop_outlook")
        return (
            person.sees("workshop_sections")
            and outlook is not None
            and "joke" in outlook.text()
            and "looking" not in outlook.text()
        )

    await person.until(is_examined)


async def until_saved(person: Person, jokes: int) -> None:
    """Save what is in the workshop, and see the library with it."""
    await person.click("workshop_save")
    await person.until(lambda: person.sees("dataset_list"))
    await person.until(lambda: said(person, "dataset_detail_jokes_value") == str(jokes), 5)


async def show_section(person: Person, section: int) -> None:
    bar = person.find(QTabBar, "workshop_sections_bar")
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(section).center())
    await asyncio.sleep(0)


async def row_of(person: Person, text: str) -> int:
    """The row of the doctor's table in which this joke is."""
    view = person.find(QTableView, "doctor_jokes_view")
    found: list[int] = []

    def is_there() -> bool:
        model = view.model()
        found[:] = [
            row
            for row in range(model.rowCount())
            if str(model.index(row, 0).data()).startswith(text)
        ]
        return bool(found)

    await person.until(is_there, 10)
    return found[0]


async def choose_joke(person: Person, text: str, *, is_double: bool = False) -> QTableView:
    view = person.find(QTableView, "doctor_jokes_view")
    place = view.visualRect(view.model().index(await row_of(person, text), 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    if is_double:
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    await asyncio.sleep(0)
    return view


def test_a_messy_file_is_answered_mended_changed_saved_exported_and_deleted(
    qapp: QApplication, paths: Paths, tmp_path: Path
) -> None:
    file = messy_file(tmp_path)
    place = tmp_path / "for a friend.csv"
    told: list[str] = []

    async def day(person: Person) -> None:
        await person.click("dataset_choose")
        await person.choose_file(file)
        await until_examined(person)
        assert "semicolons" in said(person, "workshop_understood")
        assert "Is this right" in said(person, "question_encoding_text")
        await person.click("question_encoding_0")
        assert not person.sees("question_encoding_0"), "it is answered"
        await show_section(person, DOCTOR)
        await person.click("doctor_safe")
        await until_examined(person)
        await person.until(lambda: "mended" in said(person, "doctor_outlook"))
        await choose_joke(person, "Never trust", is_double=True)
        await person.until(lambda: person.sees("doctor_jokes_editor_text"))
        await person.write("doctor_jokes_editor_text", "Never trust an atom.")
        await person.click("doctor_jokes_editor_save")
        view = await choose_joke(person, "The one that nobody")
        QTest.keyClick(view, Qt.Key.Key_Delete)
        await until_examined(person)
        await person.write("workshop_name_line", "Mended by me")
        await until_saved(person, len(JOKES) + 2)
        await person.click("dataset_made_header")
        told.append(said(person, "dataset_made_steps"))
        await person.click("dataset_export")
        await person.choose_file(place)
        await person.until(lambda: place.exists() and person.sees("dataset_banner"))
        await person.until(lambda: said(person, "dataset_banner_title").startswith("Wrote"))
        await person.choose_from_menu("dataset_more", "dataset_delete")
        await person.until(lambda: person.sees("dataset_choose"))
        await person.click("dataset_banner_action")
        await person.until(lambda: person.sees("dataset_list"))
        assert said(person, "dataset_banner_title") == "Brought back: “Mended by me”."
        await person.close_window()

    assert live(qapp, paths, day) == 0
    (info,) = ModelService(paths).datasets()
    train, validation = load_jokes(paths, info.name)
    kept = ["I used to be a banker & then I lost interest in it.", JOKES[3], "Never trust an atom."]
    rest = [joke for joke in JOKES if joke != JOKES[3]]
    assert sorted(train + validation) == sorted(kept + rest)
    assert f"“{file}”" in told[0]
    assert "Changed, removed or kept by hand: 2." in told[0]
    assert "1 removed by hand" in told[0]
    with place.open(encoding="utf-8-sig", newline="") as exported:
        jokes = [row[0] for row in csv.reader(exported)][1:]
    assert sorted(jokes) == sorted(kept + rest)


def test_pasted_and_typed_jokes_are_joined_and_made_again(qapp: QApplication, paths: Paths) -> None:
    typed = [
        "Typed by hand: a joke about a spoon.",
        "Typed by hand: a joke about a fork.",
        JOKES[1],
    ]

    QGuiApplication.clipboard().clear()  # what another test copied would stand in the dialog

    async def day(person: Person) -> None:
        await person.click("start_paste")
        await person.until(lambda: person.sees("paste_text"))
        QGuiApplication.clipboard().setText("\n".join(JOKES))
        QTest.keyClick(person.find(QWidget, "paste_text"), Qt.Key.Key_V, CTRL)
        await person.write("paste_name_line", "Pasted")
        await person.click("paste_dialog_bring")
        await until_examined(person)
        assert said(person, "workshop_title") == "Pasted text"
        await until_saved(person, len(JOKES))
        await person.choose_from_menu("dataset_import", "way_type")
        await person.until(lambda: person.sees("type_cell"))
        for joke in typed:
            QTest.keyClicks(person.find(QWidget, "type_cell"), joke)
            QTest.keyClick(person.find(QWidget, "type_cell"), Qt.Key.Key_Return)
            await person.until(lambda: person.sees("type_cell"))
        await person.click("type_dialog_bring")
        await until_examined(person)
        assert person.find(QLineEdit, "workshop_name_line").text() == "My jokes"
        await until_saved(person, len(typed))
        names = person.find(QWidget, "dataset_list")
        QTest.keyClick(names, Qt.Key.Key_A, CTRL)
        await person.click("dataset_merge_button")
        await until_examined(person)
        await until_saved(person, len(JOKES) + len(typed) - 1)
        await person.click("dataset_made_header")
        assert "Brought from jokes typed by hand." in said(person, "dataset_made_steps")
        await person.click("dataset_remake")
        again = "My jokes + Pasted 2"
        await person.until(lambda: person.sees("dataset_list"))
        await person.until(lambda: said(person, "dataset_detail_name") == again)
        await person.close_window()

    assert live(qapp, paths, day) == 0
    service = ModelService(paths)
    joined, again = (load_jokes(paths, f"My jokes + Pasted{end}") for end in ("", " 2"))
    assert joined == again
    assert sorted(joined[0] + joined[1]) == sorted({*JOKES, *typed})
    assert len(service.datasets()) == 4


class Keyboard:
    """Keys only, sent to whatever has the focus."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def focus(self) -> QWidget:
        """What keys go to now."""
        self._person.look_at_window()
        top = QApplication.activeModalWidget() or self._person.window
        focused = top.focusWidget()
        assert focused is not None, "the keyboard is nowhere"
        return focused

    async def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.keyClick(self.focus(), key, modifier)
        await asyncio.sleep(0.02)

    async def tab_to(self, name: str, *, is_back: bool = False) -> None:
        """Press Tab (or Shift+Tab) until the control of this name has the focus."""
        passed = []
        for _ in range(90):
            if self.focus().objectName() == name:
                return
            passed.append(self.focus().objectName())
            await self.press(Qt.Key.Key_Backtab if is_back else Qt.Key.Key_Tab)
        raise AssertionError(f"{name} cannot be reached by key; passed {passed}")


def test_everything_goes_by_keyboard_alone(
    qapp: QApplication, paths: Paths, tmp_path: Path
) -> None:
    file = messy_file(tmp_path)

    async def day(person: Person) -> None:
        keys = Keyboard(person)
        await keys.tab_to("dataset_choose")
        await keys.press(Qt.Key.Key_Return)
        await person.choose_file(file)
        await until_examined(person)
        assert keys.focus().objectName() == "question_encoding_0", "what is asked comes first"
        await keys.press(Qt.Key.Key_Return)
        assert person.sees("workshop_save"), "the answer saved nothing"
        await keys.tab_to("workshop_sections_bar", is_back=True)
        await keys.press(Qt.Key.Key_Right)
        await keys.tab_to("doctor_safe")
        await keys.press(Qt.Key.Key_Space)
        await person.until(lambda: "mended" in said(person, "doctor_outlook"))
        await until_examined(person)
        await keys.tab_to("doctor_jokes_view")
        await keys.press(Qt.Key.Key_Down)
        await keys.press(Qt.Key.Key_Return)
        assert keys.focus().objectName() == "doctor_jokes_editor_text"
        await keys.press(Qt.Key.Key_A, CTRL)
        QTest.keyClicks(keys.focus(), "Mine, typed without a mouse.")
        await keys.press(Qt.Key.Key_Return, CTRL)
        await person.until(lambda: "1 changed by you" in said(person, "doctor_outlook"))
        await until_examined(person)
        await keys.tab_to("workshop_name_line")
        await keys.press(Qt.Key.Key_A, CTRL)
        QTest.keyClicks(keys.focus(), "By key")
        await keys.press(Qt.Key.Key_Return)
        await person.until(lambda: person.sees("dataset_list"))
        assert keys.focus().objectName() == "dataset_list"
        await keys.press(Qt.Key.Key_F2)
        await person.until(lambda: person.sees("name_dialog_line"))
        await keys.press(Qt.Key.Key_A, CTRL)
        QTest.keyClicks(keys.focus(), "By key alone")
        await keys.press(Qt.Key.Key_Return)
        await person.until(lambda: said(person, "dataset_detail_name") == "By key alone")
        await keys.tab_to("dataset_list", is_back=True)
        await keys.press(Qt.Key.Key_Delete)
        await person.until(lambda: person.sees("dataset_banner_action"))
        await keys.tab_to("dataset_banner_action", is_back=True)
        await keys.press(Qt.Key.Key_Return)
        await person.until(lambda: person.sees("dataset_list"))
        await person.close_window()

    assert live(qapp, paths, day) == 0
    (info,) = ModelService(paths).datasets()
    assert (info.name, info.jokes) == ("By key alone", len(JOKES) + 4)
    train, validation = load_jokes(paths, info.name)
    assert "Mine, typed without a mouse." in train + validation
