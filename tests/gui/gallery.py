"""Draws every widget of the kit in its states, light and dark, at 100% and 150% text, to PNG files.

python -m tests.gui.gallery FOLDER
"""

from __future__ import annotations

import math
import os
import random
import sys
from pathlib import Path

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QFont, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from jokegen.config.paths import resource
from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.choices import Choice, Option
from jokegen.ui.kit.dialogs import Answer, AskDialog
from jokegen.ui.kit.feedback import Banner, EmptyState, ProgressPanel
from jokegen.ui.kit.fields import Field, SliderField
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import Badge, ElidedLabel, PlainLabel, Stat
from jokegen.ui.kit.lists import ItemList
from jokegen.ui.kit.loss_chart import LossChart
from jokegen.ui.kit.pages import ScrollPage, StepTabs
from jokegen.ui.kit.panels import Card, Disclosure, DropZone
from jokegen.ui.kit.theme import Scheme, Theme
from jokegen.ui.kit.tokens import Space, TextRole, Tone

TRICKY = "<b>a<b</b> & <img src=x>"
JOKES = (
    "I told my computer a joke. It did not get it, but it offered to reinstall my sense of humour.",
    "Why did the language model cross the road? Because that was the most likely next token.",
    TRICKY,
    "My password is the last eight digits of pi.",
)


def text_page() -> ScrollPage:
    page = ScrollPage("Bring your jokes", "A file with a joke a line, or a table.", name="texts")
    card = Card("Text", "Every role that a text can have.", name="text_card")
    for role in TextRole:
        card.body.addWidget(PlainLabel(f"{role.value}: {JOKES[1]}", role))
    for tone in Tone:
        label = PlainLabel(f"{tone.value}: {TRICKY}")
        label.set_tone(tone)
        card.body.addWidget(label)
    card.body.addWidget(ElidedLabel("/home/somebody/" + "a very long folder name/" * 12))
    badges = QHBoxLayout()
    for tone in Tone:
        badges.addWidget(Badge(tone.value.capitalize(), tone))
    badges.addStretch(1)
    card.body.addLayout(badges)
    page.add(card)
    stats = Card("Your data set", name="stats")
    stats.add_to_header(IconButton("refresh", "Read the file again"))
    row = QHBoxLayout()
    for value, caption in (("2,950", "jokes"), ("17", "words each"), ("148", "kept for checking")):
        row.addWidget(Stat(value, caption), 1)
    stats.body.addLayout(row)
    page.add(stats)
    icons = Card("Icons", name="icons")
    names = sorted(path.stem for path in resource("icons").glob("*.svg"))
    names = [name for name in names if not name.startswith("control")]
    for colour in ("text", "muted", "accent_text", "success", "warning", "danger"):
        for some in (names[::2], names[1::2]):
            line = QHBoxLayout()
            for name in some:
                line.addWidget(IconLabel(name, colour, 16 if colour == "muted" else 22))
            icons.body.addLayout(line)
    page.add(icons)
    return page


def button_page() -> ScrollPage:
    page = ScrollPage("Buttons and fields", name="buttons")
    buttons = Card("Buttons", "Ordinary, disabled and with the keyboard focus.", name="button_card")
    for is_live in (True, False):
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for kind, words, icon_name in (
            (ButtonKind.PRIMARY, "Start training", "play"),
            (ButtonKind.SECONDARY, "Choose a file…", "folder"),
            (ButtonKind.QUIET, "Use starter jokes", ""),
            (ButtonKind.DANGER, "Stop", "stop"),
        ):
            button = Button(words, kind, icon_name, name=f"{kind.value}_{is_live}")
            button.setEnabled(is_live)
            row.addWidget(button)
        more = IconButton("more", "More", name=f"more_{is_live}")
        more.setEnabled(is_live)
        row.addWidget(more)
        row.addStretch(1)
        buttons.body.addLayout(row)
    page.add(buttons)
    fields = Card("Fields", name="field_card")
    combo = QComboBox()
    combo.addItems(["SmolLM2-135M · 93 MB", "DistilGPT-2 · 350 MB"])
    line = QLineEdit("My best jokes")
    line.setPlaceholderText("A name")
    top = QHBoxLayout()
    top.setSpacing(Space.L)
    top.addWidget(Field("Base model", combo, hint="Smaller is quicker.", name="base"), 1)
    problem = Field("Name", line, name="name")
    problem.set_problem("There is a data set of this name already; choose another name.")
    top.addWidget(problem, 1)
    number = QSpinBox()
    number.setRange(1, 10)
    top.addWidget(Field("Epochs", number, hint="Times through all jokes.", name="epochs"), 1)
    fields.body.addLayout(top)
    marks = QHBoxLayout()
    marks.setSpacing(Space.L)
    for mark in (QCheckBox("No doubles"), QCheckBox("Rude jokes"), QRadioButton("One a line"),
                 QRadioButton("A table")):  # fmt: skip
        marks.addWidget(mark)
    marks.addStretch(1)
    fields.body.addLayout(marks)
    fields.findChildren(QCheckBox)[0].setChecked(True)
    fields.findChildren(QRadioButton)[0].setChecked(True)
    dead = QCheckBox("Not now")
    dead.setChecked(True)
    dead.setEnabled(False)
    marks.insertWidget(4, dead)
    text = QPlainTextEdit(JOKES[0])
    text.setMaximumHeight(80)
    fields.body.addWidget(Field("How the joke starts", text, name="prompt"))
    page.add(fields)
    return page


