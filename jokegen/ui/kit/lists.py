"""A list that the style sheet can give room to breathe."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from jokegen.ui.kit.labels import describe


class ItemList(QListView):
    """A `QListView` for a table model of one column; rows are as high as the style wants."""

    def __init__(
        self, accessible_name: str, parent: QWidget | None = None, *, name: str = ""
    ) -> None:
        super().__init__(parent)
        describe(self, name, accessible_name)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setUniformItemSizes(True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # WORKAROUND: rows laid out before the first showing have the height without the style
        # sheet's padding (seen with Qt 6.11), and overlap.
        self.scheduleDelayedItemsLayout()
