"""The ways to bring jokes, with their words and icons, and a button that offers all of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.icons import icon
from jokegen.ui.kit.labels import plain_tip


@dataclass(frozen=True)
class _Words:
    title: str
    icon: str
    caption: str
    tip: str


class Way(Enum):
    """One way to bring jokes."""

    FILES = "files"
    FOLDER = "folder"
    PASTE = "paste"
    TYPE = "type"
    LINK = "link"
    HUB = "hub"
    STARTER = "starter"

    @property
    def title(self) -> str:
        """What a button or a menu says."""
        return _WORDS[self].title

    @property
    def icon(self) -> str:
        """The name of its icon."""
        return _WORDS[self].icon

    @property
    def caption(self) -> str:
        """A few words under the title."""
        return _WORDS[self].caption

    @property
    def tip(self) -> str:
        """What happens to the jokes."""
        return _WORDS[self].tip


_WORDS = {
    Way.FILES: _Words(
        "Choose files…", "file", "One file or several",
        "Finds files of jokes on this computer. You see what is in them before anything is saved.",
    ),
    Way.FOLDER: _Words(
        "Choose a folder…", "folder", "All files inside",
        "Reads every file in a folder that can be read, as one pile of jokes.",
    ),
    Way.PASTE: _Words(
        "Paste jokes…", "clipboard", "Text that you copied",
        "Takes jokes that you have copied somewhere: lines of text, or rows of a table.",
    ),
    Way.TYPE: _Words(
        "Type them in…", "keyboard", "One by one, in a table",
        "Opens an empty table into which you type your jokes.",
    ),
    Way.LINK: _Words(
        "From a link…", "link", "A file on the web",
        "Fetches a file of jokes from an https address, such as a file on GitHub or a Google "
        "sheet that is shared.",
    ),
    Way.HUB: _Words(
        "From Hugging Face…", "cloud", "A public data set",
        "Fetches a data set from the Hugging Face hub by its name.",
    ),
    Way.STARTER: _Words(
        "Starter jokes", "laugh", "To try everything out",
        "Looks at the jokes that come with Jokegen, to try everything out with them.",
    ),
}  # fmt: skip

_GROUPS = (
    (Way.FILES, Way.FOLDER),
    (Way.PASTE, Way.TYPE),
    (Way.LINK, Way.HUB),
    (Way.STARTER,),
)


class WaysButton(Button):
    """“Import…” with a menu of all ways; `way_chosen` carries the one chosen."""

    way_chosen = Signal(object)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        text: str = "Import…",
        kind: ButtonKind = ButtonKind.SECONDARY,
        name: str = "ways_button",
    ) -> None:
        super().__init__(
            text, kind, "import", parent, name=name,
            tip="Brings more jokes: from files, the clipboard, your keyboard, a link or a hub.",
        )  # fmt: skip
        menu = QMenu(self)
        menu.setObjectName(f"{name}_menu")
        menu.setToolTipsVisible(True)
        for number, ways in enumerate(_GROUPS):
            if number:
                menu.addSeparator()
            for way in ways:
                menu.addAction(self._action(way, menu))
        self.setMenu(menu)

    def _action(self, way: Way, menu: QMenu) -> QAction:
        action = QAction(icon(way.icon, "muted"), way.title, menu)
        action.setObjectName(f"way_{way.value}")
        action.setToolTip(plain_tip(way.tip))
        action.setData(way.value)
        action.triggered.connect(self._on_triggered)
        return action

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.showMenu()
            first = self.menu().actions()[0]
            self.menu().setActiveAction(first)
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.way_chosen.emit(Way(action.data()))