def slider_page() -> ScrollPage:
    page = ScrollPage("Sliders and choices", name="sliders")
    sliders = Card("Playground", "How the next joke is written.", name="slider_card")
    for field in (
        SliderField("Length", 8, 200, 60, unit="tokens", hint="At most so long.", name="length"),
        SliderField("Surprise", 0.1, 2, 0.9, step=0.05, decimals=2, ends=("Tame", "Wild"),
                    name="temperature"),
        SliderField("Choices", 1, 200, 50, hint="How many words are considered.", name="top_k"),
    ):  # fmt: skip
        sliders.body.addWidget(field)
    sliders.findChildren(SliderField)[2].setEnabled(False)
    choice = Choice(
        [
            Option("taste", "Quick taste", "1 epoch · about 4 minutes"),
            Option("good", "Good", "3 epochs · about 12 minutes. What most people want."),
            Option("best", "Thorough", "10 epochs · about 40 minutes"),
        ],
        caption="How long",
        chosen="good",
        name="recipe",
    )
    choice.set_option_enabled("best", False)
    page.add_row(sliders)
    card = Card("Fine-tune", name="choice_card")
    card.body.addWidget(choice)
    more = Disclosure("More settings", is_open=True, name="more")
    more.body.addWidget(PlainLabel("For those who want to know.", TextRole.MUTED))
    card.body.addWidget(more)
    card.body.addWidget(Disclosure("Folded", name="folded"))
    page.add(card)
    return page


def feedback_page() -> ScrollPage:
    page = ScrollPage("Feedback", name="feedback")
    for tone, title, todo, action in (
        (Tone.INFO, "The starter model is on its way.", "You can go on importing meanwhile.", ""),
        (Tone.SUCCESS, "Run 3 complete in 12 minutes.", "Try it out.", "Open the Playground"),
        (Tone.WARNING, "The laptop runs on its battery.", "Plug it in for a long run.", ""),
        (Tone.ERROR, f"The file “{TRICKY}.csv” has no jokes in line 17.", "Choose another one, or "
         "mend that line in a spreadsheet program and import the file again.", "Try again"),
    ):  # fmt: skip
        banner = Banner(name=f"banner_{tone.value}")
        page.add(banner)
        banner.show_message(tone, title, todo, action=action)
    card = Card(name="progress_card")
    panel = ProgressPanel("Training", name="training")
    panel.set_fraction(0.42)
    panel.set_status("Step 760 of 1,800 · epoch 2 of 3")
    panel.set_remaining("about 12 minutes left")
    panel.add_button("Stop and keep", icon_name="stop", name="stop")
    card.body.addWidget(panel)
    unknown = ProgressPanel("Reading the file", name="reading")
    unknown.set_fraction(None)
    unknown.set_status("2,950 jokes so far")
    card.body.addWidget(unknown)
    page.add(card)
    return page


def place_page() -> ScrollPage:
    page = ScrollPage(name="places")
    page.add(DropZone("Drop a file with jokes here", "or press to choose one · .txt .csv .json"))
    card = Card(name="empty_card")
    card.body.addWidget(
        EmptyState(
            "laugh",
            "No jokes yet",
            "Import a file of your own, or begin with 200 jokes that come with Jokegen.",
            action="Import jokes…",
            action_icon="import",
            secondary="Use the starter jokes",
            name="empty",
        )
    )
    page.add(card, 1)
    return page


