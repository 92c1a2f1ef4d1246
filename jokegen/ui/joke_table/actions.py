"""What can be done with the jokes that are chosen in a table: keys, buttons and menu."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from jokegen.data.row_query import FILE_ORDER, Order
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.icons import icon
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.tokens import Space, TextRole


class JokeActions(QObject):
    """The actions of one table; they work by their keys while the table has the focus."""

    open_wanted = Signal()
    remove_wanted = Signal()
    restore_wanted = Signal()
    put_back_wanted = Signal()
    copy_wanted = Signal()
    order_wanted = Signal(object)  # Order

    def __init__(self, view: QWidget, name: str) -> None:
        super().__init__(view)
        self._view = view
        self._name = name
        self.open = self._make("open", "Read", "file", self.open_wanted, "Enter", "Return", "F2")
        self.copy = self._make("copy", "Copy", "copy", self.copy_wanted)
        self.copy.setShortcuts(QKeySequence.StandardKey.Copy)
        self.remove = self._make("remove", "Remove", "trash", self.remove_wanted, "Del")
        self.restore = self._make("restore", "Restore", "refresh", self.restore_wanted, "R")
        self.put_back = self._make(
            "put_back", "Put the former text back", "undo", self.put_back_wanted
        )
        self.undo = self._make("undo", "Undo", "undo", None)
        self.redo = self._make("redo", "Redo", "redo", None)

    def set_editable(self, can_edit: bool) -> None:
        """Whether jokes can be changed at all."""
        self.open.setText("Change" if can_edit else "Read")
        self.open.setIcon(icon("pencil" if can_edit else "file", "accent_text"))
        for action in (self.remove, self.restore, self.put_back, self.undo, self.redo):
            action.setVisible(can_edit)
            action.setEnabled(False)

    def menu(self, column: int, title: str) -> QMenu:
        """The menu for what is chosen; `column` and its title are where it was asked for."""
        menu = QMenu(self._view)
        menu.setObjectName(f"{self._name}_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.open, self.copy])
        menu.addSeparator()
        menu.addActions([self.remove, self.restore, self.put_back])
        menu.addSeparator()
        menu.addActions([self.undo, self.redo])
        menu.addSeparator()
        title = " ".join(title.split())[:40].replace("&", "&&")
        for text, order in (
            (f"Sort by “{title}”", Order(column)),
            (f"Sort by “{title}”, backwards", Order(column, True)),
            ("As in the file", FILE_ORDER),
        ):
            action = menu.addAction(text)
            action.setData(order)
        menu.triggered.connect(self._on_triggered)
        return menu

    def _make(
        self, part: str, title: str, icon_name: str, wanted: SignalInstance | None, *keys: str
    ) -> QAction:
        action = QAction(icon(icon_name), title, self._view)
        action.setObjectName(f"{self._name}_{part}")
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        if wanted is not None:
            action.triggered.connect(wanted)
        self._view.addAction(action)
        return action

    def _on_triggered(self, action: QAction) -> None:
        order = action.data()
        if isinstance(order, Order):
            self.order_wanted.emit(order)


class Footer(QWidget):
    """The line under the table: what was done last or can be done, and buttons for it."""

    def __init__(self, actions: JokeActions, name: str) -> None:
        super().__init__()
        self.note = PlainLabel("", TextRole.CAPTION, name=f"{name}_note")
        self.open_button = Button(
            "Read", ButtonKind.QUIET, "file", name=f"{name}_open_button",
            tip="Shows the whole text under the table (Enter).",
        )  # fmt: skip
        self.remove_button = Button(
            "Remove", ButtonKind.QUIET, "trash", name=f"{name}_remove_button",
            tip="Leaves out the jokes that are chosen (Delete). They can be restored.",
        )  # fmt: skip
        self.restore_button = Button(
            "Restore", ButtonKind.QUIET, "refresh", name=f"{name}_restore_button",
            tip="Brings back the chosen jokes that are left out, whyever they are, "
            "or takes back what you changed (R).",
        )  # fmt: skip
        self._buttons = {
            self.restore_button: actions.restore,
            self.remove_button: actions.remove,
            self.open_button: actions.open,
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        row.addWidget(self.note, 1)
        for button, action in self._buttons.items():
            button.clicked.connect(action.trigger)
            row.addWidget(button)

    def show_actions(self) -> None:
        """Bring the buttons into line with what can be done."""
        for button, action in self._buttons.items():
            button.setVisible(action.isVisible())
            button.setEnabled(action.isEnabled())
        action = self._buttons[self.open_button]
        self.open_button.set_text(action.text())
        self.open_button.setIcon(action.icon())


def keys_of(keys: QKeySequence.StandardKey) -> str:
    """What this computer calls these keys: Ctrl+C or ⌘C."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
