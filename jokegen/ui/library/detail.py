"""What is known about one saved data set, what can be done with it, and the jokes inside."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from jokegen import wording
from jokegen.model_service import FEWEST_JOKES
from jokegen.records import DatasetInfo
from jokegen.ui.dataset.progress import JobProgress
from jokegen.ui.joke_table.table import JokesTable
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import ElidedLabel, PlainLabel, Stat, plain_tip
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole, Tone
from jokegen.ui.library.made import MadeSection

if TYPE_CHECKING:
    from jokegen.data.table import TextTable


class DetailCard(Card):
    """Shows a `DatasetInfo`. The buttons only tell; the page around decides."""

    fine_tune_requested = Signal()
    look_requested = Signal()
    open_requested = Signal()
    export_requested = Signal()
    rename_requested = Signal()
    duplicate_requested = Signal()
    delete_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="dataset_detail")
        self._name = ElidedLabel("", TextRole.TITLE, name="dataset_detail_name")
        self._origin = ElidedLabel(
            "", TextRole.MUTED, name="dataset_detail_origin", mode=Qt.TextElideMode.ElideMiddle
        )
        self._jokes = Stat("", "jokes", name="dataset_detail_jokes")
        self._train = Stat("", "to learn from", name="dataset_detail_train")
        self._held_out = Stat("", "kept aside for checking", name="dataset_detail_held_out")
        self._held_out.setToolTip(
            plain_tip(
                "The language model never learns from these. They show whether it has learned "
                "to joke or only learned your jokes by heart."
            )
        )
        self._left_out = PlainLabel("", TextRole.MUTED, name="dataset_detail_left_out")
        self._make_buttons()
        self.export_progress = JobProgress(
            "Stops writing; a file that was there before stays as it was.", name="dataset_exporting"
        )
        self.export_progress.hide()
        self.made = MadeSection()
        self.jokes_table = JokesTable(name="dataset_jokes")
        self.jokes_table.hide()
        self._arrange()

    def show_info(self, info: DatasetInfo) -> None:
        """Show another data set, its jokes hidden."""
        self._name.setText(info.name)
        self.setAccessibleName(info.name)
        saved = moment(info.created)
        size = wording.size(info.bytes)
        source = info.source if info.lineage.origin else PurePath(info.source).name
        self._origin.setText(f"From {source}. Saved on {saved}. {size}.")
        self._origin.setToolTip(plain_tip(f"{info.source}\nSaved on {saved}. {size}."))
        self._jokes.set_value(wording.number(info.jokes))
        self._jokes.set_caption("joke" if info.jokes == 1 else "jokes")
        self._train.set_value(wording.number(info.train))
        self._held_out.set_value(wording.number(info.validation))
        is_enough = info.jokes >= FEWEST_JOKES
        self.fine_tune_button.setEnabled(is_enough)
        if is_enough:
            self._left_out.setText(left_out(info.dropped) or "Nothing had to be left out.")
        else:
            self._left_out.setText(too_few(info.jokes))
        self._left_out.set_tone(None if is_enough else Tone.WARNING)
        self.hide_jokes()

    def show_jokes(self, table: TextTable) -> None:
        """Show the jokes themselves."""
        self.jokes_table.show()
        self.jokes_table.show_dataset(table)
        self.look_button.set_text("Hide the jokes")

    def hide_jokes(self) -> None:
        """Show the figures only, and let go of the file."""
        self.jokes_table.clear()
        self.jokes_table.hide()
        self.look_button.set_text("Look inside")

    @property
    def shows_jokes(self) -> bool:
        return not self.jokes_table.isHidden()

    def set_exporting(self, is_exporting: bool) -> None:
        """Show how far the writing of a file is, or the buttons again."""
        self.export_progress.setVisible(is_exporting)
        self.export_button.setEnabled(not is_exporting)

    def _make_buttons(self) -> None:
        self.fine_tune_button = Button(
            "Fine-tune on it",
            ButtonKind.PRIMARY,
            "finetune",
            name="dataset_fine_tune",
            tip="Goes on to the next step: a language model learns from these jokes.",
        )
        self.look_button = Button(
            "Look inside",
            name="dataset_look",
            tip="Shows the jokes of this data set, or hides them.",
        )
        self.open_button = Button(
            "Open in the workshop",
            name="dataset_open",
            tip="Change these jokes, have the doctor look at them, or take a part of them, and "
            "save that as another data set. This one stays as it is.",
        )
        self.export_button = Button(
            "Export…",
            ButtonKind.QUIET,
            name="dataset_export",
            tip="Writes these jokes into a file for other programs.",
        )
        self.more_button = Button(
            "More", ButtonKind.QUIET, name="dataset_more", tip="Rename, duplicate or delete it."
        )
        menu = QMenu(self.more_button)
        menu.setObjectName("dataset_more_menu")
        for key, words, signal in (
            ("dataset_rename", "Rename…", self.rename_requested),
            ("dataset_duplicate", "Duplicate…", self.duplicate_requested),
            ("dataset_delete", "Delete", self.delete_requested),
        ):
            action = menu.addAction(words)
            action.setObjectName(key)
            action.triggered.connect(signal)
        self.more_button.setMenu(menu)
        self.fine_tune_button.clicked.connect(self.fine_tune_requested)
        self.look_button.clicked.connect(self.look_requested)
        self.open_button.clicked.connect(self.open_requested)
        self.export_button.clicked.connect(self.export_requested)

    def _arrange(self) -> None:
        figures = QHBoxLayout()
        figures.setSpacing(Space.L)
        for stat in (self._jokes, self._train, self._held_out):
            figures.addWidget(stat, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.fine_tune_button)
        buttons.addWidget(self.look_button)
        buttons.addWidget(self.open_button)
        buttons.addStretch(1)
        buttons.addWidget(self.export_button)
        buttons.addWidget(self.more_button)
        self.body.setSpacing(Space.M)
        self.body.addWidget(self._name)
        self.body.addWidget(self._origin)
        self.body.addLayout(figures)
        self.body.addWidget(self._left_out)
        self.body.addLayout(buttons)
        self.body.addWidget(self.export_progress)
        self.body.addWidget(self.made)
        self.body.addWidget(self.jokes_table)


def moment(seconds: float) -> str:
    """A time (seconds since the epoch) as people write it: 25 Nov 2026, 14:03."""
    return QLocale(QLocale.Language.English).toString(
        QDateTime.fromSecsSinceEpoch(round(seconds)), "d MMM yyyy, HH:mm"
    )


def left_out(dropped: dict[str, int]) -> str:
    """ "2 repeated, 1 empty were left out."; nothing left out is an empty text."""
    reasons = wording.dropped(dropped)
    if not reasons:
        return ""
    return f"{reasons} {'was' if sum(dropped.values()) == 1 else 'were'} left out."


def too_few(jokes: int) -> str:
    """Why these are not enough, and what to do."""
    return (
        f"A language model needs at least {FEWEST_JOKES} jokes to learn from; "
        f"this data set has {jokes}. Import more."
    )