def table_page() -> ScrollPage:
    page = ScrollPage(name="tables")
    rows = QStandardItemModel(0, 2)
    rows.setHorizontalHeaderLabels(["Joke", "Words"])
    for index in range(40):
        joke = JOKES[index % len(JOKES)]
        rows.appendRow([QStandardItem(joke), QStandardItem(str(len(joke.split())))])
    table = QTableView()
    table.setModel(rows)
    rows.setParent(table)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.verticalHeader().hide()
    side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    table.horizontalHeader().setDefaultAlignment(side)
    table.setColumnWidth(0, 560)
    table.horizontalHeader().setStretchLastSection(True)
    table.setMinimumHeight(240)
    table.selectRow(1)
    card = Card("Your jokes", name="table_card")
    card.body.addWidget(table)
    page.add(card)
    words = ItemList("Jokes", name="words")
    words.setModel(QStringListModel(list(JOKES), words))
    words.setCurrentIndex(words.model().index(1, 0))
    words.setMinimumHeight(160)
    page.add(words)
    return page


def chart_page() -> ScrollPage:
    page = ScrollPage(name="charts")
    chance = random.Random(1)
    full, empty = LossChart(name="full"), LossChart(name="empty_chart")
    best = 9.0
    for step in range(1, 1801):
        fall = 2.6 + 2.4 * math.exp(-step / 250)
        full.add_training_point(step, fall - step / 3000 + chance.gauss(0, 0.12))
        if step % 150 == 0:
            loss = fall + step / 6000
            full.add_validation_point(step, loss, loss < best)
            best = min(best, loss)
    full.redraw_now()
    for title, chart in (("Run 3", full), ("Run 4", empty)):
        card = Card(title, name=chart.objectName() + "_card")
        card.body.addWidget(chart)
        page.add(card)
    return page


PAGES = {
    "texts": text_page,
    "buttons": button_page,
    "sliders": slider_page,
    "feedback": feedback_page,
    "places": place_page,
    "tables": table_page,
    "chart": chart_page,
}


def steps_with(page: QWidget, is_first: bool = True) -> StepTabs:
    """The window's tabs, with `page` as the one that shows."""
    tabs = StepTabs()
    first = tabs.add_step(page, "Dataset", "dataset")
    tabs.add_step(QWidget(), "Fine-tune", "finetune")
    tabs.add_step(QWidget(), "Playground", "playground")
    tabs.set_step_done(first, not is_first)
    return tabs


def question() -> AskDialog:
    answers = [Answer("keep", "Keep"), Answer("delete", "Delete", ButtonKind.DANGER)]
    text = f"2,950 jokes go for good: {TRICKY}. The runs that learned from them stay."
    return AskDialog(None, "Delete “My best jokes”?", text, answers)


def shoot(window: QWidget, target: Path, focus: str = "") -> None:
    window.show()
    window.activateWindow()
    if focus:
        found = window.findChild(QWidget, focus)
        assert found is not None
        found.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    window.grab().save(str(target))
    for page in window.findChildren(ScrollPage):
        content = page.widget()
        assert content is not None
        cut = content.minimumSizeHint().width() - page.viewport().width()
        if cut > 0:
            print(f"{target.name}: {cut} pixels too wide")  # noqa: T201


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = Theme(app)
    theme.apply(Scheme.LIGHT)
    usual = QFont(app.font())
    for percent in (100, 150):
        larger = QFont(usual)
        larger.setPointSizeF(usual.pointSizeF() * percent / 100)
        app.setFont(larger)
        for scheme in (Scheme.LIGHT, Scheme.DARK):
            theme.set_scheme(scheme)
            tag = f"{scheme.value}-{percent}"
            for name, make in PAGES.items():
                window = QWidget()
                window.resize(1000, 640 if percent == 150 else 760)
                layout = QVBoxLayout(window)
                layout.setContentsMargins(0, 0, 0, 0)
                layout.addWidget(steps_with(make(), name == "texts"))
                focus = {"buttons": "primary_True", "sliders": "length_slider"}.get(name, "")
                shoot(window, folder / f"{name}-{tag}.png", focus)
                window.deleteLater()
            shoot(question(), folder / f"question-{tag}.png")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main(Path(sys.argv[1]))
