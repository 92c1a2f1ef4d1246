"""The page before there is any data set: a place to drop a file, and jokes to start with."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from jokegen.ui.dataset.keys import pressed_enter
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import PlainLabel, plain_tip
from jokegen.ui.kit.panels import DropZone
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

KINDS = "CSV, TSV, TXT (one joke a line), JSON, JSONL or Parquet"


class StartPage(QWidget):
    """Invites a file of jokes; `files_dropped` carries a list of `Path`."""

    files_dropped = Signal(list)
    choose_requested = Signal()
    starter_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset_start")
        self.drop_zone = DropZone(
            "Drop a file of jokes here, or choose one", f"{KINDS}.", name="dataset_drop_zone"
        )
        self.drop_zone.setToolTip(
            plain_tip("Drop a file anywhere on this page, or press here to choose one.")
        )
        self.drop_zone.setMinimumHeight(scaled(140))
        self.drop_zone.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.drop_zone.setMaximumHeight(scaled(460))
        self.drop_zone.files_dropped.connect(self.files_dropped)
        self.drop_zone.choose_requested.connect(self.choose_requested)
        self.choose_button = Button(
            "Choose a file…",
            ButtonKind.PRIMARY,
            "folder",
            name="dataset_choose",
            tip="Finds a file of jokes on this computer. You see what is in it before it is saved.",
        )
        self.choose_button.clicked.connect(self.choose_requested)
        self.starter_button = Button(
            "Use the starter jokes",
            ButtonKind.SECONDARY,
            "laugh",
            name="dataset_starter",
            tip="Looks at the jokes that come with Jokegen, to try everything out with them.",
        )
        self.starter_button.clicked.connect(self.starter_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.M)
        buttons.addStretch(1)
        buttons.addWidget(self.choose_button)
        buttons.addWidget(self.starter_button)
        buttons.addStretch(1)
        hint = PlainLabel(
            "No jokes at hand? The starter jokes come with Jokegen. "
            "Whatever you bring stays on this computer.",
            TextRole.CAPTION,
            name="dataset_start_hint",
        )
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(
            PlainLabel("Bring your jokes", TextRole.DISPLAY, name="dataset_start_title")
        )
        words.addWidget(
            PlainLabel(
                "A language model will learn from them what a joke of yours looks like. "
                "A few hundred work well.",
                TextRole.MUTED,
                name="dataset_start_intro",
            )
        )
        layout.addLayout(words)
        layout.addWidget(self.drop_zone, 1)
        layout.addLayout(buttons)
        layout.addWidget(hint)
        layout.addStretch(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_enter(self, event, self.choose_button):
            super().keyPressEvent(event)

    def focus_first(self) -> None:
        self.choose_button.setFocus()
