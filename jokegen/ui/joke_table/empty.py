"""What stands in the place of the table when no row is to be shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from jokegen.data.row_query import Show
from jokegen.ui.joke_table.views import View
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_NOTHING = {
    Show.ALL: "There is nothing in this table.",
    Show.KEPT: "No joke is kept.",
    Show.LEFT_OUT: "Nothing is left out.",
    Show.CHANGED: "No joke was mended.",
    Show.EDITED: "You have not changed any joke.",
}


class NothingFound(QWidget):
    """Says why there is nothing, and offers the way out; `clear_wanted` tells that it is taken."""

    clear_wanted = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._why = PlainLabel("", TextRole.MUTED, name=f"{name}_why")
        self._why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = Button(
            "Clear the search", name=f"{name}_clear", tip="Shows all rows again.",
            kind=ButtonKind.SECONDARY,
        )  # fmt: skip
        self.button.clicked.connect(self.clear_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        layout.addWidget(IconLabel("search", "muted", scaled(28)), 0, middle)
        layout.addWidget(self._why)
        layout.addWidget(self.button, 0, middle)
        layout.addStretch(1)

    def show_why(self, word: str, *, has_words: bool, view: View) -> None:
        """`word` is what one row is called: “row” or “joke”."""
        if has_words:
            among = "" if view.show is Show.ALL else " among those you chose to see"
            self._why.setText(f"No {word} holds these words{among}.")
            self.button.set_text("Clear the search")
        else:
            self._why.setText(_NOTHING[view.show])
            self.button.set_text("Show all jokes")
        self.button.setVisible(has_words or view.show is not Show.ALL)
