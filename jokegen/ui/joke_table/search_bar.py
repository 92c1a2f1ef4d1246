"""The line above a table in which one types what to look for, and chooses which jokes to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from jokegen.data.row_query import Show
from jokegen.ui.kit.fields import prepare_control
from jokegen.ui.kit.icons import icon
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_PAUSE_MS = 150  # between the last key and the search


@dataclass(frozen=True)
class View:
    """One choice of which jokes to see."""

    title: str
    show: Show = Show.ALL
    note: str = ""


class SearchBar(QWidget):
    """`changed` tells that `text()` or `view()` did, a moment after the last key."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Search")
        self.line.setClearButtonEnabled(True)
        self.line.addAction(
            QAction(icon("search", "muted"), "", self.line), QLineEdit.ActionPosition.LeadingPosition
        )
        self.line.setMaximumWidth(scaled(340))
        self.line.setMinimumWidth(scaled(150))
        describe(self.line, f"{name}_line", "Search", "Shows only the rows that hold these words.")
        self.views = QComboBox()
        self.views.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        describe(self.views, f"{name}_views", "Which jokes to show", "Which jokes are shown below.")
        prepare_control(self.views)
        self.views.hide()
        self._views: list[View] = [View("All")]
        self._count = PlainLabel("", TextRole.CAPTION, name=f"{name}_count")
        self._count.setWordWrap(False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.changed)
        self.line.textChanged.connect(self._on_text_changed)
        self.views.activated.connect(self._on_view_chosen)
        find = QAction("Search", self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.triggered.connect(self._on_find_wanted)
        self.addAction(find)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.line, 3)
        layout.addWidget(self.views)
        layout.addStretch(1)
        layout.addWidget(self._count)

    def text(self) -> str:
        return self.line.text().strip()

    def view(self) -> View:
        return self._views[max(0, self.views.currentIndex())]

    def set_views(self, views: Sequence[View]) -> None:
        """Offer these; the one that was chosen stays so where it is still among them."""
        former = self.view()
        self._views = list(views) or [View("All")]
        self.views.clear()
        self.views.addItems([view.title for view in self._views])
        same = [
            number
            for number, view in enumerate(self._views)
            if (view.show, view.note) == (former.show, former.note)
        ]
        self.views.setCurrentIndex(same[0] if same else 0)
        self.views.setVisible(len(self._views) > 1)

    def choose(self, show: Show, note: str = "") -> None:
        """Show these jokes, as if they were chosen."""
        for number, view in enumerate(self._views):
            if (view.show, view.note) == (show, note):
                self.views.setCurrentIndex(number)
                self.changed.emit()

    def set_count(self, text: str) -> None:
        """Say how many rows are shown."""
        self._count.setText(text)

    def reset(self) -> None:
        """No words, and all jokes; `changed` is not told."""
        self.line.blockSignals(True)
        self.line.clear()
        self.line.blockSignals(False)
        self.views.setCurrentIndex(0)
        self._timer.stop()

    @Slot()
    def _on_text_changed(self) -> None:
        self._timer.start()

    @Slot()
    def _on_view_chosen(self) -> None:
        self.changed.emit()

    @Slot()
    def _on_find_wanted(self) -> None:
        self.line.setFocus()
        self.line.selectAll()
