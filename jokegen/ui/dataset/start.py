"""The page before there is any data set: a place to drop files, and all ways to bring jokes."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from jokegen.ui.bring.tiles import WayTiles
from jokegen.ui.bring.ways import Way
from jokegen.ui.dataset.drop import dropped_files, dropped_links
from jokegen.ui.dataset.keys import pressed_enter
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel, plain_tip
from jokegen.ui.kit.panels import DropZone
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

KINDS = (
    "CSV, TSV, TXT, JSON, JSONL, Parquet, Arrow, Excel and OpenDocument tables, "
    "also packed as ZIP, GZ or ZST"
)


class StartPage(QWidget):
    """`files_dropped` carries a list of `Path`, `way_chosen` a `Way`.

    Ctrl+V means what the clipboard holds: files as if dropped, an address as a link, else text.
    """

    files_dropped = Signal(list)
    way_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset_start")
        self.choose_button = self._button(Way.FILES, ButtonKind.PRIMARY, "dataset_choose")
        self.folder_button = self._button(Way.FOLDER, ButtonKind.SECONDARY, "dataset_folder")
        self.drop_zone = self._drop_zone()
        self.ways = WayTiles((Way.PASTE, Way.TYPE, Way.LINK, Way.HUB, Way.STARTER))
        self.ways.way_chosen.connect(self.way_chosen)
        hint = PlainLabel(
            f"{_paste_keys()} pastes jokes, files or a link. "
            "Whatever you bring stays on this computer.",
            TextRole.CAPTION,
            name="dataset_start_hint",
        )
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        layout.addLayout(_heading())
        layout.addWidget(self.drop_zone, 1)
        layout.addWidget(self.ways)
        layout.addWidget(hint)
        layout.addStretch(0)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.activated.connect(self._on_paste_wanted)
        QWidget.setTabOrder(self.choose_button, self.folder_button)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_enter(self, event, self.choose_button):
            super().keyPressEvent(event)

    def focus_first(self) -> None:
        """Put the focus on the first button."""
        self.choose_button.setFocus()

    def _button(self, way: Way, kind: ButtonKind, name: str) -> Button:
        button = Button(way.title, kind, way.icon, name=name, tip=way.tip)
        slot = {Way.FILES: self._on_files_wanted, Way.FOLDER: self._on_folder_wanted}[way]
        button.clicked.connect(slot)
        return button

    def _drop_zone(self) -> DropZone:
        zone = DropZone(
            "Drop files or folders of jokes here", f"{KINDS}.", name="dataset_drop_zone"
        )
        zone.setToolTip(
            plain_tip("Drop files anywhere on this page, or press here to choose some.")
        )
        # The buttons within do the same for the keyboard.
        zone.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        zone.setMinimumHeight(scaled(150))
        zone.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        zone.setMaximumHeight(scaled(460))
        zone.files_dropped.connect(self.files_dropped)
        zone.choose_requested.connect(self._on_files_wanted)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, Space.M, 0, 0)
        buttons.setSpacing(Space.M)
        buttons.addStretch(1)
        buttons.addWidget(self.choose_button)
        buttons.addWidget(self.folder_button)
        buttons.addStretch(1)
        zone.add_row(buttons)
        return zone

    @Slot()
    def _on_files_wanted(self) -> None:
        self.way_chosen.emit(Way.FILES)

    @Slot()
    def _on_folder_wanted(self) -> None:
        self.way_chosen.emit(Way.FOLDER)

    @Slot()
    def _on_paste_wanted(self) -> None:
        data = QGuiApplication.clipboard().mimeData()
        if data is not None:
            self._paste(data)

    def _paste(self, data: QMimeData) -> None:
        files = dropped_files(data)
        if files:
            self.files_dropped.emit(files)
        elif dropped_links(data):
            self.way_chosen.emit(Way.LINK)
        elif data.hasText():
            self.way_chosen.emit(Way.PASTE)


def _paste_keys() -> str:
    keys = QKeySequence(QKeySequence.StandardKey.Paste)
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def _heading() -> QLayout:
    words = QVBoxLayout()
    words.setSpacing(Space.XS)
    words.addWidget(PlainLabel("Bring your jokes", TextRole.DISPLAY, name="dataset_start_title"))
    words.addWidget(
        PlainLabel(
            "A language model will learn from them what a joke of yours looks like. "
            "A few hundred work well.",
            TextRole.MUTED,
            name="dataset_start_intro",
        )
    )
    return words
