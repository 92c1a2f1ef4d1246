"""The line above a table in which one types what to look for, and chooses what to see and how."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from jokegen.data.row_query import FILE_ORDER, LENGTH, Order
from jokegen.ui.joke_table.views import View
from jokegen.ui.kit.buttons import IconButton
from jokegen.ui.kit.combos import Item, ShortCombo
from jokegen.ui.kit.icons import icon
from jokegen.ui.kit.labels import ElidedLabel, describe, plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_PAUSE_MS = 120  # between the last key and the search


class SearchBar(QWidget):
    """`words_changed` comes a moment after the last key, the others at once.

    `left` tells that a person goes on to the table.
    """

    words_changed = Signal()
    view_chosen = Signal()
    order_chosen = Signal(object)  # Order
    left = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._told = ""
        self._items: list[tuple[View, str]] = []
        self.line = _SearchLine()
        describe(
            self.line, f"{name}_line", "Search",
            "Shows only what holds all these words, as you type. "
            "Put “quotation marks” around words that belong together.",
        )  # fmt: skip
        self.views = ShortCombo(name=f"{name}_views")
        describe(
            self.views, f"{name}_views", "Which jokes to show",
            "Shows all jokes, or only those that are kept, left out, mended or changed by you.",
        )  # fmt: skip
        self.views.setMinimumContentsLength(9)
        self.views.setMaximumWidth(scaled(250))
        self.views.hide()
        self.order_button = self._make_order_button(name)
        self._count = ElidedLabel("", TextRole.CAPTION, name=f"{name}_count")
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._on_pause_over)
        self.line.textChanged.connect(self._on_text_changed)
        self.line.left.connect(self._on_left)
        self.views.value_chosen.connect(self._on_view_chosen)
        find = QAction("Search", self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.triggered.connect(self._on_find_wanted)
        self.addAction(find)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.line, 3)
        layout.addWidget(self.views, 2)
        layout.addWidget(self.order_button)
        layout.addWidget(self._count)

    def text(self) -> str:
        """What is looked for."""
        return self.line.text().strip()

    def set_text(self, text: str) -> None:
        """Look for something else, at once."""
        self.line.setText(text)
        self._on_pause_over()

    @property
    def is_waiting(self) -> bool:
        """Whether a person has just typed something that has not been told yet."""
        return self._timer.isActive()

    def view(self) -> View:
        """Which jokes are to be shown."""
        value = self.views.value()
        return value if isinstance(value, View) else View()

    def set_views(self, items: Sequence[tuple[View, str]], view: View) -> None:
        """Offer these choices with their titles; none at all hides the box."""
        self._items = list(items)
        self.views.show_items([Item(title, each) for each, title in items], view)
        self.views.setVisible(bool(items))

    def show_order(self, order: Order) -> None:
        """Mark how the jokes are sorted."""
        for action in self._orders.actions():
            action.setChecked(action.data() == order)
            # The style sheet draws no marks in menus.
            action.setIcon(icon("check") if action.isChecked() else QIcon())

    def set_count(self, text: str) -> None:
        """Say how many rows are shown."""
        self._count.setText(text)

    def count_text(self) -> str:
        """What is said about how many rows are shown."""
        return self._count.text()

    def reset(self) -> None:
        """Look for nothing; nobody is told."""
        blocked = self.line.blockSignals(True)
        self.line.clear()
        self.line.blockSignals(blocked)
        self._told = ""
        self._timer.stop()

    def set_joke_column(self, column: int) -> None:
        """Which column the menu sorts from A to Z."""
        for action, order in zip(
            self._orders.actions(),
            (FILE_ORDER, Order(column), Order(column, True), Order(LENGTH), Order(LENGTH, True)),
            strict=True,
        ):
            action.setData(order)

    def _make_order_button(self, name: str) -> IconButton:
        button = IconButton("sort", "Order of the jokes", name=f"{name}_order")
        button.setToolTip(plain_tip("In which order the jokes are shown. Nothing else changes."))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setObjectName(f"{name}_order_menu")
        self._orders = QActionGroup(self)
        for title in (
            "As in the file", "From A to Z", "From Z to A", "Shortest first", "Longest first",
        ):  # fmt: skip
            action = QAction(title, self)
            action.setCheckable(True)
            action.setIconVisibleInMenu(True)
            self._orders.addAction(action)
            menu.addAction(action)
        self._orders.triggered.connect(self._on_order_chosen)
        button.setMenu(menu)
        self.set_joke_column(0)
        self.show_order(FILE_ORDER)
        return button

    @Slot()
    def _on_text_changed(self) -> None:
        if self.text():
            self._timer.start()
        else:
            self._on_pause_over()

    @Slot()
    def _on_pause_over(self) -> None:
        self._timer.stop()
        if self.text() != self._told:
            self._told = self.text()
            self.words_changed.emit()

    @Slot(object)
    def _on_view_chosen(self, _view: object) -> None:
        self.view_chosen.emit()

    @Slot(QAction)
    def _on_order_chosen(self, action: QAction) -> None:
        self.order_chosen.emit(action.data())

    @Slot()
    def _on_left(self) -> None:
        self._on_pause_over()
        self.left.emit()

    @Slot()
    def _on_find_wanted(self) -> None:
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()


class _SearchLine(QLineEdit):
    """Escape clears it; Enter, the down key, and Escape once it is empty lead on to the table."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Search")
        self.setClearButtonEnabled(True)
        glass = QAction(icon("search", "muted"), "", self)
        self.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self.setMaximumWidth(scaled(340))
        self.setMinimumWidth(scaled(110))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key in (
            Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter,
        ):  # fmt: skip
            self.left.emit()
        else:
            super().keyPressEvent(event)
